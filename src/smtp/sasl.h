/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sasl: checks whether a line of a login has the form that its mechanism requires (RFC 4954, RFC 4616, RFC
 * 2195, RFC 5802, RFC 7628). The content is examined and discarded; only the password is returned, so that it
 * can be redacted elsewhere.
 */
#ifndef SMTPSCOPE_SASL_H
#define SMTPSCOPE_SASL_H

#include "buf.h"

enum sasl_mechanism {
	SASL_OTHER, /* unknown: its form is not checked */
	SASL_PLAIN,
	SASL_LOGIN,
	SASL_CRAM_MD5,
	SASL_DIGEST_MD5,
	SASL_NTLM,
	SASL_GSSAPI,
	SASL_SCRAM, /* of any hash */
	SASL_XOAUTH2,
	SASL_OAUTHBEARER,
	SASL_EXTERNAL,
	SASL_ANONYMOUS,
};

enum sasl_shape {
	SASL_UNJUDGED, /* the expected form is unknown */
	SASL_FITS,
	SASL_NOT_BASE64, /* RFC 4648 4, with padding */
	SASL_MISSHAPEN,	 /* valid base64, but the content is not what the mechanism requires */
	SASL_EMPTY,	 /* empty although content is required */
	SASL_CANCELLED,	 /* "*" (RFC 4954 4) */
};

enum { SASL_RESPONSE_KEPT = 12 * 1024 }; /* RFC 4954 4: lines may have 12288 bytes */

/* Returns the mechanism with this name, in any case. */
enum sasl_mechanism sasl_mechanism_of(const char *name);
/* Returns whether the mechanism sends the password itself, so that an eavesdropper could read it. */
bool sasl_sends_password(enum sasl_mechanism mechanism);
/*
 * The shape of the |step|th response (0: the first, be it the initial one of the AUTH line), base64 as on the wire, "=" for
 * an empty one. A password that it holds is put into |password| (may be NULL; emptied first): a secret.
 */
enum sasl_shape sasl_check(enum sasl_mechanism mechanism, unsigned step, struct span response,
			   struct buf *password);
/* "not-base64", ... */
const char *sasl_shape_name(enum sasl_shape shape);

#endif
