/* SPDX-License-Identifier: BSD-2-Clause */
#include "dialogue.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

bool dialogue_text_init(struct dialogue_text *text, struct rng *rng)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t at;

	text->length = (size_t)DIALOGUE_LINE * 4096;
	text->lines = malloc(text->length + WIRE_MSS_MAX);
	if (!text->lines)
		return false;
	for (at = 0; at < text->length; at++) {
		size_t column = at % DIALOGUE_LINE;

		text->lines[at] = alphabet[rng_next(rng) % 64];
		if (column == DIALOGUE_LINE - 2)
			text->lines[at] = '\r';
		else if (column == DIALOGUE_LINE - 1)
			text->lines[at] = '\n';
	}
	memcpy(text->lines + text->length, text->lines, WIRE_MSS_MAX);
	return true;
}

void dialogue_init(struct dialogue *d, uint64_t number, const struct dialogue_config *config,
		   struct dialogue_truth *truth, struct rng *rng, struct wire *wire,
		   const struct dialogue_text *text)
{
	const uint64_t ports = 50000;

	*d = (struct dialogue){ .config = config, .truth = truth, .rng = rng, .wire = wire, .text = text };
	d->number = number;
	/* Clients are in a network for benchmarks (RFC 2544), servers in one for documentation (RFC 5737). */
	d->connection.address[WIRE_CLIENT] = UINT32_C(0xc6120001) + (uint32_t)(number / ports % 131000);
	d->connection.port[WIRE_CLIENT] = (uint16_t)(10000 + number % ports);
	d->connection.address[WIRE_SERVER] = UINT32_C(0xc0000210) + (uint32_t)(number % 8);
	d->connection.port[WIRE_SERVER] = config->tls ? 465 : 25;
	d->records = config->tls ? records_create(config->tls) : NULL;
	for (int side = 0; side < 2; side++) {
		d->connection.next[side] = (uint32_t)rng_next(rng);
		d->connection.ip_id[side] = (uint16_t)rng_next(rng);
	}
	d->pipelining = rng_chance(rng, config->pipelining);
	d->messages_left = rng_between(rng, config->messages[0], config->messages[1]);
	truth->sessions++;
}

/* Sends bytes of one side in as many segments as needed. */
static void send_bytes(struct dialogue *d, enum wire_from from, const void *bytes, size_t length)
{
	const char *text = bytes;

	while (length) {
		size_t part = length < d->config->mss ? length : d->config->mss;

		wire_segment(d->wire, &d->connection, from, WIRE_ACK | (part == length ? WIRE_PSH : 0), text,
			     part);
		text += part;
		length -= part;
	}
}

/* Sends text of one side. Inside TLS, an incomplete record waits for what follows. */
static void say_part(struct dialogue *d, enum wire_from from, const char *text, size_t length)
{
	if (!d->records) {
		send_bytes(d, from, text, length);
		return;
	}
	while (records_fill(d->records, &text, &length))
		send_bytes(d, from, d->records->sealed, records_seal(d->records, from));
}

/* The same, to its end. */
static void say(struct dialogue *d, enum wire_from from, const char *text, size_t length)
{
	say_part(d, from, text, length);
	if (d->records && d->records->have)
		send_bytes(d, from, d->records->sealed, records_seal(d->records, from));
}

static void shake_hands(struct dialogue *d)
{
	struct sealed_handshake handshake;

	records_handshake(&handshake);
	for (int i = 0; i < SEALED_HELLOS; i++)
		send_bytes(d, i == 1 ? WIRE_SERVER : WIRE_CLIENT, handshake.bytes[i], handshake.length[i]);
}

/* Adds a line to the server's next turn. A |code| other than 0 counts as a reply. */
static void __attribute__((format(printf, 3, 4)))
answer(struct dialogue *d, unsigned code, const char *format, ...)
{
	size_t room = sizeof d->reply - d->reply_length;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(d->reply + d->reply_length, room, format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= room)
		abort(); /* the longest group of replies is known: this is a bug in this file */
	d->reply_length += (size_t)length;
	if (code)
		d->truth->replies[code]++;
}

static void open_connection(struct dialogue *d)
{
	wire_segment(d->wire, &d->connection, WIRE_CLIENT, WIRE_SYN, NULL, 0);
	wire_segment(d->wire, &d->connection, WIRE_SERVER, WIRE_SYN | WIRE_ACK, NULL, 0);
	wire_segment(d->wire, &d->connection, WIRE_CLIENT, WIRE_ACK, NULL, 0);
	if (d->records)
		shake_hands(d);
	answer(d, 220, "220 mx%u.example.net ESMTP\r\n", d->connection.address[WIRE_SERVER] & 0xff);
	d->stage = STAGE_HELLO;
}

static void close_connection(struct dialogue *d)
{
	enum wire_from first = d->server_closes ? WIRE_SERVER : WIRE_CLIENT;
	enum wire_from second = d->server_closes ? WIRE_CLIENT : WIRE_SERVER;

	wire_segment(d->wire, &d->connection, first, WIRE_FIN | WIRE_ACK, NULL, 0);
	wire_segment(d->wire, &d->connection, second, WIRE_FIN | WIRE_ACK, NULL, 0);
	wire_segment(d->wire, &d->connection, first, WIRE_ACK, NULL, 0);
	free(d->records);
	d->records = NULL;
	d->stage = STAGE_DONE;
}

