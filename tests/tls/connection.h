/* SPDX-License-Identifier: BSD-2-Clause */
/* connection: the two streams of a TLS connection with known secrets (sealed.h), for tests of what opens them. */
#ifndef SMTPSCOPE_TEST_CONNECTION_H
#define SMTPSCOPE_TEST_CONNECTION_H

#include "loaded_openssl.h"
#include "sealed.h"
#include "tls_handshake.h"
#include "tls_key_log.h"
#include "tls_workspace.h"

#include <check.h>
#include <stdlib.h>

enum { RECORD_ROOM = 16384 + SEALED_OVERHEAD };

struct connection {
	enum sealed_kind kind;
	struct sealer sealers[2];
	struct tls_keys *keys;
	struct tls_workspace *workspace;
	struct tls_handshake *handshake;
	uint64_t at[2]; /* stream offsets reached */
	tstamp now;
};

static inline void connection_init(struct connection *c, enum sealed_kind kind, bool keys_may_come)
{
	static const uint64_t secret[2] = { 1, 2 };

	*c = (struct connection){ .kind = kind, .now = 10 * TSTAMP_SECOND };
	ck_assert(sealed_keys_make(c->sealers, kind, false));
	c->keys = tls_keys_create(0, secret);
	c->workspace = tls_workspace_create(c->keys, keys_may_come, NULL);
	c->handshake = tls_handshake_create(loaded_openssl(), NULL);
	ck_assert(c->keys && c->workspace && c->handshake);
}

static inline void connection_finish(struct connection *c)
{
	ck_assert_uint_eq(c->workspace->buffered, 0);
	tls_handshake_destroy(c->handshake);
	tls_workspace_destroy(c->workspace);
	tls_keys_destroy(c->keys);
}

static inline void connection_add_log(struct connection *c, const char *text)
{
	struct tls_key_log log;

	tls_key_log_begin(&log, c->keys);
	tls_key_log_push(&log, span_text(text));
	tls_key_log_end(&log);
}

static inline void connection_add_keys(struct connection *c)
{
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	ck_assert_ptr_nonnull(out);
	sealed_keys_print(out);
	fclose(out);
	connection_add_log(c, text);
	free(text);
}

/* The chunk of the next |bytes|; NULL: a gap. */
static inline struct chunk connection_chunk(struct connection *c, enum direction d, const uint8_t *bytes,
					    size_t length)
{
	struct chunk chunk = { .direction = d,
			       .gap = bytes == NULL,
			       .bytes = bytes,
			       .length = length,
			       .offset = c->at[d],
			       .acked_known = true,
			       .peer_acked = c->at[!d] };

	c->at[d] += length;
	c->now += TSTAMP_MILLISECOND;
	chunk.frame = chunk.sent = (struct frame_ref){ .number = 1, .time = c->now };
	return chunk;
}

/* One record of |text| in |to|. Returns its length. */
static inline size_t connection_seal(struct connection *c, enum direction d, const char *text, uint8_t *to)
{
	size_t length = sealed_record(&c->sealers[d], 23, span_text(text), to);

	ck_assert_uint_gt(length, 0);
	return length;
}

#endif
