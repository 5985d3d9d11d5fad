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
	ck_assert_str_eq(tls_group_name(0x0013), "secp192r1");
	ck_assert_str_eq(tls_group_name(0x001d), "x25519");
	ck_assert_str_eq(tls_group_name(0x639a), "SecP256r1Kyber768Draft00");
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
	ck_assert_ptr_null(tls_group_name(0x0a0a));
}
END_TEST

START_TEST(test_post_quantum_groups)
{
	static const uint16_t groups[] = { 0x0200, 0x0202, 0x11eb, 0x11ec, 0x11ed, 0x6399, 0x639a };
	static const uint16_t others[] = { 0x001d, 0x01ff, 0x0203, 0x11ea, 0x11ee, 0x6398, 0x639b };

	for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
		ck_assert(tls_group_post_quantum(groups[i]));
		ck_assert_ptr_nonnull(tls_group_name(groups[i]));
	}
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		ck_assert(!tls_group_post_quantum(others[i]));
}
END_TEST

SUITE("tls_names", test_names_of_common_numbers, test_unknown_numbers_have_no_name, test_post_quantum_groups)
