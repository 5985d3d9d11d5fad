/* SPDX-License-Identifier: BSD-2-Clause */
#include "dialog.h"

#include "buf.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const OUTCOMES[] = { [OUTCOME_UNKNOWN] = "unknown",
					[OUTCOME_ACCEPTED] = "accepted",
					[OUTCOME_DEFERRED] = "deferred",
					[OUTCOME_REJECTED] = "rejected",
					[OUTCOME_ABORTED] = "aborted" };
static const char *const SESSIONS[] = {
	[SESSION_NO_MAIL] = "no-mail",	 [SESSION_DELIVERED] = "delivered", [SESSION_PARTIAL] = "partial",
	[SESSION_DEFERRED] = "deferred", [SESSION_REJECTED] = "rejected",   [SESSION_ABORTED] = "aborted",
	[SESSION_UNKNOWN] = "unknown"
};
static const char *const NOTES[] = { [NOTE_NONE] = "none",
				     [NOTE_DATA_AFTER_QUIT] = "data-after-quit",
				     [NOTE_EARLY_TALKER] = "early-talker",
				     [NOTE_PLAINTEXT_BEHIND_STARTTLS] = "plaintext-behind-starttls",
				     [NOTE_ODD_END_OF_DATA] = "odd-end-of-data",
				     [NOTE_TLS_ALERT] = "tls-alert",
				     [NOTE_PLAINTEXT_FOR_TLS] = "plaintext-for-tls",
				     [NOTE_LAX_END] = "lax-end",
				     [NOTE_LAX_END_READ] = "lax-end-read" };

static void log_text(struct dialog *d, const char *text)
{
	buf_text(d->log, text);
}

static void log_flag(struct dialog *d, bool set, const char *name)
{
	if (set) {
		log_text(d, " ");
		log_text(d, name);
	}
}

static void log_command(struct dialog *d, const struct command *c)
{
	ck_assert(c->verb[0] != 0);
	ck_assert_uint_le(c->line.length, COMMAND_LINE_KEPT);
	ck_assert_uint_le(c->start, c->end);
	buf_format(d->log, "cmd %s", c->kind == COMMAND_AUTH_RESPONSE ? "auth-response" : c->verb);
	log_flag(d, c->flags & COMMAND_BODY_TEXT, "bodytext");
	log_flag(d, c->flags & COMMAND_ASSUMED, "assumed");
	log_flag(d, c->flags & COMMAND_CUT, "cut");
	log_flag(d, c->flags & COMMAND_UNFINISHED, "unfinished");
	log_flag(d, c->secret_at < c->line.length, "secret");
	log_flag(d, c->flags & COMMAND_PIPELINED, "pipelined");
}

static const char *what(const struct exchange *x)
{
	switch (x->answers) {
	case ANSWERS_CONNECT:
		return "connect";
	case ANSWERS_COMMAND:
		return x->command->verb;
	case ANSWERS_END_OF_DATA:
		return "end-of-data";
	case ANSWERS_BDAT:
		return "bdat";
	case ANSWERS_AUTH_RESPONSE:
		return "auth-response";
	case ANSWERS_NONE:
		return "none";
	case ANSWERS_UNSEEN:
		break;
	}
	return "unseen";
}

static void log_reply(struct dialog *d, const struct exchange *x)
{
	bool asked =
	    x->answers != ANSWERS_CONNECT && x->answers != ANSWERS_NONE && x->answers != ANSWERS_UNSEEN;

	ck_assert(asked == (x->command != NULL));
	ck_assert_uint_lt(x->reply->start, x->reply->end);
	ck_assert_uint_ge(x->reply->code, 200);
	ck_assert_uint_le(x->reply->code, 599);
	buf_format(d->log, "%u %s", x->reply->code, what(x));
	if (x->recipient)
		buf_format(d->log, " for=%s", x->recipient);
	log_flag(d, x->likely, "likely");
	log_flag(d, x->crossed, "crossed");
	log_flag(d, x->unsure, "unsure");
	log_flag(d, x->reply->flags & REPLY_TRUNCATED, "trunc");
}

