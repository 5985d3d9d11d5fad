/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "reply_parser.h"

#include <inttypes.h>
#include <stdio.h>

struct reader {
	struct reply_parser parser;
	struct patterns *patterns;
	struct buf log;
	uint64_t offset, frame, acked;
};

static void on_reply(void *context, const struct reply *r)
{
	struct reader *reader = context;
	char enhanced[ENHANCED_SIZE];

	ck_assert_uint_lt(r->start, r->end);
	ck_assert_uint_le(r->end, reader->offset);
	ck_assert_uint_le(r->first.number, r->frame.number);
	ck_assert_uint_ge(r->lines_seen, r->line_count);
	enhanced_text(enhanced, &r->enhanced);
	buf_format(&reader->log, "%u", r->code);
	if (enhanced[0])
		buf_format(&reader->log, "(%s)", enhanced);
	for (size_t i = 0; i < r->line_count; i++) {
		buf_text(&reader->log, i ? "|" : " ");
		buf_append(&reader->log, r->lines[i]);
	}
	buf_format(&reader->log, " @%" PRIu64 "-%" PRIu64, r->start, r->end);
	buf_text(&reader->log, r->flags & REPLY_TRUNCATED ? " truncated" : "");
	buf_text(&reader->log, r->flags & REPLY_MIXED_CODES ? " mixed" : "");
	buf_text(&reader->log, r->flags & REPLY_NO_END ? " no-end" : "");
	buf_text(&reader->log, r->flags & REPLY_NO_LINE_END ? " no-line-end" : "");
	buf_text(&reader->log, r->flags & REPLY_BARE_LF ? " bare-lf" : "");
	buf_text(&reader->log, r->flags & REPLY_LONG ? " long" : "");
	buf_text(&reader->log, r->flags & REPLY_AFTER_GAP ? " after-gap" : "");
	buf_text(&reader->log, r->flags & REPLY_ODD_SEPARATOR ? " odd-separator" : "");
	buf_text(&reader->log, "\n");
}

static void on_not_reply(void *context, struct span line, const struct frame_ref *frame, uint64_t offset)
{
	struct reader *reader = context;

	ck_assert_uint_ge(frame->number, 1);
	ck_assert_uint_lt(offset, reader->offset);
	buf_text(&reader->log, "?");
	buf_append(&reader->log, line);
	buf_text(&reader->log, "\n");
}

/* Shared by all readers, as by the sessions of a stage. */
static struct reply_room room;

static void start(struct reader *r, struct patterns *patterns)
{
	static struct reply_parser_common common;

	*r = (struct reader){ .patterns = patterns };
	buf_init(&r->log, 1 << 22);
	common = (struct reply_parser_common){ .patterns = patterns,
					       .sink = { .reply = on_reply, .not_reply = on_not_reply },
					       .room = &room };
	reply_parser_init(&r->parser, &common, r);
}

static void give(struct reader *r, const void *bytes, size_t length)
{
	struct chunk chunk = { .direction = DIR_SERVER,
			       .offset = r->offset,
			       .length = length,
			       .bytes = bytes,
			       .acked_known = true,
			       .peer_acked = r->acked };

	chunk.frame.number = chunk.sent.number = ++r->frame & FRAME_NUMBER_MAX;
	r->offset += length;
	reply_parser_push(&r->parser, &chunk);
}

static void give_text(struct reader *r, const char *text)
{
	give(r, text, strlen(text));
}

static void give_gap(struct reader *r, uint64_t length)
{
	struct chunk chunk = { .direction = DIR_SERVER, .offset = r->offset, .length = length, .gap = true };

	chunk.frame.number = chunk.sent.number = ++r->frame & FRAME_NUMBER_MAX;
	r->offset += length;
	reply_parser_push(&r->parser, &chunk);
}

static const char *log_of(struct reader *r)
{
	const char *text = buf_string(&r->log);

	buf_clear(&r->log);
	return text;
}

static struct reader reader;

static void begin(void)
{
	start(&reader, patterns_create());
	ck_assert_ptr_nonnull(reader.patterns);
}

static void finish(void)
{
	reply_parser_finish(&reader.parser);
	reply_room_finish(&room, NULL);
	patterns_destroy(reader.patterns);
	buf_finish(&reader.log);
}

START_TEST(test_forms)
{
	begin();
	give_text(&reader, "220 mx ESMTP\r\n250\r\n250 \r\n354\tgo\r\n550 5.1.1 no such user\r\n");
	ck_assert_str_eq(log_of(&reader),
			 "220 mx ESMTP @0-14\n250  @14-19\n250  @19-25\n354 go @25-33 odd-separator\n"
			 "550(5.1.1) 5.1.1 no such user @33-57\n");
	give_text(&reader, "250-one\r\n250-two\r\n250 three\r\n");
	ck_assert_str_eq(log_of(&reader), "250 one|two|three @57-86\n");
	ck_assert(reply_parser_idle(&reader.parser));
	finish();
}
END_TEST

