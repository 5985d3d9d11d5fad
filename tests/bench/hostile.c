/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * hostile: writes captures of traffic that makes an analyzer keep as much as possible. Each kind fills another store: what it writes is cheap
 * for a sender, and would use memory without a limit if nothing gave way.
 */
#include "wire.h"

#include <stdlib.h>
#include <string.h>

enum { SERVER_PORT = 25, LINE = 1024 };

static void begin(struct wire_connection *c, uint32_t number)
{
	*c = (struct wire_connection){ .address = { 0x0a000000 + number, 0xc0000219 },
				       .port = { (uint16_t)(10000 + number % 50000), SERVER_PORT },
				       .next = { number * 7919, number * 104729 } };
}

static void say(struct wire *w, struct wire_connection *c, enum wire_from from, const char *text)
{
	size_t left = strlen(text);

	w->now += 20;
	while (left) {
		size_t part = left < WIRE_MSS_MAX ? left : WIRE_MSS_MAX;

		wire_segment(w, c, from, WIRE_ACK | WIRE_PSH, text, part);
		text += part;
		left -= part;
	}
}

static void handshake(struct wire *w, struct wire_connection *c)
{
	w->now += 20;
	wire_segment(w, c, WIRE_CLIENT, WIRE_SYN, NULL, 0);
	wire_segment(w, c, WIRE_SERVER, WIRE_SYN | WIRE_ACK, NULL, 0);
	wire_segment(w, c, WIRE_CLIENT, WIRE_ACK, NULL, 0);
}

/* A connection up to the greeting. */
static void greet(struct wire *w, struct wire_connection *c, uint32_t number)
{
	begin(c, number);
	handshake(w, c);
	say(w, c, WIRE_SERVER, "220 mail.example.org ESMTP\r\n");
}

static void hello(struct wire *w, struct wire_connection *c, uint32_t number)
{
	greet(w, c, number);
	say(w, c, WIRE_CLIENT, "EHLO client.example.net\r\n");
	say(w, c, WIRE_SERVER,
	    "250-mail.example.org\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250 8BITMIME\r\n");
}

static void quit(struct wire *w, struct wire_connection *c)
{
	say(w, c, WIRE_CLIENT, "QUIT\r\n");
	say(w, c, WIRE_SERVER, "221 2.0.0 Bye\r\n");
	wire_segment(w, c, WIRE_CLIENT, WIRE_ACK | WIRE_FIN, NULL, 0);
	wire_segment(w, c, WIRE_SERVER, WIRE_ACK | WIRE_FIN, NULL, 0);
	wire_segment(w, c, WIRE_CLIENT, WIRE_ACK, NULL, 0);
}

/* Makes |count| sessions take turns: |step| is called for each of them, round by round. */
typedef void round_step(struct wire *w, struct wire_connection *c, uint32_t number, uint32_t round);

static void rounds(struct wire *w, uint32_t count, uint32_t most, round_step *step)
{
	struct wire_connection *all = calloc(count, sizeof *all);

	if (!all)
		exit(EXIT_FAILURE);
	for (uint32_t round = 0; round <= most; round++)
		for (uint32_t i = 0; i < count; i++)
			step(w, &all[i], i, round);
	free(all);
}

/* Commands that are never answered. */
static void step_commands(struct wire *w, struct wire_connection *c, uint32_t number, uint32_t round)
{
	static char text[480 * 3 + 1];

	if (round == 0) {
		greet(w, c, number);
		return;
	}
	for (size_t i = 0; i < sizeof text - 1; i += 3)
		memcpy(text + i, "A\r\n", 3);
	say(w, c, WIRE_CLIENT, text);
}

/* Bytes beyond holes that nobody acknowledges: tiny ones from the client, long ones from the server. */
static void step_holes(struct wire *w, struct wire_connection *c, uint32_t number, uint32_t round)
{
	static const char bytes[WIRE_MSS_MAX] = "250 ok";

	if (round == 0) {
		hello(w, c, number);
		return;
	}
	w->now += 1;
	for (int i = 0; i < 8; i++) {
		enum wire_from from = i == 7 ? WIRE_SERVER : WIRE_CLIENT;
		struct wire_connection beyond = *c;

		beyond.next[from] += 2 + (round * 8 + (unsigned)i) * (i == 7 ? WIRE_MSS_MAX + 1 : 2);
		beyond.ip_id[from] += (uint16_t)(round * 8 + (unsigned)i);
		wire_segment(w, &beyond, from, WIRE_ACK, bytes, i == 7 ? WIRE_MSS_MAX : 1);
	}
}

