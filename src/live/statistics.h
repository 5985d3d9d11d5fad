/* SPDX-License-Identifier: BSD-2-Clause */
/* statistics: the counters of a watch at one moment, for SIGUSR1 and Prometheus. */
#ifndef SMTPSCOPE_STATISTICS_H
#define SMTPSCOPE_STATISTICS_H

#include "host_keys.h"
#include "live.h"
#include "pipeline.h"

#include <stdio.h>

struct statistics {
	struct pipeline_counts counts;
	uint64_t memory, memory_limit;		 /* bytes the analysis uses, and their limit */
	uint64_t seconds;			 /* since the start */
	const struct live *live;		 /* for the counters of its interfaces */
	uint64_t waiting_packets, waiting_bytes; /* waiting in memory for the analysis */
	uint64_t waited_packets;		 /* packets that have waited so far */
	uint64_t kept_lost;			 /* packets for which --write had no room */
	uint64_t output_lost;			 /* lines of the report that could not be written */
	uint64_t kept_unwritten;		 /* packets of --write that could not be written */
	const struct host_keys *host_keys;	 /* NULL: no keys are read from this host's processes */
	uint64_t tied;				 /* connections of which records were opened */
};

/* One line about the keys of this host's processes; nothing if they are not read. */
void statistics_print_keys(const struct statistics *s, FILE *to);
/* Writes a few lines for people. */
void statistics_print(const struct statistics *s, FILE *to);

#endif
