/* SPDX-License-Identifier: BSD-2-Clause */
#include "key_writer.h"

#include "harness.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];

static const char *path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void enter(void)
{
	snprintf(folder, sizeof folder, "/tmp/test-key-writer-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void leave(void)
{
	static const char *const names[] = { "keys", "link", "target", "wide", "pipe", "foreign" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unlink(path_of(names[i]));
	rmdir(folder);
}

static void content(const char *name, char text[static 1024])
{
	FILE *file = fopen(path_of(name), "re");
	size_t length = file ? fread(text, 1, 1023, file) : 0;

	text[length] = 0;
	if (file)
		fclose(file);
}

START_TEST(writes_lines)
{
	struct buf error;
	struct key_writer *w;
	struct stat status;
	uint8_t random[TLS_RANDOM_SIZE];
	struct tls_secret master = { .length = 48 }, traffic = { .length = 32 }, none = { .length = 0 };
	char text[1024], expected[1024];
	int length;

	enter();
	buf_init(&error, 1024);
	memset(random, 0xa5, sizeof random);
	memset(master.bytes, 0x01, 48);
	memset(traffic.bytes, 0x2f, 32);
	w = key_writer_open(path_of("keys"), &error);
	ck_assert_msg(w != NULL, "%s", buf_string(&error));
	key_writer_put(w, random, TLS_SECRET_MASTER, &master);
	key_writer_put(w, random, TLS_SECRET_HANDSHAKE, &traffic); /* key logs do not have it */
	key_writer_put(w, random, TLS_SECRET_SERVER_APPLICATION, &none);
	key_writer_close(w);
	w = key_writer_open(path_of("keys"), &error); /* appends */
	ck_assert_ptr_nonnull(w);
	key_writer_put(w, random, TLS_SECRET_SERVER_APPLICATION, &traffic);
	ck_assert_int_eq(key_writer_failed(w), 0);
	key_writer_close(w);
	length = snprintf(expected, sizeof expected, "CLIENT_RANDOM ");
	for (int i = 0; i < 32; i++)
		length += snprintf(expected + length, sizeof expected - (size_t)length, "a5");
	expected[length++] = ' ';
	for (int i = 0; i < 48; i++)
		length += snprintf(expected + length, sizeof expected - (size_t)length, "01");
	length += snprintf(expected + length, sizeof expected - (size_t)length, "\nSERVER_TRAFFIC_SECRET_0 ");
	for (int i = 0; i < 32; i++)
		length += snprintf(expected + length, sizeof expected - (size_t)length, "a5");
	expected[length++] = ' ';
	for (int i = 0; i < 32; i++)
		length += snprintf(expected + length, sizeof expected - (size_t)length, "2f");
	snprintf(expected + length, sizeof expected - (size_t)length, "\n");
	content("keys", text);
	ck_assert_str_eq(text, expected);
	ck_assert_int_eq(stat(path_of("keys"), &status), 0);
	ck_assert_int_eq(status.st_mode & 0777, 0600);
	buf_finish(&error);
	leave();
}
END_TEST

static void refused(const char *name, const char *because)
{
	struct buf error;
	struct key_writer *w;

	buf_init(&error, 1024);
	w = key_writer_open(path_of(name), &error);
	ck_assert_msg(w == NULL, "%s", name);
	ck_assert_msg(strstr(buf_string(&error), because) != NULL, "%s", buf_string(&error));
	buf_finish(&error);
}

START_TEST(refuses_files_that_others_reach)
{
	struct stat status;
	char path[128];
	FILE *file;

	enter();
	snprintf(path, sizeof path, "%s/target", folder);
	ck_assert_int_eq(symlink(path, path_of("link")), 0);
	refused("link", "symbolic link");
	ck_assert_int_ne(stat(path, &status), 0);
	file = fopen(path_of("wide"), "we");
	ck_assert_ptr_nonnull(file);
	fclose(file);
	ck_assert_int_eq(chmod(path_of("wide"), 0640), 0);
	refused("wide", "mode");
	ck_assert_int_eq(mkfifo(path_of("pipe"), 0600), 0);
	refused("pipe", "");
	refused("absent/keys", "No such file");
	if (geteuid() == 0) {
		file = fopen(path_of("foreign"), "we");
		ck_assert_ptr_nonnull(file);
		fclose(file);
		ck_assert_int_eq(chmod(path_of("foreign"), 0600), 0);
		ck_assert_int_eq(chown(path_of("foreign"), 65534, 65534), 0);
		refused("foreign", "another user");
	}
	leave();
}
END_TEST

START_TEST(remembers_failure)
{
	struct buf error;
	struct key_writer *w;
	struct tls_secret master = { .length = 48 };
	const uint8_t random[TLS_RANDOM_SIZE] = { 0 };
	const struct rlimit nothing = { 0, 0 };

	enter();
	buf_init(&error, 1024);
	w = key_writer_open(path_of("keys"), &error);
	ck_assert_ptr_nonnull(w);
	ck_assert_int_eq(key_writer_failed(w), 0);
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &nothing), 0);
	key_writer_put(w, random, TLS_SECRET_MASTER, &master);
	ck_assert_int_eq(key_writer_failed(w), EFBIG);
	key_writer_close(w);
	buf_finish(&error);
	leave();
}
END_TEST

SUITE("key writer", writes_lines, refuses_files_that_others_reach, remembers_failure)
