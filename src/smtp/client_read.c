/* SPDX-License-Identifier: BSD-2-Clause */
#include "client_read.h"

#include "client_command.h"
#include "client_reader.h"
#include "encrypted.h"
#include "feed.h"
#include "overlong.h"
#include "server.h"
#include "session.h"
#include "tls_start.h"
#include "transaction.h"

enum { LAX_LINE_KEPT = 160 };

/* Reads up to the end of one line. */
static size_t read_line(struct session *s, const struct chunk *chunk, size_t from)
{
	struct client_reader *c = s->client;
	struct span bytes = span_of(chunk->bytes + from, (size_t)chunk->length - from);
	uint64_t offset = chunk->offset + from;
	const uint8_t *lf = memchr(bytes.at, '\n', bytes.length);
	size_t used = lf ? (size_t)(lf - bytes.at) + 1 : bytes.length;
	struct span piece = span_first(bytes, lf ? used - 1 : used);

	if (!c->line_open) {
		c->line_open = true;
		c->line_start = offset;
		c->line_length = 0;
		buf_clear(&c->line);
	}
	c->line_length += used;
	if (c->line_claimed) {
		overlong_grows(s, c->line_length);
		c->line_claimed = c->line_open = !lf;
		return used;
	}
	if (lf && c->line.length == 0) {
		client_take_line(s, piece, 0, offset + used);
	} else {
		buf_append(&c->line, piece);
		if (lf) {
			client_take_line(s, buf_span(&c->line), 0, offset + used);
			buf_clear(&c->line);
		}
	}
	return used;
}

void client_end_of_data(struct session *s, uint64_t end, unsigned flags)
{
	struct client_reader *c = s->client;
	struct command command = { .kind = COMMAND_END_OF_DATA,
				   .flags = flags,
				   .verb = ".",
				   .secret_at = SIZE_MAX,
				   .start = end - 3,
				   .end = end,
				   .line_length = 3,
				   .frame = c->frame,
				   .seen_known = c->seen_known,
				   .seen = c->seen,
				   .body_bytes = c->body.bytes };

	/* Where exactly it stood among the lost bytes is not known. */
	if (flags & COMMAND_CUT)
		command.start = c->body_start;
	s->client_state = CLIENT_COMMANDS;
	c->suspecting = false;
	transaction_text_sent(s, server_has_ended(s->server));
	if (!(flags & COMMAND_CUT))
		doubt_remove(&s->doubt, DOUBT_CLIENT_LOST);
	client_submit(s, &command);
	c->assumed = false;
}

void client_forget_suspicion(struct client_reader *c)
{
	hold_clear(&c->suspect);
	c->suspecting = false;
	c->lax_end = 0;
}

static void suspect(struct session *s, const struct chunk *rest)
{
	struct client_reader *c = s->client;

	if (!rest->length)
		return;
	if (c->suspect.bytes + rest->length > s->shared->max_hold || c->suspect.count >= HOLD_COUNT_MAX ||
	    !hold_push(&c->suspect, rest))
		client_forget_suspicion(c);
}

static struct chunk chunk_from(const struct chunk *chunk, size_t used)
{
	struct chunk rest = *chunk;

	rest.offset += used;
	rest.length -= used;
	if (rest.bytes)
		rest.bytes += used;
	return rest;
}

/* The message's bytes up to |at| in |chunk| end in what a lax reader takes for its end. */
static void keep_lax_end(struct session *s, const struct chunk *chunk, size_t at)
{
	struct client_reader *c = s->client;
	struct smtp_event event = { .kind = SMTP_NOTE, .note = NOTE_LAX_END, .direction = DIR_CLIENT };

	c->suspecting = true;
	c->lax_told = false;
	c->lax_end = chunk->offset + at;
	c->lax_bytes = c->body.bytes;
	c->lax_frame = chunk->frame;
	c->lax_lf_only = !c->body.crlf && !c->body.gap;
	memcpy(c->lax_sequence, c->body.tail, BODY_TAIL);
	event.frame = c->lax_frame;
	event.offset = c->lax_end;
	event.length = c->lax_bytes;
	event.lf_only = c->lax_lf_only;
	event.sequence = span_of(c->lax_sequence, BODY_TAIL);
	feed_emit(s, &event);
}

