/* SPDX-License-Identifier: BSD-2-Clause */
#include "client_read.h"

#include "client_command.h"
#include "client_reader.h"
#include "doubt.h"
#include "encrypted.h"
#include "feed.h"
#include "overlong.h"
#include "pairing.h"
#include "server.h"
#include "session_facts.h"
#include "tls_start.h"
#include "transaction.h"

enum { LAX_LINE_KEPT = 160 };

struct span client_open_line(const struct client_reader *c)
{
	return c->line ? buf_span(c->line) : (struct span){ 0 };
}

void client_drop_line(struct client_reader *c)
{
	if (c->line)
		buf_clear(c->line);
}

/* The line is not whole in |piece|. If memory runs out, the bytes are dropped. */
static void add_to_line(struct client_reader *c, struct span piece)
{
	if (!c->line) {
		c->line = account_take(c->parts->facts.account, sizeof *c->line);
		if (!c->line)
			return;
		buf_init_charged(c->line, COMMAND_LINE_KEPT, c->parts->facts.account);
	}
	buf_append(c->line, piece);
}

/* Reads up to the end of one line. */
static size_t read_line(struct client_reader *c, const struct chunk *chunk, size_t from)
{
	struct span bytes = span_of(chunk->bytes + from, (size_t)chunk->length - from);
	uint64_t offset = chunk->offset + from;
	const uint8_t *lf = memchr(bytes.at, '\n', bytes.length);
	size_t used = lf ? (size_t)(lf - bytes.at) + 1 : bytes.length;
	struct span piece = span_first(bytes, lf ? used - 1 : used);

	if (!c->line_open) {
		c->line_open = true;
		c->line_start = offset;
		c->line_length = 0;
		client_drop_line(c);
	}
	c->line_length += used;
	if (c->line_claimed) {
		overlong_grows(c->parts->overlong, c->line_length);
		c->line_claimed = c->line_open = !lf;
		return used;
	}
	if (lf && client_open_line(c).length == 0) {
		client_take_line(c, piece, 0, offset + used);
	} else {
		add_to_line(c, piece);
		if (lf) {
			client_take_line(c, client_open_line(c), 0, offset + used);
			client_drop_line(c);
		}
	}
	return used;
}

void client_end_of_data(struct client_reader *c, uint64_t end, unsigned flags)
{
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

	if (c->body.inexact)
		command.flags |= COMMAND_BYTES_ESTIMATED;
	/* Where exactly it stood among the lost bytes is not known. */
	if (flags & COMMAND_CUT)
		command.start = c->body_start;
	c->state = CLIENT_COMMANDS;
	if (c->lax)
		c->lax->open = false;
	transaction_text_sent(c->parts->transaction, server_has_ended(c->parts->server));
	if (!(flags & COMMAND_CUT))
		doubt_remove(&c->parts->doubt, DOUBT_CLIENT_LOST);
	client_submit(c, &command);
	c->assumed = false;
}

void client_forget_suspicion(struct client_reader *c)
{
	if (c->lax)
		hold_clear(&c->lax->held, c->parts->facts.account);
	account_free(c->parts->facts.account, c->lax);
	c->lax = NULL;
}

static void suspect(struct client_reader *c, const struct chunk *rest)
{
	struct hold *held = &c->lax->held;

	if (!rest->length)
		return;
	if (held->bytes + rest->length > c->max_hold || held->count >= HOLD_COUNT_MAX ||
	    !hold_push(held, rest, c->parts->facts.account))
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
	struct smtp_event event = { .kind = SMTP_NOTE, .note = NOTE_LAX_END, .direction = DIR_CLIENT };
	struct lax_end *lax = account_take(c->parts->facts.account, sizeof *lax);

	if (!lax)
		return;
	*lax = (struct lax_end){ .open = true,
				 .end = chunk->offset + at,
				 .bytes = c->body.bytes,
				 .frame = chunk->frame,
				 .lf_only = !c->body.crlf && !c->body.gap };
	memcpy(lax->sequence, c->body.tail, BODY_TAIL);
	c->lax = lax;
	event.frame = lax->frame;
	event.offset = lax->end;
	event.length = lax->bytes;
	event.lf_only = lax->lf_only;
	event.sequence = span_of(lax->sequence, BODY_TAIL);
	feed_emit(c->feed, &event);
}

