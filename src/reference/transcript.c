/* SPDX-License-Identifier: BSD-2-Clause */
#include "transcript.h"

#include "log_marks.h"

#include <stdlib.h>

enum { CLOSING = 421, GOODBYE = 221, GREETING = 220, START_INPUT = 354, AUTH_GOES_ON = 334 };

/* A session that is being collected. */
struct builder {
	uint64_t group;
	uint64_t used; /* when a line was last added; 0: free */
	struct transcript d;
	bool client, server;
	bool marked;	    /* a mark tells the server's lines */
	bool dot_sent;	    /* since DATA, without a wait for its reply */
	unsigned open_code; /* of a reply whose last line has not come; 0: none */
	unsigned body_lines;
	bool in_body, in_chunk; /* the message, or a chunk of it, may follow */
	bool auth, closed;	/* the server waits for a line of a login; it said goodbye */
	bool command_open;	/* a command has no reply yet */
	size_t starttls;	/* 1-based place of a STARTTLS without a reply; 0: none */
};

struct search {
	const struct text_lines *lines;
	struct log_marks marks;
	bool plain; /* there is a dialogue without marks */
	bool *taken;
	struct builder open[TRANSCRIPTS_OPEN];
	struct builder *latest;
	uint64_t clock;
	size_t last_dot; /* 1-based place of the last line with a single dot; 0: none */
	transcript_sink *sink;
	void *context;
	bool failed;
};

static void builder_begin(struct builder *b, uint64_t group)
{
	struct text_lines lines = b->d.lines;
	struct transcript_line *list = b->d.list;
	size_t room = b->d.room;

	text_lines_clear(&lines);
	*b = (struct builder){ .group = group, .d = { .lines = lines, .list = list, .room = room } };
}

/* Passes on what was collected, if it is a dialogue. */
static void builder_end(struct search *s, struct builder *b)
{
	bool accepted = b->server && (b->client || b->marked);

	for (size_t i = 0; accepted && i < b->d.lines.count; i++)
		if (b->d.list[i].source != SIZE_MAX)
			s->taken[b->d.list[i].source] = true;
	b->d.whole = b->d.whole && b->client;
	if (accepted)
		s->sink(s->context, &b->d);
	builder_begin(b, b->group);
}

static struct builder *builder_of(struct search *s, uint64_t group)
{
	struct builder *oldest = &s->open[0];

	for (size_t i = 0; i < TRANSCRIPTS_OPEN; i++) {
		if (s->open[i].used && s->open[i].group == group)
			return &s->open[i];
		if (s->open[i].used < oldest->used)
			oldest = &s->open[i];
	}
	if (oldest->used)
		builder_end(s, oldest);
	builder_begin(oldest, group);
	return oldest;
}

static void add(struct search *s, struct builder *b, enum direction side, struct span words, size_t source)
{
	if (b->d.lines.count == b->d.room) {
		size_t room = b->d.room ? 2 * b->d.room : 64;
		struct transcript_line *grown = realloc(b->d.list, room * sizeof *grown);

		s->failed = s->failed || !grown;
		if (!grown)
			return;
		b->d.list = grown;
		b->d.room = room;
	}
	if (!text_lines_add(&b->d.lines, words, s->lines->list[source == SIZE_MAX ? 0 : source].number))
		return;
	b->d.list[b->d.lines.count - 1] = (struct transcript_line){ .side = side, .source = source };
	if (b->d.lines.count == 1)
		b->d.whole = side == DIR_SERVER;
	b->used = ++s->clock;
	b->client = b->client || side == DIR_CLIENT;
	b->server = b->server || side == DIR_SERVER;
	s->latest = b;
}

static unsigned code_of(struct span words)
{
	return 100u * (words.at[0] - (unsigned)'0') + 10u * (words.at[1] - (unsigned)'0') + words.at[2] -
	       (unsigned)'0';
}

/* The client's message is over where the server goes on, unless the server only says that it leaves. */
static void end_body(struct search *s, struct builder *b, unsigned code)
{
	/* Where the text of the message is shown, its end is, too. */
	bool broke_in = b->body_lines && code >= 400;

	if (!b->in_body)
		return;

	if (code != CLOSING && code != GOODBYE && !broke_in)
		add(s, b, DIR_CLIENT, span_text("."), SIZE_MAX);
	b->in_body = false;
}

/* A greeting, or a reply after the goodbye, begins another session. */
static void begin_session(struct search *s, struct builder *b, unsigned code)
{
	bool greeting = code == GREETING && !b->starttls && b->d.lines.count;

	if (b->open_code || (!greeting && !(b->closed && !b->command_open)))
		return;
	builder_end(s, b);
}

