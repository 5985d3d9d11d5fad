/* SPDX-License-Identifier: BSD-2-Clause */
/* dialogue_recorder: turns the records of a session into entries of its dialogue, with credentials masked. */
#ifndef SMTPSCOPE_DIALOGUE_RECORDER_H
#define SMTPSCOPE_DIALOGUE_RECORDER_H

#include "dialogue.h"

struct dialogue_recorder {
	bool show_secrets;   /* credentials are not masked */
	bool several_inputs; /* as in struct report_config */
	struct buf scratch;  /* text with masked credentials */
	struct buf text;     /* of the entry that is being made */
};

void dialogue_recorder_init(struct dialogue_recorder *r, bool show_secrets, bool several_inputs);
void dialogue_recorder_finish(struct dialogue_recorder *r);
/*
 * Adds the entries for |record|, which is neither a story nor the end of a session. |d| is the dialogue of its session. If memory
 * runs out, an entry is missing.
 */
void dialogue_record(struct dialogue_recorder *r, struct dialogue *d, const struct record *record);

#endif