size_t client_lax_line_end(const struct lax_end *lax, struct span behind)
{
	size_t length = 0;

	if (lax->sequence[BODY_TAIL - 1] != '\r')
		return 0;
	while (length < behind.length && behind.at[length] == '\r')
		length++;
	return length < behind.length && behind.at[length] == '\n' ? length + 1 : 0;
}

/* Tells of it once the first line behind it is there, or as much of one as will come. */
static void tell_lax_end(struct client_reader *c, bool ended)
{
	struct smtp_event event = { .kind = SMTP_NOTE, .note = NOTE_ODD_END_OF_DATA, .direction = DIR_CLIENT };
	struct lax_end *lax = c->lax;
	struct span behind;
	struct buf line;

	if (!lax || lax->told)
		return;
	event.frame = lax->frame;
	event.offset = lax->end;
	event.length = lax->bytes;
	buf_init(&line, LAX_LINE_KEPT);
	for (const struct held *held = lax->held.head; held && line.length < LAX_LINE_KEPT; held = held->next)
		buf_append(&line, span_of(held->chunk.bytes, (size_t)held->chunk.length));
	behind = buf_span(&line);
	event.line_at = lax->end + client_lax_line_end(lax, behind);
	behind = span_from(behind, client_lax_line_end(lax, behind));
	if (ended || line.length == LAX_LINE_KEPT || (behind.length && memchr(behind.at, '\n', behind.length))) {
		lax->told = true;
		event.sequence = span_of(lax->sequence, BODY_TAIL);
		event.lf_only = lax->lf_only;
		event.line = behind;
		feed_emit(c->feed, &event);
	}
	buf_finish(&line);
}

static size_t read_body(struct client_reader *c, const struct chunk *chunk, size_t from)
{
	struct span bytes = span_of(chunk->bytes + from, (size_t)chunk->length - from);
	struct chunk part;
	size_t used = 0;
	enum body_result result = body_read(&c->body, bytes, &used);

	if (c->lax && c->lax->open) {
		part = chunk_from(chunk, from);
		part.length = used;
		suspect(c, &part);
		tell_lax_end(c, result == BODY_END);
	}
	if (result == BODY_LAX && !c->lax)
		keep_lax_end(c, chunk, from + used);
	if (result == BODY_END)
		client_end_of_data(c, chunk->offset + from + used, 0);
	return used;
}

/* Counts |available| bytes of the chunk that is read; returns how many belong to it. */
static size_t count_chunk(struct client_reader *c, uint64_t available)
{
	uint64_t used = available < c->chunk_left ? available : c->chunk_left;

	c->chunk_left -= used;
	if (c->chunk_left == 0)
		c->state = CLIENT_COMMANDS;
	return used;
}

/* The chunk of the newest command is complete. */
static void note_chunk_end(struct client_reader *c)
{
	struct place *tail = pairing_tail(c->parts->pairing);

	if (tail && !tail->loss && tail->command.kind == COMMAND_BDAT && tail->asked == TSTAMP_NONE)
		tail->asked = tail->command.asked = c->frame.time;
}

/* The chunk of the newest BDAT may be complete before the reply says how to read it. */
static void note_held_chunk(struct client_reader *c, const struct chunk *held)
{
	struct place *tail = pairing_tail(c->parts->pairing);
	uint64_t end;

	if (!tail || tail->loss || tail->command.kind != COMMAND_BDAT || tail->command.asked != TSTAMP_NONE)
		return;
	end = tail->end + tail->command.body_bytes;
	if (!held->gap && held->offset <= end && held->length >= end - held->offset)
		tail->command.asked = held->frame.time;
}

void client_hold(struct client_reader *c, const struct chunk *rest)
{
	note_held_chunk(c, rest);
	if (rest->length)
		hold_push(&c->hold, rest, c->parts->facts.account);
}