/* The reply to STARTTLS: what follows was read inside TLS. */
static void end_starttls(struct builder *b, unsigned code)
{
	if (!b->starttls)
		return;
	for (size_t i = b->starttls - 1; code == GREETING && i < b->d.lines.count; i++)
		b->d.list[i].encrypted = true;
	b->starttls = 0;
}

/* Do the lines before tell of a new connection? Then a reply that is not 220 is a greeting, too. */
static bool connects(const struct search *s, size_t at)
{
	for (size_t i = at > 5 ? at - 5 : 0; i < at; i++)
		if (text_has(span_first(text_lines_at(s->lines, i), 200), "connect"))
			return true;
	return false;
}

static void add_server(struct search *s, struct builder *b, struct span words, size_t source)
{
	unsigned code = words_are_reply(words) ? code_of(words) : 0;
	bool first = b->open_code == 0;

	if (first)
		end_body(s, b, code);
	if (code)
		begin_session(s, b, code);
	add(s, b, DIR_SERVER, words, source);
	if (b->d.lines.count == 1)
		b->d.whole = code == GREETING || (code && connects(s, source));
	b->in_chunk = false;
	if (!code)
		return;
	b->open_code = words.length > 3 && words.at[3] == '-' ? code : 0;
	if (b->open_code)
		return;
	b->command_open = false;
	b->in_body = code == START_INPUT && !b->dot_sent;
	b->dot_sent = false;
	b->body_lines = 0;
	b->auth = code == AUTH_GOES_ON;
	b->closed = code == GOODBYE || code == CLOSING;
	end_starttls(b, code);
}

static bool is_dot(struct span words)
{
	return words.length == 1 && words.at[0] == '.';
}

/* "<1234 bytes encoded mime message (source size 900 bytes)>": a log that leaves the message out. */
static bool stands_for_body(struct span words)
{
	return words.length > 2 && words.at[0] == '<' && words.at[1] >= '0' && words.at[1] <= '9' &&
	       text_has(span_first(words, 40), " bytes");
}

static void add_client(struct search *s, struct builder *b, struct span words, size_t source)
{
	bool command = words_are_command(words);

	if (b->in_body && stands_for_body(words))
		return;
	if (b->in_chunk && !command)
		return;
	b->in_chunk = !b->in_body && text_begins(words, "BDAT ");
	add(s, b, DIR_CLIENT, words, source);
	if (b->in_body) {
		b->body_lines++;
		b->in_body = !is_dot(words);
		b->command_open = !b->in_body;
		return;
	}
	b->dot_sent = is_dot(words) || (b->dot_sent && !text_begins(words, "DATA"));
	b->command_open = true;
	if (text_begins(words, "STARTTLS"))
		b->starttls = b->d.lines.count;
}

static void add_words(struct search *s, struct builder *b, enum speaker speaker, struct span words,
		      size_t source)
{
	if (speaker == SPEAKER_SERVER)
		add_server(s, b, words, source);
	else
		add_client(s, b, words, source);
}

/* Undoes a string literal: its escapes, and the quote at its end. Line ends in it become LF. */
static void unescape(struct span words, char quote, struct buf *out)
{
	words = text_trim(words);
	if (words.length && words.at[words.length - 1] == (uint8_t)quote)
		words.length--;
	for (size_t i = 0; i < words.length; i++) {
		uint8_t next = 0;

		if (words.at[i] != '\\' || !span_get_u8(words, i + 1, &next)) {
			buf_append(out, span_of(words.at + i, 1));
			continue;
		}
		i++;
		if (next == 'n')
			buf_text(out, "\n");
		else if (next == 't')
			buf_text(out, "\t");
		else if (next == '\\' || next == '\'' || next == '"')
			buf_append(out, span_of(&next, 1));
		else if (next != 'r')
			buf_append(out, span_of(words.at + i - 1, 2));
	}
}

static void add_literal(struct search *s, struct builder *b, const struct marked_line *m, size_t source)
{
	struct span rest;
	struct buf text;

	buf_init(&text, TEXT_LINE_KEPT);
	unescape(m->words, m->quote, &text);
	for (rest = buf_span(&text); rest.length;) {
		const uint8_t *lf = memchr(rest.at, '\n', rest.length);
		size_t length = lf ? (size_t)(lf - rest.at) : rest.length;

		add_words(s, b, m->speaker, span_first(rest, length), source);
		rest = span_from(rest, length + 1);
	}
	buf_finish(&text);
}

/* Some logs show the line end as "\r\n". */
static struct span without_line_end(struct span words)
{
	static const char *const line_ends[] = { "\\r\\n", "\\n", "\\r", "<CR><LF>", NULL };

