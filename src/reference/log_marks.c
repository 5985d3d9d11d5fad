/* SPDX-License-Identifier: BSD-2-Clause */
#include "log_marks.h"

#include <strings.h>

enum { NUMBER = 1, QUOTE = 2, SEARCHED = 200 };

static bool is_letter(uint8_t byte)
{
	return (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
}

static bool is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_quote(uint8_t byte)
{
	return byte == '\'' || byte == '"';
}

/* The end of a line, or of a line in a string literal. */
static bool ends(struct span words, size_t at)
{
	struct span rest = text_trim(span_from(words, at));

	return rest.length == 0 || rest.at[0] == '\\' || rest.at[0] == '\'' || rest.at[0] == '"' ||
	       rest.at[0] == ',';
}

bool words_are_reply(struct span words)
{
	if (words.length < 3 || words.at[0] < '2' || words.at[0] > '5' || words.at[1] < '0' ||
	    words.at[1] > '5' || !is_digit(words.at[2]))
		return false;
	return words.length == 3 || words.at[3] == ' ' || words.at[3] == '-' || ends(words, 3);
}

bool words_are_command(struct span words)
{
	static const struct {
		const char *verb;
		enum { ALONE, ARGUMENT, ANYHOW } form;
	} commands[] = { { "EHLO ", ARGUMENT },	     { "HELO ", ARGUMENT },	{ "LHLO ", ARGUMENT },
			 { "MAIL FROM:", ARGUMENT }, { "RCPT TO:", ARGUMENT },	{ "AUTH ", ARGUMENT },
			 { "BDAT ", ARGUMENT },	     { "VRFY ", ARGUMENT },	{ "EXPN ", ARGUMENT },
			 { "XCLIENT ", ARGUMENT },   { "XFORWARD ", ARGUMENT }, { "ETRN ", ARGUMENT },
			 { "DATA", ALONE },	     { "QUIT", ALONE },		{ "RSET", ALONE },
			 { "NOOP", ALONE },	     { "STARTTLS", ALONE },	{ "HELP", ALONE },
			 { "EHLO", ALONE },	     { "HELO", ALONE },		{ "MAIL FROM", ALONE } };

	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		size_t length = strlen(commands[i].verb);

		if (!text_begins(words, commands[i].verb))
			continue;
		if (commands[i].form == ALONE ? ends(words, length) : !ends(words, length))
			return true;
	}
	return false;
}

/* May words begin at |at|? Not within a word, a number, a name or a fraction of a second. */
static bool may_begin(struct span line, size_t at)
{
	uint8_t before = at ? line.at[at - 1] : ' ';

	if (is_letter(before))
		/* the b of a string literal, b'250 ...' */
		return false;
	if (is_digit(before) || before == '.' || before == '-' || before == '@' || before == '_' ||
	    before == '/')
		return false;
	return before != ',' || at < 2 || !is_digit(line.at[at - 2]);
}

/* Finds where the words of a command or reply begin. Returns false if there are none. */
static bool find_words(struct span line, size_t *at, bool *reply)
{
	for (*at = 0; *at < line.length && *at < SEARCHED; (*at)++) {
		struct span words = span_from(line, *at);

		if (!may_begin(line, *at))
			continue;
		*reply = words_are_reply(words);
		if (*reply || (is_letter(words.at[0]) && words_are_command(words)))
			return true;
	}
	return false;
}

/* Writes the next character of the shape at |*at| and advances. A run of letters and digits with a digit is a number. */
static char next_of_shape(struct span text, size_t *at)
{
	size_t end = *at;
	bool number = false;

	if (text.at[*at] == ' ' || text.at[*at] == '\t') {
		*at += text_blanks(span_from(text, *at));
		/* Python writes some literals as b'...'. */
		if (*at + 1 < text.length && text.at[*at] == 'b' && is_quote(text.at[*at + 1]))
			(*at)++;
		return ' ';
	}
	if (is_quote(text.at[*at])) {
		(*at)++;
		return QUOTE;
	}
	while (end < text.length && end - *at < MARK_SIZE &&
	       (is_letter(text.at[end]) || is_digit(text.at[end]))) {
		number = number || is_digit(text.at[end]);
		end++;
	}
	if (number) {
		*at = end;
		return NUMBER;
	}
	return (char)text.at[(*at)++];
}

/* Returns false if |mark| is too long for a mark. Within a word without digits, letters are copied one by one. */
static bool shape_of(struct span mark, struct log_mark *m)
{
	m->length = 0;
	for (size_t at = 0; at < mark.length;) {
		/* In the middle of a word, its digits were looked for at its beginning. */
		char c = next_of_shape(mark, &at);

		if (m->length == MARK_SIZE)
			return false;
		m->shape[m->length++] = c;
	}
	return true;
}