static void log_message(struct dialog *d, const struct message *m)
{
	buf_format(d->log, "message %s %s bytes=%s%" PRIu64, m->mail_from ? m->mail_from : "-",
		   OUTCOMES[m->outcome], m->bytes_estimated ? "~" : "", m->bytes);
	if (m->queue_id)
		buf_format(d->log, " id=%s", m->queue_id);
	for (size_t i = 0; i < m->recipient_count; i++)
		buf_format(d->log, " %s=%s", m->recipients[i].address, OUTCOMES[m->recipients[i].outcome]);
}

static void note_end(struct dialog *d, const struct session_facts *s)
{
	d->ended++;
	snprintf(d->helo, sizeof d->helo, "%s", s->helo ? s->helo : "");
	snprintf(d->greeting, sizeof d->greeting, "%s", s->greeting ? s->greeting : "");
	d->capabilities = s->capability_count;
	d->outcome = s->outcome;
	d->visibility = s->visibility;
	d->protocol = s->protocol;
	buf_format(d->log, "end %s", SESSIONS[s->outcome]);
}

static void on_event(void *context, const struct smtp_event *e)
{
	struct dialog *d = context;
	/* A lax end is logged once it is known what follows it. */
	bool quiet = e->kind == SMTP_OPENED || e->kind == SMTP_FLOW ||
		     (e->kind == SMTP_NOTE && e->note == NOTE_LAX_END);

	ck_assert(d->ended == 0);
	ck_assert(e->session != NULL);
	switch (e->kind) {
	case SMTP_COMMAND:
		log_command(d, e->command);
		break;
	case SMTP_REPLY:
		log_reply(d, e->exchange);
		break;
	case SMTP_NOT_REPLY:
		log_text(d, "not-reply ");
		buf_append(d->log, e->line);
		break;
	case SMTP_UNANSWERED:
		buf_format(d->log, "unanswered %s", e->command->verb);
		break;
	case SMTP_MESSAGE:
		log_message(d, e->message);
		break;
	case SMTP_GAP:
		buf_format(d->log, "gap %c %" PRIu64, e->direction == DIR_CLIENT ? 'C' : 'S', e->length);
		break;
	case SMTP_TLS:
		log_text(d, "tls");
		break;
	case SMTP_NOTE:
		if (!quiet)
			buf_format(d->log, "note %s", NOTES[e->note]);
		break;
	case SMTP_ENDED:
		note_end(d, e->session);
		break;
	case SMTP_OPENED:
	case SMTP_FLOW:
		break;
	}
	if (!quiet)
		log_text(d, "\n");
	if (d->next)
		d->next(d->next_context, e);
}

void dialog_init_with(struct dialog *d, enum flow_opened opened, const struct smtp_config *config,
		      smtp_sink *next, void *next_context)
{
	struct smtp_config plain = { 0 };

	*d = (struct dialog){ .now = 1000 * TSTAMP_SECOND, .ack = -1, .next = next, .next_context = next_context };
	d->log = malloc(sizeof *d->log);
	ck_assert_ptr_nonnull(d->log);
	buf_init(d->log, 1 << 24);
	d->smtp = smtp_create(config ? config : &plain, on_event, d);
	ck_assert_ptr_nonnull(d->smtp);
	d->sink = smtp_proxy_sink(d->smtp);
	d->flow = (struct flow){ .number = 1, .opened = opened, .roles_known = true, .rtt = -1 };
	ck_assert(addr_parse(&d->flow.client.addr, "192.0.2.1") &&
		  addr_parse(&d->flow.server.addr, "198.51.100.25"));
	d->flow.client.port = 40000;
	d->flow.server.port = 25;
	d->flow.first = d->flow.last = (struct frame_ref){ .number = 1, .digits = 6, .time = d->now };
	if (opened == FLOW_HANDSHAKE)
		d->flow.side[0].syn = d->flow.side[1].syn = true;
	d->session = d->sink.open(d->sink.context, &d->flow);
	ck_assert_ptr_nonnull(d->session);
}

