/* SPDX-License-Identifier: BSD-2-Clause */
#include "source.h"

#include <limits.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <sys/wait.h>

#include "capture_bytes.h"
#include "compressed.h"
#include "harness.h"

/* What a source returned. */
struct reading {
	struct frame frames[8]; /* their bytes are in |bytes| */
	struct buf bytes[8];
	size_t count;
	struct buf error; /* of opening or reading, without the directory */
	int last;	  /* result of source_next; -2: it could not be opened */
};

static void keep(void *context, const struct frame *frame)
{
	struct reading *r = context;

	ck_assert_uint_lt(r->count, 8);
	buf_init(&r->bytes[r->count], 1 << 20);
	buf_append(&r->bytes[r->count], frame->bytes);
	r->frames[r->count] = *frame;
	r->frames[r->count].bytes = buf_span(&r->bytes[r->count]);
	r->count++;
}

static void note_error(struct reading *r, const char *text, const char *path)
{
	const char *name = strrchr(path, '/');

	/* The directory differs between runs. */
	if (name && strncmp(text, path, strlen(path)) == 0)
		text += name + 1 - path;
	buf_text(&r->error, text);
}

static void read_path(struct reading *r, const char *path, size_t buffer_size, bool at_once)
{
	const struct source_options options = { .path = path, .file = 3, .buffer_size = buffer_size };
	struct buf error;
	struct source *s;
	struct frame frame;

	*r = (struct reading){ .last = -2 };
	buf_init(&r->error, 1000);
	buf_init(&error, 1000);
	s = source_open(&options, &error);
	if (!s) {
		note_error(r, buf_string(&error), path);
		buf_finish(&error);
		return;
	}
	if (at_once)
		r->last = source_run(s, keep, r);
	else
		while ((r->last = source_next(s, &frame)) > 0)
			keep(r, &frame);
	if (r->last < 0)
		note_error(r, source_error(s), path);
	source_close(s);
	buf_finish(&error);
}

static void read_bytes(struct reading *r, const char *name, struct span bytes)
{
	char path[PATH_SIZE];

	read_path(r, write_file(path, name, bytes), 4096, bytes.length % 2);
}

static void finish(struct reading *r)
{
	for (size_t i = 0; i < r->count; i++)
		buf_finish(&r->bytes[i]);
	buf_finish(&r->error);
}

static void expect_frame(const struct frame *f, uint64_t number, const char *bytes, uint32_t wire,
			 int link_type, tstamp time, uint32_t digits)
{
	ck_assert_uint_eq(f->ref.number, number);
	ck_assert_uint_eq(f->ref.file, 3);
	ck_assert(span_equal(f->bytes, span_text(bytes)));
	ck_assert_uint_eq(f->wire_length, wire);
	ck_assert_int_eq(f->link_type, link_type);
	ck_assert_int_eq(f->ref.time, time);
	ck_assert_uint_eq(f->ref.digits, digits);
}

START_TEST(every_magic_in_both_byte_orders)
{
	static const uint32_t magics[] = { PCAP_MICROSECONDS, PCAP_NANOSECONDS };

	for (int i = 0; i < 4; i++) {
		enum order order = i & 1 ? BIG : LITTLE;
		uint32_t magic = magics[i / 2], digits = magic == PCAP_NANOSECONDS ? 9 : 6;
		tstamp unit = digits == 9 ? 1 : 1000;
		struct buf file = new_bytes();
		struct reading r;
		put_pcap_header(&file, order, magic, 65535, 113);
		put_pcap_packet(&file, order, 10, 999999, "first", 5);
		put_pcap_packet(&file, order, 4000000000, 1, "second", 1500);
		read_bytes(&r, "a.pcap", buf_span(&file));
		ck_assert_int_eq(r.last, 0);
		ck_assert_uint_eq(r.count, 2);
		expect_frame(&r.frames[0], 1, "first", 5, 113, 10 * TSTAMP_SECOND + 999999 * unit, digits);
		expect_frame(&r.frames[1], 2, "second", 1500, 113, 4000000000 * TSTAMP_SECOND + unit, digits);
		finish(&r);
		buf_finish(&file);
	}
	remove_files();
}
END_TEST