static void hello(struct dialogue *d)
{
	char line[64];
	int length =
	    snprintf(line, sizeof line, "EHLO client%llu.example.org\r\n", (unsigned long long)d->number);

	say(d, WIRE_CLIENT, line, (size_t)length);
	answer(d, 250,
	       "250-mx.example.net\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250-8BITMIME\r\n"
	       "250-ENHANCEDSTATUSCODES\r\n250 SMTPUTF8\r\n");
	d->stage = STAGE_NEXT;
}

static void quit(struct dialogue *d)
{
	say(d, WIRE_CLIENT, "QUIT\r\n", 6);
	answer(d, 221, "221 2.0.0 Bye\r\n");
	d->server_closes = true;
	d->stage = STAGE_CLOSE;
}

/* Plans the next message, or ends the session. */
static void next_message(struct dialogue *d)
{
	if (!d->messages_left) {
		quit(d);
		return;
	}
	d->messages_left--;
	d->recipients = rng_between(d->rng, d->config->recipients[0], d->config->recipients[1]);
	d->recipient = 0;
	d->accepted_recipients = 0;
	d->failure = FAIL_NOTHING;
	if (rng_chance(d->rng, d->config->failures))
		d->failure = (enum dialogue_failure)rng_between(d->rng, FAIL_NOTHING + 1, FAIL_KINDS - 1);
	d->failed_recipient = rng_between(d->rng, 0, d->recipients - 1);
	d->quit_behind_dot =
	    d->pipelining && !d->messages_left && d->failure != FAIL_221_AFTERWARDS && rng_chance(d->rng, 30);
	d->stage = STAGE_MAIL;
	if (d->failure == FAIL_500) {
		say(d, WIRE_CLIENT, "XFROBNICATE 7\r\n", 15);
		answer(d, 500, "500 5.5.2 Error: command not recognized\r\n");
		d->truth->unexpected_500++;
	}
}

static int mail_command(struct dialogue *d, char *to, size_t room)
{
	answer(d, 250, "250 2.1.0 Ok\r\n");
	return snprintf(to, room, "MAIL FROM:<sender%llu@example.org>\r\n", (unsigned long long)d->number);
}

/* Sends the command for the next recipient, and its answer. */
static int rcpt_command(struct dialogue *d, char *to, size_t room)
{
	uint32_t which = d->recipient++;
	bool failed = which == d->failed_recipient;

	if (failed && d->failure == FAIL_UNKNOWN_USER) {
		answer(d, 550, "550 5.1.1 <user%u@example.net>: Recipient address rejected: User unknown\r\n",
		       which);
	} else if (failed && d->failure == FAIL_GREYLISTED) {
		answer(d, 450, "450 4.2.0 <user%u@example.net>: Recipient address rejected: Greylisted\r\n",
		       which);
	} else {
		answer(d, 250, "250 2.1.5 Ok\r\n");
		d->accepted_recipients++;
	}
	return snprintf(to, room, "RCPT TO:<user%u@example.net>\r\n", which);
}

/* Ends a message without accepted recipients. */
static void count_refused(struct dialogue *d)
{
	if (d->failure == FAIL_GREYLISTED)
		d->truth->deferred++;
	else
		d->truth->rejected++;
}

static void data_answer(struct dialogue *d)
{
	if (!d->accepted_recipients) {
		answer(d, 554, "554 5.5.1 Error: no valid recipients\r\n");
		count_refused(d);
		d->stage = STAGE_RESET;
	} else if (d->failure == FAIL_221_FOR_DATA) {
		answer(d, 221, "221 2.0.0 mx.example.net closing connection\r\n");
		d->truth->unexpected_221++;
		d->truth->aborted++;
		d->server_closes = true;
		d->stage = STAGE_CLOSE;
	} else {
		answer(d, 354, "354 End data with <CR><LF>.<CR><LF>\r\n");
		d->stage = STAGE_BODY;
		d->body_left = 0;
	}
}

/* MAIL, all RCPT and DATA at once (RFC 2920). */
static void say_group(struct dialogue *d)
{
	char group[DIALOGUE_RECIPIENTS * 48 + 128];
	size_t length = (size_t)mail_command(d, group, sizeof group);

	while (d->recipient < d->recipients)
		length += (size_t)rcpt_command(d, group + length, sizeof group - length);
	memcpy(group + length, "DATA\r\n", 6);
	say(d, WIRE_CLIENT, group, length + 6);
	data_answer(d);
}

static void say_envelope_command(struct dialogue *d)
{
	char line[96];

	if (d->stage == STAGE_MAIL) {
		say(d, WIRE_CLIENT, line, (size_t)mail_command(d, line, sizeof line));
		d->stage = STAGE_RCPT;
	} else if (d->stage == STAGE_RCPT) {
		say(d, WIRE_CLIENT, line, (size_t)rcpt_command(d, line, sizeof line));
		if (d->recipient == d->recipients && !d->accepted_recipients) {
			count_refused(d);
			d->stage = STAGE_RESET;
		} else if (d->recipient == d->recipients) {
			d->stage = STAGE_DATA;
		}
	} else {
		say(d, WIRE_CLIENT, "DATA\r\n", 6);
		data_answer(d);
	}
}

