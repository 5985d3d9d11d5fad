/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * editor: changes bytes of a packet and keeps its checksums as right as they were. Each checksum that covers
 * a changed byte is updated by the difference (RFC 1624), so it needs neither the bytes that were not captured
 * nor the knowledge whether it was right. A checksum that another one covers is a changed byte itself.
 */
#ifndef SMTPSCOPE_EDITOR_H
#define SMTPSCOPE_EDITOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	EDITOR_SUMS = 40
}; /* checksums of one packet: two a layer, and those in the packet an ICMP error quotes */

#define EDITOR_NONE SIZE_MAX

/* An Internet checksum (RFC 1071). Positions count from the start of the packet. */
struct editor_sum {
	size_t at;	  /* of its field, two bytes */
	size_t from, to;  /* the bytes that it covers; |to| may be past the end of what was captured */
	size_t addresses; /* the addresses of the pseudo header, which it covers too; EDITOR_NONE: none */
	size_t addresses_length;
	/* 16 bytes more of the pseudo header, where a routing header has the last address; 0: they are among the others */
	size_t target;
	bool outside;  /* the pseudo header is in another packet: editor_pseudo */
	bool optional; /* 0 means that there is none (UDP) */
};

struct editor {
	uint8_t *bytes;
	size_t length;
	struct editor_sum sums[EDITOR_SUMS];
	size_t count;
};

void editor_init(struct editor *e, uint8_t *bytes, size_t length);
/* Adds a checksum; ignores it if its field was not captured. Returns false if there are too many. */
bool editor_add(struct editor *e, const struct editor_sum *sum);
/* Replaces |length| bytes at |at|; those past the end are left out. */
void editor_put(struct editor *e, size_t at, const uint8_t *with, size_t length);
/* |length| bytes (even) of a pseudo header in another packet have changed from |before| to |after|. */
void editor_pseudo(struct editor *e, const uint8_t *before, const uint8_t *after, size_t length);

#endif