/* A packet written by an old patched libpcap, with eight more bytes in its header. */
static void put_modified_packet(struct buf *b, enum order order, uint32_t seconds, const char *bytes)
{
	put_u32(b, order, seconds);
	put_u32(b, order, 0);
	put_u32(b, order, (uint32_t)strlen(bytes));
	put_u32(b, order, (uint32_t)strlen(bytes));
	put_u64(b, order, 2); /* interface, protocol, packet type */
	buf_text(b, bytes);
}

START_TEST(the_modified_format)
{
	for (int i = 0; i < 2; i++) {
		enum order order = i ? BIG : LITTLE;
		struct buf file = new_bytes();
		struct reading r;
		put_pcap_header(&file, order, PCAP_MODIFIED, 65535, 1);
		put_modified_packet(&file, order, 7, "first");
		put_modified_packet(&file, order, 8, "second");
		buf_append(&file, span_of("123", 3));
		read_bytes(&r, "old.pcap", buf_span(&file));
		ck_assert_uint_eq(r.count, 2);
		expect_frame(&r.frames[1], 2, "second", 6, 1, 8 * TSTAMP_SECOND, 6);
		ck_assert_str_eq(buf_string(&r.error), "old.pcap: packet 3, byte 83: the file ends within "
						       "the packet's header (21 bytes missing)");
		finish(&r);
		buf_finish(&file);
	}
	remove_files();
}
END_TEST

START_TEST(link_types_are_those_of_files)
{
	static const int types[][2] = { { 0, 0 },     { 1, 1 },	    { 9, 9 },	  { 12, 101 },	{ 14, 101 },
					{ 101, 101 }, { 108, 108 }, { 113, 113 }, { 228, 228 }, { 276, 276 } };

	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		struct buf file = new_bytes(), newer = new_bytes();
		struct reading r;
		put_pcap_header(&file, LITTLE, PCAP_MICROSECONDS, 65535, (uint32_t)types[i][0]);
		put_pcap_packet(&file, LITTLE, 1, 1, "x", 1);
		read_bytes(&r, "link.pcap", buf_span(&file));
		ck_assert_uint_eq(r.count, 1);
		ck_assert_int_eq(r.frames[0].link_type, types[i][1]);
		finish(&r);
		put_section(&newer, LITTLE);
		put_interface(&newer, LITTLE, (uint16_t)types[i][0], 0, span_of("", 0));
		put_enhanced(&newer, LITTLE, 0, 1, "x", 1);
		read_bytes(&r, "link.pcapng", buf_span(&newer));
		ck_assert_uint_eq(r.count, 1);
		ck_assert_int_eq(r.frames[0].link_type, types[i][1]);
		finish(&r);
		buf_finish(&file);
		buf_finish(&newer);
	}
	remove_files();
}
END_TEST

START_TEST(pcap_cut_at_every_byte)
{
	static const size_t starts[] = { 24, 24 + 16 + 5, 24 + 16 + 5 + 16, 24 + 16 + 5 + 16 + 16 + 40 };
	static const size_t sizes[] = { 5, 0, 40 };
	struct buf file = new_bytes();

	put_pcap_header(&file, BIG, PCAP_NANOSECONDS, 65535, 1);
	put_pcap_packet(&file, BIG, 1, 1, "first", 5);
	put_pcap_packet(&file, BIG, 2, 1, "", 60);
	put_pcap_packet(&file, BIG, 3, 1, "forty bytes of a packet, and none beyond", 60);
	ck_assert_uint_eq(file.length, starts[3]);
	for (size_t length = 0; length <= file.length; length++) {
		struct reading r;
		char expected[200] = "";
		size_t whole = 0, left;
		while (whole < 3 && length >= starts[whole + 1])
			whole++;
		left = length > starts[whole] ? length - starts[whole] : 0;
		if (length == 0)
			snprintf(expected, sizeof expected, "cut.pcap: not a capture file: it is empty");
		else if (length < 4)
			snprintf(expected, sizeof expected,
				 "cut.pcap: not a capture file: it begins with the bytes a1%s%s",
				 length > 1 ? " b2" : "", length > 2 ? " 3c" : "");
		else if (length < 24)
			snprintf(expected, sizeof expected,
				 "cut.pcap: byte %zu: the file ends within the file header (%zu byte%s missing)",
				 length, 24 - length, 24 - length == 1 ? "" : "s");
		else if (left > 0 && left < 16)
			snprintf(expected, sizeof expected,
				 "cut.pcap: packet %zu, byte %zu: the file ends within the packet's header "
				 "(%zu byte%s missing)",
				 whole + 1, starts[whole], 16 - left, 16 - left == 1 ? "" : "s");
		else if (left > 0)
			snprintf(expected, sizeof expected,
				 "cut.pcap: packet %zu, byte %zu: the file ends within the packet (%zu "
				 "byte%s missing)",
				 whole + 1, starts[whole], 16 + sizes[whole] - left,
				 16 + sizes[whole] - left == 1 ? "" : "s");
		read_bytes(&r, "cut.pcap", span_first(buf_span(&file), length));
		ck_assert_uint_eq(r.count, whole);
		ck_assert_str_eq(buf_string(&r.error), expected);
		ck_assert_int_eq(r.last, *expected ? (length < 24 ? -2 : -1) : 0);
		finish(&r);
	}
	buf_finish(&file);
	remove_files();
}
END_TEST

