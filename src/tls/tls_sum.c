/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_sum.h"

#include "openssl_library.h"

bool tls_sum_hex(const struct openssl_library *openssl, char *hex, size_t digits, enum tls_sum digest,
		 struct span text)
{
	static const char figures[] = "0123456789abcdef";
	unsigned char bytes[EVP_MAX_MD_SIZE];
	unsigned length = 0;

	hex[0] = 0;
	if (!openssl->EVP_Digest(text.at, text.length, bytes, &length,
				 digest == TLS_SUM_MD5 ? openssl->EVP_md5() : openssl->EVP_sha256(), NULL)) {
		openssl->ERR_clear_error();
		return false;
	}
	for (size_t i = 0; i < digits; i++)
		hex[i] = figures[i % 2 ? bytes[i / 2] & 15 : bytes[i / 2] >> 4];
	hex[digits] = 0;
	return true;
}
