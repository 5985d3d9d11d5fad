/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_certificate.h"

#include "openssl_library.h"
#include "tls_cursor.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <time.h>

/* Returns a copy of the first bytes of |text|, or NULL if it contains NUL or memory runs out. */
static char *copy(struct account *account, struct span text)
{
	struct span kept = span_first(text, TLS_CERTIFICATE_TEXT - 1);
	char *string;

	if (text.length && memchr(text.at, 0, text.length))
		return NULL;
	string = account_take(account, kept.length + 1);
	if (!string)
		return NULL;
	if (kept.length)
		memcpy(string, kept.at, kept.length);
	string[kept.length] = 0;
	return string;
}

/* RFC 4514: the most specific part first. UTF-8 stays as it is, controls are escaped. */
static char *name_text(const struct openssl_library *o, struct account *account, const X509_NAME *name)
{
	BIO *out = o->BIO_new(o->BIO_s_mem());
	char *text = NULL, *string = NULL;
	long length;

	if (!out)
		return NULL;
	if (o->X509_NAME_print_ex(out, name, 0, XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) >= 0) {
		length = o->BIO_ctrl(out, BIO_CTRL_INFO, 0, &text);
		string = copy(account, span_of(text, text && length > 0 ? (size_t)length : 0));
	}
	o->BIO_free(out);
	return string;
}

static bool time_of(const struct openssl_library *o, const ASN1_TIME *from, int64_t *to)
{
	struct tm tm;

	if (!o->ASN1_TIME_to_tm(from, &tm))
		return false;
	*to = timegm(&tm);
	return true;
}

static void read_entry(const struct openssl_library *o, struct account *account,
		       struct tls_certificate_entry *e, X509 *x)
{
	e->subject = name_text(o, account, o->X509_get_subject_name(x));
	e->issuer = name_text(o, account, o->X509_get_issuer_name(x));
	e->times_known = time_of(o, o->X509_get0_notBefore(x), &e->not_before) &&
			 time_of(o, o->X509_get0_notAfter(x), &e->not_after);
	e->self_issued = o->X509_NAME_cmp(o->X509_get_subject_name(x), o->X509_get_issuer_name(x)) == 0;
}

static const char *key_name(int type)
{
	switch (type) {
	case EVP_PKEY_RSA:
		return "RSA";
	case EVP_PKEY_RSA_PSS:
		return "RSA-PSS";
	case EVP_PKEY_EC:
		return "EC";
	case EVP_PKEY_ED25519:
		return "Ed25519";
	case EVP_PKEY_ED448:
		return "Ed448";
	case EVP_PKEY_DSA:
		return "DSA";
	default:
		return NULL;
	}
}

static void read_key(const struct openssl_library *o, struct tls_certificate *c, X509 *x)
{
	const EVP_PKEY *key = o->X509_get0_pubkey(x);
	int bits = key ? o->EVP_PKEY_get_bits(key) : 0;

	c->key = key ? key_name(o->EVP_PKEY_get_base_id(key)) : NULL;
	c->key_bits = bits > 0 ? (unsigned)bits : 0;
}

static void add_name(struct tls_certificate *c, struct span name)
{
	char *string = c->name_count < TLS_CERTIFICATE_NAMES_KEPT ? copy(c->account, name) : NULL;

	if (string)
		c->names[c->name_count++] = string;
	else
		c->names_omitted++;
}

static void add_address(struct tls_certificate *c, struct span bytes)
{
	char text[INET6_ADDRSTRLEN];

	if ((bytes.length == 4 || bytes.length == 16) &&
	    inet_ntop(bytes.length == 4 ? AF_INET : AF_INET6, bytes.at, text, sizeof text))
		add_name(c, span_text(text));
}

static void read_names(const struct openssl_library *o, struct tls_certificate *c, X509 *x)
{
	GENERAL_NAMES *names = o->X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < o->OPENSSL_sk_num((const OPENSSL_STACK *)names); i++) {
		const GENERAL_NAME *name = o->OPENSSL_sk_value((const OPENSSL_STACK *)names, i);
		int type;
		const ASN1_STRING *value = o->GENERAL_NAME_get0_value(name, &type);
		struct span bytes;

		if (type != GEN_DNS && type != GEN_IPADD)
			continue;
		bytes = span_of(o->ASN1_STRING_get0_data(value), (size_t)o->ASN1_STRING_length(value));
		if (type == GEN_DNS)
			add_name(c, bytes);
		else
			add_address(c, bytes);
	}
	o->GENERAL_NAMES_free(names);
}

static enum tls_name_fit fit_of(const struct openssl_library *o, X509 *x, const char *asked)
{
	size_t length = asked ? strlen(asked) : 0;
	int result;

	/* A name may end with the dot of the root, which certificates leave out. */
	if (length && asked[length - 1] == '.')
		length--;
	if (!length)
		return TLS_NAME_UNKNOWN;
	result = o->X509_check_host(x, asked, length, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS, NULL);
	return result == 1 ? TLS_NAME_FITS : result == 0 ? TLS_NAME_DIFFERS : TLS_NAME_UNKNOWN;
}

static bool read_one(const struct openssl_library *o, struct tls_certificate *c, struct span der,
		     const char *asked)
{
	const unsigned char *at = der.at;
	X509 *x = der.length ? o->d2i_X509(NULL, &at, (long)der.length) : NULL;

	if (!x)
		return false;
	if (c->read == 0) {
		read_key(o, c, x);
		read_names(o, c, x);
		c->fit = fit_of(o, x, asked);
	}
	read_entry(o, c->account, &c->chain[c->read++], x);
	o->X509_free(x);
	return true;
}

bool tls_certificate_read(const struct openssl_library *openssl, struct tls_certificate *c,
			  struct account *account, struct span body, bool tls13, const char *asked)
{
	struct tls_cursor message = tls_cursor_of(body), list;
	bool readable = true;

	*c = (struct tls_certificate){ .account = account };
	if (tls13)
		tls_take_vector(&message, 1); /* the context of a request */
	list = tls_cursor_of(tls_take_vector(&message, 3));
	while (message.good && list.good && list.rest.length) {
		struct span der = tls_take_vector(&list, 3);

		if (tls13)
			tls_take_vector(&list, 2); /* extensions */
		if (!list.good)
			break;
		c->count++;
		if (readable && c->read < TLS_CHAIN_KEPT)
			readable = read_one(openssl, c, der, asked);
	}
	/* Errors of the library concern the certificate, not this program. */
	openssl->ERR_clear_error();
	return message.good && list.good && c->read > 0;
}

void tls_certificate_finish(struct tls_certificate *c)
{
	for (size_t i = 0; i < c->read; i++) {
		account_free(c->account, c->chain[i].subject);
		account_free(c->account, c->chain[i].issuer);
	}
	for (size_t i = 0; i < c->name_count; i++)
		account_free(c->account, c->names[i]);
	*c = (struct tls_certificate){ .account = c->account };
}
