/* SPDX-License-Identifier: BSD-2-Clause */
/* Records in files that cannot hold them all: a limit on the size of files stands in for a full disk. */
#include "whole_file.h"

#include "harness.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

static struct whole_file w;
static int fd;
static char path[] = "/tmp/whole-file-XXXXXX";

/* No file may have more than |bytes|. */
static void limit(rlim_t bytes)
{
	struct rlimit rlimit;

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &rlimit), 0);
	rlimit.rlim_cur = bytes;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &rlimit), 0);
}

static void begin(enum whole_unit unit)
{
	memcpy(path + strlen(path) - 6, "XXXXXX", 6);
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert(whole_file_init(&w, fd, unit));
}

/* What is in the file. */
static const char *content(void)
{
	static char text[1024];
	ssize_t length = pread(fd, text, sizeof text - 1, 0);

	text[length > 0 ? length : 0] = 0;
	return text;
}

static void end(void)
{
	limit(RLIM_INFINITY);
	whole_file_finish(&w);
	close(fd);
	unlink(path);
}

START_TEST(everything_fits)
{
	begin(WHOLE_LINES);
	fputs("one\ntw", w.stream);
	ck_assert_int_eq(whole_file_flush(&w), 0);
	fputs("o\n", w.stream);
	ck_assert_int_eq(whole_file_flush(&w), 0);
	ck_assert_str_eq(content(), "one\ntwo\n");
	ck_assert_uint_eq(w.lost, 0);
	end();
}
END_TEST

START_TEST(half_a_line_is_taken_back)
{
	begin(WHOLE_LINES);
	limit(10);
	fputs("one\ntwo\nthree\nfour\n", w.stream);
	ck_assert_int_eq(whole_file_flush(&w), EFBIG);
	ck_assert_str_eq(content(), "one\ntwo\n");
	ck_assert_uint_eq(w.lost, 2);
	/* Told once. */
	ck_assert_int_eq(whole_file_flush(&w), 0);
	limit(100);
	fputs("five\n", w.stream);
	ck_assert_int_eq(whole_file_flush(&w), 0);
	ck_assert_str_eq(content(), "one\ntwo\nfive\n");
	end();
}
END_TEST

/* The first part of a line was written before the disk became full, the last part comes when there is room again. */
START_TEST(a_line_in_pieces)
{
	begin(WHOLE_LINES);
	limit(10);
	fputs("one\nbegin", w.stream);
	ck_assert_int_eq(whole_file_flush(&w), 0);
	fputs(" middle", w.stream);
	ck_assert_int_eq(whole_file_flush(&w), EFBIG);
	ck_assert_str_eq(content(), "one\n");
	ck_assert_uint_eq(w.lost, 1);
	limit(100);
	fputs(" end", w.stream);
	ck_assert_int_eq(whole_file_flush(&w), 0);
	ck_assert_str_eq(content(), "one\n");
	fputs(" of it\ntwo\n", w.stream);
	ck_assert_int_eq(whole_file_flush(&w), 0);
	ck_assert_str_eq(content(), "one\ntwo\n");
	ck_assert_uint_eq(w.lost, 1);
	end();
}
END_TEST

/* What was in the file before stays. */
START_TEST(a_file_is_continued)
{
	begin(WHOLE_LINES);
	ck_assert_int_eq(write(fd, "old\n", 4), 4);
	whole_file_moved(&w);
	limit(6);
	fputs("new line\n", w.stream);
	ck_assert_int_eq(whole_file_flush(&w), EFBIG);
	ck_assert_str_eq(content(), "old\n");
	end();
}
END_TEST

START_TEST(announced_records)
{
	begin(WHOLE_ANNOUNCED);
	whole_file_set_head(&w, span_text("HEAD"));
	limit(12);
	for (int i = 0; i < 2; i++) {
		whole_file_record(&w, 3);
		fputs("abc", w.stream);
	}
	ck_assert_int_eq(whole_file_flush(&w), 0);
	ck_assert_str_eq(content(), "HEADabcabc");
	for (int i = 0; i < 2; i++) {
		whole_file_record(&w, 3);
		fputs("def", w.stream);
	}
	ck_assert_int_eq(whole_file_flush(&w), EFBIG);
	ck_assert_str_eq(content(), "HEADabcabc");
	ck_assert_uint_eq(w.lost, 2);
	end();
}
END_TEST

/* Without a head no record may be in the file. */
START_TEST(no_room_for_the_head)
{
	begin(WHOLE_ANNOUNCED);
	limit(2);
	whole_file_set_head(&w, span_text("HEAD"));
	ck_assert_str_eq(content(), "");
	limit(5);
	whole_file_record(&w, 3);
	fputs("abc", w.stream);
	ck_assert_int_eq(whole_file_flush(&w), EFBIG);
	limit(100);
	whole_file_record(&w, 3);
	fputs("def", w.stream);
	ck_assert_int_eq(whole_file_flush(&w), 0);
	ck_assert_str_eq(content(), "HEADdef");
	end();
}
END_TEST

/* A record is never divided between two writes of the stream. */
START_TEST(records_fill_the_buffer)
{
	static char record[WHOLE_RECORD_MAX / 3];

	begin(WHOLE_ANNOUNCED);
	limit(sizeof record * 4 + 10);
	memset(record, 'x', sizeof record);
	for (int i = 0; i < 9; i++) {
		whole_file_record(&w, sizeof record);
		fwrite(record, 1, sizeof record, w.stream);
	}
	ck_assert_int_eq(whole_file_flush(&w), EFBIG);
	ck_assert_int_eq(lseek(fd, 0, SEEK_END) % (off_t)sizeof record, 0);
	ck_assert_uint_eq((uint64_t)lseek(fd, 0, SEEK_END) / sizeof record + w.lost, 9);
	end();
}
END_TEST

START_TEST(a_pipe_cannot_be_cut_back)
{
	int ends[2];
	char text[16] = "";

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert(whole_file_init(&w, ends[1], WHOLE_LINES));
	fputs("one\n", w.stream);
	ck_assert_int_eq(whole_file_flush(&w), 0);
	ck_assert_int_eq(read(ends[0], text, sizeof text), 4);
	close(ends[0]);
	signal(SIGPIPE, SIG_IGN);
	fputs("two\n", w.stream);
	ck_assert_int_eq(whole_file_finish(&w), EPIPE);
	close(ends[1]);
}
END_TEST

SUITE("whole_file", everything_fits, half_a_line_is_taken_back, a_line_in_pieces, a_file_is_continued,
      announced_records, no_room_for_the_head, records_fill_the_buffer, a_pipe_cannot_be_cut_back)
