/* SPDX-License-Identifier: BSD-2-Clause */
#include "client.h"

#include "command_parser.h"
#include "feed.h"

#include <stdlib.h>

void client_init(struct session *s)
{
	buf_init(&s->client.line, COMMAND_LINE_KEPT);
}

void client_finish(struct session *s)
{
	buf_finish(&s->client.line);
	hold_clear(&s->client.hold);
	hold_clear(&s->client.suspect);
}

static bool verb_is(const struct command *command, const char *verb)
{
	return strcmp(command->verb, verb) == 0;
}

static void remember_newest(struct session *s, const struct command *command)
{
	s->newest = *command;
	s->newest.line = (struct span){ 0 };
	s->newest_known = true;
}

/* The command takes its place in the queue and is handed on. */
static void submit(struct session *s, struct command *command)
{
	struct client_reader *c = &s->client;

	if (c->assumed)
		command->flags |= COMMAND_ASSUMED;
	if (s->pairing.open)
		command->flags |= COMMAND_PIPELINED;
	s->facts.command_count++;
	pairing_add(&s->pairing, command);
	remember_newest(s, command);
	feed_command(s, SMTP_COMMAND, command);
}

static void fork_at(struct session *s, enum fork fork, uint64_t start)
{
	s->client.fork = fork;
	s->client.fork_start = start;
}

/* "BDAT size [LAST]" (RFC 3030 2). */
static bool parse_bdat(const struct command *command, uint64_t *size, bool *last)
{
	const uint8_t *at = command->line.at + 4, *end = command->line.at + command->line.length;
	uint64_t value = 0;
	unsigned digits = 0;

	while (at < end && *at == ' ')
		at++;
	for (; at < end && *at >= '0' && *at <= '9' && digits < 18; at++, digits++)
		value = value * 10 + (uint64_t)(*at - '0');
	while (at < end && *at == ' ')
		at++;
	*size = value;
	*last = end - at == 4 && strncasecmp((const char *)at, "LAST", 4) == 0;
	return digits > 0 && (at == end || *last);
}

/* The name behind HELO, EHLO or LHLO. */
static void keep_helo(struct session *s, const struct command *command)
{
	struct span name = span_from(command->line, 4);

	while (name.length && (name.at[0] == ' ' || name.at[0] == '\t'))
		name = span_from(name, 1);
	while (name.length && name.at[name.length - 1] == ' ')
		name.length--;
	free(s->facts.helo);
	s->facts.helo = name.length ? strndup((const char *)name.at, name.length) : NULL;
}

static void keep_mechanism(struct session *s, const struct command *command)
{
	struct span rest = span_from(command->line, 4);
	size_t length = 0;

	while (rest.length && rest.at[0] == ' ')
		rest = span_from(rest, 1);
	while (length < rest.length && length < sizeof s->mechanism - 1 && rest.at[length] > ' ') {
		s->mechanism[length] = (char)rest.at[length];
		length++;
	}
	s->mechanism[length] = 0;
}

/* What the command leads to: forks, and text of messages where commands are due. */
static void begin_command(struct session *s, struct command *command)
{
	struct client_reader *c = &s->client;
	bool known = !(command->flags & COMMAND_NO_VERB) && command_verb_known(command->verb);

	if (c->stray_text && (verb_is(command, "QUIT") || verb_is(command, "RSET") || verb_is(command, "MAIL") ||
			      verb_is(command, "EHLO") || verb_is(command, "HELO")))
		c->stray_text = false;
	/* Text that follows a message's end at once: its dot was not the end its sender meant (missing dot-stuffing). */
	if (!known && s->transaction.sent && s->pairing.open)
		c->stray_text = true;
	if (c->stray_text)
		command->flags |= COMMAND_BODY_TEXT;
	if (c->auth_refused && !known && command_looks_like_base64(command->line))
		command->secret_at = 0;
	else if (known)
		c->auth_refused = false;
	if (command->secret_at < command->line.length)
		secret_set_add(&s->secrets, span_from(command->line, command->secret_at));
}