START_TEST(pcapng_cut_at_every_byte)
{
	struct buf file = new_bytes();
	size_t starts[8], blocks = 0;

	starts[blocks++] = file.length;
	put_section(&file, BIG);
	starts[blocks++] = file.length;
	put_interface(&file, BIG, 1, 0, span_of("", 0));
	starts[blocks++] = file.length;
	put_enhanced(&file, BIG, 0, 1, "first", 5);
	starts[blocks++] = file.length;
	put_enhanced(&file, BIG, 0, 2, "second one", 10);
	starts[blocks] = file.length;
	for (size_t length = 4; length <= file.length; length++) {
		struct reading r;
		size_t block = 0, packets;
		while (block < blocks && length >= starts[block + 1])
			block++;
		packets = block > 2 ? block - 2 : 0;
		read_bytes(&r, "cut.pcapng", span_first(buf_span(&file), length));
		ck_assert_uint_eq(r.count, packets);
		if (length == starts[block]) {
			ck_assert_int_eq(r.last, 0);
			ck_assert_uint_eq(r.error.length, 0);
		} else {
			char expected[100];
			snprintf(expected, sizeof expected,
				 "cut.pcapng: packet %zu, byte %zu: the file ends within a block%s (",
				 packets + 1, starts[block],
				 length < starts[block] + (block ? 8 : 12) ? "'s header" : "");
			ck_assert_int_eq(r.last, -1);
			ck_assert_msg(strncmp(buf_string(&r.error), expected, strlen(expected)) == 0, "%s",
				      buf_string(&r.error));
		}
		finish(&r);
	}
	buf_finish(&file);
	remove_files();
}
END_TEST

START_TEST(damage_names_packet_and_byte)
{
	struct buf file = new_bytes();
	struct reading r;

	put_pcap_header(&file, LITTLE, PCAP_MICROSECONDS, 65535, 1);
	put_pcap_packet(&file, LITTLE, 1, 1, "first", 5);
	put_u64(&file, LITTLE, 2);
	put_u64(&file, LITTLE, 0xf0000000f0000000);
	put_u64(&file, LITTLE, 0);
	read_bytes(&r, "bad.pcap", buf_span(&file));
	ck_assert_uint_eq(r.count, 1);
	ck_assert_int_eq(r.last, -1);
	ck_assert_ptr_nonnull(
	    strstr(buf_string(&r.error), "bad.pcap: packet 2, byte 45: the file is damaged ("));
	finish(&r);
	buf_clear(&file);

	put_section(&file, LITTLE);
	put_interface(&file, LITTLE, 1, 0, span_of("", 0));
	put_enhanced(&file, LITTLE, 0, 1, "first", 5);
	put_enhanced(&file, LITTLE, 9, 1, "second", 6);
	read_bytes(&r, "bad.pcapng", buf_span(&file));
	ck_assert_uint_eq(r.count, 1);
	ck_assert_str_eq(buf_string(&r.error),
			 "bad.pcapng: packet 2, byte 100: the packet belongs to interface 9, which the "
			 "file does not describe");
	finish(&r);
	buf_finish(&file);
	remove_files();
}
END_TEST

/*
 * libpcap truncates packets that are longer than the file header allows, without reporting how much it
 * skipped.
 */
