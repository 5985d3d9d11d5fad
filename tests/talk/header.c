/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the header of a talk: "key: value" lines before the first empty line, and the words in the values. */
#include "script.h"

#include <stdlib.h>
#include <time.h>

bool word_is(struct span word, const char *text)
{
	return span_equal(word, span_text(text));
}

struct span word_next(struct span *rest)
{
	size_t i = 0, start;
	struct span word;

	while (i < rest->length && rest->at[i] == ' ')
		i++;
	start = i;
	while (i < rest->length && rest->at[i] != ' ')
		i++;
	word = span_of(rest->at + start, i - start);
	while (i < rest->length && rest->at[i] == ' ')
		i++;
	*rest = span_from(*rest, i);
	return word;
}

uint64_t word_number(struct script *s, struct span word, uint64_t max)
{
	uint64_t value = 0;

	if (!word.length)
		script_fail(s, "missing number");
	for (size_t i = 0; i < word.length; i++) {
		uint8_t c = word.at[i];
		if (c < '0' || c > '9')
			script_fail(s, "not a number: %.*s", (int)word.length, (const char *)word.at);
		value = value * 10 + (uint64_t)(c - '0');
		if (value > max)
			script_fail(s, "too large a number: %.*s", (int)word.length, (const char *)word.at);
	}
	return value;
}

/* Reads ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT. */
struct endpoint word_endpoint(struct script *s, struct span word, uint16_t port)
{
	struct endpoint e = { .port = port };
	char *text = script_text(s, word), *address = text, *end = NULL;

	if (text[0] == '[') {
		address = text + 1;
		end = strchr(text, ']');
		if (!end)
			script_fail(s, "[ without ] in an address");
		*end++ = '\0';
		end = *end == ':' ? end : NULL;
	} else if (strchr(text, ':') && strchr(text, ':') == strrchr(text, ':')) {
		end = strchr(text, ':');
		*end = '\0';
	}
	if (end)
		e.port = (uint16_t)word_number(s, span_text(end + 1), 65535);
	if (!addr_parse(&e.addr, address))
		script_fail(s, "not an address: %s", address);
	return e;
}

tstamp word_duration(struct script *s, struct span word)
{
	static const struct {
		const char *unit;
		tstamp length;
	} units[] = { { "us", 1000 },
		      { "ms", TSTAMP_MILLISECOND },
		      { "s", TSTAMP_SECOND },
		      { "m", 60 * TSTAMP_SECOND },
		      { "h", 3600 * TSTAMP_SECOND } };
	size_t digits = 0;

	while (digits < word.length && word.at[digits] >= '0' && word.at[digits] <= '9')
		digits++;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (word_is(span_from(word, digits), units[i].unit))
			return (tstamp)word_number(s, span_first(word, digits), 100000000) * units[i].length;
	script_fail(s, "not a duration (such as 5ms, 300s, 2h): %.*s", (int)word.length, (const char *)word.at);
}

static tstamp word_moment(struct script *s, struct span word)
{
	char *text = script_text(s, word);
	struct tm tm = { 0 };
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);

	if (!end || *end)
		script_fail(s, "not a time (such as 2026-01-05T10:00:00Z): %s", text);
	return (tstamp)timegm(&tm) * TSTAMP_SECOND;
}

void script_expect(struct script *s, struct span text, bool in_header)
{
	struct talk *t = s->talk;
	struct talk_expect e = { .line = (unsigned)s->at + 1,
				 .session = (unsigned)s->current,
				 .in_header = in_header };

	t->expects = script_grow(s, t->expects, &s->expect_capacity, t->expect_count + 1, sizeof *t->expects);
	if (!in_header)
		e.server_offset = session_current(s)->side[SIDE_SERVER].data;
	e.text = text_variables(s, text);
	t->expects[t->expect_count++] = e;
}

/* "pending X", like the line of that name in the body of the talk. */
static char *pending_text(struct script *s, struct span value)
{
	static const char word[] = "pending ";
	char *text = script_alloc(s, sizeof word + value.length);

	memcpy(text, word, sizeof word - 1);
	if (value.length)
		memcpy(text + sizeof word - 1, value.at, value.length);
	return text;
}

static void header_line(struct script *s, struct span key, struct span value)
{
	if (word_is(key, "title"))
		s->talk->title = script_text(s, value);
	else if (word_is(key, "client"))
		s->client = word_endpoint(s, value, 40001);
	else if (word_is(key, "server"))
		s->server = word_endpoint(s, value, 25);
	else if (word_is(key, "client-isn"))
		s->isn[SIDE_CLIENT] = (uint32_t)word_number(s, value, UINT32_MAX);
	else if (word_is(key, "server-isn"))
		s->isn[SIDE_SERVER] = (uint32_t)word_number(s, value, UINT32_MAX);
	else if (word_is(key, "start"))
		s->now = word_moment(s, value);
	else if (word_is(key, "step"))
		s->step = word_duration(s, value);
	else if (word_is(key, "mss"))
		s->mss = (uint32_t)word_number(s, value, 65000);
	else if (word_is(key, "expect"))
		script_expect(s, value, true);
	else if (word_is(key, "replay"))
		s->talk->replay = script_text(s, value);
	else if (word_is(key, "options"))
		s->talk->options = script_text(s, value);
	else if (word_is(key, "replies"))
		s->talk->replies = script_text(s, value);
	else if (word_is(key, "pending"))
		script_expect(s, span_text(pending_text(s, value)), true);
	else if (word_is(key, "close") && word_is(value, "server"))
		s->close = CLOSE_SERVER;
	else if (word_is(key, "close") && word_is(value, "client"))
		s->close = CLOSE_CLIENT;
	else if (word_is(key, "close") && word_is(value, "none"))
		s->close = CLOSE_NONE;
	else
		script_fail(s, "unknown setting: %.*s: %.*s", (int)key.length, (const char *)key.at,
			    (int)value.length, (const char *)value.at);
}

size_t header_read(struct script *s)
{
	for (s->at = 0; s->at < s->line_count; s->at++) {
		struct span line = s->lines[s->at];
		const uint8_t *colon = line.length ? memchr(line.at, ':', line.length) : NULL;
		struct span value;
		if (!line.length)
			return s->at + 1;
		if (line.at[0] == '#')
			continue;
		if (!colon)
			script_fail(s, "the header has \"key: value\" lines and ends with an empty line");
		value = span_from(line, (size_t)(colon - line.at) + 1);
		while (value.length && value.at[0] == ' ')
			value = span_from(value, 1);
		header_line(s, span_of(line.at, (size_t)(colon - line.at)), value);
	}
	return s->at;
}