static void after_command(struct session *s, const struct command *command)
{
	struct client_reader *c = &s->client;

	if (command->kind == COMMAND_BDAT) {
		fork_at(s, FORK_BDAT, command->start);
	} else if (verb_is(command, "DATA")) {
		fork_at(s, FORK_DATA, command->start);
	} else if (verb_is(command, "STARTTLS")) {
		fork_at(s, FORK_STARTTLS, command->start);
	} else if (verb_is(command, "AUTH")) {
		fork_at(s, FORK_AUTH, command->start);
		keep_mechanism(s, command);
	} else if (verb_is(command, "EHLO") || verb_is(command, "HELO") || verb_is(command, "LHLO")) {
		keep_helo(s, command);
	}
	/* The line "." ends text that was sent as if it were a message. */
	if (c->stray_text && command->line.length == 1 && command->line.at[0] == '.')
		c->stray_text = false;
}

static void take_auth_response(struct session *s, struct command *command)
{
	bool cancel = command->line.length == 1 && command->line.at[0] == '*';

	command->kind = COMMAND_AUTH_RESPONSE;
	memcpy(command->verb, "AUTH", sizeof "AUTH");
	command->secret_at = cancel || command->line.length == 0 ? SIZE_MAX : 0;
	if (!cancel)
		secret_set_add(&s->secrets, command->line);
	s->client.reading = READ_COMMANDS;
	submit(s, command);
	fork_at(s, FORK_AUTH, command->start);
}

/*
 * Behind a loss nobody knows whether commands are read or a message. A line that is no sure command is then left unjudged: it
 * is no command that a reply could be said to answer.
 */
static bool may_be_text(const struct session *s, const struct command *command)
{
	const struct place *tail = s->pairing.tail;

	return tail && tail->loss && command->kind == COMMAND_LINE && !(command->flags & COMMAND_CUT) &&
	       !command_is_well_formed(command);
}

/* A lone dot among such lines can only be the end of a message. */
static void take_possible_text(struct session *s, struct command *command)
{
	if (command->line.length != 1 || command->line.at[0] != '.' || command->flags & COMMAND_UNFINISHED)
		return;
	command->kind = COMMAND_END_OF_DATA;
	command->flags |= COMMAND_ASSUMED;
	command->verb[0] = '.';
	command->verb[1] = 0;
	s->transaction.sent = true;
	submit(s, command);
}

/* A whole line, without its LF. */
static void take_line(struct session *s, struct span line, unsigned flags, uint64_t end)
{
	struct client_reader *c = &s->client;
	struct command command = { .kind = COMMAND_LINE, .flags = flags, .start = c->line_start, .end = end,
				   .line_length = c->line_length, .frame = c->frame, .seen_known = c->seen_known,
				   .seen = c->seen };

	if (!(flags & (COMMAND_CUT | COMMAND_UNFINISHED))) {
		if (line.length && line.at[line.length - 1] == '\r')
			line.length--;
		else if (c->line_length <= COMMAND_LINE_KEPT)
			command.flags |= COMMAND_BARE_LF;
	}
	command.line = span_first(line, COMMAND_LINE_KEPT);
	command_parse(s->shared->patterns, &command);
	c->line_open = false;
	if (c->reading == READ_AUTH) {
		take_auth_response(s, &command);
		return;
	}
	if (verb_is(&command, "BDAT") && parse_bdat(&command, &c->chunk_size, &c->chunk_last))
		command.kind = COMMAND_BDAT;
	if (verb_is(&command, "PROXY") && !s->hello_done)
		command.kind = COMMAND_PROXY;
	if (may_be_text(s, &command)) {
		take_possible_text(s, &command);
		return;
	}
	begin_command(s, &command);
	if (command.kind == COMMAND_BDAT)
		command.body_bytes = c->chunk_size;
	if (flags & COMMAND_UNFINISHED) {
		/* Not whole: nobody can have executed it. */
		feed_command(s, SMTP_COMMAND, &command);
		return;
	}
	submit(s, &command);
	after_command(s, &command);
}

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
		c->line_claimed = c->line_open = !lf;
		return used;
	}
	if (lf && c->line.length == 0) {
		take_line(s, piece, 0, offset + used);
	} else {
		buf_append(&c->line, piece);
		if (lf) {
			take_line(s, buf_span(&c->line), 0, offset + used);
			buf_clear(&c->line);
		}
	}
	return used;
}

