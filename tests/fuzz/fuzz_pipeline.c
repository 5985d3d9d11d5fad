/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fuzzes all stages together: the records of a pcap file (Ethernet, nanoseconds) go through the pipeline into one of the output formats. Checks that every
 * packet and byte is counted, that JSON is valid, that no other output has control characters, that the memory stays within its limit, and that
 * the password of the corpus's logins is nowhere in the output. The mutator changes whole packets and what they carry, and keeps checksums right.
 * The first byte of the input chooses the format; the capture follows.
 */
#include "base64.h"
#include "json_check.h"
#include "pipeline.h"

#include <ctype.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);

enum {
	FILE_HEADER = 24,
	RECORD_HEADER = 16,
	ETHERNET = 14,
	IPV4 = 20,
	TCP = 20,
	RECORDS_MAX = 512,
	MEMORY_MAX = 4 * 1024 * 1024,
	MEMORY_SLACK = 512 * 1024, /* what one packet may take before room is made */
};

static void require(bool holds)
{
	if (!holds)
		abort();
}

/* ---- the capture ---- */

static uint32_t get32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void put32(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

/* The record at |offset|: its header and bytes. False: there is no whole one. */
static bool record_at(struct span file, size_t offset, struct span *record)
{
	uint32_t length;

	if (!span_get_le32(file, offset + 8, &length) ||
	    !span_has(file, offset, RECORD_HEADER + (size_t)length))
		return false;
	*record = span_of(file.at + offset, RECORD_HEADER + length);
	return true;
}

static struct frame frame_of(struct span record, uint64_t number)
{
	uint32_t wire = get32(record.at + 12);
	struct frame f = { .bytes = span_from(record, RECORD_HEADER), .link_type = 1 };

	f.ref.number = number;
	f.ref.time = (tstamp)get32(record.at) * TSTAMP_SECOND + (tstamp)(get32(record.at + 4) % TSTAMP_SECOND);
	f.ref.digits = 9;
	f.wire_length = wire > f.bytes.length ? wire : (uint32_t)f.bytes.length;
	return f;
}

/* ---- the output ---- */

enum { BARE, PLAIN }; /* the password of all logins in the corpus: in base64, and as SASL PLAIN of bob */

/*
 * Returns where the planted text number |which| is in |text| at or after |from|, in any letter case; SIZE_MAX: nowhere. Each byte is kept with its
 * case bit flipped, and compared where the fuzzer cannot see it, so that it does not learn the password from here.
 */
__attribute__((no_sanitize("coverage"))) static size_t find(struct span text, size_t from, unsigned which)
{
	static const char *const flipped[] = { "ugW0BNrLzfnLy3jLDfG5", "agjVyGbqBdrUDgvKu2vJCMv0wdK" };
	const char *secret = flipped[which];

	for (size_t at = from, same; at < text.length; at++) {
		for (same = 0; secret[same] && at + same < text.length &&
			       (text.at[at + same] | 0x20) == ((uint8_t)secret[same] | 0x20);)
			same++;
		if (!secret[same])
			return at;
	}
	return SIZE_MAX;
}

static uint16_t port_at(struct span record, size_t offset)
{
	return (uint16_t)(record.at[offset] << 8 | record.at[offset + 1]);
}

/* Is the byte at |at| part of a line's text? */
static bool is_text(struct span record, size_t at)
{
	return at < record.length && record.at[at] >= 0x20 && record.at[at] < 0x7f;
}

/* Is the bare password in |record| a line of its own, wherever it is? */
static bool is_line(struct span record)
{
	enum { LENGTH = 20 };

	for (size_t at = 0; (at = find(record, at, BARE)) != SIZE_MAX; at += LENGTH)
		if (is_text(record, at - 1) || is_text(record, at + LENGTH))
			return false;
	return true;
}

static bool is_base64(uint8_t byte)
{
	return isalnum(byte) || byte == '+' || byte == '/';
}

/* Do |length| bytes at |at| decode to text, but for the NUL bytes between the parts of a response? One letter in another case changes that. */
static bool decodes_to_text(const uint8_t *at, size_t length)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < length; i++) {
		uint8_t byte;

		bits = bits << 6 | (uint32_t)base64_value(at[i]);
		byte = (uint8_t)(bits >> (6 - 2 * (i % 4)));
		if (i % 4 && byte && (byte < 0x20 || byte >= 0x7f))
			return false;
	}
	return true;
}

