/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzzes the opening of TLS records. Input: a byte that chooses TLS 1.2 or 1.3, then chunks, each with a byte (bit 0: from the
 * server; bits 1 and 2: raw bytes, a gap, a record sealed with the right keys, or such a record that is damaged) and a length (two
 * bytes, limited to what is left). The handshake comes before them.
 */
#include "../tls/loaded_openssl.h"
#include "sealed.h"
#include "tls_key_log.h"
#include "tls_layer.h"

#include <stdlib.h>

enum op { OP_RAW, OP_GAP, OP_SEALED, OP_DAMAGED };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	struct flow flow;
	const struct flow *view;
	struct tls_workspace *workspace;
	struct tls_handshake *handshake;
	struct tls_layer *layer;
	bool begun;
	bool clean[2];	    /* only sealed records so far */
	struct span wanted; /* text that a clean direction must give next */
	uint64_t text[2];
};

static void on_begin(void *context, const struct frame_ref *frame)
{
	struct run *run = context;

	(void)frame;
	if (run->begun)
		abort();
	run->begun = true;
}

static void on_view(void *context, const struct flow *view)
{
	((struct run *)context)->view = view;
}

static void on_chunk(void *context, const struct chunk *chunk)
{
	struct run *run = context;
	enum direction d = chunk->direction;

	if (!run->begun || chunk->offset != run->text[d] || !chunk->length || chunk->gap != !chunk->bytes)
		abort();
	run->text[d] += chunk->length;
	if (run->view->side[d].delivered != run->text[d] || run->view->side[!d].acked > run->text[!d] ||
	    chunk->peer_acked > run->text[!d])
		abort();
	if (!run->clean[d])
		return;
	if (chunk->gap || !span_equal(span_of(chunk->bytes, chunk->length), run->wanted))
		abort();
	run->wanted = (struct span){ 0 };
}

static void on_event(void *context, const struct flow_event *event)
{
	(void)context;
	(void)event;
}

static void push(struct run *run, enum direction d, bool gap, struct span bytes, uint64_t length)
{
	struct chunk chunk = { .direction = d, .gap = gap, .acked_known = true, .length = length };

	if (!length)
		return;
	chunk.offset = run->flow.side[d].delivered;
	chunk.bytes = gap ? NULL : bytes.at;
	chunk.peer_acked = run->flow.side[!d].acked = run->flow.side[!d].delivered;
	run->flow.side[d].delivered += length;
	tls_handshake_push(run->handshake, &chunk);
	tls_layer_chunk(run->layer, &chunk);
}

static bool begin(struct run *run, struct tls_keys *keys, enum sealed_kind kind)
{
	const struct tls_layer_sink sink = {
		.context = run, .begin = on_begin, .view = on_view, .chunk = on_chunk, .event = on_event
	};
	struct sealed_handshake hellos;

	run->workspace = tls_workspace_create(keys, false, NULL);
	run->handshake = tls_handshake_create(loaded_openssl(), NULL);
	run->view = &run->flow;
	if (!run->workspace || !run->handshake || !sealed_handshake_make(&hellos, kind))
		return false;
	run->layer = tls_layer_create(run->workspace, run->handshake, &run->flow, &sink);
	for (int i = 0; run->layer && i < SEALED_HELLOS; i++)
		push(run, i == 1 ? DIR_SERVER : DIR_CLIENT, false, span_of(hellos.bytes[i], hellos.length[i]),
		     hellos.length[i]);
	run->text[DIR_CLIENT] = run->text[DIR_SERVER] = 0;
	return run->layer != NULL;
}

static void add_keys(struct tls_keys *keys)
{
	struct tls_key_log log;
	char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		abort();
	sealed_keys_print(out);
	fclose(out);
	tls_key_log_begin(&log, keys);
	tls_key_log_push(&log, span_of(text, length));
	tls_key_log_end(&log);
	free(text);
}

static void take(struct run *run, struct sealer *sealers, uint8_t kind, struct span bytes, uint16_t length)
{
	uint8_t record[16384 + SEALED_OVERHEAD];
	enum direction d = kind & 1 ? DIR_SERVER : DIR_CLIENT;
	enum op op = kind >> 1 & 3;
	size_t sealed;

	if (op == OP_RAW || op == OP_GAP) {
		run->clean[d] = run->clean[d] && !length;
		push(run, d, op == OP_GAP, bytes, op == OP_GAP ? length : bytes.length);
		return;
	}
	bytes = span_first(bytes, 16384);
	sealed = sealed_record(&sealers[d], 23, bytes, record);
	if (op == OP_DAMAGED) {
		record[length % sealed] ^= 0x10;
		run->clean[d] = false;
	}
	run->wanted = bytes;
	push(run, d, false, span_of(record, sealed), sealed);
	if (run->clean[d] && run->wanted.length)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint64_t secret[2] = { 1, 2 };
	struct tls_keys *keys = tls_keys_create(0, secret);
	struct run run = { .clean = { true, true } };
	struct span input = span_from(span_of(data, size), 1);
	enum sealed_kind version = size && data[0] & 1 ? SEALED_12 : SEALED_13;
	struct sealer sealers[2];
	uint16_t length;
	uint8_t kind;

	if (keys && sealed_keys_make(sealers, version, false)) {
		add_keys(keys);
		if (!begin(&run, keys, version) || !run.begun)
			abort();
		run.text[DIR_CLIENT] = run.view->side[DIR_CLIENT].delivered;
		run.text[DIR_SERVER] = run.view->side[DIR_SERVER].delivered;
		while (span_get_u8(input, 0, &kind) && span_get_be16(input, 1, &length)) {
			struct span bytes = span_first(span_from(input, 3), length);

			take(&run, sealers, kind, bytes, length);
			input = span_from(input, 3 + ((kind >> 1 & 3) == OP_GAP ? 0 : bytes.length));
		}
		tls_layer_end(run.layer);
		if (run.clean[0] && run.clean[1] && tls_layer_sealed(run.layer) != TLS_OPENED)
			abort();
	}
	tls_layer_destroy(run.layer);
	tls_handshake_destroy(run.handshake);
	tls_workspace_destroy(run.workspace);
	tls_keys_destroy(keys);
	return 0;
}