/* Returns the length of the mark with that shape that |line| begins with; false: it does not. */
static bool fits(const struct log_mark *m, struct span line, size_t *length)
{
	size_t at = 0;

	for (size_t i = 0; i < m->length; i++) {
		/* An empty line may have lost the blank at its end. */
		if (at == line.length && i + 1 == m->length && m->shape[i] == ' ')
			break;
		if (at >= line.length || next_of_shape(line, &at) != m->shape[i])
			return false;
	}
	*length = at;
	return true;
}

/* Words before a reply or command in prose, or in a log that only reports it. */
static bool reports(struct span mark)
{
	static const char *const words[] = {
		"said",	   "says",   " after", "response", "reply to", "returned", "error",    "reject",
		"refused", "status", "reason", "to=<",	   "from=<",   "host ",	   "message:", "diagnos",
		"failed",  "@",	     "answer", "result",   "retcode",  "defer",	   NULL
	};

	for (const char *const *word = words; *word; word++)
		if (text_has(mark, *word))
			return true;
	return false;
}

/* The usual marks, without blanks at their ends; those of one family are used together. */
static const struct usual_mark {
	const char *mark;
	enum speaker speaker;
	unsigned family;
} usual_marks[] = {
	{ "<<<", SPEAKER_SERVER, 1 },
	{ ">>>", SPEAKER_CLIENT, 1 },
	{ "<-", SPEAKER_SERVER, 2 },
	{ "->", SPEAKER_CLIENT, 2 },
	{ "<--", SPEAKER_SERVER, 2 },
	{ "-->", SPEAKER_CLIENT, 2 },
	{ "<~", SPEAKER_SERVER, 2 },
	{ "~>", SPEAKER_CLIENT, 2 },
	{ "<**", SPEAKER_SERVER, 2 },
	{ "<~*", SPEAKER_SERVER, 2 },
	{ "**>", SPEAKER_CLIENT, 2 },
	{ "<", SPEAKER_SERVER, 3 },
	{ ">", SPEAKER_CLIENT, 3 },
	{ "S:", SPEAKER_SERVER, 4 },
	{ "C:", SPEAKER_CLIENT, 4 },
	{ "SERVER:", SPEAKER_SERVER, 4 },
	{ "CLIENT:", SPEAKER_CLIENT, 4 },
	{ "<<", SPEAKER_SERVER, 5 },
	{ ">>", SPEAKER_CLIENT, 5 },
	{ "Out:", SPEAKER_SERVER, 6 },
	{ "In:", SPEAKER_CLIENT, 6 },
	{ "RECV:", SPEAKER_SERVER, 7 },
	{ "SEND:", SPEAKER_CLIENT, 7 },
	{ "SERVER -> CLIENT:", SPEAKER_SERVER, 8 },
	{ "CLIENT -> SERVER:", SPEAKER_CLIENT, 8 },
};

static const struct usual_mark *find_mark(struct span mark)
{
	mark = text_trim(mark);
	for (size_t i = 0; i < sizeof usual_marks / sizeof *usual_marks; i++)
		if (mark.length == strlen(usual_marks[i].mark) && text_begins(mark, usual_marks[i].mark))
			return &usual_marks[i];
	return NULL;
}

static enum speaker usual_speaker(struct span mark)
{
	const struct usual_mark *m = find_mark(mark);

	return m ? m->speaker : SPEAKER_NONE;
}

/* Finds the end of a usual mark at the beginning of a line whose words do not tell who speaks. */
static bool find_usual(struct span line, size_t *at)
{
	size_t from = text_blanks(line);

	for (*at = from; *at < line.length && *at < from + 20; (*at)++)
		if (line.at[*at] == ' ' && usual_speaker(span_of(line.at + from, *at - from)) != SPEAKER_NONE) {
			*at += text_blanks(span_from(line, *at));
			return true;
		}
	return false;
}

/* A mark that is not a usual one ends with a character of punctuation, as "[smtp] server:" does. */
static bool may_be_mark(struct span mark)
{
	struct span trimmed = text_trim(mark);

	if (trimmed.length == 0 || usual_speaker(mark) != SPEAKER_NONE)
		return true;
	return !is_letter(trimmed.at[trimmed.length - 1]) && !is_digit(trimmed.at[trimmed.length - 1]) &&
	       !reports(mark);
}