/*
 * Is each response of a login in |file| whole, and a word of its own? With more digits in front or behind, or another letter, it is not one.
 */
static bool has_whole_responses(struct span file)
{
	enum { LENGTH = 27 };

	for (size_t at = 0; (at = find(file, at, PLAIN)) != SIZE_MAX; at += LENGTH)
		if (at + LENGTH == file.length || is_base64(file.at[at - 1]) ||
		    is_base64(file.at[at + LENGTH]) || !decodes_to_text(file.at + at, LENGTH))
			return false;
	return true;
}

static bool is_mail_port(uint16_t port)
{
	return port == 25 || port == 587;
}

/* Has the segment of |flags| that opens a connection the right direction? */
static bool opens_rightly(uint8_t flags, bool to_server)
{
	return !(flags & TCP_SYN) || to_server == !(flags & TCP_ACK);
}

/* Ends the payload of |record|, of a client, a line? An empty one does not change what is so |already|. */
static bool ends_line(struct span record, bool already)
{
	enum { HEADERS = RECORD_HEADER + ETHERNET + IPV4 + TCP };

	return record.length > HEADERS ? record.at[record.length - 1] == '\n' : already;
}

/* Does the payload of |record|, of a client, follow |*next|? Bytes that come again or too early may break up a line. Advances |*next|. */
static bool follows(struct span record, uint32_t *next)
{
	enum { SEQUENCE = RECORD_HEADER + ETHERNET + IPV4 + 4, HEADERS = SEQUENCE - 4 + TCP };
	uint32_t sequence = 0, before = *next;

	if (record.length <= HEADERS)
		return true;
	span_get_be32(record, SEQUENCE, &sequence);
	*next = sequence + (uint32_t)(record.length - HEADERS);
	return !before || sequence == before;
}

/*
 * Is the bare password where logins have it? Nothing distinguishes it from other words unless a client sends it as a line, before the server repeats
 * it in the same session. The mutator also copies it elsewhere.
 */
static bool is_planted(struct span file)
{
	enum { SOURCE = RECORD_HEADER + ETHERNET + IPV4, TARGET = SOURCE + 2, FLAGS = SOURCE + 13 };
	struct span record;
	uint16_t client = 0; /* the port of the one that sent it last */
	uint32_t last = 0;   /* seconds */
	bool at_line = true; /* the next byte of the client begins a line */
	uint32_t next = 0;   /* sequence number behind the client's bytes so far; 0: there are none */

	for (size_t offset = FILE_HEADER; record_at(file, offset, &record); offset += record.length) {
		bool has = find(record, 0, BARE) != SIZE_MAX;
		bool long_after = get32(record.at) - last > 1000;

		last = get32(record.at);
		if (has && record.length <= FLAGS)
			return false;
		if (record.length > FLAGS &&
		    !opens_rightly(record.at[FLAGS], is_mail_port(port_at(record, TARGET))))
			return false;
		if (long_after || (record.length > FLAGS && record.at[FLAGS] & TCP_SYN)) {
			client = 0;
			next = 0;
		}
		if (record.length > FLAGS && is_mail_port(port_at(record, TARGET))) {
			if (has && (!at_line || !is_line(record)))
				return false;
			if (!follows(record, &next))
				return false;
			at_line = ends_line(record, at_line);
			if (has)
				client = port_at(record, SOURCE);
		} else if (has && client != port_at(record, TARGET)) {
			return false;
		}
	}
	return true;
}

