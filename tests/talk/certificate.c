/* SPDX-License-Identifier: BSD-2-Clause */
#include "certificate.h"

#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>

static bool set_name(X509_NAME *name, const char *common)
{
	return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common, -1, -1,
					  0) == 1;
}

static bool add_names(X509 *x, const char *names)
{
	char value[4096] = "";
	size_t at = 0;
	X509_EXTENSION *extension;
	bool good;

	for (const char *name = names; name && *name;) {
		size_t length = strcspn(name, ",");

		if (at + length + 8 >= sizeof value)
			return false;
		at += (size_t)snprintf(value + at, sizeof value - at, "%sDNS:%.*s", at ? "," : "",
				       (int)length, name);
		name += length + (name[length] == ',');
	}
	if (!at)
		return true;
	extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, value);
	good = extension && X509_add_ext(x, extension, -1);
	X509_EXTENSION_free(extension);
	return good;
}

static bool set_time(ASN1_TIME *to, int64_t seconds)
{
	return ASN1_TIME_set(to, (time_t)seconds) != NULL;
}

static bool fill(X509 *x, EVP_PKEY *key, const struct made_certificate *c)
{
	return X509_set_version(x, 2) && ASN1_INTEGER_set(X509_get_serialNumber(x), 1) &&
	       set_name(X509_get_subject_name(x), c->subject) && set_name(X509_get_issuer_name(x), c->issuer) &&
	       set_time(X509_getm_notBefore(x), c->not_before) &&
	       set_time(X509_getm_notAfter(x), c->not_after) && X509_set_pubkey(x, key) &&
	       add_names(x, c->names) && X509_sign(x, key, NULL);
}

bool make_certificate(struct buf *der, const struct made_certificate *c)
{
	static const unsigned char seed[32] = "a key for tests, not a secret..";
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof seed);
	X509 *x = X509_new();
	unsigned char *bytes = NULL;
	int length = key && x && fill(x, key, c) ? i2d_X509(x, &bytes) : 0;
	bool good = length > 0 && buf_append(der, span_of(bytes, (size_t)length)) == (size_t)length;

	OPENSSL_free(bytes);
	X509_free(x);
	EVP_PKEY_free(key);
	return good;
}
