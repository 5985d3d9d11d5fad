/* SPDX-License-Identifier: BSD-2-Clause */
#include "mask.h"

#include "harness.h"
#include "sasl.h"

/* Base64 of the contents in the comments. */
static const struct {
	const char *mechanism;
	unsigned step;
	const char *secret;
} LOGINS[] = {
	{ "PLAIN", 0, "AGFsaWNlAG9wZW5zZXNhbWU=" }, /* \0alice\0opensesame */
	{ "PLAIN", 0, "YWxpY2UAb3BlbnNlc2FtZQ==" }, /* alice\0opensesame: a NUL is missing */
	{ "LOGIN", 0, "YWxpY2U=" },
	{ "LOGIN", 1, "b3BlbnNlc2FtZQ==" },
	{ "CRAM-MD5", 0, "dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw" }, /* tim b913a6... */
	{ "NTLM", 0, "TlRMTVNTUAABAAAABzIAAAYABgArAAAACwALACAAAABXT1JLU1RBVElPTg==" },
	{ "SCRAM-SHA-1", 0, "biwsbj11c2VyLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdM" }, /* n,,n=user,r=... */
	{ "SCRAM-SHA-1", 1,
	  "Yz1iaXdzLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdMLHA9djBYOHYzQno=" }, /* c=biws,r=...,p=... */
	{ "XOAUTH2", 0, "dXNlcj1hbGljZUBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciBzZWNyZXQxMjMBAQ==" },
	{ "OAUTHBEARER", 0, "bixhPWFsaWNlQGV4YW1wbGUuY29tLAFob3N0PW14AWF1dGg9QmVhcmVyIHNlY3JldDEyMwEB" },
	{ "PLAIN", 0, "*" },
	{ "PLAIN", 0, "=" },
	{ "PLAIN", 0, "not base64!" },
	{ "LOGIN", 1, "AGEB" }, /* with control characters */
};

START_TEST(the_form_stays_and_the_content_goes)
{
	struct buf masked;

	buf_init(&masked, 2 * MASK_KEPT);
	for (size_t i = 0; i < sizeof LOGINS / sizeof *LOGINS; i++) {
		enum sasl_mechanism mechanism = sasl_mechanism_of(LOGINS[i].mechanism);
		struct span secret = span_text(LOGINS[i].secret);
		enum sasl_shape before = sasl_check(mechanism, LOGINS[i].step, secret, NULL);

		mask_credential(&masked, secret);
		ck_assert_uint_eq(masked.length, secret.length);
		/* A control character in a user name does not stay. */
		if (i + 1 < sizeof LOGINS / sizeof *LOGINS)
			ck_assert_msg(sasl_check(mechanism, LOGINS[i].step, buf_span(&masked), NULL) == before,
				      "%s %s", LOGINS[i].mechanism, LOGINS[i].secret);
		if (secret.length > 1)
			ck_assert(!span_equal(buf_span(&masked), secret));
	}
	buf_finish(&masked);
}
END_TEST

START_TEST(different_secrets_of_one_length_become_the_same)
{
	struct buf one, other;

	buf_init(&one, 2 * MASK_KEPT);
	buf_init(&other, 2 * MASK_KEPT);
	mask_credential(&one, span_text("AGFsaWNlAG9wZW5zZXNhbWU="));
	mask_credential(&other, span_text("AGJvYmJ5AFMzYyFyM3QsIHg=")); /* \0bobby\0S3c!r3t, x */
	ck_assert(span_equal(buf_span(&one), buf_span(&other)));
	buf_finish(&one);
	buf_finish(&other);
}
END_TEST

SUITE("mask", the_form_stays_and_the_content_goes, different_secrets_of_one_length_become_the_same)