/* Commands may be among the missing bytes. */
static void add_loss(struct client_reader *c, const struct chunk *gap)
{
	pairing_add_loss(c->parts->pairing, gap->offset, gap->offset + gap->length,
			 c->parts->facts.flow->side[DIR_SERVER].delivered, false);
}

/* A SASL or command line was cut: what there is of it is taken, the loss takes a place of its own. */
static void gap_in_lines(struct client_reader *c, const struct chunk *chunk)
{
	if (c->line_open && client_open_line(c).length >= 3) {
		uint64_t end = chunk->offset;

		client_take_line(c, client_open_line(c), COMMAND_CUT, end);
	}
	client_drop_line(c);
	c->line_open = false;
	if (c->state == CLIENT_AUTH)
		c->state = CLIENT_COMMANDS;
	add_loss(c, chunk);
}

void client_note_injection(struct client_reader *c, const struct chunk *chunk)
{
	struct span bytes = span_of(chunk->bytes, chunk->gap ? 0 : (size_t)chunk->length);

	if (bytes.length && !tls_starts(bytes))
		feed_note(c->feed, NOTE_PLAINTEXT_BEHIND_STARTTLS, &chunk->frame, chunk->offset,
			  span_first(bytes, COMMAND_LINE_KEPT));
}

static size_t read_chunk(struct client_reader *c, const struct chunk *chunk, size_t from)
{
	size_t used = (size_t)count_chunk(c, chunk->length - from);

	if (c->state != CLIENT_CHUNK)
		note_chunk_end(c);
	return used;
}

static size_t read_tls(struct client_reader *c, const struct chunk *chunk, size_t from)
{
	struct chunk rest = chunk_from(chunk, from);

	encrypted_push(&c->parts->encrypted, &rest);
	return (size_t)rest.length;
}

static void gap_in_tls(struct client_reader *c, const struct chunk *chunk)
{
	encrypted_push(&c->parts->encrypted, chunk);
}

static void gap_in_body(struct client_reader *c, const struct chunk *chunk)
{

	body_gap(&c->body, chunk->length, chunk->inexact);
	client_forget_suspicion(c);
	c->gap_end = chunk->offset + chunk->length;
	doubt_add(&c->parts->doubt, DOUBT_CLIENT_LOST);
	if (!c->body_goes_on)
		client_wait(c, CLIENT_BODY_GAP, chunk->offset);
}

static void gap_in_chunk(struct client_reader *c, const struct chunk *chunk)
{
	struct chunk rest = *chunk;
	uint64_t used = count_chunk(c, chunk->length);

	/* Where the chunk ends is not known: commands may be taken for text, or text for commands. */
	if (chunk->inexact)
		add_loss(c, chunk);
	rest.offset += used;
	rest.length -= used;
	if (rest.length)
		gap_in_lines(c, &rest);
}

/* How each state that reads takes bytes (|read| returns how many it used), and a gap. */
static const struct {
	size_t (*read)(struct client_reader *c, const struct chunk *chunk, size_t from);
	void (*gap)(struct client_reader *c, const struct chunk *chunk);
} READERS[] = {
	[CLIENT_COMMANDS] = { read_line, gap_in_lines }, [CLIENT_AUTH] = { read_line, gap_in_lines },
	[CLIENT_BODY] = { read_body, gap_in_body },	 [CLIENT_CHUNK] = { read_chunk, gap_in_chunk },
	[CLIENT_TLS] = { read_tls, gap_in_tls },
};

void client_read(struct client_reader *c, const struct chunk *chunk)
{
	size_t at = 0, length = (size_t)chunk->length;
	struct chunk rest;

	c->frame = chunk->frame;
	c->seen_known = chunk->acked_known;
	c->seen = chunk->peer_acked;
	if (chunk->gap) {
		READERS[c->state].gap(c, chunk);
		return;
	}
	while (at < length && !client_state_holds(c->state))
		at += READERS[c->state].read(c, chunk, at);
	if (at < length) {
		rest = chunk_from(chunk, at);
		if (c->state == CLIENT_STARTTLS_ASKED)
			client_note_injection(c, &rest);
		client_hold(c, &rest);
	}
}