START_TEST(packets_beyond_the_snapshot_length_do_not_move_the_offset)
{
	struct buf file = new_bytes();
	struct reading r;

	put_pcap_header(&file, LITTLE, PCAP_MICROSECONDS, 4, 1);
	put_pcap_packet(&file, LITTLE, 1, 1, "longer than four", 16);
	put_pcap_packet(&file, LITTLE, 1, 1, "four", 4);
	put_u32(&file, LITTLE, 1);
	read_bytes(&r, "long.pcap", buf_span(&file));
	ck_assert_uint_eq(r.count, 2);
	expect_frame(&r.frames[0], 1, "long", 16, 1, TSTAMP_SECOND + 1000, 6);
	ck_assert_str_eq(buf_string(&r.error),
			 "long.pcap: packet 3, byte 76: the file ends within the packet's header "
			 "(12 bytes missing)");
	finish(&r);
	buf_finish(&file);
	remove_files();
}
END_TEST

/* Appends a record; its header says something unusual now and then, depending on |random|. */
static void put_any_record(struct buf *b, uint32_t random)
{
	uint32_t captured = random >> 8 & 31, length = random & 1 ? captured : random >> 16 & 63;
	bool lie = random >> 28 == 0;

	put_u32(b, LITTLE, random & 2 ? random : 1700000000);
	put_u32(b, LITTLE, random & 4 ? random * 7 : random % 1000000);
	put_u32(b, LITTLE, lie ? random << (random & 31) : captured);
	put_u32(b, LITTLE, length);
	for (uint32_t i = 0; i < captured; i++)
		buf_append(b, span_of(&(uint8_t){ (uint8_t)i }, 1));
}

/* Reads a file with libpcap, up to |most| packets. */
static size_t read_with_libpcap(const char *path, struct frame *frames, struct buf *bytes, size_t most)
{
	char reason[PCAP_ERRBUF_SIZE];
	pcap_t *pcap = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, reason);
	struct pcap_pkthdr *header;
	const u_char *at;
	size_t count = 0;

	ck_assert_msg(pcap != NULL, "%s", reason);
	while (count < most && pcap_next_ex(pcap, &header, &at) > 0) {
		buf_init(&bytes[count], 1 << 20);
		buf_append(&bytes[count], span_of(at, header->caplen));
		frames[count].bytes = buf_span(&bytes[count]);
		frames[count].wire_length = header->len < header->caplen ? header->caplen : header->len;
		frames[count++].ref.time =
		    (int64_t)(uint32_t)header->ts.tv_sec * TSTAMP_SECOND + (uint32_t)header->ts.tv_usec;
	}
	pcap_close(pcap);
	return count;
}

/* Records that libpcap does not read are taken as it would read them, and where it finds damage there is damage. */
START_TEST(all_records_are_as_libpcap_reads_them)
{
	static const uint32_t links[] = { 0, 1, 101, 113, 220, 228, 9 };
	static const uint32_t snapshots[] = { 0, 10, 20, 31, 65535, 0x7fffffff };
	uint32_t random = 1;

	for (unsigned round = 0; round < 2000; round++) {
		struct buf file = new_bytes(), bytes[8];
		struct frame frames[8];
		struct reading r;
		char path[PATH_SIZE];
		size_t count;

		put_pcap_header(&file, LITTLE, round & 1 ? PCAP_MICROSECONDS : PCAP_NANOSECONDS,
				snapshots[round % 6], links[round % 7]);
		for (unsigned i = 0; i < 8; i++)
			put_any_record(&file, random = random * 1664525 + 1013904223);
		file.length -= random >> 30 ? 0 : random >> 8 & 15;
		read_path(&r, write_file(path, "any.pcap", buf_span(&file)), 128, round & 2);
		count = read_with_libpcap(path, frames, bytes, 8);
		ck_assert_uint_eq(r.count, count);
		ck_assert_int_eq(r.last < 0, count < 8);
		for (size_t i = 0; i < count; i++) {
			ck_assert(span_equal(r.frames[i].bytes, frames[i].bytes));
			ck_assert_uint_eq(r.frames[i].wire_length, frames[i].wire_length);
			ck_assert_int_eq(r.frames[i].ref.time, frames[i].ref.time);
			buf_finish(&bytes[i]);
		}
		finish(&r);
		buf_finish(&file);
	}
	remove_files();
}
END_TEST

