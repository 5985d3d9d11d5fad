/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "tls_names.h"

START_TEST(test_names_of_common_numbers)
{
	ck_assert_str_eq(tls_version_name(0x0304), "TLSv1.3");
	ck_assert_str_eq(tls_version_name(0x0002), "SSLv2");
	ck_assert_str_eq(tls_version_words(0x0303), "TLS 1.2");
	ck_assert_str_eq(tls_version_words(0x0300), "SSL 3.0");
	ck_assert_str_eq(tls_cipher_name(0x1301), "TLS_AES_128_GCM_SHA256");
	ck_assert_str_eq(tls_cipher_name(0x0001), "TLS_RSA_WITH_NULL_MD5");
	ck_assert_str_eq(tls_cipher_name(0xccaa), "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
	ck_assert_str_eq(tls_alert_name(0), "close_notify");
	ck_assert_str_eq(tls_alert_name(70), "protocol_version");
	ck_assert_str_eq(tls_alert_name(120), "no_application_protocol");
}
END_TEST

START_TEST(test_unknown_numbers_have_no_name)
{
	ck_assert_ptr_null(tls_version_name(0x0305));
	ck_assert_ptr_null(tls_cipher_name(0x1306));
	ck_assert_ptr_null(tls_alert_name(255));
}
END_TEST

SUITE("tls_names", test_names_of_common_numbers, test_unknown_numbers_have_no_name)
