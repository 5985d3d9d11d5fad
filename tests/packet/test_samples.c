/* SPDX-License-Identifier: BSD-2-Clause */
/* Every layer: complete, truncated at every byte, and corrupted at every byte. */
#include "samples.h"

#include "harness.h"

START_TEST(every_layer_leads_to_the_segment)
{
	static struct catch c;

	for (size_t i = 0; i < sample_count; i++) {
		const struct sample *s = &samples[i];

		ck_assert_msg(catch_text(&c, s->link_type, s->text) == PACKET_SEGMENT, "no segment: %s",
			      s->name);
		catch_expect(&c, s->version);
	}
}
END_TEST

START_TEST(bytes_behind_the_packet_are_no_payload)
{
	static struct catch c;
	static struct wire w;

	for (size_t i = 0; i < sample_count; i++) {
		struct packet *p = catch_packets(&c);

		wire_make(&w, samples[i].text);
		memset(w.bytes + w.length, 0xee, 18);
		ck_assert_int_eq(catch_push(p, samples[i].link_type, span_of(w.bytes, w.length + 18), 0),
				 PACKET_SEGMENT);
		catch_expect(&c, samples[i].version);
		packet_destroy(p);
	}
}
END_TEST

/* Copies the bytes to memory of exactly their size, so that a sanitizer detects a read past the end. */
static enum packet_outcome push_copy(struct packet *p, const struct sample *s, const struct wire *w,
				     size_t captured, size_t wire_length)
{
	uint8_t *copy = malloc(captured ? captured : 1);
	struct frame frame = { .ref = { .number = 1, .digits = 6 },
			       .bytes = span_of(copy, captured),
			       .wire_length = (uint32_t)wire_length,
			       .link_type = s->link_type };
	enum packet_outcome outcome;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, w->bytes, captured);
	outcome = packet_push(p, &frame);
	free(copy);
	return outcome;
}

START_TEST(cut_by_the_capture_is_truncated_and_never_invalid)
{
	static struct catch c;
	static struct wire w;

	for (size_t i = 0; i < sample_count; i++) {
		struct packet *p = catch_packets(&c);
		size_t tcp_end;

		wire_make(&w, samples[i].text);
		tcp_end = w.end - strlen(WIRE_PAYLOAD);
		for (size_t captured = 0; captured < w.length; captured++) {
			enum packet_outcome outcome = push_copy(p, &samples[i], &w, captured, w.length);

			ck_assert_msg(outcome == (captured < tcp_end ? PACKET_TRUNCATED : PACKET_SEGMENT),
				      "%s cut at %zu of %zu: %d", samples[i].name, captured, w.length, outcome);
			if (outcome != PACKET_SEGMENT)
				continue;
			ck_assert_uint_eq(c.segment.payload_length, strlen(WIRE_PAYLOAD));
			ck_assert(span_equal(c.segment.payload,
					     span_first(span_text(WIRE_PAYLOAD), captured - tcp_end)));
		}
		packet_destroy(p);
	}
}
END_TEST

START_TEST(short_on_the_wire_does_no_harm)
{
	static struct catch c;
	static struct wire w;

	for (size_t i = 0; i < sample_count; i++) {
		struct packet *p = catch_packets(&c);

		wire_make(&w, samples[i].text);
		for (size_t length = 0; length < w.length; length++)
			push_copy(p, &samples[i], &w, length, length);
		ck_assert_uint_eq(packet_counters(p)->frames, w.length);
		packet_destroy(p);
	}
}
END_TEST

/* Sets each byte in turn to unusual values; lengths, versions, counts and types are among them. */
START_TEST(attacked_at_every_byte)
{
	static const uint8_t values[] = { 0x00, 0x01, 0x0f, 0x10, 0x3f, 0x40,
					  0x60, 0x7f, 0x80, 0xf0, 0xfe, 0xff };
	static struct catch c;
	static struct wire w;

	for (size_t i = 0; i < sample_count; i++) {
		struct packet *p = catch_packets(&c);

		wire_make(&w, samples[i].text);
		for (size_t at = 0; at < w.length; at++) {
			const uint8_t was[2] = { w.bytes[at], w.bytes[at + 1] };

			for (size_t v = 0; v < sizeof values; v++) {
				w.bytes[at] = values[v];
				push_copy(p, &samples[i], &w, w.length, w.length);
				w.bytes[at + 1] = values[v];
				push_copy(p, &samples[i], &w, w.length, w.length);
				w.bytes[at + 1] = was[1];
			}
			w.bytes[at] = was[0];
		}
		packet_destroy(p);
	}
}
END_TEST

SUITE("samples", every_layer_leads_to_the_segment, bytes_behind_the_packet_are_no_payload,
      cut_by_the_capture_is_truncated_and_never_invalid, short_on_the_wire_does_no_harm, attacked_at_every_byte)