size_t client_lax_line_end(const struct client_reader *c, struct span behind)
{
	size_t length = 0;

	if (c->lax_sequence[BODY_TAIL - 1] != '\r')
		return 0;
	while (length < behind.length && behind.at[length] == '\r')
		length++;
	return length < behind.length && behind.at[length] == '\n' ? length + 1 : 0;
}

/* Tells of it once the first line behind it is there, or as much of one as will come. */
static void tell_lax_end(struct session *s, bool ended)
{
	struct client_reader *c = s->client;
	struct smtp_event event = { .kind = SMTP_NOTE,
				    .note = NOTE_ODD_END_OF_DATA,
				    .frame = c->lax_frame,
				    .direction = DIR_CLIENT,
				    .offset = c->lax_end,
				    .length = c->lax_bytes };
	struct span behind;
	struct buf line;

	if (!c->lax_end || c->lax_told)
		return;
	buf_init(&line, LAX_LINE_KEPT);
	for (const struct held *held = c->suspect.head; held && line.length < LAX_LINE_KEPT; held = held->next)
		buf_append(&line, span_of(held->chunk.bytes, (size_t)held->chunk.length));
	behind = buf_span(&line);
	behind = span_from(behind, client_lax_line_end(c, behind));
	if (ended || line.length == LAX_LINE_KEPT || (behind.length && memchr(behind.at, '\n', behind.length))) {
		c->lax_told = true;
		event.sequence = span_of(c->lax_sequence, BODY_TAIL);
		event.lf_only = c->lax_lf_only;
		event.line = behind;
		feed_emit(s, &event);
	}
	buf_finish(&line);
}

static size_t read_body(struct session *s, const struct chunk *chunk, size_t from)
{
	struct client_reader *c = s->client;
	struct span bytes = span_of(chunk->bytes + from, (size_t)chunk->length - from);
	struct chunk part;
	size_t used = 0;
	enum body_result result = body_read(&c->body, bytes, &used);

	if (c->suspecting) {
		part = chunk_from(chunk, from);
		part.length = used;
		suspect(s, &part);
		tell_lax_end(s, result == BODY_END);
	}
	if (result == BODY_LAX && !c->lax_end)
		keep_lax_end(s, chunk, from + used);
	if (result == BODY_END)
		client_end_of_data(s, chunk->offset + from + used, 0);
	return used;
}

/* Counts |available| bytes of the chunk that is read; returns how many belong to it. */
static size_t count_chunk(struct session *s, uint64_t available)
{
	struct client_reader *c = s->client;
	uint64_t used = available < c->chunk_left ? available : c->chunk_left;

	c->chunk_left -= used;
	if (c->chunk_left == 0)
		s->client_state = CLIENT_COMMANDS;
	return used;
}

/* The chunk of the newest command is complete. */
static void note_chunk_end(struct session *s)
{
	struct place *tail = pairing_tail(s->pairing);

	if (tail && !tail->loss && tail->command.kind == COMMAND_BDAT && tail->asked == TSTAMP_NONE)
		tail->asked = tail->command.asked = s->client->frame.time;
}

/* The chunk of the newest BDAT may be complete before the reply says how to read it. */
static void note_held_chunk(struct session *s, const struct chunk *held)
{
	struct place *tail = pairing_tail(s->pairing);
	uint64_t end;

	if (!tail || tail->loss || tail->command.kind != COMMAND_BDAT || tail->command.asked != TSTAMP_NONE)
		return;
	end = tail->end + tail->command.body_bytes;
	if (!held->gap && held->offset <= end && held->length >= end - held->offset)
		tail->command.asked = held->frame.time;
}

