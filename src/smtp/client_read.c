/* SPDX-License-Identifier: BSD-2-Clause */
#include "client_read.h"

#include "client_command.h"
#include "encrypted.h"
#include "feed.h"
#include "overlong.h"
#include "tls_start.h"

enum { LAX_LINE_KEPT = 160 };

/* Reads one line's worth of |bytes| at stream offset |offset|; how many bytes were used. */
static size_t read_line(struct session *s, struct span bytes, uint64_t offset)
{
	struct client_reader *c = &s->client;
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
	struct client_reader *c = &s->client;
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
	c->reading = READ_COMMANDS;
	c->suspecting = false;
	s->transaction.sent = true;
	s->transaction.too_late = s->server_ended;
	if (!(flags & COMMAND_CUT))
		s->pairing.lossy = false;
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
	struct client_reader *c = &s->client;

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
static void keep_lax_end(struct client_reader *c, const struct chunk *chunk, size_t at)
{
	c->suspecting = true;
	c->lax_told = false;
	c->lax_end = chunk->offset + at;
	c->lax_bytes = c->body.bytes;
	c->lax_frame = chunk->frame;
	memcpy(c->lax_sequence, c->body.tail, BODY_TAIL);
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
	struct client_reader *c = &s->client;
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
		event.line = behind;
		feed_emit(s, &event);
	}
	buf_finish(&line);
}

static size_t read_body(struct session *s, const struct chunk *chunk, size_t from)
{
	struct client_reader *c = &s->client;
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
		keep_lax_end(c, chunk, from + used);
	if (result == BODY_END)
		client_end_of_data(s, chunk->offset + from + used, 0);
	return used;
}

static size_t read_chunk(struct session *s, size_t available)
{
	struct client_reader *c = &s->client;
	size_t used = available < c->chunk_left ? available : (size_t)c->chunk_left;

	c->chunk_left -= used;
	if (c->chunk_left == 0)
		c->reading = READ_COMMANDS;
	return used;
}

/* The chunk of the newest command is complete. */
static void note_chunk_end(struct session *s)
{
	struct place *tail = s->pairing.tail;

	if (tail && !tail->loss && tail->command.kind == COMMAND_BDAT && tail->asked == TSTAMP_NONE)
		tail->asked = s->client.frame.time;
}

void client_hold(struct session *s, const struct chunk *rest)
{
	if (rest->length)
		hold_push(&s->client.hold, rest);
}

/* A SASL or command line was cut: what there is of it is taken, the loss takes a place of its own. */
static void gap_in_lines(struct session *s, const struct chunk *chunk)
{
	struct client_reader *c = &s->client;

	if (c->line_open && c->line.length >= 3) {
		uint64_t end = chunk->offset;

		client_take_line(s, buf_span(&c->line), COMMAND_CUT, end);
	}
	buf_clear(&c->line);
	c->line_open = false;
	if (c->reading == READ_AUTH)
		c->reading = READ_COMMANDS;
	pairing_add_loss(&s->pairing, chunk->offset, chunk->offset + chunk->length,
			 s->flow->side[DIR_SERVER].delivered, false);
}

static void read_gap(struct session *s, const struct chunk *chunk)
{
	struct client_reader *c = &s->client;
	struct chunk rest = *chunk;
	size_t used;

	switch (c->reading) {
	case READ_COMMANDS:
	case READ_AUTH:
		gap_in_lines(s, chunk);
		if (c->fork != FORK_NONE)
			return;
		break;
	case READ_BODY:
		body_gap(&c->body, chunk->length);
		client_forget_suspicion(c);
		c->gap_end = chunk->offset + chunk->length;
		s->pairing.lossy = true;
		if (!c->body_goes_on)
			client_fork(s, FORK_BODY_GAP, chunk->offset);
		break;
	case READ_CHUNK:
		used = read_chunk(s, chunk->length > SIZE_MAX ? SIZE_MAX : (size_t)chunk->length);
		rest.offset += used;
		rest.length -= used;
		if (rest.length)
			gap_in_lines(s, &rest);
		break;
	case READ_TLS:
		encrypted_push(s, chunk);
		break;
	}
}

void client_note_injection(struct session *s, const struct chunk *chunk)
{
	struct span bytes = span_of(chunk->bytes, chunk->gap ? 0 : (size_t)chunk->length);

	if (bytes.length && !tls_starts(bytes))
		feed_note(s, NOTE_PLAINTEXT_BEHIND_STARTTLS, &chunk->frame, chunk->offset,
			  span_first(bytes, COMMAND_LINE_KEPT));
}

void client_read(struct session *s, const struct chunk *chunk)
{
	struct client_reader *c = &s->client;
	size_t at = 0, length = (size_t)chunk->length;
	struct chunk rest;

	c->frame = chunk->frame;
	c->seen_known = chunk->acked_known;
	c->seen = chunk->peer_acked;
	if (chunk->gap) {
		read_gap(s, chunk);
		return;
	}
	while (at < length && c->fork == FORK_NONE) {
		switch (c->reading) {
		case READ_COMMANDS:
		case READ_AUTH:
			at += read_line(s, span_of(chunk->bytes + at, length - at), chunk->offset + at);
			break;
		case READ_BODY:
			at += read_body(s, chunk, at);
			break;
		case READ_CHUNK:
			at += read_chunk(s, length - at);
			if (c->reading != READ_CHUNK)
				note_chunk_end(s);
			break;
		case READ_TLS:
			rest = chunk_from(chunk, at);
			encrypted_push(s, &rest);
			at = length;
			break;
		}
	}
	if (at < length) {
		rest = chunk_from(chunk, at);
		if (c->fork == FORK_STARTTLS)
			client_note_injection(s, &rest);
		client_hold(s, &rest);
	}
}
