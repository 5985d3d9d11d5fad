/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * openssl_library: the functions of libcrypto that this program calls; the library is loaded when the first TLS handshake is read, or for
 * keys and pseudonyms. Each user of it owns such a struct, zeroed at first.
 */
#ifndef SMTPSCOPE_OPENSSL_LIBRARY_H
#define SMTPSCOPE_OPENSSL_LIBRARY_H

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "library.h"

struct openssl_library {
	bool loaded, missing;
	LIBRARY_POINTER(OPENSSL_init_crypto);
	LIBRARY_POINTER(OPENSSL_cleanse);
	LIBRARY_POINTER(CRYPTO_memcmp);
	LIBRARY_POINTER(ERR_clear_error);
	LIBRARY_POINTER(BIO_new);
	LIBRARY_POINTER(BIO_s_mem);
	LIBRARY_POINTER(BIO_ctrl);
	LIBRARY_POINTER(BIO_free);
	LIBRARY_POINTER(d2i_X509);
	LIBRARY_POINTER(X509_free);
	LIBRARY_POINTER(X509_get_subject_name);
	LIBRARY_POINTER(X509_get_issuer_name);
	LIBRARY_POINTER(X509_get0_notBefore);
	LIBRARY_POINTER(X509_get0_notAfter);
	LIBRARY_POINTER(X509_get0_pubkey);
	LIBRARY_POINTER(X509_get_ext_d2i);
	LIBRARY_POINTER(X509_check_host);
	LIBRARY_POINTER(X509_NAME_cmp);
	LIBRARY_POINTER(X509_NAME_print_ex);
	LIBRARY_POINTER(ASN1_TIME_to_tm);
	LIBRARY_POINTER(ASN1_STRING_get0_data);
	LIBRARY_POINTER(ASN1_STRING_length);
	LIBRARY_POINTER(GENERAL_NAME_get0_value);
	LIBRARY_POINTER(GENERAL_NAMES_free);
	LIBRARY_POINTER(OPENSSL_sk_num);
	LIBRARY_POINTER(OPENSSL_sk_value);
	LIBRARY_POINTER(EVP_PKEY_get_bits);
	LIBRARY_POINTER(EVP_PKEY_get_base_id);
	LIBRARY_POINTER(EVP_Digest);
	LIBRARY_POINTER(EVP_md5);
	LIBRARY_POINTER(EVP_sha256);
	LIBRARY_POINTER(EVP_MD_fetch);
	LIBRARY_POINTER(EVP_MD_free);
	LIBRARY_POINTER(EVP_MD_CTX_new);
	LIBRARY_POINTER(EVP_MD_CTX_free);
	LIBRARY_POINTER(EVP_MD_CTX_copy_ex);
	LIBRARY_POINTER(EVP_DigestInit_ex2);
	LIBRARY_POINTER(EVP_DigestUpdate);
	LIBRARY_POINTER(EVP_DigestFinal_ex);
	LIBRARY_POINTER(EVP_MAC_fetch);
	LIBRARY_POINTER(EVP_MAC_free);
	LIBRARY_POINTER(EVP_MAC_CTX_new);
	LIBRARY_POINTER(EVP_MAC_CTX_free);
	LIBRARY_POINTER(EVP_MAC_init);
	LIBRARY_POINTER(EVP_MAC_update);
	LIBRARY_POINTER(EVP_MAC_final);
	LIBRARY_POINTER(OSSL_PARAM_construct_utf8_string);
	LIBRARY_POINTER(EVP_CIPHER_fetch);
	LIBRARY_POINTER(EVP_CIPHER_free);
	LIBRARY_POINTER(EVP_CIPHER_CTX_new);
	LIBRARY_POINTER(EVP_CIPHER_CTX_free);
	LIBRARY_POINTER(EVP_CIPHER_CTX_ctrl);
	LIBRARY_POINTER(EVP_CIPHER_CTX_set_padding);
	LIBRARY_POINTER(EVP_DecryptInit_ex2);
	LIBRARY_POINTER(EVP_DecryptUpdate);
	LIBRARY_POINTER(EVP_DecryptFinal_ex);
	LIBRARY_POINTER(EVP_EncryptInit_ex);
	LIBRARY_POINTER(EVP_EncryptUpdate);
	LIBRARY_POINTER(EVP_aes_128_ecb);
	LIBRARY_POINTER(HMAC);
};

/*
 * Loads the library, unless that was tried before. Its configuration file is not read: it could load engines, and the sandbox of `watch` does
 * not let the library open it. Returns false if the library is not installed or has another interface.
 */
bool openssl_library_load(struct openssl_library *library);
/* The name of its file, for messages. */
const char *openssl_library_name(void);

#endif