void client_hold(struct session *s, const struct chunk *rest)
{
	note_held_chunk(s, rest);
	if (rest->length)
		hold_push(&s->client->hold, rest);
}

/* A SASL or command line was cut: what there is of it is taken, the loss takes a place of its own. */
static void gap_in_lines(struct session *s, const struct chunk *chunk)
{
	struct client_reader *c = s->client;

	if (c->line_open && c->line.length >= 3) {
		uint64_t end = chunk->offset;

		client_take_line(s, buf_span(&c->line), COMMAND_CUT, end);
	}
	buf_clear(&c->line);
	c->line_open = false;
	if (s->client_state == CLIENT_AUTH)
		s->client_state = CLIENT_COMMANDS;
	pairing_add_loss(s->pairing, chunk->offset, chunk->offset + chunk->length,
			 s->flow->side[DIR_SERVER].delivered, false);
}

void client_note_injection(struct session *s, const struct chunk *chunk)
{
	struct span bytes = span_of(chunk->bytes, chunk->gap ? 0 : (size_t)chunk->length);

	if (bytes.length && !tls_starts(bytes))
		feed_note(s, NOTE_PLAINTEXT_BEHIND_STARTTLS, &chunk->frame, chunk->offset,
			  span_first(bytes, COMMAND_LINE_KEPT));
}

static size_t read_chunk(struct session *s, const struct chunk *chunk, size_t from)
{
	size_t used = (size_t)count_chunk(s, chunk->length - from);

	if (s->client_state != CLIENT_CHUNK)
		note_chunk_end(s);
	return used;
}

static size_t read_tls(struct session *s, const struct chunk *chunk, size_t from)
{
	struct chunk rest = chunk_from(chunk, from);

	encrypted_push(s, &rest);
	return (size_t)rest.length;
}

static void gap_in_body(struct session *s, const struct chunk *chunk)
{
	struct client_reader *c = s->client;

	body_gap(&c->body, chunk->length);
	client_forget_suspicion(c);
	c->gap_end = chunk->offset + chunk->length;
	doubt_add(&s->doubt, DOUBT_CLIENT_LOST);
	if (!c->body_goes_on)
		client_wait(s, CLIENT_BODY_GAP, chunk->offset);
}

static void gap_in_chunk(struct session *s, const struct chunk *chunk)
{
	struct chunk rest = *chunk;
	uint64_t used = count_chunk(s, chunk->length);

	rest.offset += used;
	rest.length -= used;
	if (rest.length)
		gap_in_lines(s, &rest);
}

/* How each state that reads takes bytes (|read| returns how many it used), and a gap. */
static const struct {
	size_t (*read)(struct session *s, const struct chunk *chunk, size_t from);
	void (*gap)(struct session *s, const struct chunk *chunk);
} READERS[] = {
	[CLIENT_COMMANDS] = { read_line, gap_in_lines }, [CLIENT_AUTH] = { read_line, gap_in_lines },
	[CLIENT_BODY] = { read_body, gap_in_body },	 [CLIENT_CHUNK] = { read_chunk, gap_in_chunk },
	[CLIENT_TLS] = { read_tls, encrypted_push },
};

void client_read(struct session *s, const struct chunk *chunk)
{
	struct client_reader *c = s->client;
	size_t at = 0, length = (size_t)chunk->length;
	struct chunk rest;

	c->frame = chunk->frame;
	c->seen_known = chunk->acked_known;
	c->seen = chunk->peer_acked;
	if (chunk->gap) {
		READERS[s->client_state].gap(s, chunk);
		return;
	}
	while (at < length && !client_state_holds(s->client_state))
		at += READERS[s->client_state].read(s, chunk, at);
	if (at < length) {
		rest = chunk_from(chunk, at);
		if (s->client_state == CLIENT_STARTTLS_ASKED)
			client_note_injection(s, &rest);
		client_hold(s, &rest);
	}
}
