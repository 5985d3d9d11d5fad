/* SPDX-License-Identifier: BSD-2-Clause */
#include "words.h"

#include "command_parser.h"
#include "redact.h"

#include <inttypes.h>
#include <stdio.h>

void words_init(struct words *w, const struct secret_set *secrets)
{
	w->count = 0;
	w->secrets = secrets;
}

static struct words_value *slot(struct words *w, const char *name)
{
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->value[i].name, name) == 0)
			return &w->value[i];
	if (w->count == WORDS_MAX)
		return NULL;
	w->value[w->count] = (struct words_value){ .name = name };
	return &w->value[w->count++];
}

/* Cuts |value| at the start of a UTF-8 character (RFC 3629 3) to make room for the mark. */
static void mark_cut(struct words_value *value)
{
	size_t at = WORDS_VALUE_KEPT - 4;

	while (at > 0 && ((unsigned char)value->text[at] & 0xc0) == 0x80)
		at--;
	memcpy(value->text + at, "...", 4);
	value->cut = true;
}

static void append(struct words_value *value, struct span text)
{
	size_t length = strlen(value->text), room = WORDS_VALUE_KEPT - 1 - length;
	size_t count = text.length < room ? text.length : room;

	if (value->cut)
		return;
	for (size_t i = 0; i < count; i++)
		value->text[length + i] = text.at[i] ? (char)text.at[i] : '\x01'; /* a NUL would end the text */
	value->text[length + count] = 0;
	if (text.length > room)
		mark_cut(value);
}

/* Returns the empty value |name|, or NULL if there is no room for it. */
static struct words_value *fresh(struct words *w, const char *name)
{
	struct words_value *value = slot(w, name);

	if (value) {
		value->text[0] = 0;
		value->cut = false;
	}
	return value;
}

void words_text(struct words *w, const char *name, const char *text)
{
	struct words_value *value = fresh(w, name);

	if (value)
		append(value, span_text(text ? text : "?"));
}

/* Appends |text|, without its secrets and without what follows |secret_at|. */
static void append_masked(const struct words *w, struct words_value *value, struct span text, size_t secret_at)
{
	struct buf scratch;

	buf_init(&scratch, 2 * REPLY_TEXT_KEPT);
	append(value, redact(&scratch, w->secrets, text, secret_at));
	buf_finish(&scratch);
}

void words_wire(struct words *w, const char *name, struct span text)
{
	struct words_value *value = fresh(w, name);

	if (value)
		append_masked(w, value, text, SIZE_MAX);
}

void words_add_wire(struct words *w, const char *name, struct span text)
{
	struct words_value *value = slot(w, name);

	if (value)
		append_masked(w, value, text, SIZE_MAX);
}

void words_number(struct words *w, const char *name, uint64_t number)
{
	struct words_value *value = fresh(w, name);

	if (value)
		snprintf(value->text, sizeof value->text, "%" PRIu64, number);
}

void words_duration(struct words *w, const char *name, int64_t ns)
{
	struct words_value *value = fresh(w, name);
	int64_t ms = ns / TSTAMP_MILLISECOND, s = ns / TSTAMP_SECOND;

	if (!value)
		return;
	if (ns < 0)
		snprintf(value->text, sizeof value->text, "an unknown time");
	else if (ms < 1)
		snprintf(value->text, sizeof value->text, "less than 1 ms");
	else if (ms < 1000)
		snprintf(value->text, sizeof value->text, "%" PRId64 " ms", ms);
	else if (s < 100)
		snprintf(value->text, sizeof value->text, "%" PRId64 ".%" PRId64 " s", s, ms % 1000 / 100);
	else if (s < 7200)
		snprintf(value->text, sizeof value->text, "%" PRId64 " min %" PRId64 " s", s / 60, s % 60);
	else
		snprintf(value->text, sizeof value->text, "%" PRId64 " h %" PRId64 " min", s / 3600,
			 s % 3600 / 60);
}

void words_address(struct words *w, const char *name, const struct endpoint *endpoint)
{
	char text[ADDR_TEXT_SIZE];

	addr_format(text, &endpoint->addr);
	words_text(w, name, text);
}

void words_verb(struct words *w, const char *name, const struct command *command)
{
	if (verb_is_known(command->verb_id))
		words_text(w, name, command->verb);
	else
		words_wire(w, name, span_text(command->verb));
}

void words_command(struct words *w, const struct command *command)
{
	struct words_value *line;

	words_verb(w, "verb", command);
	if (command->kind == COMMAND_END_OF_DATA) {
		words_text(w, "line", "the end of the message");
		return;
	}
	if (command->line.length == 0) {
		words_text(w, "line", "(empty line)");
		return;
	}
	line = fresh(w, "line");
	if (line)
		append_masked(w, line, command->line, command->secret_at);
}

/* |line| without |enhanced|, where it begins with that. */
static struct span without_code(struct span line, const char *enhanced)
{
	size_t length = strlen(enhanced);

	if (!length || line.length < length || memcmp(line.at, enhanced, length) != 0)
		return line;
	if (line.length == length)
		return span_from(line, length);
	return line.at[length] == ' ' ? span_from(line, length + 1) : line;
}

void words_reply(struct words *w, const struct reply *reply)
{
	char enhanced[ENHANCED_SIZE];
	struct buf text;

	enhanced_text(enhanced, &reply->enhanced);
	words_number(w, "code", reply->code);
	buf_init(&text, 2 * REPLY_TEXT_KEPT);
	for (size_t i = 0; i < reply->line_count; i++) {
		struct span line = i ? without_code(reply->lines[i], enhanced) : reply->lines[i];

		if (i && line.length)
			buf_text(&text, " ");
		buf_append(&text, line);
	}
	words_wire(w, "text", buf_span(&text));
	buf_finish(&text);
}

static const struct words_value *find(const struct words *w, struct span name)
{
	for (size_t i = 0; i < w->count; i++)
		if (span_equal(span_text(w->value[i].name), name))
			return &w->value[i];
	return NULL;
}

void words_fill(const struct words *w, const char *template, struct buf *out)
{
	while (*template) {
		const char *open = strchr(template, '{');
		const char *close = open ? strchr(open, '}') : NULL;
		const struct words_value *value;

		if (!close) {
			buf_text(out, template);
			return;
		}
		buf_append(out, span_of(template, (size_t)(open - template)));
		value = find(w, span_of(open + 1, (size_t)(close - open - 1)));
		buf_text(out, value ? value->text : "?");
		template = close + 1;
	}
}