/* The message has ended with the byte before |end|. */
static void end_of_data(struct session *s, uint64_t end, unsigned flags)
{
	struct client_reader *c = &s->client;
	struct command command = { .kind = COMMAND_END_OF_DATA, .flags = flags, .verb = ".", .secret_at = SIZE_MAX,
				   .start = end - 3, .end = end, .line_length = 3, .frame = c->frame,
				   .seen_known = c->seen_known, .seen = c->seen, .body_bytes = c->body.bytes };

	/* Where exactly it stood among the lost bytes is not known. */
	if (flags & COMMAND_CUT)
		command.start = c->body_start;
	c->reading = READ_COMMANDS;
	c->suspecting = false;
	s->transaction.sent = true;
	if (s->transaction.message)
		s->transaction.message->bytes += c->body.bytes;
	if (!(flags & COMMAND_CUT))
		s->pairing.lossy = false;
	submit(s, &command);
	c->assumed = false;
}

static void forget_suspicion(struct client_reader *c)
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
	if (c->suspect.bytes + rest->length > s->shared->max_hold || !hold_push(&c->suspect, rest))
		forget_suspicion(c);
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
	}
	if (result == BODY_LAX && !c->lax_end) {
		c->suspecting = true;
		c->lax_end = chunk->offset + from + used;
		c->lax_bytes = c->body.bytes;
		c->lax_frame = chunk->frame;
		feed_note(s, NOTE_ODD_END_OF_DATA, &chunk->frame, chunk->offset + from + used,
			  span_first(span_from(bytes, used), COMMAND_LINE_KEPT));
	}
	if (result == BODY_END)
		end_of_data(s, chunk->offset + from + used, 0);
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

static void hold_rest(struct session *s, const struct chunk *rest)
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

		take_line(s, buf_span(&c->line), COMMAND_CUT, end);
	}
	buf_clear(&c->line);
	c->line_open = false;
	if (c->reading == READ_AUTH)
		c->reading = READ_COMMANDS;
	pairing_add_loss(&s->pairing, chunk->offset, chunk->offset + chunk->length, false);
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
		forget_suspicion(c);
		c->gap_end = chunk->offset + chunk->length;
		s->pairing.lossy = true;
		fork_at(s, FORK_BODY_GAP, chunk->offset);
		break;
	case READ_CHUNK:
		used = read_chunk(s, chunk->length > SIZE_MAX ? SIZE_MAX : (size_t)chunk->length);
		rest.offset += used;
		rest.length -= used;
		if (rest.length)
			gap_in_lines(s, &rest);
		break;
	case READ_TLS:
		break;
	}
}

static bool looks_like_tls(struct span bytes)
{
	uint8_t type, major;

	return span_get_u8(bytes, 0, &type) && type >= 0x14 && type <= 0x17 &&
	       (!span_get_u8(bytes, 1, &major) || major == 3);
}

/* Bytes behind STARTTLS, sent before its reply was seen: whoever sent them meant them to be read as plain text. */
static void note_injection(struct session *s, const struct chunk *chunk)
{
	struct span bytes = span_of(chunk->bytes, chunk->gap ? 0 : (size_t)chunk->length);

	if (bytes.length && !looks_like_tls(bytes))
		feed_note(s, NOTE_PLAINTEXT_BEHIND_STARTTLS, &chunk->frame, chunk->offset,
			  span_first(bytes, COMMAND_LINE_KEPT));
}

/* Reads a chunk until its end or a fork; what is behind a fork is held. */
static void consume(struct session *s, const struct chunk *chunk)
{
	struct client_reader *c = &s->client;
	size_t at = 0, length = (size_t)chunk->length;

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
			break;
		case READ_TLS:
			at = length;
			break;
		}
	}
	if (at < length) {
		struct chunk rest = chunk_from(chunk, at);

		if (c->fork == FORK_STARTTLS)
			note_injection(s, &rest);
		hold_rest(s, &rest);
	}
}

/* The first line's worth of what is held. */
static struct span held_line(const struct client_reader *c)
{
	const struct held *held = c->hold.head;
	struct span bytes;
	const uint8_t *lf;

	while (held && held->chunk.gap)
		held = held->next;
	if (!held)
		return (struct span){ 0 };
	bytes = span_of(held->chunk.bytes, (size_t)held->chunk.length);
	lf = memchr(bytes.at, '\n', bytes.length);
	if (lf)
		bytes.length = (size_t)(lf - bytes.at);
	while (bytes.length && bytes.at[bytes.length - 1] == '\r')
		bytes.length--;
	return bytes;
}

