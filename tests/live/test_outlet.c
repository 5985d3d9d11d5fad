/* SPDX-License-Identifier: BSD-2-Clause */
#include "outlet.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"
#include "scratch.h"

static char path[64];
static struct buf error;

static void prepare(void)
{
	snprintf(path, sizeof path, "%.39s/out", scratch_directory());
	buf_init(&error, 512);
}

static const char *content(const char *suffix)
{
	static char text[256];
	char name[80];
	FILE *in;
	size_t length;

	snprintf(name, sizeof name, "%s%s", path, suffix);
	in = fopen(name, "r");
	if (!in)
		return NULL;
	length = fread(text, 1, sizeof text - 1, in);
	text[length] = 0;
	fclose(in);
	return text;
}

START_TEST(a_new_file_is_begun_at_the_size_and_no_line_is_torn)
{
	struct outlet o;
	const struct outlet_config config = { .path = path, .size = 10, .keep = 2, .append = true };

	prepare();
	ck_assert(outlet_init(&o, &config, &error));
	for (int i = 1; i <= 8; i++) {
		fprintf(o.file, "line %d\n", i);
		ck_assert(outlet_flush(&o, i, &error));
	}
	ck_assert_uint_eq(o.rotations, 4);
	ck_assert(outlet_finish(&o, &error));
	ck_assert_str_eq(content(""), "");
	ck_assert_str_eq(content(".1"), "line 7\nline 8\n");
	ck_assert_str_eq(content(".2"), "line 5\nline 6\n");
	ck_assert_ptr_null(content(".3"));
}
END_TEST

START_TEST(a_new_file_is_begun_after_the_time)
{
	struct outlet o;
	const struct outlet_config config = { .path = path, .age = 100, .keep = 5, .append = true };

	prepare();
	ck_assert(outlet_init(&o, &config, &error));
	fputs("a\n", o.file);
	ck_assert(outlet_flush(&o, 1000, &error));
	fputs("b\n", o.file);
	ck_assert(outlet_flush(&o, 1099, &error));
	ck_assert_uint_eq(o.rotations, 0);
	ck_assert(outlet_flush(&o, 1100, &error));
	ck_assert_uint_eq(o.rotations, 1);
	fputs("c\n", o.file);
	ck_assert(outlet_finish(&o, &error));
	ck_assert_str_eq(content(""), "c\n");
	ck_assert_str_eq(content(".1"), "a\nb\n");
}
END_TEST

START_TEST(a_file_that_was_moved_away_is_left_alone)
{
	struct outlet o;
	const struct outlet_config config = { .path = path, .keep = 1, .append = true };
	char moved[80];

	prepare();
	snprintf(moved, sizeof moved, "%s.moved", path);
	ck_assert(outlet_init(&o, &config, &error));
	fputs("a\n", o.file);
	ck_assert_int_eq(rename(path, moved), 0);
	ck_assert(outlet_reopen(&o, &error));
	fputs("b\n", o.file);
	ck_assert(outlet_finish(&o, &error));
	ck_assert_str_eq(content(""), "b\n");
	ck_assert_str_eq(content(".moved"), "a\n");
}
END_TEST

START_TEST(each_file_has_its_head)
{
	struct outlet o;
	const struct outlet_config config = { .path = path, .size = 8, .keep = 3 };

	prepare();
	ck_assert(outlet_init(&o, &config, &error));
	outlet_set_head(&o, span_text("head\n"));
	fputs("abc\n", o.file);
	ck_assert(outlet_flush(&o, 0, &error));
	fputs("d\n", o.file);
	ck_assert(outlet_finish(&o, &error));
	ck_assert_str_eq(content(""), "head\nd\n");
	ck_assert_str_eq(content(".1"), "head\nabc\n");
	/* The next start does not go on with an old file. */
	ck_assert(outlet_init(&o, &config, &error));
	ck_assert(outlet_finish(&o, &error));
	ck_assert_str_eq(content(".1"), "head\nd\n");
	ck_assert_str_eq(content(".2"), "head\nabc\n");
}
END_TEST

START_TEST(what_cannot_be_written_is_said)
{
	struct outlet o;
	const struct outlet_config nowhere = { .path = "/nowhere/at/all", .keep = 1 };
	const struct outlet_config full = { .path = "/dev/full", .keep = 1, .append = true };

	prepare();
	ck_assert(!outlet_init(&o, &nowhere, &error));
	ck_assert_ptr_nonnull(strstr(buf_string(&error), "/nowhere/at/all: No such file"));
	outlet_finish(&o, &error);
	buf_clear(&error);
	ck_assert(outlet_init(&o, &full, &error));
	fputs("a\n", o.file);
	ck_assert(!outlet_flush(&o, 0, &error));
	ck_assert_ptr_nonnull(strstr(buf_string(&error), "/dev/full: No space left"));
	outlet_finish(&o, &error);
}
END_TEST

START_TEST(an_open_file_is_written_and_not_closed)
{
	struct outlet o;
	int fd;

	prepare();
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	ck_assert(outlet_init_open(&o, fd, "it", WHOLE_ANNOUNCED, &error));
	outlet_set_head(&o, span_text("head\n"));
	whole_file_record(o.whole, 4);
	fputs("some", o.file);
	ck_assert(outlet_flush(&o, 1, &error));
	ck_assert_str_eq(content(""), "head\nsome");
	ck_assert(outlet_reopen(&o, &error));
	ck_assert(outlet_finish(&o, &error));
	ck_assert_int_eq(write(fd, "!", 1), 1);
	close(fd);
	ck_assert_str_eq(content(""), "head\nsome!");
	ck_assert_uint_eq(error.length, 0);

	fd = open("/dev/full", O_WRONLY);
	ck_assert(outlet_init_open(&o, fd, "it", WHOLE_LINES, &error));
	fputs("a\n", o.file);
	ck_assert(!outlet_finish(&o, &error));
	ck_assert_ptr_nonnull(strstr(buf_string(&error), "it: No space left"));
	close(fd);
}
END_TEST

SUITE("outlet", a_new_file_is_begun_at_the_size_and_no_line_is_torn, a_new_file_is_begun_after_the_time,
      a_file_that_was_moved_away_is_left_alone, each_file_has_its_head, what_cannot_be_written_is_said,
      an_open_file_is_written_and_not_closed)
