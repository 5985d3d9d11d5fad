/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "sasl.h"

/* The password the check finds is compared, too. */
static const struct {
	const char *mechanism;
	unsigned step;
	const char *response;
	enum sasl_shape shape;
	const char *password;
} cases[] = {
	{ "PLAIN", 0, "AGFubmEAb3BlbnNlc2FtZQ==", SASL_FITS, "opensesame" },
	{ "plain", 0, "eABhbm5hAG9wZW5zZXNhbWU=", SASL_FITS, "opensesame" },
	{ "PLAIN", 0, "YW5uYQBvcGVuc2VzYW1l", SASL_MISSHAPEN, "opensesame" },
	{ "PLAIN", 0, "AGFubmEA", SASL_MISSHAPEN, "" },
	{ "PLAIN", 0, "AABvcGVuc2VzYW1l", SASL_MISSHAPEN, "opensesame" },
	{ "PLAIN", 0, "AGFubmEAb3BlbgBzZXNhbWU=", SASL_MISSHAPEN, "open" },
	{ "PLAIN", 0, "=", SASL_EMPTY, "" },
	{ "PLAIN", 0, "*", SASL_CANCELLED, "" },
	{ "PLAIN", 0, "AGFubmE", SASL_NOT_BASE64, "" },
	{ "PLAIN", 0, "AGFu!mE=", SASL_NOT_BASE64, "" },
	{ "PLAIN", 0, "====", SASL_NOT_BASE64, "" },
	{ "LOGIN", 0, "YW5uYQ==", SASL_FITS, "" },
	{ "LOGIN", 1, "b3BlbnNlc2FtZQ==", SASL_FITS, "opensesame" },
	{ "LOGIN", 1, "", SASL_EMPTY, "" },
	{ "LOGIN", 2, "bW9yZQ==", SASL_MISSHAPEN, "" },
	{ "LOGIN", 0, "AGFubmEAb3BlbnNlc2FtZQ==", SASL_MISSHAPEN, "" },
	{ "CRAM-MD5", 0, "YW5uYSBzbWl0aCAwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZg==", SASL_FITS, "" },
	{ "CRAM-MD5", 0, "YW5uYSAwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZw==", SASL_MISSHAPEN, "" },
	{ "CRAM-MD5", 0, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=", SASL_MISSHAPEN, "" },
	{ "DIGEST-MD5", 0, "dXNlcm5hbWU9ImFubmEiLHJlc3BvbnNlPTAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVm",
	  SASL_FITS, "" },
	{ "DIGEST-MD5", 0, "YW5uYQ==", SASL_MISSHAPEN, "" },
	{ "DIGEST-MD5", 1, "", SASL_FITS, "" },
	{ "NTLM", 0, "TlRMTVNTUAABAAAA", SASL_FITS, "" },
	{ "NTLM", 0, "TlRMTVNTUCABAAAA", SASL_MISSHAPEN, "" },
	{ "GSSAPI", 0, "YIJ3aGF0ZXZlcg==", SASL_FITS, "" },
	{ "GSSAPI", 1, "", SASL_FITS, "" },
	{ "GSSAPI", 0, "whatever!", SASL_NOT_BASE64, "" },
	{ "SCRAM-SHA-256", 0, "biwsbj1hbm5hLHI9YWJj", SASL_FITS, "" },
	{ "SCRAM-SHA-256-PLUS", 0, "cD10bHMtdW5pcXVlLGE9Ym9iLG49YW5uYSxyPWFiYw==", SASL_FITS, "" },
	{ "SCRAM-SHA-1", 0, "bj1hbm5hLHI9YWJj", SASL_MISSHAPEN, "" },
	{ "SCRAM-SHA-1", 1, "Yz1iaXdzLHI9YWJjZGVmLHA9djBYOA==", SASL_FITS, "" },
	{ "SCRAM-SHA-1", 1, "Yz1iaXdzLHI9YWJjZGVm", SASL_MISSHAPEN, "" },
	{ "SCRAM-SHA-1", 2, "", SASL_FITS, "" },
	{ "XOAUTH2", 0, "dXNlcj1hbm5hQGV4YW1wbGUub3JnAWF1dGg9QmVhcmVyIHRva2VuAQE=", SASL_FITS, "" },
	{ "XOAUTH2", 0, "dXNlcj1hbm5hQGV4YW1wbGUub3JnAWF1dGg9QmVhcmVyIHRva2Vu", SASL_MISSHAPEN, "" },
	{ "XOAUTH2", 1, "", SASL_FITS, "" },
	{ "OAUTHBEARER", 0, "bixhPWFubmFAZXhhbXBsZS5vcmcsAWhvc3Q9bXgBYXV0aD1CZWFyZXIgdG9rZW4BAQ==", SASL_FITS,
	  "" },
	{ "OAUTHBEARER", 0, "dXNlcj1hbm5hAWF1dGg9QmVhcmVyIHRva2VuAQE=", SASL_MISSHAPEN, "" },
	{ "OAUTHBEARER", 1, "AQ==", SASL_FITS, "" },
	{ "EXTERNAL", 0, "=", SASL_FITS, "" },
	{ "KERBEROS_V4", 0, "whatever!", SASL_UNJUDGED, "" },
};

START_TEST(shapes_of_responses)
{
	struct buf password;

	buf_init(&password, 64);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		enum sasl_shape shape = sasl_check(sasl_mechanism_of(cases[i].mechanism), cases[i].step,
						   span_text(cases[i].response), &password);

		ck_assert_msg(shape == cases[i].shape, "%s %u %s: %s", cases[i].mechanism, cases[i].step,
			      cases[i].response, sasl_shape_name(shape));
		ck_assert_str_eq(buf_string(&password), cases[i].password);
		ck_assert_int_eq(sasl_check(sasl_mechanism_of(cases[i].mechanism), cases[i].step,
					    span_text(cases[i].response), NULL),
				 shape);
	}
	buf_finish(&password);
}
END_TEST

START_TEST(mechanisms_that_send_the_password)
{
	ck_assert(sasl_sends_password(sasl_mechanism_of("login")));
	ck_assert(sasl_sends_password(sasl_mechanism_of("PLAIN")));
	ck_assert(!sasl_sends_password(sasl_mechanism_of("CRAM-MD5")));
	ck_assert(!sasl_sends_password(sasl_mechanism_of("SCRAM-SHA-1")));
}
END_TEST

SUITE("sasl", shapes_of_responses, mechanisms_that_send_the_password)
