/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * disorder: what a capture point and a path do to packets: some are lost, some are captured twice, some change places with the next one, and of some
 * connections only one side is captured. Stands between the packets that are made and the file.
 */
#ifndef SMTPSCOPE_BENCH_DISORDER_H
#define SMTPSCOPE_BENCH_DISORDER_H

#include "rng.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { DISORDER_RECORD_MAX = 2048 };

/* Percentages; zeroed: order. */
struct disorder {
	uint32_t lost, twice, swapped, one_sided;
	struct rng rng;
	uint8_t held[DISORDER_RECORD_MAX]; /* a record that the next one overtakes */
	size_t held_length;
};

/*
 * Writes a record of a pcap file, of at most DISORDER_RECORD_MAX bytes, or does something else to it. |connection| is the same for all packets of a
 * connection, |from_server| says which side sent it. Returns the bytes written.
 */
size_t disorder_write(struct disorder *d, FILE *out, const void *record, size_t length, uint64_t connection,
		      bool from_server);
/* Writes the record that is still held. Returns the bytes written. */
size_t disorder_end(struct disorder *d, FILE *out);

#endif
