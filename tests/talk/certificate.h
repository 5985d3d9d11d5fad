/* SPDX-License-Identifier: BSD-2-Clause */
/* certificate: makes X.509 certificates for tests, with the same bytes in every run. */
#ifndef SMTPSCOPE_TALK_CERTIFICATE_H
#define SMTPSCOPE_TALK_CERTIFICATE_H

#include "buf.h"

struct made_certificate {
	const char *subject, *issuer;  /* common names; the same: self-signed */
	const char *names;	       /* DNS names, separated by commas; "" or NULL: none */
	int64_t not_before, not_after; /* seconds since 1970 */
};

/*
 * Appends the DER form of the certificate to |*der|, with an Ed25519 key that all of them share. Returns false if that fails or the
 * buffer is too small.
 */
bool make_certificate(struct buf *der, const struct made_certificate *c);

#endif
