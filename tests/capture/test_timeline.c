/* SPDX-License-Identifier: BSD-2-Clause */
#include "timeline.h"

#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "capture_bytes.h"
#include "harness.h"

/* Paths of the files created by a test. */
struct files {
	char paths[1001][PATH_SIZE];
	const char *list[1001];
	uint32_t count;
};

static struct files *new_files(void)
{
	return calloc(1, sizeof(struct files));
}

static void add_path(struct files *f, const char *path)
{
	snprintf(f->paths[f->count], PATH_SIZE, "%s", path);
	f->list[f->count] = f->paths[f->count];
	f->count++;
}

/*
 * Creates a pcap file of packets at these seconds (up to the first 0), with |letter| as content, without its
 * last |cut| bytes.
 */
static void add_pcap(struct files *f, char letter, const uint32_t *seconds, size_t cut)
{
	struct buf file = new_bytes();
	char name[20], path[PATH_SIZE];
	const char text[2] = { letter, 0 };

	put_pcap_header(&file, LITTLE, PCAP_MICROSECONDS, 65535, 1);
	for (; *seconds; seconds++)
		put_pcap_packet(&file, LITTLE, *seconds, 0, text, 10);
	file.length -= cut;
	snprintf(name, sizeof name, "%u.pcap", f->count);
	add_path(f, write_file(path, name, buf_span(&file)));
	buf_finish(&file);
}

#define SECONDS(...) ((const uint32_t[]){ __VA_ARGS__, 0 })

static void note(void *context, const struct frame *frame)
{
	ck_assert_uint_ge(frame->bytes.length, 1);
	buf_append(context, span_first(frame->bytes, 1));
	buf_format(context, "%u:%lld ", frame->ref.file, (long long)(frame->ref.time / TSTAMP_SECOND));
}

/*
 * Reads everything, in both ways. Expects the order |order| ("a0:12 " for each frame: its byte, file and
 * second) and the errors |errors|, one per line.
 */
static void expect_order(struct files *f, const char *order, const char *errors)
{
	for (int at_once = 0; at_once < 2; at_once++) {
		const struct timeline_options options = { .paths = f->list, .count = f->count };
		struct timeline *t = timeline_create(&options);
		struct buf got = new_bytes(), texts = new_bytes();
		const struct frame *frame;
		uint64_t count = 0;
		if (at_once)
			timeline_run(t, note, &got);
		else
			while ((frame = timeline_next(t)) != NULL)
				note(&got, frame);
		ck_assert_ptr_null(timeline_next(t));
		ck_assert_str_eq(buf_string(&got), order);
		for (size_t i = 0; timeline_error(t, i); i++) {
			const char *text = timeline_error(t, i), *name = strrchr(text, '/');
			buf_format(&texts, "%s\n", name ? name + 1 : text);
		}
		ck_assert_str_eq(buf_string(&texts), errors);
		for (const char *c = order; *c; c++)
			count += *c == ' ';
		ck_assert_uint_eq(timeline_packets(t), count);
		ck_assert_uint_eq(timeline_bytes(t), count * 10);
		buf_finish(&got);
		buf_finish(&texts);
		timeline_destroy(t);
	}
}

static void finish(struct files *f)
{
	free(f);
	remove_files();
}

START_TEST(nothing_at_all)
{
	struct files *f = new_files();

	expect_order(f, "", "");
	finish(f);
}
END_TEST

START_TEST(one_file_is_read_as_it_is)
{
	struct files *f = new_files();

	add_pcap(f, 'a', SECONDS(5, 3, 9, 1), 0);
	expect_order(f, "a0:5 a0:3 a0:9 a0:1 ", "");
	finish(f);
}
END_TEST

START_TEST(two_files_interleave)
{
	struct files *f = new_files();

	add_pcap(f, 'a', SECONDS(1, 4, 5, 9), 0);
	add_pcap(f, 'b', SECONDS(2, 3, 6, 7, 8, 10, 11), 0);
	expect_order(f, "a0:1 b1:2 b1:3 a0:4 a0:5 b1:6 b1:7 b1:8 a0:9 b1:10 b1:11 ", "");
	finish(f);
}
END_TEST

START_TEST(the_same_time_goes_by_the_command_line)
{
	struct files *f = new_files();

	add_pcap(f, 'a', SECONDS(1, 2, 2, 3), 0);
	add_pcap(f, 'b', SECONDS(1, 2, 3), 0);
	add_pcap(f, 'c', SECONDS(1, 2), 0);
	expect_order(f, "a0:1 b1:1 c2:1 a0:2 a0:2 b1:2 c2:2 a0:3 b1:3 ", "");
	finish(f);
}
END_TEST

START_TEST(a_clock_that_steps_back_reorders_nothing)
{
	struct files *f = new_files();

	add_pcap(f, 'a', SECONDS(10, 20, 5, 6, 21, 30), 0);
	add_pcap(f, 'b', SECONDS(1, 15, 20, 25), 0);
	/* 5 and 6 follow 20 immediately, because they were captured after it. */
	expect_order(f, "b1:1 a0:10 b1:15 a0:20 a0:5 a0:6 b1:20 a0:21 b1:25 a0:30 ", "");
	finish(f);
}
END_TEST

START_TEST(damage_does_not_stop_the_others)
{
	struct files *f = new_files();

	add_pcap(f, 'a', SECONDS(1, 4, 7), 1);
	add_path(f, "/nonexistent/gone.pcap");
	add_pcap(f, 'b', SECONDS(2, 5, 8), 0);
	add_pcap(f, 'c', SECONDS(3, 6), 20);
	expect_order(f, "a0:1 b2:2 a0:4 b2:5 b2:8 ",
		     "gone.pcap: No such file or directory\n"
		     "3.pcap: packet 1, byte 24: the file ends within the packet's header (2 bytes missing)\n"
		     "0.pcap: packet 3, byte 58: the file ends within the packet (1 byte missing)\n");
	finish(f);
}
END_TEST

