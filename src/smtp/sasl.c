/* SPDX-License-Identifier: BSD-2-Clause */
#include "sasl.h"

#include "base64.h"

#include <ctype.h>
#include <strings.h>

enum sasl_mechanism sasl_mechanism_of(const char *name)
{
	static const struct {
		const char *name;
		enum sasl_mechanism mechanism;
	} known[] = { { "PLAIN", SASL_PLAIN },		 { "LOGIN", SASL_LOGIN },
		      { "CRAM-MD5", SASL_CRAM_MD5 },	 { "NTLM", SASL_NTLM },
		      { "DIGEST-MD5", SASL_DIGEST_MD5 }, { "GSSAPI", SASL_GSSAPI },
		      { "XOAUTH2", SASL_XOAUTH2 },	 { "OAUTHBEARER", SASL_OAUTHBEARER },
		      { "EXTERNAL", SASL_EXTERNAL },	 { "ANONYMOUS", SASL_ANONYMOUS } };

	if (strncasecmp(name, "SCRAM-", 6) == 0)
		return SASL_SCRAM;
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcasecmp(known[i].name, name) == 0)
			return known[i].mechanism;
	return SASL_OTHER;
}

bool sasl_sends_password(enum sasl_mechanism mechanism)
{
	return mechanism == SASL_PLAIN || mechanism == SASL_LOGIN;
}

static bool begins(struct span s, const char *with)
{
	size_t length = strlen(with);

	return s.length >= length && memcmp(s.at, with, length) == 0;
}

static bool contains(struct span s, const char *what)
{
	return s.at && s.length && memmem(s.at, s.length, what, strlen(what)) != NULL;
}

static bool has_control(struct span s)
{
	for (size_t i = 0; i < s.length; i++)
		if (s.at[i] < 0x20 || s.at[i] == 0x7f)
			return true;
	return false;
}

/* [authzid] NUL authcid NUL passwd (RFC 4616 2). */
static bool fits_plain(struct span s, struct buf *password)
{
	const uint8_t *first = s.length ? memchr(s.at, 0, s.length) : NULL;
	struct span rest = first ? span_from(s, (size_t)(first - s.at) + 1) : (struct span){ 0 };
	const uint8_t *second = rest.length ? memchr(rest.at, 0, rest.length) : NULL;
	struct span secret = second ? span_from(rest, (size_t)(second - rest.at) + 1) : (struct span){ 0 };

	/* If one NUL is missing, the text after the other is still the password. */
	if (password)
		buf_append(password, second ? secret : rest);
	return second && second != rest.at && secret.length && !memchr(secret.at, 0, secret.length);
}

/* user SP digest, the digest 32 hexadecimal digits (RFC 2195 2). */
static bool fits_cram_md5(struct span s)
{
	if (s.length < 34 || s.at[s.length - 33] != ' ')
		return false;
	for (size_t i = s.length - 32; i < s.length; i++)
		if (!isxdigit(s.at[i]))
			return false;
	return true;
}

/* "n,," or "n,a=who,": whether channel binding is used, and the authorization identity (RFC 5802 7). */
static bool has_gs2_header(struct span s)
{
	const uint8_t *comma;

	if (!begins(s, "n,") && !begins(s, "y,") && !begins(s, "p="))
		return false;
	comma = memchr(s.at, ',', s.length);
	s = comma ? span_from(s, (size_t)(comma - s.at) + 1) : (struct span){ 0 };
	return s.length && (s.at[0] == ',' || (begins(s, "a=") && memchr(s.at, ',', s.length)));
}

static bool fits_scram(struct span s, unsigned step)
{
	if (step == 0)
		return has_gs2_header(s) && contains(s, "n=") && contains(s, ",r=");
	return begins(s, "c=") && contains(s, ",r=") && contains(s, ",p=");
}

/* key=value pairs, each ended by ^A, and one more at the end (RFC 7628 3.1). */
static bool fits_oauth(struct span s, bool gs2, unsigned step)
{
	/* A dummy response, after the server has reported the error. */
	if (step > 0)
		return s.length <= 1;
	if (gs2 ? !has_gs2_header(s) : !begins(s, "user="))
		return false;
	return contains(s, "\x01"
			   "auth=") &&
	       s.length > 2 && s.at[s.length - 1] == 1 && s.at[s.length - 2] == 1;
}

static enum sasl_shape judge(enum sasl_mechanism mechanism, unsigned step, struct span s, struct buf *password)
{
	bool fits = true;

	switch (mechanism) {
	case SASL_OTHER:
		return SASL_UNJUDGED;
	case SASL_PLAIN:
		fits = fits_plain(s, password);
		break;
	case SASL_LOGIN:
		if (!s.length)
			return SASL_EMPTY;
		if (password && step == 1)
			buf_append(password, s);
		fits = step < 2 && !has_control(s);
		break;
	case SASL_CRAM_MD5:
		fits = fits_cram_md5(s);
		break;
	case SASL_DIGEST_MD5:
		fits = step > 0 || contains(s, "response=");
		break;
	case SASL_NTLM:
		fits = s.length >= 12 && memcmp(s.at, "NTLMSSP", 8) == 0;
		break;
	case SASL_SCRAM:
		/* The server's final message may arrive as a challenge, answered by an empty line. */
		fits = (step > 1 && !s.length) || fits_scram(s, step);
		break;
	case SASL_XOAUTH2:
	case SASL_OAUTHBEARER:
		fits = fits_oauth(s, mechanism == SASL_OAUTHBEARER, step);
		break;
	case SASL_GSSAPI:
	case SASL_EXTERNAL:
	case SASL_ANONYMOUS:
		break;
	}
	return fits ? SASL_FITS : !s.length ? SASL_EMPTY : SASL_MISSHAPEN;
}

enum sasl_shape sasl_check(enum sasl_mechanism mechanism, unsigned step, struct span response,
			   struct buf *password)
{
	enum sasl_shape shape;
	struct buf decoded;

	if (password)
		buf_clear(password);
	if (response.length == 1 && response.at[0] == '*')
		return SASL_CANCELLED;
	/* An intentionally empty response (RFC 4954 4). */
	if (response.length == 1 && response.at[0] == '=')
		response.length = 0;
	buf_init(&decoded, SASL_RESPONSE_KEPT);
	if (response.length > SASL_RESPONSE_KEPT)
		shape = SASL_UNJUDGED;
	else if (!base64_append(&decoded, response))
		shape = mechanism == SASL_OTHER ? SASL_UNJUDGED : SASL_NOT_BASE64;
	else
		shape = judge(mechanism, step, buf_span(&decoded), password);
	/* Clears the plain text of the password. */
	if (decoded.at)
		explicit_bzero(decoded.at, decoded.length);
	buf_finish(&decoded);
	return shape;
}

const char *sasl_shape_name(enum sasl_shape shape)
{
	static const char *const names[] = {
		[SASL_UNJUDGED] = "unjudged",	[SASL_FITS] = "fits",	[SASL_NOT_BASE64] = "not-base64",
		[SASL_MISSHAPEN] = "misshapen", [SASL_EMPTY] = "empty", [SASL_CANCELLED] = "cancelled",
	};

	return names[shape];
}