START_TEST(test_no_replies)
{
	begin();
	give_text(&reader, "hello\r\n25 x\r\n2500 x\r\n150 x\r\n600 x\r\n\r\n 250 x\r\n250x\r\n");
	ck_assert_str_eq(log_of(&reader), "?hello\n?25 x\n?2500 x\n?150 x\n?600 x\n? 250 x\n?250x\n");
	finish();
}
END_TEST

START_TEST(test_line_ends)
{
	begin();
	give_text(&reader, "250 a\n250-b\n250 c\r\n250 d\r\r\n");
	ck_assert_str_eq(log_of(&reader), "250 a @0-6 bare-lf\n250 b|c @6-19 bare-lf\n250 d @19-27\n");
	/* A lone CR ends nothing. */
	give_text(&reader, "250 e\rf\r\n");
	ck_assert_str_eq(log_of(&reader), "250 e\rf @27-36\n");
	finish();
}
END_TEST

START_TEST(test_mixed_codes)
{
	begin();
	give_text(&reader, "250-a\r\n550 b\r\n250 c\r\n");
	ck_assert_str_eq(log_of(&reader), "250 a @0-7 mixed no-end\n550 b @7-14\n250 c @14-21\n");
	finish();
}
END_TEST

/* A line that is not a reply line does not end a reply. */
START_TEST(test_line_between)
{
	begin();
	give_text(&reader, "250-a\r\nwhat?\r\n250 b\r\n");
	ck_assert_str_eq(log_of(&reader), "?what?\n250 a|b @0-21\n");
	finish();
}
END_TEST

START_TEST(test_ends)
{
	/* Closed behind a whole line of an unfinished reply, and within a line. */
	begin();
	give_text(&reader, "250-a\r\n");
	reply_parser_end(&reader.parser, true);
	ck_assert_str_eq(log_of(&reader), "250 a @0-7 no-end\n");
	give_text(&reader, "221 bye");
	reply_parser_end(&reader.parser, false);
	ck_assert_str_eq(log_of(&reader), "221 bye @7-14 truncated\n");
	finish();
	/* The server closed without a line end: nothing of that was lost by the capture. */
	begin();
	give_text(&reader, "221 bye");
	reply_parser_end(&reader.parser, true);
	ck_assert_str_eq(log_of(&reader), "221 bye @0-7 no-line-end\n");
	finish();
	begin();
	give_text(&reader, "22");
	reply_parser_end(&reader.parser, true);
	ck_assert_str_eq(log_of(&reader), "");
	finish();
}
END_TEST

START_TEST(test_gap_between)
{
	begin();
	give_text(&reader, "220 a\r\n");
	give_gap(&reader, 10);
	give_text(&reader, "rest of a line\r\n250 b\r\nwhat?\r\n");
	ck_assert_str_eq(log_of(&reader), "220 a @0-7\n250 b @33-40 after-gap\n?what?\n");
	finish();
}
END_TEST

START_TEST(test_gap_in_line)
{
	begin();
	give_text(&reader, "550 5.1.1 no su");
	give_gap(&reader, 10);
	give_text(&reader, "er\r\n250 b\r\n");
	ck_assert_str_eq(log_of(&reader), "550(5.1.1) 5.1.1 no su @0-15 truncated\n250 b @29-36 after-gap\n");
	finish();
}
END_TEST

/* "5.7.2" may be the beginning of 5.7.26. */
START_TEST(test_gap_in_enhanced_code)
{
	begin();
	give_text(&reader, "550 5.7.2");
	give_gap(&reader, 10);
	ck_assert_str_eq(log_of(&reader), "550 5.7.2 @0-9 truncated\n");
	give_text(&reader, "\r\n550 5.7.2 ");
	give_gap(&reader, 10);
	ck_assert_str_eq(log_of(&reader), "550(5.7.2) 5.7.2  @21-31 truncated after-gap\n");
	finish();
}
END_TEST

/* Nothing was asked meanwhile: the lines behind the gap go on with it. */
START_TEST(test_gap_in_many_lines)
{
	begin();
	reader.acked = 20;
	give_text(&reader, "250-a\r\n250-b");
	give_gap(&reader, 10);
	give_text(&reader, "x\r\n250 d\r\n");
	ck_assert_str_eq(log_of(&reader), "250 a|b|d @0-32 truncated\n");
	/* Asked meanwhile: another reply. */
	give_text(&reader, "250-a\r\n250-b");
	give_gap(&reader, 10);
	reader.acked = 40;
	give_text(&reader, "x\r\n250 d\r\n");
	ck_assert_str_eq(log_of(&reader), "250 a|b @32-44 truncated\n250 d @57-64 after-gap\n");
	finish();
}
END_TEST

