/* SPDX-License-Identifier: BSD-2-Clause */
#include "window.h"

#include "capture_bytes.h"
#include "harness.h"

/* Numbers that count up. */
static struct buf sample(uint32_t count)
{
	struct buf b = new_bytes();

	for (uint32_t i = 0; i < count; i++)
		put_u32(&b, BIG, i);
	return b;
}

static void open_window(struct window *w, struct span content, const char *kind)
{
	struct buf error, packed = new_bytes();
	char path[PATH_SIZE];
	struct compressed *c;

	buf_init(&error, 1000);
	if (kind) {
		buf_finish(&packed);
		packed = compress(kind, content);
	} else {
		buf_append(&packed, content);
	}
	c = compressed_open(write_file(path, "file", buf_span(&packed)), 4096, NULL, &error);
	ck_assert_msg(c != NULL, "%s", buf_string(&error));
	ck_assert(window_init(w, c, 1000));
	buf_finish(&packed);
	buf_finish(&error);
}

static void close_window(struct window *w)
{
	struct compressed *c = w->input;

	window_finish(w);
	compressed_close(c);
	remove_files();
}

/* Pieces smaller and larger than the window, up to the end and one byte beyond it. */
START_TEST(all_bytes_in_order)
{
	struct buf content = sample(5000);
	struct window w;
	size_t at = 0;

	open_window(&w, buf_span(&content), "gzip");
	for (size_t piece = 1; at + piece <= content.length; piece += 37) {
		ck_assert(window_has(&w, piece));
		ck_assert_int_eq(window_fetch(&w, piece), WINDOW_READY);
		ck_assert_uint_eq(w.offset, at);
		ck_assert(span_equal(span_first(window_bytes(&w), piece), span_of(content.at + at, piece)));
		window_consume(&w, piece);
		at += piece;
	}
	ck_assert_int_eq(window_fetch(&w, content.length - at + 1), WINDOW_END);
	ck_assert(span_equal(window_bytes(&w), span_from(buf_span(&content), at)));
	window_consume(&w, content.length - at);
	ck_assert(!window_has(&w, 1));
	close_window(&w);
	buf_finish(&content);
}
END_TEST

START_TEST(a_read_that_fails)
{
	struct buf content = sample(5000), packed = compress("gzip", buf_span(&content));
	struct window w;

	packed.length -= 100;
	open_window(&w, buf_span(&packed), NULL);
	ck_assert_int_eq(window_fetch(&w, content.length), WINDOW_FAILED);
	ck_assert_ptr_nonnull(compressed_error(w.input));
	ck_assert_uint_gt(window_bytes(&w).length, 0);
	ck_assert(span_equal(window_bytes(&w), span_first(buf_span(&content), window_bytes(&w).length)));
	ck_assert_int_eq(window_fetch(&w, content.length), WINDOW_FAILED);
	close_window(&w);
	buf_finish(&packed);
	buf_finish(&content);
}
END_TEST

/* Both ways to read may follow one another only at the pause. */
START_TEST(a_stream_of_the_c_library)
{
	static const char *const kinds[] = { NULL, "gzip", "zstd", "xz", "lz4" };
	struct buf content = sample(50000);
	uint8_t *bytes = malloc(content.length + 1);

	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
		struct window w;
		FILE *file;

		open_window(&w, buf_span(&content), kinds[k]);
		file = window_file(&w, 30);
		ck_assert_uint_eq(fread(bytes, 1, 10, file), 10);
		ck_assert_int_eq(ftello(file), 10);
		ck_assert_uint_eq(fread(bytes + 10, 1, 20, file), 20);
		ck_assert_uint_eq(w.offset, 30);
		ck_assert(window_has(&w, 5000));
		memcpy(bytes + 30, window_bytes(&w).at, 5000);
		window_consume(&w, 5000);
		ck_assert_int_eq(ftello(file), 5030);
		ck_assert_uint_eq(fread(bytes + 5030, 1, content.length - 5029, file), content.length - 5030);
		ck_assert(feof(file) && !ferror(file));
		ck_assert_int_eq(ftello(file), (off_t)content.length);
		ck_assert(span_equal(span_of(bytes, content.length), buf_span(&content)));
		fclose(file);
		close_window(&w);
	}
	free(bytes);
	buf_finish(&content);
}
END_TEST

SUITE("window", all_bytes_in_order, a_read_that_fails, a_stream_of_the_c_library)