START_TEST(a_file_without_packets_is_no_error)
{
	struct files *f = new_files();

	add_pcap(f, 'a', SECONDS(0), 0);
	add_pcap(f, 'b', SECONDS(2), 0);
	expect_order(f, "b1:2 ", "");
	finish(f);
}
END_TEST

START_TEST(a_thousand_rotated_files)
{
	struct files *f = new_files();
	struct buf order = new_bytes();
	struct rlimit few = { .rlim_cur = 24, .rlim_max = 24 };

	/* Also given in the wrong order. */
	for (uint32_t i = 0; i < 1000; i++)
		add_pcap(f, 'a', SECONDS((1000 - i) * 10, (1000 - i) * 10 + 9), 0);
	for (uint32_t i = 1000; i-- > 0;)
		buf_format(&order, "a%u:%u a%u:%u ", i, (1000 - i) * 10, i, (1000 - i) * 10 + 9);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	expect_order(f, buf_string(&order), "");
	buf_finish(&order);
	finish(f);
}
END_TEST

START_TEST(many_files_that_overlap)
{
	struct files *f = new_files();
	struct buf order = new_bytes();

	/* Each of 20 files overlaps the time of the next. */
	for (uint32_t i = 0; i < 20; i++)
		add_pcap(f, (char)('a' + i), SECONDS(100 + i * 10, 100 + i * 10 + 12), i == 7 ? 1 : 0);
	for (uint32_t i = 0; i < 20; i++) {
		buf_format(&order, "%c%u:%u ", 'a' + i, i, 100 + i * 10);
		if (i > 0 && i != 8)
			buf_format(&order, "%c%u:%u ", 'a' + i - 1, i - 1, 100 + (i - 1) * 10 + 12);
	}
	buf_text(&order, "t19:302 ");
	expect_order(f, buf_string(&order),
		     "7.pcap: packet 2, byte 41: the file ends within the packet (1 byte missing)\n");
	buf_finish(&order);
	finish(f);
}
END_TEST

START_TEST(standard_input_among_many)
{
	struct files *f = new_files();
	struct buf file = new_bytes(), got = new_bytes();
	struct timeline *t;
	int child, status;

	put_pcap_header(&file, BIG, PCAP_MICROSECONDS, 65535, 1);
	put_pcap_packet(&file, BIG, 15, 0, "-", 10);
	put_pcap_packet(&file, BIG, 35, 0, "-", 10);
	for (uint32_t i = 0; i < 30; i++)
		add_pcap(f, 'a', SECONDS(i * 10 + 10), 0);
	add_path(f, "-");
	child = pipe_to_stdin(buf_span(&file), 50);
	t = timeline_create(&(const struct timeline_options){ .paths = f->list, .count = f->count });
	timeline_run(t, note, &got);
	ck_assert_int_eq(strncmp(buf_string(&got), "a0:10 -30:15 a1:20 a2:30 -30:35 a3:40 ", 38), 0);
	ck_assert_uint_eq(timeline_packets(t), 32);
	waitpid(child, &status, 0);
	timeline_destroy(t);
	buf_finish(&got);
	buf_finish(&file);
	finish(f);
}
END_TEST

static void count_secrets(void *context, struct span lines)
{
	ck_assert(span_equal(lines, span_text("CLIENT_RANDOM 1 2\n")));
	++*(int *)context;
}

static void ignore(void *context, const struct frame *frame)
{
	(void)context;
	(void)frame;
}

START_TEST(secrets_come_once)
{
	for (uint32_t count = 1; count < 30; count += 19) {
		struct files *f = new_files();
		struct buf file = new_bytes();
		struct timeline *t;
		int secrets = 0;
		put_section(&file, LITTLE);
		put_secrets(&file, LITTLE, 0x544c534b, "CLIENT_RANDOM 1 2\n");
		put_interface(&file, LITTLE, 1, 0, span_of("", 0));
		put_enhanced(&file, LITTLE, 0, 1, "one", 3);
		for (uint32_t i = 0; i < count; i++) {
			char name[20], path[PATH_SIZE];
			snprintf(name, sizeof name, "%u.pcapng", i);
			add_path(f, write_file(path, name, buf_span(&file)));
		}
		t = timeline_create(&(const struct timeline_options){
		    .paths = f->list, .count = count, .secrets = count_secrets, .secrets_context = &secrets });
		timeline_run(t, ignore, NULL);
		ck_assert_int_eq(secrets, (int)count);
		ck_assert_uint_eq(timeline_packets(t), count);
		timeline_destroy(t);
		buf_finish(&file);
		finish(f);
	}
}
END_TEST

START_TEST(closed_before_its_end)
{
	struct files *f = new_files();
	struct timeline *t;

	add_pcap(f, 'a', SECONDS(1, 3), 0);
	add_pcap(f, 'b', SECONDS(2, 4), 1);
	t = timeline_create(&(const struct timeline_options){ .paths = f->list, .count = f->count });
	ck_assert_ptr_nonnull(timeline_next(t));
	ck_assert_ptr_nonnull(timeline_next(t));
	timeline_destroy(t);
	timeline_destroy(NULL);
	finish(f);
}
END_TEST

SUITE("timeline", nothing_at_all, one_file_is_read_as_it_is, two_files_interleave,
      the_same_time_goes_by_the_command_line, a_clock_that_steps_back_reorders_nothing,
      damage_does_not_stop_the_others, a_file_without_packets_is_no_error, a_thousand_rotated_files,
      many_files_that_overlap, standard_input_among_many, secrets_come_once, closed_before_its_end)