static void step_syn(struct wire *w, struct wire_connection *c, uint32_t number, uint32_t round)
{
	(void)round;
	begin(c, number);
	w->now += 10;
	wire_segment(w, c, WIRE_CLIENT, WIRE_SYN, NULL, 0);
}

/* Sessions that stay open after the first exchange. */
static void step_open(struct wire *w, struct wire_connection *c, uint32_t number, uint32_t round)
{
	(void)round;
	hello(w, c, number);
}

/* One reply without an end. */
static void step_replies(struct wire *w, struct wire_connection *c, uint32_t number, uint32_t round)
{
	char text[LINE];

	if (round == 0) {
		greet(w, c, number);
		say(w, c, WIRE_CLIENT, "HELP\r\n");
		return;
	}
	snprintf(text, sizeof text, "214-%0700u\r\n", round);
	say(w, c, WIRE_SERVER, text);
	say(w, c, WIRE_SERVER, text);
}

/* EHLO again and again, each with other keywords. */
static void step_ehlo(struct wire *w, struct wire_connection *c, uint32_t number, uint32_t round)
{
	char text[LINE];

	if (round == 0) {
		greet(w, c, number);
		return;
	}
	snprintf(text, sizeof text, "EHLO %0900u.example.net\r\n", round);
	say(w, c, WIRE_CLIENT, text);
	for (unsigned i = 0; i < 20; i++) {
		snprintf(text, sizeof text, "250-X%u-%u %0400u\r\n", round, i, number);
		say(w, c, WIRE_SERVER, text);
	}
	say(w, c, WIRE_SERVER, "250 HELP\r\n");
}

/* Recipients without an end. */
static void step_recipients(struct wire *w, struct wire_connection *c, uint32_t number, uint32_t round)
{
	char text[LINE];

	if (round == 0) {
		hello(w, c, number);
		say(w, c, WIRE_CLIENT, "MAIL FROM:<sender@example.net>\r\n");
		say(w, c, WIRE_SERVER, "250 2.1.0 Ok\r\n");
		return;
	}
	for (unsigned i = 0; i < 8; i++) {
		snprintf(text, sizeof text, "RCPT TO:<%0200u.%u@example.org>\r\n", round, i);
		say(w, c, WIRE_CLIENT, text);
		say(w, c, WIRE_SERVER, i % 4 ? "250 2.1.5 Ok\r\n" : "550 5.1.1 No such user here\r\n");
	}
}

/* Refused messages and odd commands without an end, each with a finding. */
static void step_findings(struct wire *w, struct wire_connection *c, uint32_t number, uint32_t round)
{
	char text[LINE];

	if (round == 0) {
		hello(w, c, number);
		return;
	}
	snprintf(text, sizeof text, "XWHAT%u %0300u\r\n", round, number);
	say(w, c, WIRE_CLIENT, text);
	snprintf(text, sizeof text, "500 5.5.2 %0300u is not a command\r\n", round);
	say(w, c, WIRE_SERVER, text);
	snprintf(text, sizeof text, "MAIL FROM:<%0200u@example.net>\r\n", round);
	say(w, c, WIRE_CLIENT, text);
	say(w, c, WIRE_SERVER, "550 5.7.1 Rejected because of your reputation\r\n");
}

/* TLS handshakes that go on and on: a large hello in small records, then certificates without an end. */
static void step_tls(struct wire *w, struct wire_connection *c, uint32_t number, uint32_t round)
{
	char record[WIRE_MSS_MAX];

	if (round == 0) {
		hello(w, c, number);
		say(w, c, WIRE_CLIENT, "STARTTLS\r\n");
		say(w, c, WIRE_SERVER, "220 2.0.0 Ready\r\n");
		return;
	}
	memset(record, (int)('a' + round % 26), sizeof record);
	memcpy(record, "\x16\x03\x01\x05\xa0", 5);
	if (round == 1)
		memcpy(record + 5, "\x01\x00\x3f\xff\x03\x03", 6);
	w->now += 20;
	wire_segment(w, c, WIRE_CLIENT, WIRE_ACK | WIRE_PSH, record, 5 + 0x5a0);
	if (round == 1)
		memcpy(record + 5, "\x0b\x00\xff\xff\x00\xff\xfc", 7);
	wire_segment(w, c, WIRE_SERVER, WIRE_ACK | WIRE_PSH, record, 5 + 0x5a0);
}

