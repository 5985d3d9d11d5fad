/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzzes the anonymizer: the records of a pcap file (Ethernet) go through an analysis and the second pass over the packets. Checks that each written
 * packet has the length and time of an original one, that checksums that were right still are, and that a planted mailbox is nowhere in them.
 */
#include "cut.h"
#include "pipeline.h"

#include <stdlib.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
	FILE_HEADER = 24,
	RECORD_HEADER = 16,
	ETHERNET = 14,
	IPV4 = 20,
	TCP = 20,
	RECORDS_MAX = 256,
	PROTOCOL_TCP = 6
};

static void require(bool holds)
{
	if (!holds)
		abort();
}

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Takes the record at |*offset|. Returns false if there is no whole one. */
static bool take(struct span file, size_t *offset, uint64_t number, struct frame *f)
{
	uint32_t length;

	if (!span_get_le32(file, *offset + 8, &length) ||
	    !span_has(file, *offset, RECORD_HEADER + (size_t)length))
		return false;
	*f = (struct frame){ .bytes = span_of(file.at + *offset + RECORD_HEADER, length),
			     .link_type = 1,
			     .wire_length = length };
	f->ref.number = number;
	f->ref.time = (tstamp)get32(file.at + *offset) * TSTAMP_SECOND +
		      (tstamp)(get32(file.at + *offset + 4) % 1000000) * 1000;
	f->ref.digits = 6;
	*offset += RECORD_HEADER + (size_t)length;
	return true;
}

/* ---- what is written ---- */

static uint32_t add_words(uint32_t sum, struct span bytes)
{
	for (size_t i = 0; i < bytes.length; i++)
		sum += i % 2 ? bytes.at[i] : (uint32_t)bytes.at[i] << 8;
	return sum;
}

static bool is_right(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

/* Are the checksums of IPv4 and TCP right? False also if the packet is not a whole segment without options of IPv4. */
static bool checksums_are_right(struct span frame)
{
	struct span ip = span_from(frame, ETHERNET), tcp;
	uint16_t type, total, fragment;
	uint8_t first, protocol;

	if (!span_get_be16(frame, 12, &type) || type != 0x0800 || !span_get_u8(ip, 0, &first) ||
	    first != 0x45 || !span_get_be16(ip, 2, &total) || !span_get_be16(ip, 6, &fragment) ||
	    (fragment & 0x3fff) || !span_get_u8(ip, 9, &protocol) || protocol != PROTOCOL_TCP ||
	    total < IPV4 + TCP || !span_has(ip, 0, total))
		return false;
	tcp = span_from(span_first(ip, total), IPV4);
	return is_right(add_words(0, span_first(ip, IPV4))) &&
	       is_right(add_words(
		   add_words(PROTOCOL_TCP + (uint32_t)tcp.length, span_first(span_from(ip, 12), 8)), tcp));
}

static bool shows_mailbox(struct span frame)
{
	static const char name[] = "quibblesworth@zanzipost";

	for (size_t at = 0; at + sizeof name - 1 <= frame.length; at++)
		if (strncasecmp((const char *)frame.at + at, name, sizeof name - 1) == 0)
			return true;
	return false;
}

/* The original packets, by number. */
struct originals {
	struct frame frames[RECORDS_MAX];
	size_t count;
};

static void check(void *context, const struct frame *frame)
{
	const struct originals *o = context;
	const struct frame *before;

	require(frame->ref.number >= 1 && frame->ref.number <= o->count);
	before = &o->frames[frame->ref.number - 1];
	require(frame->bytes.length == before->bytes.length && frame->ref.time == before->ref.time);
	require(!checksums_are_right(before->bytes) || checksums_are_right(frame->bytes));
	require(!shows_mailbox(frame->bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t ports[] = { 25, 587 };
	static struct originals o;
	static struct vocabulary *vocabulary; /* made once: it takes longer than all else together */
	struct span file = span_of(data, size);
	struct disguise_config disguise = { .pseudonym = pseudonym_create(span_text("a key for the fuzzer")),
					    .rules = rules_builtin() };
	struct criteria criteria;
	struct cut_config cut = { .criteria = &criteria, .also = check, .also_context = &o, .program = "fuzz" };
	struct pipeline_observer observer = { .record = cut_record };
	struct pipeline_config config = { .ports = ports,
					  .port_count = 2,
					  .format = report_format_find("json"),
					  .rules = rules_builtin(),
					  .criteria = &criteria,
					  .observer = &observer,
					  .out = fopen("/dev/null", "w") };
	struct pipeline *pipeline;
	size_t offset = FILE_HEADER;

	o.count = 0;
	criteria_init(&criteria);
	if (!vocabulary)
		vocabulary = vocabulary_create(rules_builtin());
	require(vocabulary != NULL);
	disguise.vocabulary = vocabulary;
	cut.disguise = disguise_create(&disguise);
	observer.context = cut_create(&cut);
	pipeline = pipeline_create(&config);
	require(cut.disguise && observer.context && pipeline && config.out);
	while (o.count < RECORDS_MAX && take(file, &offset, o.count + 1, &o.frames[o.count]))
		pipeline_push(pipeline, &o.frames[o.count++]);
	pipeline_finish(pipeline);
	require(cut_begin(observer.context));
	for (size_t i = 0; i < o.count; i++)
		cut_push(observer.context, &o.frames[i]);
	require(cut_finish(observer.context));
	pipeline_destroy(pipeline);
	cut_destroy(observer.context);
	disguise_destroy(cut.disguise);
	pseudonym_destroy(disguise.pseudonym);
	criteria_finish(&criteria);
	fclose(config.out);
	return 0;
}