static void learn_line(struct log_marks *marks, struct span line)
{
	struct log_mark new = { .length = 0 };
	struct span mark;
	bool reply = false, words;
	size_t at;

	words = find_words(line, &at, &reply);
	if (!words && !find_usual(line, &at))
		return;
	mark = span_first(line, at);
	if (!may_be_mark(mark) || !shape_of(mark, &new))
		return;
	new.speaker = usual_speaker(mark);
	for (size_t i = 0; i < marks->count; i++) {
		struct log_mark *m = &marks->list[i];

		if (m->length == new.length && memcmp(m->shape, new.shape, new.length) == 0) {
			m->replies += words && reply;
			m->commands += words && !reply;
			return;
		}
	}
	if (marks->count == MARKS_KEPT)
		return;
	new.replies = words &&reply;
	new.commands = words && !reply;
	marks->list[marks->count++] = new;
}

static bool is_blank_mark(const struct log_mark *m)
{
	return m->length == 0 || (m->length == 1 && m->shape[0] == ' ');
}

static enum speaker decide(const struct log_mark *m)
{
	if (is_blank_mark(m))
		return SPEAKER_EITHER;
	if (m->speaker != SPEAKER_NONE)
		return m->speaker;
	if (m->replies > 1 && m->commands > 1)
		return SPEAKER_EITHER;
	return m->replies > m->commands ? SPEAKER_SERVER : SPEAKER_CLIENT;
}

void log_marks_learn(struct log_marks *marks, const struct text_lines *lines)
{
	bool client = false, server = false;

	marks->count = 0;
	for (size_t i = 0; i < lines->count; i++)
		learn_line(marks, text_lines_at(lines, i));
	for (size_t i = 0; i < marks->count; i++) {
		struct log_mark *m = &marks->list[i];

		m->speaker = decide(m);
		client = client || m->speaker == SPEAKER_CLIENT;
		server = server || m->speaker == SPEAKER_SERVER;
	}
	marks->apart = client && server;
}

/* Continues a hash of |bytes| (FNV-1a). */
static uint64_t hash(uint64_t h, struct span bytes)
{
	for (size_t i = 0; i < bytes.length; i++)
		h = (h ^ bytes.at[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* The third field of a protocol log of Exchange: date-time,connector-id,session-id,... */
static bool exchange_session(struct span mark, struct span *id)
{
	size_t commas = 0, from = 0;

	for (size_t i = 0; i < mark.length; i++) {
		if (mark.at[i] != ',')
			continue;
		commas++;
		if (commas == 2)
			from = i + 1;
		else if (commas == 3)
			*id = span_of(mark.at + from, i - from);
	}
	return commas >= 6;
}

/* The data field of a line of such a log; |quoted|: it is in quotes, and the first of them is part of the mark. */
static struct span csv_field(struct span words, bool quoted)
{
	for (size_t i = 0; i < words.length; i++) {
		if (quoted ? words.at[i] == '"' && (i + 1 == words.length || words.at[i + 1] == ',')
			   : words.at[i] == ',')
			return span_first(words, i);
	}
	return words;
}

/* What tells sessions apart in a mark: a process or session number in brackets. Times have colons, addresses have dots. */
static uint64_t group_of(struct span mark)
{
	const struct usual_mark *usual = find_mark(mark);
	uint64_t h = usual ? usual->family : 0;
	struct span id = { 0 };

	if (exchange_session(mark, &id))
		return hash(UINT64_C(0xcbf29ce484222325), id);
	for (size_t i = 0; i < mark.length; i++) {
		size_t end = i + 1;

		if (mark.at[i] != '[')
			continue;
		while (end < mark.length && (is_letter(mark.at[end]) || is_digit(mark.at[end])))
			end++;
		if (end < mark.length && mark.at[end] == ']' && end > i + 1)
			h = hash(h ? h : UINT64_C(0xcbf29ce484222325), span_of(mark.at + i, end - i));
		i = end - 1;
	}
	return h;
}

struct marked_line log_marks_read(const struct log_marks *marks, struct span line)
{
	struct marked_line result = { .speaker = SPEAKER_NONE, .words = line };
	size_t best = 0, length;
	struct span session;
	bool found = false;

	for (size_t i = 0; i < marks->count; i++) {
		const struct log_mark *m = &marks->list[i];

		/* The longest mark that fits: "<" is the beginning of "<-". */
		if ((found && m->length <= best) || !fits(m, line, &length))
			continue;
		found = true;
		best = m->length;
		result.speaker = m->speaker;
		result.words = span_from(line, length);
		result.group = group_of(span_first(line, length));
		result.quote = length && is_quote(line.at[length - 1]) ? (char)line.at[length - 1] : '\0';
		if (exchange_session(span_first(line, length), &session)) {
			result.words = csv_field(result.words, result.quote);
			result.quote = '\0';
		}
	}
	return result;
}
