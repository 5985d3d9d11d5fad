/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any text, as `explain -` reads it: mails, logs, transcripts. What is found lies within its bounds, and no more is found than the lines
 * can hold. A password that the text shows is not among what is found, once the text's credentials are masked.
 */
#include "auth_words.h"
#include "redact.h"
#include "text_reader.h"

#include <stdlib.h>

#define PASSWORD "planted-password"
#define PLANTED	 "C: AUTH PLAIN AHVzZXIAcGxhbnRlZC1wYXNzd29yZA==\n"

struct watch {
	struct secret_set secrets;
	struct buf scratch;
	size_t lines, found, logins;
};

static void check(bool fine)
{
	if (!fine)
		abort();
}

static bool contains(struct span text, const char *word)
{
	return text.length && memmem(text.at, text.length, word, strlen(word));
}

static void on_found(void *context, const struct found *found)
{
	struct watch *w = context;
	struct span shown = redact(&w->scratch, &w->secrets, found->reply, SIZE_MAX);

	check(found->line >= 1 && found->line <= w->lines);
	check(found->recipient.length < FOUND_RECIPIENT_SIZE);
	/* Only the newest SECRETS_KEPT are remembered; a login has up to three. */
	check(w->logins > 2 || !contains(shown, PASSWORD));
	check(++w->found <= 16 * w->lines + 16);
}

static void on_transcript(void *context, const struct transcript *t)
{
	struct watch *w = context;

	for (size_t i = 0; i < t->lines.count; i++) {
		check(t->lines.list[i].number >= 1 && t->lines.list[i].number <= w->lines);
		check(t->lines.list[i].length <= TEXT_LINE_KEPT);
	}
}

static void feed(struct text_reader *reader, struct watch *w, struct auth_words *words, struct span text)
{
	while (text.length) {
		const uint8_t *lf = memchr(text.at, '\n', text.length);
		size_t length = lf ? (size_t)(lf - text.at) : text.length;

		w->lines++;
		w->logins +=
		    text_has(span_first(text, length), "AUTH ") + text_has(span_first(text, length), "334");
		auth_words_line(words, span_first(text, length), &w->secrets);
		text_reader_line(reader, span_first(text, length));
		text = span_from(text, length + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct watch w = { .lines = 0 };
	struct auth_words words = { 0 };
	struct text_reader_sink sink = { .context = &w, .found = on_found, .dialogue = on_transcript };
	struct text_reader *reader = text_reader_create(&sink);
	size_t meant, understood;

	buf_init(&w.scratch, 1 << 20);
	feed(reader, &w, &words, span_text(PLANTED));
	feed(reader, &w, &words, span_of(data, size));
	text_reader_end(reader);
	meant = text_reader_lines(reader, &understood);
	check(understood <= meant);
	text_reader_destroy(reader);
	secret_set_finish(&w.secrets);
	buf_finish(&w.scratch);
	return 0;
}
