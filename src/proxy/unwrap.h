/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * unwrap: between the stream stage and the sessions of the smtp stage. Takes off what is said to a proxy ahead of the dialogue
 * (SOCKS, HTTP CONNECT), finds SMTP by content on ports that do not tell, and puts client and server right where the content
 * tells them apart. What is handed on begins with the dialogue: offsets and acknowledgements count from there. Chunks
 * and events are held until the first bytes decide, within bounds.
 */
#ifndef SMTPSCOPE_UNWRAP_H
#define SMTPSCOPE_UNWRAP_H

#include "chunk.h"
#include "patterns.h"
#include "proxied.h"

struct unwrap_config {
	const uint16_t *ports; /* of mail servers: what is there is a session whatever it says; the array must outlive the unwrap */
	size_t port_count; /* 0: all ports are */
	bool any_port; /* SMTP on other ports is found; sessions are numbered anew, in order of their first packets */
	struct patterns *patterns; /* the caller's */
};

/* Where sessions live. */
struct unwrap_target {
	struct stream_sink sink;
	/* The dialogue stands behind a proxy, or was |refused| by it, before it began. |facts| live as long as the call. */
	void (*proxied)(void *session, const struct proxied_facts *facts, bool refused);
};

struct unwrap;

/* NULL where memory is short. */
struct unwrap *unwrap_create(const struct unwrap_config *config, const struct unwrap_target *target);
void unwrap_destroy(struct unwrap *u);
/* The calls of the stream stage, bound to |u|, which must outlive the stream. */
struct stream_sink unwrap_stream_sink(struct unwrap *u);

#endif