START_TEST(compressed_captures)
{
	static const char *const kinds[] = { "gzip", "zstd", "xz", "lz4" };

	for (size_t k = 0; k < 4; k++) {
		for (int newer = 0; newer < 2; newer++) {
			struct buf file = new_bytes(), packed;
			struct reading r;
			if (newer) {
				put_section(&file, LITTLE);
				put_interface(&file, LITTLE, 1, 0, span_of("", 0));
				put_enhanced(&file, LITTLE, 0, 5, "one", 3);
				put_enhanced(&file, LITTLE, 0, 6, "two", 3);
			} else {
				put_pcap_header(&file, LITTLE, PCAP_MICROSECONDS, 65535, 1);
				put_pcap_packet(&file, LITTLE, 0, 5, "one", 3);
				put_pcap_packet(&file, LITTLE, 0, 6, "two", 3);
			}
			packed = compress(kinds[k], buf_span(&file));
			read_bytes(&r, "packed", buf_span(&packed));
			ck_assert_int_eq(r.last, 0);
			ck_assert_uint_eq(r.count, 2);
			expect_frame(&r.frames[1], 2, "two", 3, 1, 6000, 6);
			finish(&r);
			buf_finish(&packed);
			buf_finish(&file);
		}
	}
	remove_files();
}
END_TEST

START_TEST(a_damaged_stream_is_not_the_end_of_the_file)
{
	for (int newer = 0; newer < 2; newer++) {
		struct buf file = new_bytes(), packed;
		struct reading r;
		char expected[100];
		size_t third;
		if (newer) {
			put_section(&file, LITTLE);
			put_interface(&file, LITTLE, 1, 0, span_of("", 0));
			put_enhanced(&file, LITTLE, 0, 5, "one", 3);
			put_enhanced(&file, LITTLE, 0, 6, "two", 3);
		} else {
			put_pcap_header(&file, LITTLE, PCAP_MICROSECONDS, 65535, 1);
			put_pcap_packet(&file, LITTLE, 0, 5, "one", 3);
			put_pcap_packet(&file, LITTLE, 0, 6, "two", 3);
		}
		third = file.length;
		packed = compress("gzip", buf_span(&file));
		/*
		 * Without the trailing checksum all packets are present; only the end of the stream is
		 * missing.
		 */
		read_bytes(&r, "cut.gz", span_first(buf_span(&packed), packed.length - 8));
		ck_assert_int_eq(r.last, -1);
		ck_assert_uint_eq(r.count, 2);
		snprintf(expected, sizeof expected,
			 "cut.gz: packet 3, byte %zu (decompressed): the gzip data ends too early", third);
		ck_assert_str_eq(buf_string(&r.error), expected);
		finish(&r);
		/* One flipped bit of the checksum. */
		packed.at[packed.length - 6] ^= 4;
		read_bytes(&r, "sum.gz", buf_span(&packed));
		ck_assert_uint_eq(r.count, 2);
		ck_assert_ptr_nonnull(
		    strstr(buf_string(&r.error), "the gzip data is damaged (incorrect data check)"));
		finish(&r);
		/* Only the beginning of a header. */
		read_bytes(&r, "head.gz", span_first(buf_span(&packed), 9));
		ck_assert_str_eq(buf_string(&r.error), "head.gz: cannot be read: the gzip data ends too early");
		finish(&r);
		buf_finish(&packed);
		buf_finish(&file);
	}
	remove_files();
}
END_TEST

START_TEST(a_cut_capture_within_a_sound_stream)
{
	struct buf file = new_bytes(), packed;
	struct reading r;

	put_pcap_header(&file, LITTLE, PCAP_MICROSECONDS, 65535, 1);
	put_pcap_packet(&file, LITTLE, 0, 5, "one", 3);
	put_pcap_packet(&file, LITTLE, 0, 6, "two and more", 12);
	file.length -= 5;
	packed = compress("xz", buf_span(&file));
	read_bytes(&r, "cut.xz", buf_span(&packed));
	ck_assert_uint_eq(r.count, 1);
	ck_assert_str_eq(
	    buf_string(&r.error),
	    "cut.xz: packet 2, byte 43 (decompressed): the file ends within the packet (5 bytes missing)");
	finish(&r);
	buf_finish(&packed);
	buf_finish(&file);
	remove_files();
}
END_TEST

