/* SPDX-License-Identifier: BSD-2-Clause */
#include "wire.h"

#include <check.h>
#include <ctype.h>
#include <stdlib.h>

#define TCP_TEXT "0019 d431 01020304 0a0b0c0d 5018 1234 0000 0000 \"" WIRE_PAYLOAD "\""
#define IP4_TEXT "4500 L4 abcd 4000 33 06 0000 c0000219 c6336407" TCP_TEXT
#define IP6_TEXT                                                                                             \
	"60000000 l34 06 33 20010db8000000000000000000000025 20010db8000700000000000000000007" TCP_TEXT

struct lengths {
	struct {
		size_t at;
		long more;
	} field[16];
	size_t count;
};

static unsigned digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = strchr(digits, c);

	ck_assert_msg(c && at, "no hex digit: %c", c);
	return (unsigned)(at - digits);
}

static void put(struct wire *w, unsigned byte)
{
	ck_assert_uint_lt(w->length, sizeof w->bytes);
	w->bytes[w->length++] = (uint8_t)byte;
}

static const char *put_length(struct wire *w, struct lengths *lengths, const char *text)
{
	const bool minus = *text == 'l';
	char *end;
	long more = strtol(text + 1, &end, 10);

	ck_assert_uint_lt(lengths->count, 16);
	lengths->field[lengths->count].at = w->length;
	lengths->field[lengths->count++].more = minus ? -more : more;
	put(w, 0);
	put(w, 0);
	return end;
}

static void put_text(struct wire *w, struct lengths *lengths, const char *text)
{
	while (*text) {
		if (isspace((unsigned char)*text)) {
			text++;
		} else if (*text == 'L' || *text == 'l') {
			text = put_length(w, lengths, text);
		} else if (*text == '$') {
			w->end = w->length;
			text++;
		} else if (*text == '"') {
			for (text++; *text != '"'; text++)
				put(w, (unsigned char)*text);
			text++;
		} else {
			put(w, digit(text[0]) << 4 | digit(text[1]));
			text += 2;
		}
	}
}

void wire_make(struct wire *w, const char *text)
{
	struct lengths lengths = { .count = 0 };

	w->length = w->end = 0;
	for (const char *at; (at = strpbrk(text, "@#")) != NULL; text = at) {
		char piece[4096];

		ck_assert_uint_lt((size_t)(at - text), sizeof piece);
		memcpy(piece, text, (size_t)(at - text));
		piece[at - text] = '\0';
		put_text(w, &lengths, piece);
		if (*at++ == '#')
			put_text(w, &lengths, TCP_TEXT);
		else
			put_text(w, &lengths, *at++ == '4' ? IP4_TEXT : IP6_TEXT);
	}
	put_text(w, &lengths, text);
	if (!w->end)
		w->end = w->length;
	for (size_t i = 0; i < lengths.count; i++) {
		size_t at = lengths.field[i].at;
		long value = (long)(w->end - at - 2) + lengths.field[i].more;

		w->bytes[at] = (uint8_t)(value >> 8);
		w->bytes[at + 1] = (uint8_t)value;
	}
}

void catch_segment(void *context, const struct segment *segment)
{
	struct catch *c = context;

	ck_assert_uint_le(segment->payload.length, segment->payload_length);
	ck_assert_uint_le(segment->payload.length, sizeof c->payload);
	c->count++;
	c->segment = *segment;
	c->segment.payload.at = c->payload;
	if (segment->payload.length)
		memcpy(c->payload, segment->payload.at, segment->payload.length);
}

struct packet *catch_packets(struct catch *c)
{
	const struct packet_config config = { .secret = { 3, 4 } };
	struct packet *p = packet_create(&config, catch_segment, c);

	ck_assert_ptr_nonnull(p);
	c->count = 0;
	return p;
}

enum packet_outcome catch_push(struct packet *p, int link_type, struct span bytes, int64_t seconds)
{
	const struct frame frame = { .ref = { .number = 1, .digits = 6, .time = seconds * TSTAMP_SECOND },
				     .bytes = bytes,
				     .wire_length = (uint32_t)bytes.length,
				     .link_type = link_type };

	return packet_push(p, &frame);
}

enum packet_outcome catch_text(struct catch *c, int link_type, const char *text)
{
	static struct wire w;
	struct packet *p = catch_packets(c);
	enum packet_outcome outcome;

	wire_make(&w, text);
	outcome = catch_push(p, link_type, span_of(w.bytes, w.length), 0);
	packet_destroy(p);
	return outcome;
}

void catch_expect(const struct catch *c, unsigned version)
{
	const struct segment *s = &c->segment;
	struct addr source, target;

	ck_assert(addr_parse(&source, version == 4 ? WIRE_SOURCE4 : WIRE_SOURCE6));
	ck_assert(addr_parse(&target, version == 4 ? WIRE_TARGET4 : WIRE_TARGET6));
	ck_assert_uint_eq(c->count, 1);
	ck_assert_int_eq(s->kind, SEGMENT_TCP);
	ck_assert(addr_equal(&s->source.addr, &source));
	ck_assert(addr_equal(&s->target.addr, &target));
	ck_assert_uint_eq(s->source.port, WIRE_SOURCE_PORT);
	ck_assert_uint_eq(s->target.port, WIRE_TARGET_PORT);
	ck_assert_uint_eq(s->seq, 0x01020304);
	ck_assert_uint_eq(s->ack, 0x0a0b0c0d);
	ck_assert_uint_eq(s->window, 0x1234);
	ck_assert_uint_eq(s->flags, TCP_ACK | TCP_PSH);
	ck_assert_uint_eq(s->ttl, 0x33);
	ck_assert_uint_eq(s->ip_id, version == 4 ? 0xabcd : 0);
	ck_assert_uint_eq(s->payload_length, strlen(WIRE_PAYLOAD));
	ck_assert(span_equal(s->payload, span_text(WIRE_PAYLOAD)));
}
