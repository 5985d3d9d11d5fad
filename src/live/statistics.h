/* SPDX-License-Identifier: BSD-2-Clause */
/* statistics: the figures of a watch at one moment, for SIGUSR1 and for Prometheus. */
#ifndef SMTPSCOPE_STATISTICS_H
#define SMTPSCOPE_STATISTICS_H

#include "live.h"
#include "pipeline.h"

#include <stdio.h>

struct statistics {
	struct pipeline_counts counts;
	uint64_t memory, memory_limit;		 /* bytes the analysis holds, and may */
	uint64_t seconds;			 /* since the start */
	const struct live *live;		 /* for its interfaces' figures */
	uint64_t waiting_packets, waiting_bytes; /* that wait in memory for the analysis */
	uint64_t waited_packets;		 /* that ever did */
	uint64_t kept_lost;			 /* packets that --write had no room for */
};

/* A few lines for a person. */
void statistics_print(const struct statistics *s, FILE *to);

#endif