/* Bytes of the client that wait for a reply to DATA. */
static void step_held(struct wire *w, struct wire_connection *c, uint32_t number, uint32_t round)
{
	char text[WIRE_MSS_MAX];

	if (round == 0) {
		hello(w, c, number);
		say(w, c, WIRE_CLIENT, "MAIL FROM:<a@example.net>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n");
		return;
	}
	memset(text, 'x', sizeof text - 1);
	memcpy(text, "Subject: ", 9);
	text[sizeof text - 1] = 0;
	say(w, c, WIRE_CLIENT, text);
}

/* Whole sessions, each with another sender and recipient, temporarily refused: each may become part of a story. */
static void step_stories(struct wire *w, struct wire_connection *c, uint32_t number, uint32_t round)
{
	char text[LINE];

	(void)round;
	hello(w, c, number);
	snprintf(text, sizeof text, "MAIL FROM:<%0100u@example.net>\r\n", number);
	say(w, c, WIRE_CLIENT, text);
	say(w, c, WIRE_SERVER, "250 2.1.0 Ok\r\n");
	for (unsigned i = 0; i < 3; i++) {
		snprintf(text, sizeof text, "RCPT TO:<%0100u.%u@example.org>\r\n", number, i);
		say(w, c, WIRE_CLIENT, text);
		say(w, c, WIRE_SERVER, "451 4.7.1 Greylisting in action, please come back later\r\n");
	}
	quit(w, c);
}

/* Raw frames: first fragments of datagrams whose rest never comes. */
static void step_fragments(struct wire *w, struct wire_connection *c, uint32_t number, uint32_t round)
{
	uint8_t frame[14 + 20 + 1400] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0x05, 0x8c };
	uint32_t header[4];
	uint32_t offset = round ? 20000 / 8 : 0;

	(void)c;
	w->now += 10;
	frame[18] = (uint8_t)(number >> 8);
	frame[19] = (uint8_t)number;
	frame[20] = (uint8_t)(0x20 | offset >> 8);
	frame[21] = (uint8_t)offset;
	frame[22] = 64;
	frame[23] = 6;
	frame[26] = 10;
	frame[27] = (uint8_t)(number >> 24);
	frame[28] = (uint8_t)(number >> 16);
	frame[30] = 192;
	frame[32] = 2;
	header[0] = (uint32_t)(w->now / 1000000);
	header[1] = (uint32_t)(w->now % 1000000);
	header[2] = header[3] = sizeof frame;
	fwrite(header, 1, sizeof header, w->out);
	fwrite(frame, 1, sizeof frame, w->out);
}

struct kind {
	const char *name;
	round_step *step;
	uint32_t connections, rounds; /* unless given */
};

static const struct kind kinds[] = {
	{ "commands", step_commands, 1000, 9 },
	{ "holes", step_holes, 500, 60 },
	{ "syn", step_syn, 750000, 0 },
	{ "open", step_open, 100000, 0 },
	{ "replies", step_replies, 1000, 60 },
	{ "ehlo", step_ehlo, 1000, 10 },
	{ "recipients", step_recipients, 500, 50 },
	{ "findings", step_findings, 500, 60 },
	{ "tls", step_tls, 2000, 60 },
	{ "held", step_held, 2000, 50 },
	{ "stories", step_stories, 60000, 0 },
	{ "fragments", step_fragments, 60000, 1 },
};

int main(int argc, char **argv)
{
	struct wire w = { .out = stdout, .now = UINT64_C(1700000000000000) };

	for (size_t i = 0; argc > 1 && i < sizeof kinds / sizeof *kinds; i++) {
		const struct kind *kind = &kinds[i];

		if (strcmp(kind->name, argv[1]) != 0)
			continue;
		wire_begin(&w);
		rounds(&w, argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : kind->connections,
		       argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : kind->rounds, kind->step);
		return fflush(stdout) == 0 && !ferror(stdout) ? EXIT_SUCCESS : EXIT_FAILURE;
	}
	fputs("usage: hostile KIND [CONNECTIONS [ROUNDS]] >FILE; kinds:", stderr);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		fprintf(stderr, " %s", kinds[i].name);
	fputs("\n", stderr);
	return 2;
}