START_TEST(standard_input)
{
	struct buf file = new_bytes(), newer = new_bytes();
	struct reading r;
	int child, status;

	put_pcap_header(&file, BIG, PCAP_NANOSECONDS, 65535, 1);
	put_pcap_packet(&file, BIG, 1, 5, "one", 3);
	put_pcap_packet(&file, BIG, 1, 6, "two", 3);
	file.length--;
	child = pipe_to_stdin(buf_span(&file), 7);
	read_path(&r, "-", 4096, false);
	waitpid(child, &status, 0);
	ck_assert_uint_eq(r.count, 1);
	expect_frame(&r.frames[0], 1, "one", 3, 1, TSTAMP_SECOND + 5, 9);
	ck_assert_str_eq(buf_string(&r.error),
			 "standard input: packet 2, byte 43: the file ends within the packet (1 byte missing)");
	finish(&r);

	put_section(&newer, BIG);
	put_interface(&newer, BIG, 1, 0, span_of("", 0));
	put_enhanced(&newer, BIG, 0, 5, "one", 3);
	child = pipe_to_stdin(buf_span(&newer), 7);
	read_path(&r, "-", 4096, true);
	waitpid(child, &status, 0);
	ck_assert_uint_eq(r.count, 1);
	ck_assert_int_eq(r.last, 0);
	finish(&r);
	buf_finish(&file);
	buf_finish(&newer);
}
END_TEST

/* Blocks larger than the buffer, and packets that cross its end. */
START_TEST(blocks_of_any_size)
{
	struct buf file = new_bytes(), large = new_bytes();
	struct reading r;

	while (large.length < 300000)
		buf_text(&large, "0123456789");
	put_section(&file, LITTLE);
	put_interface(&file, LITTLE, 1, 0, span_of("", 0));
	put_enhanced(&file, LITTLE, 0, 1, "small", 5);
	put_block(&file, LITTLE, 4, buf_span(&large));
	put_enhanced(&file, LITTLE, 0, 2, buf_string(&large), 300000);
	put_enhanced(&file, LITTLE, 0, 3, "small", 5);
	put_block(&file, LITTLE, 4, span_first(buf_span(&large), 4000));
	put_enhanced(&file, LITTLE, 0, 4, "over the end of the buffer", 26);
	read_bytes(&r, "large.pcapng", buf_span(&file));
	ck_assert_int_eq(r.last, 0);
	ck_assert_uint_eq(r.count, 4);
	ck_assert(span_equal(r.frames[1].bytes, buf_span(&large)));
	expect_frame(&r.frames[2], 3, "small", 5, 1, 3000, 6);
	expect_frame(&r.frames[3], 4, "over the end of the buffer", 26, 1, 4000, 6);
	finish(&r);
	buf_finish(&file);
	buf_finish(&large);
	remove_files();
}
END_TEST

static void expect_refusal(const char *name, struct span bytes, const char *error)
{
	struct reading r;

	read_bytes(&r, name, bytes);
	ck_assert_int_eq(r.last, -2);
	ck_assert_str_eq(buf_string(&r.error), error);
	finish(&r);
}

START_TEST(what_is_no_capture)
{
	struct buf packed = compress("gzip", span_text("Received: from nowhere\n")),
		   nothing = compress("zstd", span_of("", 0));
	struct buf twice = compress("xz", buf_span(&packed)), file = new_bytes();

	expect_refusal("a", span_of("", 0), "a: not a capture file: it is empty");
	expect_refusal("a", span_text("220 mail.example.org ESMTP\r\n"),
		       "a: not a capture file: it looks like text; smtpscope explain reads texts");
	expect_refusal("a", span_text("x"),
		       "a: not a capture file: it looks like text; smtpscope explain reads texts");
	expect_refusal("a", span_of("\0\1\2\3\4\5\6\7", 8),
		       "a: not a capture file: it begins with the bytes 00 01 02 03");
	expect_refusal("a", span_of("\x80", 1), "a: not a capture file: it begins with the bytes 80");
	expect_refusal("a", span_text("PK\x03\x04"), "a: not a capture file: it looks like a zip archive");
	expect_refusal("a", buf_span(&packed), "a: not a capture file: gzip data that contains text");
	expect_refusal("a", buf_span(&nothing), "a: not a capture file: zstd data that contains nothing");
	expect_refusal("a", buf_span(&twice), "a: not a capture file: xz data that contains gzip data");
	/* an unknown version */
	put_pcap_header(&file, LITTLE, PCAP_MICROSECONDS, 65535, 1);
	file.at[4] = 9;
	{
		struct reading r;
		read_bytes(&r, "a", buf_span(&file));
		ck_assert_int_eq(r.last, -2);
		ck_assert_ptr_nonnull(strstr(buf_string(&r.error), "a: libpcap cannot read it: "));
		finish(&r);
	}
	buf_finish(&packed);
	buf_finish(&nothing);
	buf_finish(&twice);
	buf_finish(&file);
	remove_files();
}
END_TEST