static void body_answer(struct dialogue *d)
{
	d->stage = STAGE_NEXT;
	if (d->failure == FAIL_CONTENT) {
		answer(d, 554, "554 5.7.1 Message content rejected\r\n");
		d->truth->rejected++;
	} else if (d->failure == FAIL_QUEUE) {
		answer(d, 451, "451 4.3.0 Error: queue file write error\r\n");
		d->truth->deferred++;
	} else {
		answer(d, 250, "250 2.0.0 Ok: queued as %08llX\r\n",
		       (unsigned long long)(rng_next(d->rng) >> 32));
		d->truth->accepted++;
	}
	if (d->quit_behind_dot) {
		answer(d, 221, "221 2.0.0 Bye\r\n");
		d->server_closes = true;
		d->stage = STAGE_CLOSE;
	} else if (d->failure == FAIL_221_AFTERWARDS) {
		d->stage = STAGE_GOODBYE;
	}
}

/*
 * One or two segments of the message; the first begins with a header, the last ends with the final dot (and
 * possibly QUIT).
 */
static void say_body(struct dialogue *d)
{
	const char *end = d->quit_behind_dot ? ".\r\nQUIT\r\n" : ".\r\n";
	size_t end_length = strlen(end);
	char segment[WIRE_MSS_MAX];

	if (!d->body_left) {
		int length = snprintf(segment, sizeof segment,
				      "From: sender%llu@example.org\r\nSubject: message %u\r\n\r\n",
				      (unsigned long long)d->number, d->messages_left);
		uint32_t size =
		    d->config->body_median
			? rng_size(d->rng, d->config->body[0], d->config->body[1], d->config->body_median)
			: rng_between(d->rng, d->config->body[0], d->config->body[1]);

		say_part(d, WIRE_CLIENT, segment, (size_t)length);
		d->body_at = rng_next(d->rng) % (d->text->length / DIALOGUE_LINE) * DIALOGUE_LINE;
		d->body_left = ((uint64_t)size / DIALOGUE_LINE + 1) * DIALOGUE_LINE + end_length;
	}
	for (int i = 0; i < 2 && d->body_left; i++) {
		size_t part = d->body_left < d->config->mss ? (size_t)d->body_left : d->config->mss;
		size_t after = (size_t)d->body_left - part; /* bytes left after this segment */
		size_t tail = after < end_length ? end_length - after : 0;
		size_t lines;

		tail = tail < part ? tail : part;
		lines = part - tail;
		memcpy(segment, d->text->lines + d->body_at, lines);
		memcpy(segment + lines, end + end_length - after - tail, tail);
		d->body_at = (d->body_at + lines) % d->text->length;
		d->body_left = after;
		if (after)
			say_part(d, WIRE_CLIENT, segment, part);
		else
			say(d, WIRE_CLIENT, segment, part);
	}
	if (!d->body_left)
		body_answer(d);
	else if (d->acked != d->connection.next[WIRE_CLIENT])
		wire_segment(d->wire, &d->connection, WIRE_SERVER, WIRE_ACK, NULL, 0);
	d->acked = d->connection.next[WIRE_CLIENT];
}

/* The client has acknowledged the last reply and sends no command; the server ends the session anyway. */
static void goodbye(struct dialogue *d)
{
	wire_segment(d->wire, &d->connection, WIRE_CLIENT, WIRE_ACK, NULL, 0);
	answer(d, 221, "221 2.0.0 mx.example.net closing connection\r\n");
	d->truth->unexpected_221++;
	d->server_closes = true;
	d->stage = STAGE_CLOSE;
}

static void client_turn(struct dialogue *d)
{
	switch (d->stage) {
	case STAGE_CONNECT:
		open_connection(d);
		break;
	case STAGE_HELLO:
		hello(d);
		break;
	case STAGE_NEXT:
		next_message(d);
		break;
	case STAGE_MAIL:
	case STAGE_RCPT:
	case STAGE_DATA:
		if (d->pipelining)
			say_group(d);
		else
			say_envelope_command(d);
		break;
	case STAGE_BODY:
		say_body(d);
		break;
	case STAGE_RESET:
		say(d, WIRE_CLIENT, "RSET\r\n", 6);
		answer(d, 250, "250 2.0.0 Ok\r\n");
		d->stage = STAGE_NEXT;
		break;
	case STAGE_GOODBYE:
		goodbye(d);
		break;
	case STAGE_CLOSE:
	case STAGE_DONE:
		break;
	}
}

bool dialogue_turn(struct dialogue *d)
{
	if (d->reply_length) {
		say(d, WIRE_SERVER, d->reply, d->reply_length);
		d->reply_length = 0;
	} else if (d->stage == STAGE_CLOSE) {
		close_connection(d);
	} else {
		client_turn(d);
	}
	return d->stage != STAGE_DONE;
}
