/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cutter: the second pass over the packets of a capture. Passes on those of marked sessions, with the marked bytes
 * replaced: TCP segments behind any tunnel, the IP fragments that carry them, and ICMP errors that quote them. It
 * decodes the packets like the first pass, so it needs no list of them. A packet that cannot be changed safely is
 * left out and counted.
 */
#ifndef SMTPSCOPE_CUTTER_H
#define SMTPSCOPE_CUTTER_H

#include "frame.h"
#include "layout.h"
#include "marks.h"

enum {
	CUTTER_WAITING = 16 * 1024 * 1024, /* bytes of packets that wait for the other fragments of a datagram */
};

struct cutter;

/* Receives the packets, in their order. |marks|: the session. Valid during the call only. */
typedef void cut_sink(void *context, const struct frame *frame, const struct session_marks *marks);

struct cutter_config {
	cut_sink *sink;
	void *context;
	/* Replaces an address, in place: the bytes of it that |kind| has (layout.h); NULL: addresses stay. */
	void (*address)(void *context, enum layout_kind kind, uint8_t *address);
	void *address_context;
	struct account *account; /* charged with what waits; must outlive it; NULL: none */
	uint64_t secret[2];	 /* for the hashes of its tables */
};

/* Returns NULL if memory runs out. */
struct cutter *cutter_create(const struct cutter_config *config);
/* Accepts NULL. */
void cutter_destroy(struct cutter *c);
/*
 * Adds a session before the first packet of it; |marks| must outlive the cutter. The sessions of one pair of
 * endpoints must be added in their order. Returns false if memory runs out.
 */
bool cutter_add(struct cutter *c, const struct session_marks *marks);
/* A frame_sink; |cutter| is a struct cutter. */
void cutter_push(void *cutter, const struct frame *frame);
/* Passes on what still waits; incomplete datagrams belong to no session. */
void cutter_finish(struct cutter *c);

struct cutter_counts {
	uint64_t written;
	uint64_t left_out; /* packets of marked sessions that could not be changed safely, or that memory lacked for */
};
struct cutter_counts cutter_count(const struct cutter *c);

#endif