/* Ends the input before the read after |allowed| others. */
struct watching {
	unsigned allowed, asked;
	size_t bytes, frames;
};

static bool before_read(void *context, int fd)
{
	struct watching *w = context;

	ck_assert_int_ge(fd, 0);
	return w->asked++ < w->allowed;
}

static void after_read(void *context, size_t bytes)
{
	struct watching *w = context;

	w->bytes += bytes;
}

static void count_frame(void *context, const struct frame *frame)
{
	struct watching *w = context;

	w->frames += frame->bytes.length > 0;
}

static struct watching watch_file(const char *path, unsigned allowed, bool at_once)
{
	struct watching w = { .allowed = allowed };
	const struct read_watch watch = { .context = &w, .before = before_read, .after = after_read };
	const struct source_options options = { .path = path, .buffer_size = 8192, .watch = &watch };
	struct buf error;
	struct source *s;
	struct frame frame;

	buf_init(&error, 1000);
	s = source_open(&options, &error);
	ck_assert_msg(s != NULL, "%s", buf_string(&error));
	if (at_once)
		source_run(s, count_frame, &w);
	else
		while (source_next(s, &frame) > 0)
			count_frame(&w, &frame);
	ck_assert_str_eq(source_error(s), "");
	source_close(s);
	buf_finish(&error);
	return w;
}

/* Of a regular file and of a compressed one. An input that was ended is not damaged. */
START_TEST(the_watch_sees_and_ends_the_input)
{
	enum { PACKETS = 3000 };
	struct buf file = new_bytes(), packed;

	put_pcap_header(&file, LITTLE, PCAP_MICROSECONDS, 65535, 1);
	for (uint32_t i = 0; i < PACKETS; i++) {
		char bytes[33];

		snprintf(bytes, sizeof bytes, "%032x", i * 2654435761U);
		put_pcap_packet(&file, LITTLE, i, 0, bytes, 32);
	}
	packed = compress("gzip", buf_span(&file));
	for (int way = 0; way < 4; way++) {
		bool plain = way < 2, at_once = way % 2;
		char path[PATH_SIZE];
		size_t size = plain ? file.length : packed.length;
		struct watching all, some;

		write_file(path, "watched", plain ? buf_span(&file) : buf_span(&packed));
		all = watch_file(path, UINT_MAX, at_once);
		ck_assert_uint_eq(all.frames, PACKETS);
		ck_assert_uint_ge(all.asked, size / 8192);
		ck_assert_uint_ge(all.bytes, size - 8192);
		some = watch_file(path, all.asked / 2, at_once);
		ck_assert_uint_gt(some.frames, 0);
		ck_assert_uint_lt(some.frames, PACKETS);
		ck_assert_uint_eq(some.asked, all.asked / 2 + 1);
	}
	buf_finish(&packed);
	buf_finish(&file);
	remove_files();
}
END_TEST

SUITE("source", every_magic_in_both_byte_orders, the_modified_format, link_types_are_those_of_files,
      pcap_cut_at_every_byte, pcapng_cut_at_every_byte, damage_names_packet_and_byte,
      packets_beyond_the_snapshot_length_do_not_move_the_offset, all_records_are_as_libpcap_reads_them,
      compressed_captures, a_damaged_stream_is_not_the_end_of_the_file, a_cut_capture_within_a_sound_stream,
      standard_input, blocks_of_any_size, what_is_no_capture, the_watch_sees_and_ends_the_input)
