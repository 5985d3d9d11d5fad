/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzzes the TLS stage. Input: a sequence of chunks, each with a byte (bit 0: from the server, bit 1: a gap)
 * and a length (two bytes, limited to what is left).
 */
#include "../tls/loaded_openssl.h"
#include "tls_handshake.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tls_handshake *h = tls_handshake_create(loaded_openssl(), NULL);
	struct span input = span_of(data, size);
	uint64_t offset[2] = { 0, 0 };
	uint16_t length;
	uint8_t kind;

	if (!h)
		return 0;
	while (span_get_u8(input, 0, &kind) && span_get_be16(input, 1, &length)) {
		struct chunk chunk = { .direction = kind & 1 ? DIR_SERVER : DIR_CLIENT, .gap = kind & 2 };
		struct span bytes = span_first(span_from(input, 3), length);

		chunk.offset = offset[chunk.direction];
		chunk.length = chunk.gap ? length : bytes.length;
		chunk.bytes = chunk.gap ? NULL : bytes.at;
		offset[chunk.direction] += chunk.length;
		tls_handshake_push(h, &chunk);
		input = span_from(input, 3 + (chunk.gap ? 0 : bytes.length));
	}
	if (tls_handshake_complete(h) && (tls_handshake_broken_off(h) || tls_handshake_client_alerts(h)))
		abort();
	if (h->client_hello.version_count > TLS_VERSIONS_KEPT || !memchr(h->client_hello.sni, 0, TLS_SNI_SIZE))
		abort();
	tls_handshake_destroy(h);
	return 0;
}
