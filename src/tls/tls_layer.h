/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_layer: the dialogue inside TLS, as chunks, events and a view of the flow whose offsets count the text and not the
 * records, so that everything behind it works as it does on plain text (compare flow_view.h). The text of each direction goes
 * on at the offset where TLS began.
 *
 * If keys may still come, the layer holds chunks and events back until they do, for at most TLS_HELD_TIME of packet time and
 * TLS_HELD bytes.
 */
#ifndef SMTPSCOPE_TLS_LAYER_H
#define SMTPSCOPE_TLS_LAYER_H

#include "backlog.h"
#include "tls_opener.h"
#include "tls_places.h"

struct tls_layer_sink {
	void *context;
	/* The first record was opened: from here on chunk is called. */
	void (*begin)(void *context, const struct frame_ref *frame);
	/* |view| is the flow as the dialogue sees it, from here on. It is brought up to date before each call. */
	void (*view)(void *context, const struct flow *view);
	void (*chunk)(void *context, const struct chunk *chunk);
	void (*event)(void *context, const struct flow_event *event);
	/* Bytes of handshake messages or alerts inside (|type| of enum tls_content); NULL: not wanted. */
	void (*message)(void *context, enum direction direction, uint8_t type, struct span bytes,
			const struct frame_ref *frame);
};

struct tls_layer;

/*
 * The layer of a connection; see tls_opener_create. |flow| is what the sink's owner sees now; it must stay valid until
 * tls_layer_flow replaces it. Returns NULL if memory runs out.
 */
struct tls_layer *tls_layer_create(struct tls_workspace *workspace, struct tls_handshake *handshake,
				   const struct flow *flow, const struct tls_layer_sink *sink);
void tls_layer_destroy(struct tls_layer *l);
/* |flow| takes the place of the flow given before. */
void tls_layer_flow(struct tls_layer *l, const struct flow *flow);
/* A chunk of TLS; |handshake| must have been given it before. */
void tls_layer_chunk(struct tls_layer *l, const struct chunk *chunk);
/* An event of the connection: goes to the sink, translated once text is read. */
void tls_layer_event(struct tls_layer *l, const struct flow_event *event);
/* Packet time is |now|: opens what was held if its keys have come, and gives up what was held for too long. */
void tls_layer_flush(struct tls_layer *l, tstamp now);
/* No more will come: passes on what is held. */
void tls_layer_end(struct tls_layer *l);
/* Returns whether text is read: chunks of both directions belong to the layer. */
bool tls_layer_begun(const struct tls_layer *l);
enum tls_sealed_by tls_layer_sealed(const struct tls_layer *l);

#endif
