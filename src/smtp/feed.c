/* SPDX-License-Identifier: BSD-2-Clause */
#include "feed.h"

#include "session.h"

enum phase feed_phase(const struct session *s)
{
	if (s->quit_done)
		return PHASE_QUIT;
	if (s->server_tls || s->client_state == CLIENT_TLS || s->client_state == CLIENT_STARTTLS_ASKED ||
	    s->client_state == CLIENT_TLS_BEGIN || s->client_state == CLIENT_START)
		return PHASE_TLS;
	if (s->client_state == CLIENT_AUTH || s->client_state == CLIENT_AUTH_ASKED)
		return PHASE_AUTH;
	if (s->text_sent)
		return PHASE_FINAL;
	if (s->client_state == CLIENT_BODY || s->client_state == CLIENT_CHUNK ||
	    s->client_state == CLIENT_BODY_GAP || s->client_state == CLIENT_BDAT_ASKED)
		return PHASE_BODY;
	if (!s->greeting_done)
		return !flow_from_start(s->flow) ? PHASE_UNKNOWN : PHASE_CONNECT;
	if (!flow_from_start(s->flow) && doubt_has(&s->doubt, DOUBT_CLIENT_LOST) && !s->hello_done)
		return PHASE_UNKNOWN;
	return s->hello_done ? PHASE_ENVELOPE : PHASE_HELLO;
}

void feed_emit(struct session *s, struct smtp_event *event)
{
	const struct place *place = pairing_head(s->pairing);

	while (place && place->loss)
		place = place->next;
	s->facts.open = pairing_open(s->pairing);
	s->facts.unsure = doubt_has(&s->doubt, DOUBT_UNSETTLED);
	event->session = &s->facts;
	event->attachment = &s->attachment;
	event->phase = feed_phase(s);
	event->oldest_open = place ? &place->command : NULL;
	s->shared->sink(s->shared->context, event);
}

void feed_command(struct session *s, enum smtp_event_kind kind, const struct command *command)
{
	struct smtp_event event = { .kind = kind,
				    .frame = command->frame,
				    .command = command,
				    .direction = DIR_CLIENT,
				    .offset = command->start };

	feed_emit(s, &event);
}

void feed_note(struct session *s, enum smtp_note note, const struct frame_ref *frame, uint64_t offset,
	       struct span line)
{
	struct smtp_event event = { .kind = SMTP_NOTE,
				    .frame = *frame,
				    .note = note,
				    .offset = offset,
				    .line = line,
				    .direction = DIR_CLIENT };

	feed_emit(s, &event);
}
