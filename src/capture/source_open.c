/* SPDX-License-Identifier: BSD-2-Clause */
/* Determines the kind of a capture file. */
#include "guess.h"
#include "source_file.h"

static void append_bytes(struct span head, const char *words, struct buf *error)
{
	buf_text(error, words);
	for (size_t i = 0; i < 4 && i < head.length; i++)
		buf_format(error, " %02x", head.at[i]);
}

/* Reports that |input| is not a capture, and what it is if that is known. */
static void report_not_capture(const struct compressed *input, struct buf *error)
{
	struct span head = compressed_head(input);
	const char *kind = compressed_kind(input), *guess = guess_content(head);

	if (compressed_error(input) && head.length == 0) {
		buf_format(error, "cannot be read: %s", compressed_error(input));
		return;
	}
	buf_text(error, "not a capture file: ");
	if (kind)
		buf_format(error, "%s data that contains ", kind);
	if (head.length == 0)
		buf_text(error, kind ? "nothing" : "it is empty");
	else if (guess)
		buf_format(error, "%s%s%s", kind ? "" : "it looks like ", guess,
			   !kind && strcmp(guess, "text") == 0 ? "; smtpscope explain reads texts" : "");
	else
		append_bytes(head, kind ? "something that begins with the bytes" : "it begins with the bytes",
			     error);
}

struct source *source_open(const struct source_options *options, struct buf *error)
{
	struct compressed *input = compressed_open(options->path, options->buffer_size, options->watch, error);
	struct source *s = NULL;

	if (!input)
		return NULL;
	buf_format(error, "%s: ", source_name(options->path));
	if (pcapng_recognize(compressed_head(input))) {
		s = pcapng_source_open(options, input, error);
	} else if (classic_recognize(compressed_head(input))) {
		s = classic_open(options, input, error);
	} else {
		report_not_capture(input, error);
		compressed_close(input);
	}
	if (!s)
		return NULL;
	buf_clear(error);
	buf_init(&s->error, SOURCE_ERROR_LIMIT);
	s->file = options->file;
	return s;
}
