/* SPDX-License-Identifier: BSD-2-Clause */
#include "openssl_library.h"

LIBRARY_NOTE(LIBCRYPTO_SONAME, "tls",
	     "Open TLS with keys, read certificates, compute fingerprints and pseudonyms");

static const struct library_function FUNCTIONS[] = {
	LIBRARY_FUNCTION(struct openssl_library, OPENSSL_init_crypto),
	LIBRARY_FUNCTION(struct openssl_library, OPENSSL_cleanse),
	LIBRARY_FUNCTION(struct openssl_library, CRYPTO_memcmp),
	LIBRARY_FUNCTION(struct openssl_library, ERR_clear_error),
	LIBRARY_FUNCTION(struct openssl_library, BIO_new),
	LIBRARY_FUNCTION(struct openssl_library, BIO_s_mem),
	LIBRARY_FUNCTION(struct openssl_library, BIO_ctrl),
	LIBRARY_FUNCTION(struct openssl_library, BIO_free),
	LIBRARY_FUNCTION(struct openssl_library, d2i_X509),
	LIBRARY_FUNCTION(struct openssl_library, X509_free),
	LIBRARY_FUNCTION(struct openssl_library, X509_get_subject_name),
	LIBRARY_FUNCTION(struct openssl_library, X509_get_issuer_name),
	LIBRARY_FUNCTION(struct openssl_library, X509_get0_notBefore),
	LIBRARY_FUNCTION(struct openssl_library, X509_get0_notAfter),
	LIBRARY_FUNCTION(struct openssl_library, X509_get0_pubkey),
	LIBRARY_FUNCTION(struct openssl_library, X509_get_ext_d2i),
	LIBRARY_FUNCTION(struct openssl_library, X509_check_host),
	LIBRARY_FUNCTION(struct openssl_library, X509_NAME_cmp),
	LIBRARY_FUNCTION(struct openssl_library, X509_NAME_print_ex),
	LIBRARY_FUNCTION(struct openssl_library, ASN1_TIME_to_tm),
	LIBRARY_FUNCTION(struct openssl_library, ASN1_STRING_get0_data),
	LIBRARY_FUNCTION(struct openssl_library, ASN1_STRING_length),
	LIBRARY_FUNCTION(struct openssl_library, GENERAL_NAME_get0_value),
	LIBRARY_FUNCTION(struct openssl_library, GENERAL_NAMES_free),
	LIBRARY_FUNCTION(struct openssl_library, OPENSSL_sk_num),
	LIBRARY_FUNCTION(struct openssl_library, OPENSSL_sk_value),
	LIBRARY_FUNCTION(struct openssl_library, EVP_PKEY_get_bits),
	LIBRARY_FUNCTION(struct openssl_library, EVP_PKEY_get_base_id),
	LIBRARY_FUNCTION(struct openssl_library, EVP_Digest),
	LIBRARY_FUNCTION(struct openssl_library, EVP_md5),
	LIBRARY_FUNCTION(struct openssl_library, EVP_sha256),
	LIBRARY_FUNCTION(struct openssl_library, EVP_MD_fetch),
	LIBRARY_FUNCTION(struct openssl_library, EVP_MD_free),
	LIBRARY_FUNCTION(struct openssl_library, EVP_MD_CTX_new),
	LIBRARY_FUNCTION(struct openssl_library, EVP_MD_CTX_free),
	LIBRARY_FUNCTION(struct openssl_library, EVP_MD_CTX_copy_ex),
	LIBRARY_FUNCTION(struct openssl_library, EVP_DigestInit_ex2),
	LIBRARY_FUNCTION(struct openssl_library, EVP_DigestUpdate),
	LIBRARY_FUNCTION(struct openssl_library, EVP_DigestFinal_ex),
	LIBRARY_FUNCTION(struct openssl_library, EVP_MAC_fetch),
	LIBRARY_FUNCTION(struct openssl_library, EVP_MAC_free),
	LIBRARY_FUNCTION(struct openssl_library, EVP_MAC_CTX_new),
	LIBRARY_FUNCTION(struct openssl_library, EVP_MAC_CTX_free),
	LIBRARY_FUNCTION(struct openssl_library, EVP_MAC_init),
	LIBRARY_FUNCTION(struct openssl_library, EVP_MAC_update),
	LIBRARY_FUNCTION(struct openssl_library, EVP_MAC_final),
	LIBRARY_FUNCTION(struct openssl_library, OSSL_PARAM_construct_utf8_string),
	LIBRARY_FUNCTION(struct openssl_library, EVP_CIPHER_fetch),
	LIBRARY_FUNCTION(struct openssl_library, EVP_CIPHER_free),
	LIBRARY_FUNCTION(struct openssl_library, EVP_CIPHER_CTX_new),
	LIBRARY_FUNCTION(struct openssl_library, EVP_CIPHER_CTX_free),
	LIBRARY_FUNCTION(struct openssl_library, EVP_CIPHER_CTX_ctrl),
	LIBRARY_FUNCTION(struct openssl_library, EVP_CIPHER_CTX_set_padding),
	LIBRARY_FUNCTION(struct openssl_library, EVP_DecryptInit_ex2),
	LIBRARY_FUNCTION(struct openssl_library, EVP_DecryptUpdate),
	LIBRARY_FUNCTION(struct openssl_library, EVP_DecryptFinal_ex),
	LIBRARY_FUNCTION(struct openssl_library, EVP_EncryptInit_ex),
	LIBRARY_FUNCTION(struct openssl_library, EVP_EncryptUpdate),
	LIBRARY_FUNCTION(struct openssl_library, EVP_aes_128_ecb),
	LIBRARY_FUNCTION(struct openssl_library, HMAC),
};

bool openssl_library_load(struct openssl_library *library)
{
	const uint64_t options = OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT;

	if (!library->loaded && !library->missing) {
		library->loaded =
		    library_load(library, LIBCRYPTO_SONAME, FUNCTIONS, sizeof FUNCTIONS / sizeof *FUNCTIONS) &&
		    library->OPENSSL_init_crypto(options, NULL) == 1;
		library->missing = !library->loaded;
	}
	return library->loaded;
}

const char *openssl_library_name(void)
{
	return LIBCRYPTO_SONAME;
}
