/* SPDX-License-Identifier: BSD-2-Clause */
#include "compressed.h"

#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "capture_bytes.h"
#include "harness.h"

static const char *const kinds[] = { "gzip", "zstd", "xz", "lz4" };
enum { KINDS = sizeof kinds / sizeof *kinds };

/* Bytes that compress a little and have no repeated sequences. */
static struct buf sample(size_t length)
{
	struct buf b = new_bytes();
	uint32_t state = 1;

	while (b.length < length) {
		state = state * 1664525 + 1013904223;
		put_u32(&b, LITTLE, state >> 20);
	}
	return b;
}

/* Reads to the end in pieces of |piece| bytes. */
static struct buf read_all(struct compressed *c, size_t piece, ssize_t *last)
{
	struct buf b = new_bytes();
	uint8_t *bytes = malloc(piece);

	while ((*last = compressed_read(c, bytes, piece)) > 0)
		buf_append(&b, span_of(bytes, (size_t)*last));
	free(bytes);
	return b;
}

static struct compressed *open_file(const char *path)
{
	struct buf error;
	struct compressed *c;

	buf_init(&error, 1000);
	c = compressed_open(path, 8192, NULL, &error);
	ck_assert_msg(c != NULL, "%s", buf_string(&error));
	ck_assert_uint_eq(error.length, 0);
	buf_finish(&error);
	return c;
}

static void expect_content(const char *path, const char *kind, struct span content, size_t piece)
{
	struct compressed *c = open_file(path);
	ssize_t last;
	struct buf got;

	ck_assert_pstr_eq(compressed_kind(c), kind);
	ck_assert(span_equal(span_first(compressed_head(c), 24), span_first(content, 24)));
	got = read_all(c, piece, &last);
	ck_assert_int_eq(last, 0);
	ck_assert_ptr_null(compressed_error(c));
	ck_assert(span_equal(buf_span(&got), content));
	buf_finish(&got);
	compressed_close(c);
}

START_TEST(plain_and_compressed_give_the_same)
{
	static const size_t lengths[] = { 0, 3, 24, 100, 300000 };
	char path[PATH_SIZE];

	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		struct buf content = sample(lengths[i]);
		expect_content(write_file(path, "plain", buf_span(&content)), NULL, buf_span(&content), 1000);
		for (int k = 0; k < KINDS; k++) {
			struct buf packed = compress(kinds[k], buf_span(&content));
			write_file(path, "packed", buf_span(&packed));
			expect_content(path, kinds[k], buf_span(&content), 100);
			expect_content(path, kinds[k], buf_span(&content), 100000);
			buf_finish(&packed);
		}
		buf_finish(&content);
	}
	remove_files();
}
END_TEST

START_TEST(standard_input_by_pipe)
{
	struct buf content = sample(600);

	for (int k = -1; k < KINDS; k++) {
		for (size_t piece = 1; piece < 1000; piece += 333) {
			struct buf packed = k < 0 ? sample(600) : compress(kinds[k], buf_span(&content));
			int status, child = pipe_to_stdin(buf_span(&packed), piece);
			expect_content("-", k < 0 ? NULL : kinds[k], buf_span(&content), 700);
			ck_assert_int_eq(waitpid(child, &status, 0), child);
			buf_finish(&packed);
		}
	}
	buf_finish(&content);
}
END_TEST

START_TEST(standard_input_from_a_file)
{
	struct buf content = sample(3000);
	char path[PATH_SIZE];

	ck_assert_ptr_nonnull(freopen(write_file(path, "stdin", buf_span(&content)), "rb", stdin));
	/* Someone else has read the first ten bytes; only the rest remains. */
	ck_assert_int_eq(lseek(STDIN_FILENO, 10, SEEK_SET), 10);
	expect_content("-", NULL, span_from(buf_span(&content), 10), 700);
	buf_finish(&content);
	remove_files();
}
END_TEST

START_TEST(members_may_follow_one_another)
{
	struct buf first = sample(70000), second = sample(500), both = new_bytes();
	char path[PATH_SIZE];

	buf_append(&both, buf_span(&first));
	buf_append(&both, buf_span(&second));
	for (int k = 0; k < KINDS; k++) {
		struct buf packed = compress(kinds[k], buf_span(&first));
		struct buf more = compress(kinds[k], buf_span(&second));
		buf_append(&packed, buf_span(&more));
		expect_content(write_file(path, "two", buf_span(&packed)), kinds[k], buf_span(&both), 9000);
		buf_finish(&packed);
		buf_finish(&more);
	}
	buf_finish(&first);
	buf_finish(&second);
	buf_finish(&both);
	remove_files();
}
END_TEST

START_TEST(a_cut_stream_gives_what_it_has_and_then_an_error)
{
	struct buf content = sample(600000);

	for (int k = 0; k < KINDS; k++) {
		struct buf packed = compress(kinds[k], buf_span(&content));
		for (int percent = 1; percent < 100; percent += 7) {
			char path[PATH_SIZE];
			struct span part = span_first(buf_span(&packed), packed.length * (size_t)percent / 100);
			struct compressed *c = open_file(write_file(path, "cut", part));
			ssize_t last;
			struct buf got = read_all(c, 5000, &last);
			ck_assert_int_eq(last, -1);
			ck_assert_ptr_nonnull(compressed_error(c));
			ck_assert_ptr_nonnull(strstr(compressed_error(c), "too early"));
			ck_assert(span_equal(buf_span(&got), span_first(buf_span(&content), got.length)));
			/*
			 * Large blocks (4 MiB in lz4, by default) withhold more bytes; gzip and xz almost
			 * none.
			 */
			if (k == 0 || k == 2)
				ck_assert_uint_ge(got.length + 70000 / 10,
						  content.length * (size_t)percent / 100);
			/* the error persists */
			ck_assert_int_eq(compressed_read(c, &last, 1), -1);
			buf_finish(&got);
			compressed_close(c);
		}
		buf_finish(&packed);
	}
	buf_finish(&content);
	remove_files();
}
END_TEST