static void check_output(struct span text, const char *format, struct span file)
{
	require(!has_whole_responses(file) || find(text, 0, PLAIN) == SIZE_MAX);
	require(!is_planted(file) || find(text, 0, BARE) == SIZE_MAX);
	if (strcmp(format, "json") == 0)
		require(json_check(text));
	else
		for (size_t i = 0; i < text.length; i++)
			require(text.at[i] == '\n' || text.at[i] == '\t' ||
				(text.at[i] >= 0x20 && text.at[i] != 0x7f));
}

static void analyze(struct span file, const struct report_format *format)
{
	static const uint16_t ports[] = { 25, 465, 587 };
	char *text = NULL;
	size_t length = 0, offset = FILE_HEADER;
	struct criteria criteria;
	struct pipeline_config config = {
		.ports = ports,
		.port_count = 3,
		.format = format,
		.rules = rules_builtin(),
		.criteria = &criteria,
		.max_memory = MEMORY_MAX,
		.report = { .width = 80, .ports = ports, .port_count = 3, .full = true, .verbose = true }
	};
	struct pipeline_counts counts;
	struct pipeline *p;
	struct span record;
	uint64_t packets = 0, bytes = 0;

	criteria_init(&criteria);
	config.out = open_memstream(&text, &length);
	p = config.out ? pipeline_create(&config) : NULL;
	require(p != NULL);
	while (packets < RECORDS_MAX && record_at(file, offset, &record)) {
		struct frame f = frame_of(record, ++packets);

		bytes += f.wire_length;
		pipeline_push(p, &f);
		offset += record.length;
	}
	pipeline_finish(p);
	pipeline_count(p, &counts);
	require(counts.packets == packets && counts.bytes == bytes);
	require(counts.memory <= MEMORY_MAX + MEMORY_SLACK &&
		pipeline_account(p)->peak <= MEMORY_MAX + MEMORY_SLACK);
	pipeline_destroy(p);
	require(fclose(config.out) == 0);
	criteria_finish(&criteria);
	check_output(span_of(text, length), format->name, file);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t formats = 0;

	while (report_formats[formats])
		formats++;
	if (size > FILE_HEADER)
		analyze(span_of(data + 1, size - 1), report_formats[data[0] % formats]);
	return 0;
}

/* ---- the mutator ---- */

static uint32_t sum(const uint8_t *at, size_t length, uint32_t begin)
{
	for (size_t i = 0; i + 1 < length; i += 2)
		begin += (uint32_t)(at[i] << 8 | at[i + 1]);
	return length % 2 ? begin + (uint32_t)(at[length - 1] << 8) : begin;
}

static void put_sum(uint8_t *at, uint32_t value)
{
	while (value >> 16)
		value = (value & 0xffff) + (value >> 16);
	at[0] = (uint8_t)(~value >> 8 & 0xff);
	at[1] = (uint8_t)(~value & 0xff);
}

/* Where the payload of an IPv4 TCP frame begins; 0: it is not one. */
static size_t payload_at(const uint8_t *frame, size_t length)
{
	size_t at;

	if (length < ETHERNET + IPV4 + TCP || frame[12] != 8 || frame[13] != 0 || frame[ETHERNET] != 0x45 ||
	    frame[ETHERNET + 9] != 6)
		return 0;
	at = ETHERNET + IPV4 + (size_t)(frame[ETHERNET + IPV4 + 12] >> 4) * 4;
	return at >= ETHERNET + IPV4 + TCP && at <= length ? at : 0;
}

/* Sets the lengths and checksums of a frame of |length| bytes. */
static void repair(uint8_t *frame, size_t length)
{
	uint8_t *ip = frame + ETHERNET, *tcp = ip + IPV4;
	size_t total = length - ETHERNET;

	ip[2] = (uint8_t)(total >> 8);
	ip[3] = (uint8_t)total;
	ip[10] = ip[11] = tcp[16] = tcp[17] = 0;
	put_sum(ip + 10, sum(ip, IPV4, 0));
	put_sum(tcp + 16, sum(tcp, total - IPV4, sum(ip + 12, 8, 6 + (uint32_t)(total - IPV4))));
}

