/* SPDX-License-Identifier: BSD-2-Clause */
/* Key logs as files: warnings, errors, and logs that grow. */
#include "harness.h"
#include "key_log_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static char directory[64], path[96], other[96];
static struct tls_keys *keys;
static struct buf error, warning;

static void begin(void)
{
	static const uint64_t secret[2] = { 1, 2 };

	strcpy(directory, "/tmp/key-log-file-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/log", directory);
	snprintf(other, sizeof other, "%s/other", directory);
	keys = tls_keys_create(0, secret);
	buf_init(&error, 4096);
	buf_init(&warning, 4096);
}

static void end(void)
{
	tls_keys_destroy(keys);
	buf_finish(&error);
	buf_finish(&warning);
	unlink(path);
	unlink(other);
	ck_assert_int_eq(rmdir(directory), 0);
}

/* Appends a line for connection |number|, or its first |length| bytes. */
static void add(const char *to, int flags, unsigned number, size_t length)
{
	char line[256];
	int fd = open(to, O_WRONLY | O_CREAT | flags, 0600);
	int whole = snprintf(line, sizeof line, "CLIENT_RANDOM %064x %096x\n", number, number);

	ck_assert_int_ge(fd, 0);
	ck_assert(whole > 0 && (size_t)whole < sizeof line);
	if (length < (size_t)whole)
		whole = (int)length;
	ck_assert_int_eq(write(fd, line, (size_t)whole), whole);
	close(fd);
}

static struct key_log_file open_log(const char *name, bool follow)
{
	struct key_log_file f;

	ck_assert(key_log_file_open(&f, name, follow, keys, &error, &warning));
	ck_assert_uint_eq(error.length, 0);
	return f;
}

static void read_log(struct key_log_file *f, size_t connections)
{
	ck_assert(key_log_file_read(f));
	ck_assert_uint_eq(tls_keys_count(keys), connections);
}

START_TEST(test_errors)
{
	struct key_log_file f;

	begin();
	ck_assert(!key_log_file_open(&f, path, false, keys, &error, &warning));
	ck_assert_ptr_nonnull(strstr(buf_string(&error), "/log: No such file or directory"));
	key_log_file_close(&f, &warning);
	buf_clear(&error);
	ck_assert(!key_log_file_open(&f, directory, false, keys, &error, &warning));
	ck_assert_ptr_nonnull(strstr(buf_string(&error), "Is a directory"));
	ck_assert_int_eq(f.descriptor, -1);
	end();
}
END_TEST

START_TEST(test_warnings)
{
	struct key_log_file f;

	begin();
	add(path, O_APPEND, 1, SIZE_MAX);
	f = open_log(path, false);
	key_log_file_close(&f, &warning);
	ck_assert_uint_eq(warning.length, 0);
	ck_assert_int_eq(chmod(path, 0640), 0);
	f = open_log(path, false);
	key_log_file_close(&f, &warning);
	ck_assert_ptr_nonnull(strstr(buf_string(&warning), "others can read this key log"));
	buf_clear(&warning);
	ck_assert_int_eq(symlink(path, other), 0);
	f = open_log(other, false);
	key_log_file_close(&f, &warning);
	ck_assert_ptr_nonnull(strstr(buf_string(&warning), "symbolic link"));
	buf_clear(&warning);
	/* Neither is said of what is no file. */
	f = open_log("/dev/null", false);
	key_log_file_close(&f, &warning);
	ck_assert_uint_eq(warning.length, 0);
	end();
}
END_TEST

START_TEST(test_malformed_lines)
{
	struct key_log_file f;
	int fd;

	begin();
	add(path, O_APPEND, 1, SIZE_MAX);
	fd = open(path, O_WRONLY | O_APPEND);
	ck_assert_int_eq(write(fd, "password 1234\n", 14), 14);
	close(fd);
	add(path, O_APPEND, 2, SIZE_MAX);
	f = open_log(path, false);
	read_log(&f, 2);
	key_log_file_close(&f, &warning);
	ck_assert_ptr_nonnull(
	    strstr(buf_string(&warning), "/log: line 2: not a line of a key log (1 such line of 3)"));
	/* What the line says is not repeated: it may be a secret. */
	ck_assert_ptr_null(strstr(buf_string(&warning), "1234"));
	end();
}
END_TEST

START_TEST(test_log_that_grows)
{
	struct key_log_file f;

	begin();
	add(path, O_APPEND, 1, SIZE_MAX);
	f = open_log(path, true);
	read_log(&f, 1);
	read_log(&f, 1);
	add(path, O_APPEND, 2, SIZE_MAX);
	read_log(&f, 2);
	/* A line in two pieces. */
	add(path, O_APPEND, 3, 100);
	read_log(&f, 2);
	ck_assert_int_eq(truncate(path, f.read - 100), 0);
	key_log_file_close(&f, &warning);
	end();
}
END_TEST

START_TEST(test_log_written_again)
{
	struct key_log_file f;

	begin();
	add(path, O_APPEND, 1, SIZE_MAX);
	add(path, O_APPEND, 2, SIZE_MAX);
	f = open_log(path, true);
	read_log(&f, 2);
	add(path, O_TRUNC, 3, SIZE_MAX);
	read_log(&f, 3);
	/* A line that was cut by that is no line. */
	add(path, O_APPEND, 4, 50);
	read_log(&f, 3);
	add(path, O_TRUNC, 5, 20);
	read_log(&f, 3);
	add(path, O_TRUNC, 6, 10);
	read_log(&f, 3);
	add(path, O_TRUNC, 7, 5);
	read_log(&f, 3);
	ck_assert_int_eq(truncate(path, 0), 0);
	read_log(&f, 3);
	add(path, O_APPEND, 8, SIZE_MAX);
	read_log(&f, 4);
	key_log_file_close(&f, &warning);
	ck_assert_uint_eq(warning.length, 0);
	end();
}
END_TEST

START_TEST(test_fifo)
{
	struct key_log_file f;

	begin();
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	/* Without a writer, nothing waits. */
	f = open_log(path, true);
	read_log(&f, 0);
	add(path, 0, 1, SIZE_MAX);
	read_log(&f, 1);
	add(path, 0, 2, SIZE_MAX);
	add(path, 0, 3, SIZE_MAX);
	read_log(&f, 3);
	key_log_file_close(&f, &warning);
	ck_assert_uint_eq(warning.length, 0);
	end();
}
END_TEST

SUITE("key_log_file", test_errors, test_warnings, test_malformed_lines, test_log_that_grows,
      test_log_written_again, test_fifo)
