/* SPDX-License-Identifier: BSD-2-Clause */
#include "window.h"

#include "capture_bytes.h"
#include "harness.h"

/* Whatever is fetched and consumed, the window shows the bytes of the file one after the other. */
START_TEST(bytes_follow_each_other)
{
	static const size_t steps[] = { 1, 7, 64, 3, 200, 65 };
	struct buf content, error;
	char path[PATH_SIZE];
	struct compressed *input;
	struct window window;
	const char *what = "";
	size_t at = 0;

	buf_init(&content, 4000);
	buf_init(&error, 1000);
	for (unsigned i = 0; i < 4000; i++)
		buf_append(&content, span_of(&(uint8_t){ (uint8_t)(i * 7 + i / 256) }, 1));
	input = compressed_open(write_file(path, "bytes", buf_span(&content)), 4096, NULL, &error);
	ck_assert_ptr_nonnull(input);
	ck_assert(window_init(&window, 64));
	for (unsigned i = 0; at + 200 <= content.length; i++) {
		size_t step = steps[i % 6];

		ck_assert_int_eq(window_fetch(&window, input, step, &what), 1);
		ck_assert(span_equal(span_first(window_span(&window), step), span_of(content.at + at, step)));
		window_consume(&window, step);
		at += step;
	}
	/* More than there is: the rest stays available. */
	ck_assert_int_eq(window_fetch(&window, input, 300, &what), 0);
	ck_assert(span_equal(window_span(&window), span_from(buf_span(&content), at)));
	window_finish(&window);
	compressed_close(input);
	buf_finish(&content);
	buf_finish(&error);
	remove_files();
}
END_TEST

SUITE("window", bytes_follow_each_other)
