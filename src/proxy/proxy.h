/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proxy: the stage between the streams and the SMTP sessions. It removes the exchange with a SOCKS or HTTP CONNECT proxy in
 * front of the dialogue, decides which connections are SMTP and which side is the server, and numbers the sessions in the
 * order of their first packets. A session sees the dialogue alone: its chunks, its events and a view of its flow, all with
 * offsets that count from the first byte of the dialogue (flow_view.h).
 */
#ifndef SMTPSCOPE_PROXY_H
#define SMTPSCOPE_PROXY_H

#include "chunk.h"
#include "proxied.h"

struct proxy_config {
	const uint16_t *ports; /* of mail servers; used with |any_port| only; the array must outlive the stage */
	size_t port_count;
	bool any_port;		 /* connections of other ports are sessions if their content is SMTP */
	struct account *account; /* charged with what is kept of connections; must outlive the stage; NULL: none */
};

/* What the stage calls. |session| is what open returned. */
struct proxy_sink {
	void *context;
	/* A new session. |view| lives until close has returned, or until the view call replaces it. */
	void *(*open)(void *context, const struct flow *view);
	/* |view| replaces the one that the session has; the old one is gone when the call returns. */
	void (*view)(void *session, const struct flow *view);
	/* A proxy is in front of the server, or has |refused| to connect. |facts| live as long as the call. */
	void (*proxied)(void *session, const struct proxied_facts *facts, bool refused);
	void (*chunk)(void *session, const struct chunk *chunk);
	void (*event)(void *session, const struct flow_event *event);
	void (*expect)(const void *session, unsigned step); /* as that of a stream_sink */
	/* The last call for this session; |time| is the packet time at which its flow ended. */
	void (*close)(void *session, enum flow_end end, tstamp time);
};

struct proxy;

/* NULL if memory is short. |sink| is copied; its context must outlive the stage. */
struct proxy *proxy_create(const struct proxy_config *config, const struct proxy_sink *sink);
void proxy_destroy(struct proxy *p);
/* Compiles the patterns of lines, which are otherwise compiled when they are first used. Returns false if memory runs out. */
bool proxy_prepare(struct proxy *p);
/* The calls that the stream stage makes, bound to |p|, which must outlive the stream. */
struct stream_sink proxy_stream_sink(struct proxy *p);

#endif
