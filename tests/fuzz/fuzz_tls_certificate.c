/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzzes the reader of Certificate messages and that of hellos. Input: a byte (bit 0: TLS 1.3, bit 1: a hello), the length of the name
 * asked for, that name, and the body of the message.
 */
#include "../tls/loaded_openssl.h"
#include "tls_certificate.h"
#include "tls_fingerprint.h"
#include "tls_hello.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_text(const char *text)
{
	require(!text || strlen(text) < TLS_CERTIFICATE_TEXT);
}

static void read_certificate(struct span body, bool tls13, const char *asked)
{
	struct tls_certificate c;
	bool good = tls_certificate_read(loaded_openssl(), &c, NULL, body, tls13, asked);

	require(!good || c.read > 0);
	require(c.read <= c.count && c.read <= TLS_CHAIN_KEPT && c.name_count <= TLS_CERTIFICATE_NAMES_KEPT);
	require(c.count <= body.length / 3);
	require(asked[0] || c.fit == TLS_NAME_UNKNOWN);
	for (size_t i = 0; i < c.read; i++) {
		check_text(c.chain[i].subject);
		check_text(c.chain[i].issuer);
	}
	for (size_t i = 0; i < c.name_count; i++)
		check_text(c.names[i]);
	tls_certificate_finish(&c);
	require(c.read == 0 && c.name_count == 0);
}

static void read_hello(struct span body)
{
	struct tls_client_hello client;
	struct tls_server_hello server;
	struct tls_fingerprint f;
	char alpn[TLS_ALPN_SIZE];

	if (tls_client_hello_read(&client, body)) {
		require(client.version_count <= TLS_VERSIONS_KEPT && client.group_count <= TLS_GROUPS_KEPT);
		require(memchr(client.sni, 0, TLS_SNI_SIZE) && memchr(client.alpn, 0, TLS_ALPN_SIZE));
		require(client.size == body.length);
		tls_fingerprint_compute(loaded_openssl(), &f, body);
		require(strlen(f.ja3) == TLS_JA3_SIZE - 1 && strlen(f.ja4) == TLS_JA4_SIZE - 1);
	}
	if (tls_server_hello_read(&server, body))
		require(memchr(server.alpn, 0, TLS_ALPN_SIZE));
	tls_alpn_read(alpn, body);
	require(memchr(alpn, 0, TLS_ALPN_SIZE));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span input = span_of(data, size);
	uint8_t kind, length;
	char asked[256] = "";

	if (!span_get_u8(input, 0, &kind) || !span_get_u8(input, 1, &length) ||
	    !span_copy(input, 2, asked, length))
		return 0;
	input = span_from(input, 2 + (size_t)length);
	if (kind & 2)
		read_hello(input);
	else
		read_certificate(input, kind & 1, asked);
	return 0;
}
