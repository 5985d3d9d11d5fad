/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sharing: decides whether handing calls to other threads pays. The bytes of message bodies are expensive to hand over, because they move from one
 * processor's cache to another's, and cheap to analyze. Commands, replies and events are the opposite.
 */
#ifndef SMTPSCOPE_SHARING_H
#define SMTPSCOPE_SHARING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SHARING_LARGE = 512,  /* bytes of a chunk from which it counts as part of a body */
	SHARING_CALLS = 4096, /* calls after which the next decision is due */
	SHARING_WORTH =
	    16 * 1024, /* bytes of bodies whose handing over costs as much as sharing one small call saves */
};

/* Zeroed: it pays. */
struct sharing {
	uint64_t bodies; /* bytes of large chunks since the last decision */
	uint32_t small;	 /* other calls since then */
	uint32_t calls;	 /* both */
	bool futile;	 /* the last decision: it does not pay */
};

/* Notes a call with |bytes| bytes of a chunk; 0: another call. */
static inline void sharing_note(struct sharing *s, size_t bytes)
{
	s->calls++;
	if (bytes >= SHARING_LARGE)
		s->bodies += bytes;
	else
		s->small++;
}

/* Returns whether enough calls have been noted for the next decision. */
static inline bool sharing_is_due(const struct sharing *s)
{
	return s->calls >= SHARING_CALLS;
}

/*
 * Returns whether it pays, judged by the calls since the last decision, and restarts the count. A change costs something, too, so
 * the bodies must outweigh the small calls twice before sharing ends.
 */
bool sharing_pays(struct sharing *s);

#endif