/* The fork is decided: what was held is read as |reading| says. */
static void resolve(struct session *s, enum reading reading, bool assumed)
{
	struct client_reader *c = &s->client;
	struct hold rest = c->hold;
	struct held *held;

	c->hold = (struct hold){ 0 };
	c->fork = FORK_NONE;
	c->reading = reading;
	c->assumed = assumed;
	while (c->fork == FORK_NONE && (held = hold_pop(&rest))) {
		consume(s, &held->chunk);
		free(held);
	}
	/* A further fork holds its own rest first. */
	hold_prepend(&rest, &c->hold);
	c->hold = rest;
}

static void begin_body(struct session *s, bool assumed)
{
	struct client_reader *c = &s->client;

	body_begin(&c->body);
	c->body_start = c->hold.head ? c->hold.head->chunk.offset : 0;
	forget_suspicion(c);
	if (s->transaction.message || assumed)
		s->transaction.data = true;
	resolve(s, READ_BODY, assumed);
}

static void begin_chunk(struct session *s, bool assumed)
{
	struct client_reader *c = &s->client;

	c->chunk_left = c->chunk_size;
	if (s->transaction.message)
		s->transaction.message->bytes += c->chunk_size;
	resolve(s, c->chunk_left ? READ_CHUNK : READ_COMMANDS, assumed);
}

static void begin_tls(struct session *s)
{
	struct smtp_event event = { .kind = SMTP_TLS, .frame = s->client.frame };

	s->client.reading = READ_TLS;
	s->client.fork = FORK_NONE;
	hold_clear(&s->client.hold);
	s->facts.visibility |= VISIBILITY_ENCRYPTED;
	if (s->facts.tls.mode == TLS_NONE)
		s->facts.tls.mode = TLS_IMPLICIT;
	feed_emit(s, &event);
}

/* The reply was not seen and will not be: what was held tells by its looks, or success is assumed. */
static void resolve_by_looks(struct session *s)
{
	struct client_reader *c = &s->client;
	struct span line = held_line(c);
	bool command = line.length && command_looks_like_one(s->shared->patterns, line);

	switch (c->fork) {
	case FORK_NONE:
		break;
	case FORK_START:
		begin_tls(s);
		s->facts.protocol = PROTOCOL_TLS;
		break;
	case FORK_DATA:
		if (command)
			resolve(s, READ_COMMANDS, true);
		else
			begin_body(s, true);
		break;
	case FORK_BDAT:
	case FORK_BDAT_REFUSED:
		begin_chunk(s, true);
		break;
	case FORK_AUTH:
		resolve(s, command || !c->hold.head ? READ_COMMANDS : READ_AUTH, true);
		break;
	case FORK_STARTTLS:
	case FORK_TLS_BEGIN:
		if (looks_like_tls(line)) {
			s->facts.tls.mode = TLS_STARTTLS;
			begin_tls(s);
		} else {
			resolve(s, READ_COMMANDS, true);
		}
		break;
	case FORK_BODY_GAP:
		resolve(s, READ_BODY, true);
		break;
	}
}

/* The end of a message among held bytes, read as going on with it? */
static bool held_end_of_data(const struct client_reader *c)
{
	struct body body = c->body;

	for (const struct held *held = c->hold.head; held; held = held->next) {
		struct span bytes = span_of(held->chunk.bytes, (size_t)held->chunk.length);
		size_t used;

		if (held->chunk.gap) {
			body_gap(&body, held->chunk.length);
			continue;
		}
		while (bytes.length) {
			if (body_read(&body, bytes, &used) == BODY_END)
				return true;
			bytes = span_from(bytes, used);
		}
	}
	return false;
}

/* TLS was agreed on: do the client's bytes keep to it? */
static void check_tls_begin(struct session *s, const struct chunk *chunk)
{
	struct span bytes = span_of(chunk->bytes, chunk->gap ? 0 : (size_t)chunk->length);

	if (chunk->gap || looks_like_tls(bytes) || (bytes.length && bytes.at[0] >= 0x80)) {
		begin_tls(s);
	} else if (chunk->acked_known && chunk->peer_acked < s->starttls_end) {
		note_injection(s, chunk);
	} else {
		s->server_tls_due = false;
		resolve(s, READ_COMMANDS, false);
		consume(s, chunk);
	}
}