/* Moves what follows |at| by |by| bytes, which may be negative. False: there is no room. */
static bool move_tail(uint8_t *data, size_t *size, size_t most, size_t at, ptrdiff_t by)
{
	if (by > 0 && (size_t)by > most - *size)
		return false;
	memmove(data + (ptrdiff_t)at + by, data + at, *size - at);
	*size = (size_t)((ptrdiff_t)*size + by);
	return true;
}

/* Mutates the payload of the record at |at| of |length| bytes, or makes one where it has none. */
static void mutate_payload(uint8_t *data, size_t *size, size_t most, size_t at, size_t length)
{
	uint8_t *frame = data + at + RECORD_HEADER, payload[2048];
	size_t begin = payload_at(frame, length - RECORD_HEADER), old, now;

	if (!begin)
		return;
	old = length - RECORD_HEADER - begin;
	if (old > sizeof payload)
		return;
	memcpy(payload, frame + begin, old);
	now = LLVMFuzzerMutate(payload, old, old + 64 < sizeof payload ? old + 64 : sizeof payload);
	if (!move_tail(data, size, most, at + length, (ptrdiff_t)now - (ptrdiff_t)old))
		return;
	memcpy(frame + begin, payload, now);
	put32(data + at + 8, (uint32_t)(begin + now));
	put32(data + at + 12, (uint32_t)(begin + now));
	repair(frame, begin + now);
}

/* Mutates flags, sequence numbers or window. */
static void mutate_header(uint8_t *data, size_t at, size_t length, unsigned seed)
{
	uint8_t *frame = data + at + RECORD_HEADER;

	if (!payload_at(frame, length - RECORD_HEADER))
		return;
	LLVMFuzzerMutate(frame + ETHERNET + IPV4 + 4 + seed % 12, 1 + seed / 16 % 3, 1 + seed / 16 % 3);
	repair(frame, length - RECORD_HEADER);
}

static void mutate_record(uint8_t *data, size_t *size, size_t most, size_t at, size_t length, unsigned seed)
{
	uint8_t copy[4096];

	switch (seed % 8) {
	case 0: /* lost */
		(void)move_tail(data, size, most, at + length, -(ptrdiff_t)length);
		break;
	case 1: /* twice */
		if (length <= sizeof copy && move_tail(data, size, most, at, (ptrdiff_t)length))
			memcpy(data + at, data + at + length, length);
		break;
	case 2: /* later: to the end */
		if (length > sizeof copy)
			break;
		memcpy(copy, data + at, length);
		(void)move_tail(data, size, most, at + length, -(ptrdiff_t)length);
		memcpy(data + *size, copy, length);
		*size += length;
		break;
	case 3: /* the clock */
		LLVMFuzzerMutate(data + at + seed / 8 % 5, 4, 4);
		break;
	case 4:
		mutate_header(data, at, length, seed / 8);
		break;
	default:
		mutate_payload(data, size, most, at, length);
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed)
{
	size_t offsets[RECORDS_MAX], lengths[RECORDS_MAX], count = 0, offset = 1 + FILE_HEADER;
	struct span record;

	if (size <= 1 + FILE_HEADER || seed % 50 == 0)
		return LLVMFuzzerMutate(data, size, most);
	if (seed % 50 == 1)
		data[0]++;
	while (count < RECORDS_MAX && record_at(span_of(data, size), offset, &record)) {
		offsets[count] = offset;
		lengths[count++] = record.length;
		offset += record.length;
	}
	if (count) {
		size_t i = seed / 50 % count;

		mutate_record(data, &size, most, offsets[i], lengths[i], seed / 50 / (unsigned)count);
	}
	return size;
}
