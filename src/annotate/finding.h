/* SPDX-License-Identifier: BSD-2-Clause */
/* finding: something a person should look at, with its proof. Lives for the time of the call that hands it over. */
#ifndef SMTPSCOPE_FINDING_H
#define SMTPSCOPE_FINDING_H

#include "certainty.h"
#include "frame_ref.h"
#include "severity.h"
#include <stdbool.h>
#include <stddef.h>

struct finding {
	uint64_t number;	/* 1-based in this output */
	uint64_t root;		/* number of the finding whose consequence it is; 0: of none */
	const char *id, *cause; /* kebab-case names from rules/findings */
	enum severity severity;
	enum certainty certainty;
	struct frame_ref frame;
	const struct frame_ref *frames; /* all packets of the evidence, in order */
	size_t frame_count;
	const char *title, *why, *fix, *reference; /* one line each; may hold bytes from the wire: escape them */
	bool crossed; /* unexpected-221: the acknowledgement proves that it was sent before the newest command came */
};

#endif