START_TEST(a_small_cut_gzip_is_not_lost)
{
	struct buf content = sample(3000), packed = compress("gzip", buf_span(&content));
	char path[PATH_SIZE];
	struct compressed *c =
	    open_file(write_file(path, "cut.gz", span_first(buf_span(&packed), packed.length - 9)));
	ssize_t last;
	struct buf got = read_all(c, 5000, &last);

	ck_assert_int_eq(last, -1);
	ck_assert_str_eq(compressed_error(c), "the gzip data ends too early");
	ck_assert_uint_ge(got.length, 2990);
	buf_finish(&got);
	buf_finish(&content);
	buf_finish(&packed);
	compressed_close(c);
	remove_files();
}
END_TEST

START_TEST(a_wrong_checksum_is_an_error)
{
	struct buf content = sample(3000), packed = compress("gzip", buf_span(&content));
	char path[PATH_SIZE];
	struct compressed *c;
	ssize_t last;
	struct buf got;

	packed.at[packed.length - 8] ^= 1;
	c = open_file(write_file(path, "sum.gz", buf_span(&packed)));
	got = read_all(c, 5000, &last);
	ck_assert(span_equal(buf_span(&got), buf_span(&content)));
	ck_assert_int_eq(last, -1);
	ck_assert_str_eq(compressed_error(c), "the gzip data is damaged (incorrect data check)");
	buf_finish(&got);
	buf_finish(&content);
	buf_finish(&packed);
	compressed_close(c);
	remove_files();
}
END_TEST

START_TEST(what_follows_gzip)
{
	struct buf content = sample(300), packed = compress("gzip", buf_span(&content));
	char path[PATH_SIZE];
	struct compressed *c;
	ssize_t last;
	struct buf got;

	/* Zeros are padding. */
	buf_append(&packed, span_of("\0\0\0\0\0", 5));
	expect_content(write_file(path, "zeros.gz", buf_span(&packed)), "gzip", buf_span(&content), 1000);
	buf_text(&packed, "junk");
	c = open_file(write_file(path, "junk.gz", buf_span(&packed)));
	got = read_all(c, 5000, &last);
	ck_assert(span_equal(buf_span(&got), buf_span(&content)));
	ck_assert_str_eq(compressed_error(c), "the gzip data is followed by other data");
	buf_finish(&got);
	buf_finish(&content);
	buf_finish(&packed);
	compressed_close(c);
	remove_files();
}
END_TEST

START_TEST(every_changed_byte_is_survived)
{
	struct buf content = sample(400);

	for (int k = 0; k < KINDS; k++) {
		struct buf packed = compress(kinds[k], buf_span(&content));
		for (size_t i = 0; i < packed.length; i += 3) {
			char path[PATH_SIZE];
			struct compressed *c;
			struct buf got;
			ssize_t last;
			packed.at[i] ^= 0x41;
			c = open_file(write_file(path, "changed", buf_span(&packed)));
			packed.at[i] ^= 0x41;
			got = read_all(c, 1000, &last);
			ck_assert((last < 0) == (compressed_error(c) != NULL));
			buf_finish(&got);
			compressed_close(c);
		}
		buf_finish(&packed);
	}
	buf_finish(&content);
	remove_files();
}
END_TEST

static void expect_refusal(const char *path, const char *error)
{
	struct buf text;

	buf_init(&text, 1000);
	ck_assert_ptr_null(compressed_open(path, 8192, NULL, &text));
	ck_assert_str_eq(buf_string(&text), error);
	buf_finish(&text);
}

START_TEST(what_cannot_be_opened)
{
	expect_refusal("/nonexistent/file.pcap", "/nonexistent/file.pcap: No such file or directory");
	expect_refusal("/tmp", "/tmp: Is a directory");
	close(STDIN_FILENO);
	expect_refusal("-", "standard input: Bad file descriptor");
}
END_TEST

START_TEST(permission_is_named)
{
	char path[PATH_SIZE], text[PATH_SIZE + 40];

	write_file(path, "secret.pcap", span_text("x"));
	ck_assert_int_eq(chmod(path, 0), 0);
	/* root can read everything: switch to nobody temporarily, if possible */
	if (geteuid() == 0 && seteuid(65534) != 0)
		return;
	snprintf(text, sizeof text, "%s: Permission denied", path);
	expect_refusal(path, text);
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
	remove_files();
}
END_TEST

SUITE("compressed", plain_and_compressed_give_the_same, standard_input_by_pipe, standard_input_from_a_file,
      members_may_follow_one_another, a_cut_stream_gives_what_it_has_and_then_an_error,
      a_small_cut_gzip_is_not_lost, a_wrong_checksum_is_an_error, what_follows_gzip,
      every_changed_byte_is_survived, what_cannot_be_opened, permission_is_named)
