/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_certificate: the contents of a Certificate message (RFC 5246 7.4.2, RFC 8446 4.4.2), as plain values. libcrypto parses the
 * certificates (RFC 5280). Signatures are not verified: what is reported here is what the certificates say.
 */
#ifndef SMTPSCOPE_TLS_CERTIFICATE_H
#define SMTPSCOPE_TLS_CERTIFICATE_H

#include "account.h"
#include "span.h"

struct openssl_library;

enum {
	TLS_CERTIFICATE_KEPT = 64 * 1024, /* bytes of a Certificate message; larger ones are not read */
	TLS_CHAIN_KEPT = 8,		  /* certificates read of a chain */
	TLS_CERTIFICATE_NAMES_KEPT = 32,  /* subject alternative names kept of the first certificate */
	TLS_CERTIFICATE_TEXT = 256,	  /* bytes kept of a name, including the NUL */
};

/* Does the first certificate name the host that the client asked for (RFC 9525 6)? */
enum tls_name_fit { TLS_NAME_UNKNOWN, TLS_NAME_FITS, TLS_NAME_DIFFERS };

/* One certificate of the chain. Strings are bytes from the wire without NUL, truncated to TLS_CERTIFICATE_TEXT; owned. */
struct tls_certificate_entry {
	char *subject, *issuer; /* distinguished names in the form of RFC 4514; NULL: unreadable or no memory */
	bool times_known;
	int64_t not_before, not_after; /* seconds since 1970; valid from and until, both inclusive */
	bool self_issued; /* issuer and subject are the same: self-signed, or the root of an authority */
};

struct tls_certificate {
	struct account *account; /* charged with the texts; NULL: none */
	size_t count;		 /* certificates in the message */
	size_t read;		 /* of them in |chain|; an unreadable certificate ends the reading */
	struct tls_certificate_entry chain[TLS_CHAIN_KEPT]; /* [0] is the sender's own */
	/* Of the first certificate: DNS names and addresses of subjectAltName (RFC 5280 4.2.1.6); owned */
	char *names[TLS_CERTIFICATE_NAMES_KEPT];
	size_t name_count;
	size_t names_omitted; /* beyond the limit, or with a NUL */
	const char *key;      /* static: "RSA", "EC", "Ed25519", ..., or NULL */
	unsigned key_bits;
	enum tls_name_fit fit; /* the name asked for */
};

/*
 * Reads the body of a Certificate message (without its header of 4 bytes) into |*c|, which may hold anything. |openssl| is loaded.
 * |account| is charged with the texts; NULL: none. |tls13|: in the form of TLS 1.3. |asked| is the name of the client's hello, "" or
 * NULL if there was none. Returns false if the message is malformed, or not a single certificate can be read; |*c| then holds what was
 * read before. Free it with tls_certificate_finish in both cases.
 */
bool tls_certificate_read(const struct openssl_library *openssl, struct tls_certificate *c,
			  struct account *account, struct span body, bool tls13, const char *asked);
/* Frees the strings and empties |*c|. A zeroed one is valid. */
void tls_certificate_finish(struct tls_certificate *c);

#endif