static bool fork_reply_is_lost(const struct session *s)
{
	for (const struct place *p = s->pairing.head; p; p = p->next)
		if (!p->loss && p->start == s->client.fork_start)
			return p->reply_lost || p->reply_may_be_lost;
	return s->client.fork != FORK_BODY_GAP && s->client.fork != FORK_START && s->client.fork != FORK_BDAT_REFUSED;
}

void client_push(struct session *s, const struct chunk *chunk)
{
	struct client_reader *c = &s->client;

	if (c->fork == FORK_NONE && !s->server_begun && c->reading == READ_COMMANDS && !c->line_open && !chunk->gap &&
	    s->facts.command_count == 0 && looks_like_tls(span_of(chunk->bytes, (size_t)chunk->length)))
		fork_at(s, FORK_START, chunk->offset);
	if (c->fork == FORK_TLS_BEGIN) {
		check_tls_begin(s, chunk);
		return;
	}
	if (c->fork == FORK_NONE) {
		consume(s, chunk);
		return;
	}
	/* The client goes on, having seen what the capture lost: the reply was in the gap. */
	if (chunk->acked_known && s->pairing.server_gap_end && chunk->peer_acked >= s->pairing.server_gap_end &&
	    fork_reply_is_lost(s)) {
		hold_rest(s, chunk);
		resolve_by_looks(s);
		return;
	}
	if (c->fork == FORK_STARTTLS)
		note_injection(s, chunk);
	hold_rest(s, chunk);
	if (c->fork == FORK_BODY_GAP && !chunk->gap && held_end_of_data(c))
		resolve(s, READ_BODY, false);
	else if (c->hold.bytes > s->shared->max_hold || c->hold.count > 4096)
		resolve_by_looks(s);
}

void client_answered(struct session *s, uint64_t start, unsigned code)
{
	struct client_reader *c = &s->client;
	bool good = code < 400;

	if (c->fork == FORK_NONE || c->fork_start != start)
		return;
	switch (c->fork) {
	case FORK_DATA:
		if (code >= 300 && good)
			begin_body(s, false);
		else {
			c->stray_text = !good;
			resolve(s, READ_COMMANDS, false);
		}
		break;
	case FORK_BDAT:
		if (good)
			begin_chunk(s, false);
		else
			c->fork = FORK_BDAT_REFUSED;
		break;
	case FORK_AUTH:
		if (code == 334) {
			resolve(s, READ_AUTH, false);
			break;
		}
		c->auth_refused = !good;
		resolve(s, READ_COMMANDS, false);
		break;
	case FORK_STARTTLS:
		if (code != 220) {
			resolve(s, READ_COMMANDS, false);
			break;
		}
		c->fork = FORK_TLS_BEGIN;
		while (c->hold.head && c->fork == FORK_TLS_BEGIN) {
			struct held *held = hold_pop(&c->hold);

			check_tls_begin(s, &held->chunk);
			free(held);
		}
		break;
	case FORK_NONE:
	case FORK_START:
	case FORK_BDAT_REFUSED:
	case FORK_TLS_BEGIN:
	case FORK_BODY_GAP:
		break;
	}
}

void client_unanswered(struct session *s, uint64_t start)
{
	if (s->client.fork != FORK_NONE && s->client.fork_start == start && s->client.fork != FORK_BDAT_REFUSED)
		resolve_by_looks(s);
}

/* Behind a refused chunk: is the reply at hand one to a line of the chunk? */
static bool chunk_read_as_commands(const struct session *s, const struct reply *reply)
{
	const struct client_reader *c = &s->client;
	uint64_t chunk_end = UINT64_MAX;

	if (!c->hold.head)
		return false;
	chunk_end = c->hold.head->chunk.offset + c->chunk_size;
	/* Nothing behind the chunk had been received: only its lines can be answered. */
	if (reply->acked_known && reply->peer_acked <= chunk_end)
		return true;
	/* A command behind it was, too: only "no such command" speaks for the lines. */
	return reply->code == 500 || reply->code == 502;
}

