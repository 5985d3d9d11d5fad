/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * replay: puts many variants of talks into one capture. Variant N runs at the same time as the others, a
 * little later, and its clients have the addresses 10.<N / 256>.<N % 256>.x (IPv6: 2001:db8:<N / 65536>:<N %
 * 65536>:...), so that its records can be identified.
 */
#ifndef SMTPSCOPE_TALK_REPLAY_H
#define SMTPSCOPE_TALK_REPLAY_H

#include "talk.h"

enum { REPLAY_VARIANTS_MAX = 65000 };

struct replay {
	const struct talk_layer *layer;
	struct replay_packet *packets;
	size_t packet_count, packet_capacity;
	unsigned variants;
};

void replay_init(struct replay *r, const struct talk_layer *layer);
/* Adds a variant and returns its number, or 0 if there are too many or memory runs out. */
unsigned replay_add(struct replay *r, const struct talk *t);
/* Writes the capture. */
bool replay_write(struct replay *r, FILE *out);
void replay_finish(struct replay *r);

#endif
