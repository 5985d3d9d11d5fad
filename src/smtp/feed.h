/* SPDX-License-Identifier: BSD-2-Clause */
/* feed: hands events of a session to the sink, with what every event carries. */
#ifndef SMTPSCOPE_FEED_H
#define SMTPSCOPE_FEED_H

#include "event.h"

struct feed;

/* Where the dialogue stands now. */
enum phase feed_phase(const struct feed *f);
/* Fills in session, attachment, phase and open commands, and hands |event| on. */
void feed_emit(struct feed *f, struct smtp_event *event);
void feed_command(struct feed *f, enum smtp_event_kind kind, const struct command *command);
void feed_note(struct feed *f, enum smtp_note note, const struct frame_ref *frame, uint64_t offset,
	       struct span line);

#endif