	for (const char *const *end = line_ends; *end; end++) {
		size_t length = strlen(*end);

		if (words.length >= length && text_begins(span_from(words, words.length - length), *end))
			return span_first(words, words.length - length);
	}
	return words;
}

/* Lines of a program about what it does, between the lines of a dialogue without marks. */
static bool is_remark(struct span words)
{
	static const char *const remarks[] = { "DEBUG",
					       "Trying ",
					       "Connected to ",
					       "Escape character",
					       "Connection ",
					       "depth=",
					       "verify ",
					       "---",
					       "===",
					       "***",
					       "* ",
					       "read R",
					       "DONE",
					       "SSL-",
					       "New, ",
					       NULL };

	for (const char *const *remark = remarks; *remark; remark++)
		if (text_begins(words, *remark))
			return true;
	return false;
}

/* Is the next line that is not empty a refusal? */
static bool refusal_follows(const struct search *s, size_t at)
{
	for (size_t i = at + 1; i < s->lines->count && i < at + 3; i++) {
		struct span line = text_trim(text_lines_at(s->lines, i));

		if (line.length)
			return words_are_reply(line) && line.at[0] >= '4';
	}
	return false;
}

/* Who speaks in a line without a mark that tells. */
static enum speaker speaker_by_words(const struct search *s, const struct builder *b, struct span words,
				     size_t at)
{
	bool reply = words_are_reply(words);

	if (b->in_body && at < s->last_dot)
		return SPEAKER_CLIENT;
	if (reply)
		return SPEAKER_SERVER;
	if (words_are_command(words) || b->auth)
		return SPEAKER_CLIENT;
	if (b->d.lines.count && !b->command_open && !b->open_code && text_trim(words).length &&
	    !is_remark(words) && refusal_follows(s, at))
		return SPEAKER_CLIENT;
	return SPEAKER_NONE;
}

/* A line without a mark goes on with a reply whose other lines have one. */
static bool continues_reply(const struct search *s, struct span words)
{
	return s->latest && s->latest->open_code && words_are_reply(words) &&
	       code_of(words) == s->latest->open_code;
}

static void read_line(struct search *s, size_t at)
{
	struct marked_line m = log_marks_read(&s->marks, text_lines_at(s->lines, at));
	struct builder *b;

	if (s->marks.apart && (m.speaker == SPEAKER_EITHER || m.speaker == SPEAKER_NONE)) {
		if (continues_reply(s, text_lines_at(s->lines, at)))
			add_server(s, s->latest, text_lines_at(s->lines, at), at);
		return;
	}
	if (m.speaker == SPEAKER_NONE || (!s->marks.apart && m.speaker == SPEAKER_EITHER && !s->plain))
		return;
	b = builder_of(s, m.group);
	b->marked = b->marked || m.speaker == SPEAKER_SERVER;
	if (m.quote) {
		if (m.speaker != SPEAKER_EITHER)
			add_literal(s, b, &m, at);
		return;
	}
	m.words = without_line_end(m.words);
	if (m.speaker == SPEAKER_EITHER)
		m.speaker = speaker_by_words(s, b, m.words, at);
	if (m.speaker != SPEAKER_NONE)
		add_words(s, b, m.speaker, m.words, at);
}

/* Without marks, only several replies and a command are a dialogue. */
static bool has_plain_dialogue(const struct log_marks *marks)
{
	for (size_t i = 0; i < marks->count; i++)
		if (marks->list[i].speaker == SPEAKER_EITHER && marks->list[i].replies > 1 &&
		    marks->list[i].commands)
			return true;
	return false;
}

bool transcripts_find(const struct text_lines *lines, bool *taken, transcript_sink *sink, void *context)
{
	struct search *s = calloc(1, sizeof *s);
	bool failed;

	if (!s)
		return false;
	*s = (struct search){ .lines = lines, .taken = taken, .sink = sink, .context = context };
	for (size_t i = 0; i < TRANSCRIPTS_OPEN; i++)
		text_lines_init(&s->open[i].d.lines);
	log_marks_learn(&s->marks, lines);
	s->plain = has_plain_dialogue(&s->marks);
	for (size_t i = 0; i < lines->count; i++)
		if (is_dot(text_trim(text_lines_at(lines, i))))
			s->last_dot = i + 1;
	for (size_t i = 0; i < lines->count; i++)
		read_line(s, i);
	for (size_t i = 0; i < TRANSCRIPTS_OPEN; i++) {
		if (s->open[i].used)
			builder_end(s, &s->open[i]);
		text_lines_finish(&s->open[i].d.lines);
		free(s->open[i].d.list);
	}
	failed = s->failed;
	free(s);
	return !failed;
}
