/* SPDX-License-Identifier: BSD-2-Clause */
#include "feed.h"

#include "dialogue_progress.h"
#include "doubt.h"
#include "feed_state.h"
#include "pairing.h"

#include <assert.h>

enum phase feed_phase(const struct feed *f)
{
	const struct dialogue_progress *progress = f->progress;
	const enum client_state state = *f->client_state;

	if (progress->quit_done)
		return PHASE_QUIT;
	if (progress->server_tls || state == CLIENT_TLS || state == CLIENT_STARTTLS_ASKED ||
	    state == CLIENT_TLS_BEGIN || state == CLIENT_START)
		return PHASE_TLS;
	if (state == CLIENT_AUTH || state == CLIENT_AUTH_ASKED)
		return PHASE_AUTH;
	if (progress->text_sent)
		return PHASE_FINAL;
	if (state == CLIENT_BODY || state == CLIENT_CHUNK || state == CLIENT_BODY_GAP ||
	    state == CLIENT_BDAT_ASKED)
		return PHASE_BODY;
	if (!progress->greeting_done)
		return !flow_from_start(f->facts->flow) ? PHASE_UNKNOWN : PHASE_CONNECT;
	if (!flow_from_start(f->facts->flow) && doubt_has(f->doubt, DOUBT_CLIENT_LOST) && !progress->hello_done)
		return PHASE_UNKNOWN;
	return progress->hello_done ? PHASE_ENVELOPE : PHASE_HELLO;
}

void feed_emit(struct feed *f, struct smtp_event *event)
{
	const struct place *place = pairing_oldest(f->pairing);

	assert(!f->progress->answering || (event->kind != SMTP_COMMAND && event->kind != SMTP_TLS));
	f->facts->open = place ? pairing_open(f->pairing) : 0;
	f->facts->unsure = doubt_has(f->doubt, DOUBT_UNSETTLED);
	event->session = f->facts;
	event->attachment = &f->attachment;
	event->phase = feed_phase(f);
	event->oldest_open = place ? &place->command : NULL;
	f->sink->event(f->sink->context, event);
}

void feed_command(struct feed *f, enum smtp_event_kind kind, const struct command *command)
{
	struct smtp_event event = { .kind = kind,
				    .frame = command->frame,
				    .command = command,
				    .direction = DIR_CLIENT,
				    .offset = command->start };

	feed_emit(f, &event);
}

void feed_note(struct feed *f, enum smtp_note note, const struct frame_ref *frame, uint64_t offset,
	       struct span line)
{
	struct smtp_event event = { .kind = SMTP_NOTE,
				    .frame = *frame,
				    .note = note,
				    .offset = offset,
				    .line = line,
				    .direction = DIR_CLIENT };

	feed_emit(f, &event);
}