void dialog_init(struct dialog *d, enum flow_opened opened)
{
	dialog_init_with(d, opened, NULL, NULL, NULL);
}

static void push(struct dialog *d, enum direction direction, const uint8_t *bytes, uint64_t length)
{
	uint64_t other = d->said[direction_other(direction)];
	struct chunk chunk = { .direction = direction,
			       .gap = bytes == NULL,
			       .inexact = d->inexact,
			       .bytes = bytes,
			       .length = length,
			       .offset = d->said[direction],
			       .acked_known = d->ack != -2,
			       .peer_acked = d->ack >= 0    ? (uint64_t)d->ack
					     : d->ack == -1 ? other
							    : 0 };
	/* In memory of just that size, so that a sanitizer sees a read past it. */
	uint8_t *copy = malloc(length && bytes ? length : 1);

	ck_assert_ptr_nonnull(copy);
	if (bytes) {
		memcpy(copy, bytes, length);
		chunk.bytes = copy;
	}
	d->now += TSTAMP_MILLISECOND;
	chunk.frame = chunk.sent =
	    (struct frame_ref){ .number = ++d->frame & FRAME_NUMBER_MAX, .digits = 6, .time = d->now };
	d->said[direction] += length;
	d->flow.last = chunk.frame;
	d->flow.side[direction].delivered += length;
	d->flow.side[direction].seen |= !chunk.gap;
	if (chunk.gap)
		d->flow.side[direction].missing += length;
	d->sink.chunk(d->session, &chunk);
	free(copy);
	d->ack = -1;
}

void dialog_bytes(struct dialog *d, enum direction direction, const void *bytes, size_t length)
{
	push(d, direction, bytes, length);
}

void dialog_gap(struct dialog *d, enum direction direction, uint64_t length)
{
	push(d, direction, NULL, length);
}

void dialog_gap_about(struct dialog *d, enum direction direction, uint64_t length)
{
	d->inexact = true;
	push(d, direction, NULL, length);
	d->inexact = false;
}

void dialog_say(struct dialog *d, const char *lines)
{
	while (*lines) {
		size_t length = strcspn(lines, "\n");
		char text[4096];

		ck_assert(length >= 3 && length < sizeof text - 3 && (lines[0] == 'C' || lines[0] == 'S'));
		memcpy(text, lines + 3, length - 3);
		if (lines[1] == ':')
			memcpy(text + length - 3, "\r\n", 2);
		dialog_bytes(d, lines[0] == 'C' ? DIR_CLIENT : DIR_SERVER, text,
			     length - 3 + (lines[1] == ':' ? 2 : 0));
		lines += length + (lines[length] != 0);
	}
}

void dialog_fin(struct dialog *d, enum direction direction)
{
	struct flow_event event = { .kind = FLOW_EVENT_FIN,
				    .direction = direction,
				    .frame = d->flow.last,
				    .offset = d->said[direction] };

	if (d->flow.closed == FLOW_OPEN)
		d->flow.closed = direction == DIR_CLIENT ? FLOW_CLIENT_FIN : FLOW_SERVER_FIN;
	d->flow.side[direction].fin = true;
	d->sink.event(d->session, &event);
}

void dialog_wait(struct dialog *d, tstamp duration)
{
	d->now += duration;
}

void dialog_end(struct dialog *d)
{
	bool closed = d->flow.side[0].fin && d->flow.side[1].fin;

	d->sink.close(d->session, closed ? FLOW_END_CLOSED : FLOW_END_INPUT, d->now);
	ck_assert_uint_eq(d->ended, 1);
}

void dialog_finish(struct dialog *d)
{
	if (!d->ended)
		dialog_end(d);
	smtp_destroy(d->smtp);
	buf_finish(d->log);
	free(d->log);
}

const char *dialog_log(struct dialog *d)
{
	static char text[1 << 16];

	snprintf(text, sizeof text, "%.*s", (int)d->log->length,
		 d->log->length ? (const char *)d->log->at : "");
	buf_clear(d->log);
	return text;
}
