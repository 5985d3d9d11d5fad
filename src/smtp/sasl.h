/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sasl: does a line of a login have the shape that its mechanism demands (RFC 4954, RFC 4616, RFC 2195, RFC 5802, RFC 7628)?
 * The content is looked at and forgotten; nothing of it is handed out but the password, to be redacted elsewhere.
 */
#ifndef SMTPSCOPE_SASL_H
#define SMTPSCOPE_SASL_H

#include "buf.h"

enum sasl_mechanism {
	SASL_OTHER, /* not known here: nothing is said about its shape */
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
	SASL_UNJUDGED, /* nothing is known about how it should look */
	SASL_FITS,
	SASL_NOT_BASE64, /* RFC 4648 4, with padding */
	SASL_MISSHAPEN,	 /* base64, and what is inside is not what the mechanism wants */
	SASL_EMPTY,	 /* nothing where something has to stand */
	SASL_CANCELLED,	 /* "*" (RFC 4954 4) */
};

enum { SASL_RESPONSE_KEPT = 12 * 1024 }; /* RFC 4954 4: lines may have 12288 bytes */

/* By its name in whatever case. */
enum sasl_mechanism sasl_mechanism_of(const char *name);
/* Does it send the password itself, so that whoever listens has it? */
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
