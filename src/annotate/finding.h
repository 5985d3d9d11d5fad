/* SPDX-License-Identifier: BSD-2-Clause */
/* finding: a problem or remark with its evidence. Valid during the call that passes it. */
#ifndef SMTPSCOPE_FINDING_H
#define SMTPSCOPE_FINDING_H

#include "certainty.h"
#include "enhanced.h"
#include "frame_ref.h"
#include "responsibility.h"
#include "severity.h"
#include <stdbool.h>
#include <stddef.h>

/* Texts of a finding that live as long as the rules, as bits. */
enum lasting_text { LASTING_TITLE = 0x1, LASTING_WHY = 0x2, LASTING_FIX = 0x4, LASTING_REFERENCE = 0x8 };

struct finding {
	uint64_t number;	/* 1-based in this output */
	uint64_t root;		/* number of the finding that it is a consequence of; 0: of none */
	const char *id, *cause; /* names from rules/findings.yaml */
	enum severity severity;
	enum certainty certainty;
	struct frame_ref frame;
	const struct frame_ref *frames; /* all packets of the evidence, sorted by time */
	size_t frame_count;
	const char *title, *why, *fix,
	    *reference; /* one line each; may contain bytes from the wire (escape them), but no credentials */
	size_t message; /* 1-based number of the session's message that it is about; 0: of none */
	unsigned code;	/* of the reply that it is about; 0: it is not about a reply */
	uint64_t reply; /* where that reply begins: its offset in the server's stream */
	char enhanced[ENHANCED_SIZE]; /* of that reply; "": none */
	const char *recipient; /* the recipient it is about, as in struct recipient; NULL: nobody in particular */
	enum responsible responsible;
	enum retry retry;
	unsigned lasting; /* of enum lasting_text; the other texts are valid during the call */
	bool crossed; /* unexpected-221: the acknowledgement proves that it was sent before the newest command arrived */
};

#endif
