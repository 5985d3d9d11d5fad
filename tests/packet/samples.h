/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * samples: at least one packet for every layer, all with the same segment inside. A new layer adds its line.
 */
#ifndef SMTPSCOPE_TEST_SAMPLES_H
#define SMTPSCOPE_TEST_SAMPLES_H

#include "wire.h"

struct sample {
	const char *name;
	int link_type;
	unsigned version; /* of the innermost IP header */
	const char *text; /* in the format of wire_make */
};

extern const struct sample samples[];
extern const size_t sample_count;

#endif