START_TEST(test_long_line)
{
	static char text[20000];

	memset(text, 'x', sizeof text);
	memcpy(text, "250 ", 4);
	memcpy(text + sizeof text - 2, "\r\n", 2);
	begin();
	give(&reader, text, sizeof text / 2);
	give(&reader, text + sizeof text / 2, sizeof text - sizeof text / 2);
	ck_assert_ptr_nonnull(strstr(buf_string(&reader.log), "xxx @0-20000 long\n"));
	log_of(&reader);
	/* The next line is read as if nothing had been. */
	give_text(&reader, "250 y\r\n");
	ck_assert_str_eq(log_of(&reader), "250 y @20000-20007\n");
	finish();
}
END_TEST

START_TEST(test_many_lines)
{
	begin();
	for (unsigned i = 0; i < REPLY_LINES_KEPT + 100; i++)
		give_text(&reader, "250-x\r\n");
	give_text(&reader, "250 y\r\n");
	ck_assert_ptr_nonnull(strstr(log_of(&reader), " long\n"));
	finish();
}
END_TEST

static const char SAMPLE[] =
    "220-mx one\r\n220 two\r\n250\r\n250-2.1.0 a\n250-\r\n250 b\r\n?\r\n550-x\r\n554 5.7.1 y\r\n"
    "250 z\r\r\n\r\n421 \xff\x01\x80\r\n221 bye\r\n";

/* However the bytes are cut into chunks, the same replies come. */
START_TEST(test_every_split)
{
	const size_t length = sizeof SAMPLE - 1;
	char whole[4096];

	begin();
	give(&reader, SAMPLE, length);
	reply_parser_end(&reader.parser, true);
	snprintf(whole, sizeof whole, "%s", log_of(&reader));
	reply_parser_finish(&reader.parser);
	reply_room_finish(&room, NULL);
	buf_finish(&reader.log);
	for (size_t a = 0; a <= length; a++) {
		for (size_t b = a; b <= length; b += 7) {
			start(&reader, reader.patterns);
			give(&reader, SAMPLE, a);
			give(&reader, SAMPLE + a, b - a);
			give(&reader, SAMPLE + b, length - b);
			reply_parser_end(&reader.parser, true);
			ck_assert_str_eq(log_of(&reader), whole);
			reply_parser_finish(&reader.parser);
			reply_room_finish(&room, NULL);
			buf_finish(&reader.log);
		}
	}
	start(&reader, reader.patterns);
	for (size_t i = 0; i < length; i++)
		give(&reader, SAMPLE + i, 1);
	ck_assert_str_eq(log_of(&reader), whole);
	finish();
}
END_TEST

/* What a prefix gives whole, the whole gives too. */
START_TEST(test_every_prefix)
{
	const size_t length = sizeof SAMPLE - 1;
	char whole[4096];

	begin();
	give(&reader, SAMPLE, length);
	snprintf(whole, sizeof whole, "%s", log_of(&reader));
	reply_parser_finish(&reader.parser);
	reply_room_finish(&room, NULL);
	buf_finish(&reader.log);
	for (size_t a = 0; a < length; a++) {
		const char *log;

		start(&reader, reader.patterns);
		give(&reader, SAMPLE, a);
		log = log_of(&reader);
		ck_assert(strncmp(log, whole, strlen(log)) == 0);
		reply_parser_end(&reader.parser, false);
		buf_finish(&reader.log);
		reply_parser_finish(&reader.parser);
		reply_room_finish(&room, NULL);
	}
	start(&reader, reader.patterns);
	finish();
}
END_TEST

/* Sessions take turns in the same room; what is half read of one must not show up in another. */
START_TEST(test_sessions_share_a_room)
{
	struct reader other;

	begin();
	start(&other, reader.patterns);
	give_text(&reader, "250-one\r\n250-tw");
	give_text(&other, "220 wh");
	give_text(&reader, "o\r\n");
	give_text(&other, "ole\r\n250-a\r\n");
	give_text(&reader, "250 three\r\n");
	give_text(&other, "250 b\r\n");
	ck_assert_str_eq(log_of(&reader), "250 one|two|three @0-29\n");
	ck_assert_str_eq(log_of(&other), "220 whole @0-11\n250 a|b @11-25\n");
	ck_assert(reply_parser_idle(&reader.parser) && reply_parser_idle(&other.parser));
	reply_parser_finish(&other.parser);
	buf_finish(&other.log);
	finish();
}
END_TEST

SUITE("smtp/reply_parser", test_sessions_share_a_room, test_forms, test_no_replies, test_line_ends,
      test_mixed_codes, test_line_between, test_ends, test_gap_between, test_gap_in_line,
      test_gap_in_enhanced_code, test_gap_in_many_lines, test_long_line, test_many_lines, test_every_split,
      test_every_prefix)
