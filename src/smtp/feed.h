/* SPDX-License-Identifier: BSD-2-Clause */
/* feed: hands events of a session to the sink, with what every event carries. */
#ifndef SMTPSCOPE_FEED_H
#define SMTPSCOPE_FEED_H

#include "event.h"

struct session;

/* Where the dialogue stands now. */
enum phase feed_phase(const struct session *s);
/* Fills in session, attachment, phase and open commands, and hands |event| on. */
void feed_emit(struct session *s, struct smtp_event *event);
void feed_command(struct session *s, enum smtp_event_kind kind, const struct command *command);
void feed_note(struct session *s, enum smtp_note note, const struct frame_ref *frame, uint64_t offset,
	       struct span line);

#endif