/* Where the message's end was lost: the last gap that the server had acknowledged holds it, if what follows looks so. */
static void end_in_gap(struct session *s, const struct reply *reply)
{
	struct client_reader *c = &s->client;
	struct held *held;

	if (reply->acked_known && reply->peer_acked < c->gap_end && reply->code < 400)
		return;
	if (reply->code == 221 || reply->code == 421)
		return;
	/* Gaps among what is held, too: the end stands in the last one. */
	for (const struct held *at = c->hold.head; at; at = at->next)
		if (at->chunk.gap && (!reply->acked_known || at->chunk.offset + at->chunk.length <= reply->peer_acked))
			c->gap_end = at->chunk.offset + at->chunk.length;
	while (c->hold.head && c->hold.head->chunk.offset < c->gap_end) {
		held = hold_pop(&c->hold);
		if (held->chunk.gap)
			body_gap(&c->body, held->chunk.length);
		else
			c->body.bytes += held->chunk.length;
		c->frame = held->chunk.frame;
		free(held);
	}
	if (c->hold.head && !command_looks_like_one(s->shared->patterns, held_line(c)))
		return;
	c->fork = FORK_NONE;
	end_of_data(s, c->gap_end, COMMAND_CUT | COMMAND_ASSUMED);
	resolve(s, READ_COMMANDS, false);
}

/*
 * A server need not wait for the end of a line that it will not take (500 "too long", binary). A refusal of it when all of
 * it that was sent had been received answers it; the rest of the line, when it comes, belongs to it.
 */
static void claim_open_line(struct session *s, const struct reply *reply)
{
	struct client_reader *c = &s->client;

	if (reply->code < 500 || !reply->acked_known || reply->peer_acked < c->line_start + c->line_length)
		return;
	take_line(s, buf_span(&c->line), COMMAND_CUT, c->line_start + c->line_length);
	buf_clear(&c->line);
	c->line_open = c->line_claimed = true;
}

void client_before_reply(struct session *s, const struct reply *reply)
{
	struct client_reader *c = &s->client;

	if (c->fork == FORK_NONE && c->reading == READ_COMMANDS && c->line_open && !c->line_claimed && c->line.length &&
	    !s->pairing.head)
		claim_open_line(s, reply);

	if (c->fork == FORK_BDAT_REFUSED && c->hold.head) {
		if (chunk_read_as_commands(s, reply)) {
			c->stray_text = true;
			resolve(s, READ_COMMANDS, false);
		} else {
			c->chunk_left = c->chunk_size;
			resolve(s, c->chunk_left ? READ_CHUNK : READ_COMMANDS, false);
		}
	} else if (c->fork == FORK_BODY_GAP && !s->pairing.head) {
		end_in_gap(s, reply);
	}
}

bool client_read_lax(struct session *s, const struct reply *reply)
{
	struct client_reader *c = &s->client;
	bool in_message = c->reading == READ_BODY;

	if (!c->lax_end || c->fork != FORK_NONE || reply->code == 221 || reply->code == 421)
		return false;
	/* The server has to have received what it is said to answer. */
	if (reply->acked_known && reply->peer_acked < c->lax_end + (in_message ? 0 : 1))
		return false;
	feed_note(s, NOTE_LAX_END_READ, &reply->frame, c->lax_end, (struct span){ 0 });
	if (in_message) {
		/* No strict end has come: the reply is to the lax one. */
		c->frame = c->lax_frame;
		c->body.bytes = c->lax_bytes;
		end_of_data(s, c->lax_end, COMMAND_ASSUMED);
	}
	hold_prepend(&c->hold, &c->suspect);
	forget_suspicion(c);
	resolve(s, READ_COMMANDS, false);
	return s->pairing.head != NULL;
}

void client_server_speaks(struct session *s, bool tls)
{
	struct client_reader *c = &s->client;

	if (c->fork != FORK_START)
		return;
	if (tls)
		resolve_by_looks(s);
	else
		resolve(s, READ_COMMANDS, false);
}

void client_end(struct session *s)
{
	struct client_reader *c = &s->client;

	if (c->ended)
		return;
	c->ended = true;
	for (unsigned rounds = 0; c->fork != FORK_NONE && rounds < PAIRING_OPEN_MAX; rounds++)
		resolve_by_looks(s);
	if (c->reading == READ_COMMANDS && c->line_open && !c->line_claimed && c->line.length)
		take_line(s, buf_span(&c->line), COMMAND_UNFINISHED, c->line_start + c->line_length);
}
