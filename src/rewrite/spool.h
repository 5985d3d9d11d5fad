/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * spool: keeps the packets of an input that can be read only once, for a second pass. They are in an unnamed
 * temporary file, which no other program can open and which is gone when the program ends.
 */
#ifndef SMTPSCOPE_SPOOL_H
#define SMTPSCOPE_SPOOL_H

#include "buf.h"
#include "frame.h"

#define SPOOL_BYTES ((uint64_t)1073741824) /* bytes of all packets; later ones are not kept */

struct spool;

/* Returns NULL, and a line in |error|, if there is no temporary file. */
struct spool *spool_create(struct buf *error);
/* Accepts NULL. */
void spool_destroy(struct spool *s);
/* A frame_sink; |spool| is a struct spool. Counts the packets that do not fit. */
void spool_push(void *spool, const struct frame *frame);
/* Passes the packets to |sink|. Returns false if they could not be read back. */
bool spool_run(struct spool *s, frame_sink *sink, void *context);
/* Number of packets that were not kept. */
uint64_t spool_lost(const struct spool *s);

#endif
