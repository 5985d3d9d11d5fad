/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads a talk line by line and executes each line. */
#include "script.h"
#include "memory.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

_Noreturn void script_fail(struct script *s, const char *format, ...)
{
	va_list args;
	int used = snprintf(s->error, TALK_ERROR_SIZE, "line %zu: ", s->at + 1);

	va_start(args, format);
	vsnprintf(s->error + used, TALK_ERROR_SIZE - (size_t)used, format, args);
	va_end(args);
	longjmp(s->bail, 1);
}

void *script_alloc(struct script *s, size_t size)
{
	void *bytes;

	s->bytes_used += size;
	if (s->bytes_used > SCRIPT_BYTES_MAX)
		script_fail(s, "the talk is too large");
	bytes = talk_memory_alloc(s->talk->memory, size);
	if (!bytes)
		script_fail(s, "out of memory");
	return bytes;
}

char *script_text(struct script *s, struct span text)
{
	char *copy = script_alloc(s, text.length + 1);

	if (text.length)
		memcpy(copy, text.at, text.length);
	return copy;
}

void *script_grow(struct script *s, void *at, size_t *capacity, size_t count, size_t size)
{
	size_t wanted = *capacity ? *capacity : 16;
	void *grown;

	if (at && count <= *capacity)
		return at;
	while (wanted < count)
		wanted *= 2;
	grown = realloc(at, wanted * size);
	if (!grown)
		script_fail(s, "out of memory");
	*capacity = wanted;
	return grown;
}

/* Without blanks at either end. */
static struct span trim(struct span line)
{
	while (line.length && (line.at[0] == ' ' || line.at[0] == '\t'))
		line = span_from(line, 1);
	while (line.length && (line.at[line.length - 1] == ' ' || line.at[line.length - 1] == '\t'))
		line.length--;
	return line;
}

static void split_lines(struct script *s, struct span text)
{
	size_t capacity = 0;

	while (text.length) {
		const uint8_t *end = memchr(text.at, '\n', text.length);
		size_t length = end ? (size_t)(end - text.at) : text.length;
		s->lines = script_grow(s, s->lines, &capacity, s->line_count + 1, sizeof *s->lines);
		s->lines[s->line_count++] = span_of(text.at, length);
		text = span_from(text, length + 1);
	}
}

/* One line to send: its bytes, and CRLF unless the line ends with a backslash. */
static void add_line(struct script *s, struct span text)
{
	size_t backslashes = 0;

	while (backslashes < text.length && text.at[text.length - 1 - backslashes] == '\\')
		backslashes++;
	if (backslashes % 2) {
		text_expand(s, span_first(text, text.length - 1));
		return;
	}
	text_expand(s, text);
	if (buf_append(&s->text, span_of("\r\n", 2)) != 2)
		script_fail(s, "the text is too long");
}

static struct block *push(struct script *s, enum block_kind kind)
{
	struct block *b;

	if (s->block_count == SCRIPT_BLOCKS_MAX)
		script_fail(s, "blocks nested too deep");
	b = &s->blocks[s->block_count++];
	*b = (struct block){ .kind = kind, .first = s->at + 1, .line = (unsigned)s->at + 1 };
	return b;
}

static bool in_group(const struct script *s)
{
	for (size_t i = 0; i < s->block_count; i++)
		if (s->blocks[i].kind == BLOCK_GROUP)
			return true;
	return false;
}

/* "repeat N {" */
static bool is_repeat(struct span line)
{
	return line.length > 8 && !memcmp(line.at, "repeat ", 7) && line.at[line.length - 1] == '{';
}

static void begin_repeat(struct script *s, struct span line)
{
	struct span number = trim(span_of(line.at + 7, line.length - 8));
	struct block *b;
	uint64_t count = word_number(s, number, 100000);

	if (!count)
		script_fail(s, "repeat at least once");
	b = push(s, BLOCK_REPEAT);
	b->index = 1;
	b->count = (unsigned)count;
}

static void end_block(struct script *s)
{
	struct block *b;

	if (!s->block_count)
		script_fail(s, "} without {");
	b = &s->blocks[s->block_count - 1];
	if (b->kind == BLOCK_GROUP) {
		s->block_count--;
		send_text(s, b->sender, &b->modifiers);
	} else if (b->index < b->count) {
		b->index++;
		s->at = b->first - 1; /* the loop over the lines advances to the first */
	} else {
		s->block_count--;
	}
}

/* Returns the next word as a number if it is one, otherwise |otherwise|. */
static unsigned optional_number(struct script *s, struct span *rest, unsigned otherwise)
{
	if (rest->length && rest->at[0] >= '0' && rest->at[0] <= '9')
		return (unsigned)word_number(s, word_next(rest), 1000000);
	return otherwise;
}

/* Reads one modifier. Returns false if the word is not a modifier. */
static bool read_modifier(struct script *s, struct modifiers *m, struct span word, struct span *rest)
{
	if (word_is(word, "crossing"))
		m->crossing = optional_number(s, rest, 1);
	else if (word_is(word, "lost"))
		m->lost = true;
	else if (word_is(word, "twice"))
		m->twice = true;
	else if (word_is(word, "again"))
		m->again = true;
	else if (word_is(word, "bytewise"))
		m->bytewise = true;
	else if (word_is(word, "late"))
		m->late = optional_number(s, rest, 1);
	else if (word_is(word, "cut"))
		m->cut = (uint32_t)word_number(s, word_next(rest), 100000);
	else if (word_is(word, "fin"))
		m->fin = true;
	else if (word_is(word, "rst"))
		m->rst = true;
	else if (word_is(word, "syn"))
		m->syn = true;
	else if (word_is(word, "at")) {
		struct span offset = word_next(rest);
		bool minus = offset.length && offset.at[0] == '-';
		m->has_at = true;
		m->at = (int64_t)word_number(s, span_from(offset, minus ? 1 : 0), 1000000);
		if (minus)
			m->at = -m->at;
	} else {
		return false;
	}
	return true;
}

/* "C ..." without text: actions of the side's TCP. */
static void side_action(struct script *s, int sender, const struct modifiers *m, struct span action)
{
	struct span rest = action, word = word_next(&rest);
	uint8_t flags = (uint8_t)((m->fin ? TCP_FIN : 0) | (m->rst ? TCP_RST : 0) | (m->syn ? TCP_SYN : 0));

	if (word_is(word, "resend")) {
		send_again(s, sender, optional_number(s, &rest, 1));
	} else if (word_is(word, "probe")) {
		send_probe(s, sender);
	} else if (word_is(word, "window")) {
		session_open(s);
		session_current(s)->side[sender].window = (uint16_t)word_number(s, word_next(&rest), 65535);
		send_flags(s, sender, TCP_ACK, m);
	} else if (word_is(word, "ttl")) {
		session_current(s)->side[sender].ttl = (uint8_t)word_number(s, word_next(&rest), 255);
	} else if (word_is(word, "ip-id")) {
		session_current(s)->side[sender].ip_id = (uint16_t)word_number(s, word_next(&rest), 65535);
	} else if (word_is(word, "ack")) {
		send_flags(s, sender, TCP_ACK, m);
	} else if (!word.length && flags) {
		send_flags(s, sender, flags, m);
	} else {
		script_fail(s, "unknown action: %.*s", (int)action.length, (const char *)action.at);
	}
	if (rest.length)
		script_fail(s, "unexpected text: %.*s", (int)rest.length, (const char *)rest.at);
}

/* A line that begins with C or S: modifiers, then ":" and text, "{", or nothing. */
static void side_line(struct script *s, struct span line)
{
	int sender = line.at[0] == 'C' ? SIDE_CLIENT : SIDE_SERVER;
	struct modifiers m = { .cut = UINT32_MAX };
	struct span head = span_from(line, 1), rest, body = { 0 };
	const uint8_t *colon = memchr(head.at, ':', head.length);
	bool text = colon != NULL;

	if (text) {
		body = span_from(head, (size_t)(colon - head.at) + 1);
		if (body.length && body.at[0] == ' ')
			body = span_from(body, 1);
		head = span_of(head.at, (size_t)(colon - head.at));
	}
	rest = trim(head);
	while (rest.length) {
		struct span before = rest, word = word_next(&rest);
		if (!text && word_is(word, "{") && !rest.length) {
			struct block *b = push(s, BLOCK_GROUP);
			b->sender = sender;
			b->modifiers = m;
			return;
		}
		if (read_modifier(s, &m, word, &rest))
			continue;
		if (text)
			script_fail(s, "unknown modifier: %.*s", (int)word.length, (const char *)word.at);
		side_action(s, sender, &m, before);
		return;
	}
	if (!text) {
		side_action(s, sender, &m, rest);
		return;
	}
	add_line(s, body);
	send_text(s, sender, &m);
}

/* capture both|client|server|none */
static void set_capture(struct script *s, struct span who)
{
	struct session *session = session_current(s);

	session->capture[SIDE_CLIENT] = word_is(who, "both") || word_is(who, "client");
	session->capture[SIDE_SERVER] = word_is(who, "both") || word_is(who, "server");
	if (!session->capture[0] && !session->capture[1] && !word_is(who, "none"))
		script_fail(s, "capture both, client, server or none");
	/* with the current capture setting: a capture that begins with "none" begins midstream */
	session_open(s);
}

static void icmp_line(struct script *s, struct span rest)
{
	static const struct {
		const char *name;
		uint8_t type4, code4, type6, code6;
		uint32_t mtu;
	} kinds[] = {
		{ "net", 3, 0, 1, 0, 0 },    { "host", 3, 1, 1, 3, 0 },	  { "port", 3, 3, 1, 4, 0 },
		{ "admin", 3, 13, 1, 1, 0 }, { "big", 3, 4, 2, 0, 1400 }, { "ttl", 11, 0, 3, 0, 0 },
	};
	struct span kind = word_next(&rest), word = word_next(&rest);
	struct endpoint from = { 0 };
	bool v6 = session_current(s)->side[SIDE_CLIENT].endpoint.addr.version == 6;

	if (word.length && !word_is(word, "from"))
		script_fail(s, "icmp KIND [from ADDRESS]");
	if (word.length)
		from = word_endpoint(s, word_next(&rest), 0);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (word_is(kind, kinds[i].name)) {
			send_icmp(s, v6 ? kinds[i].type6 : kinds[i].type4, v6 ? kinds[i].code6 : kinds[i].code4,
				  kinds[i].mtu, from.addr.version ? &from.addr : NULL);
			return;
		}
	script_fail(s, "icmp net, host, port, admin, big or ttl");
}

/* "wait 5s"; "wait -5s" steps the capture's clock back. */
static void wait_line(struct script *s, struct span length)
{
	if (length.length && length.at[0] == '-')
		s->now -= word_duration(s, span_from(length, 1));
	else
		s->now += word_duration(s, length);
}

static void statement(struct script *s, struct span raw)
{
	struct span line = span_text(text_variables(s, raw)), rest = line, word = word_next(&rest);

	if (word_is(word, "wait"))
		wait_line(s, word_next(&rest));
	else if (word_is(word, "session"))
		session_select(s, rest);
	else if (word_is(word, "capture"))
		set_capture(s, rest);
	else if (word_is(word, "snap"))
		session_current(s)->snap =
		    word_is(rest, "off") ? UINT32_MAX : (uint32_t)word_number(s, rest, 100000);
	else if (word_is(word, "mss"))
		session_current(s)->mss = (uint32_t)word_number(s, rest, 65000);
	else if (word_is(word, "icmp"))
		icmp_line(s, rest);
	else if (word_is(word, "expect"))
		script_expect(s, rest, false);
	else if (word_is(word, "allow") || word_is(word, "pending"))
		script_expect(s, line, false);
	else
		script_fail(s, "unknown line: %.*s", (int)line.length, (const char *)line.at);
}

static void read_line(struct script *s, struct span raw)
{
	struct span line = trim(raw);

	if (line.length == 1 && line.at[0] == '}') {
		end_block(s);
	} else if (is_repeat(line)) {
		begin_repeat(s, line);
	} else if (in_group(s)) {
		if (line.length > 1 && (line.at[0] == 'C' || line.at[0] == 'S') && line.at[1] == ':')
			script_fail(s, "only text is allowed inside { }, without C: or S:");
		while (raw.length && (raw.at[0] == ' ' || raw.at[0] == '\t'))
			raw = span_from(raw, 1);
		add_line(s, raw);
	} else if (!line.length || line.at[0] == '#') {
		return;
	} else if ((line.at[0] == 'C' || line.at[0] == 'S') &&
		   (line.length == 1 || line.at[1] == ':' || line.at[1] == ' ')) {
		while (raw.length && (raw.at[0] == ' ' || raw.at[0] == '\t'))
			raw = span_from(raw, 1);
		side_line(s, raw);
	} else {
		statement(s, line);
	}
}

static void run(struct script *s, struct span text)
{
	struct talk *t = s->talk;
	size_t first;

	split_lines(s, text);
	first = header_read(s);
	session_select(s, span_text("1"));
	for (s->at = first; s->at < s->line_count; s->at++)
		read_line(s, s->lines[s->at]);
	if (s->block_count) {
		s->at = s->blocks[s->block_count - 1].line - 1;
		script_fail(s, "{ without }");
	}
	send_late_rest(s);
	for (size_t i = 0; i < s->session_count; i++)
		session_close(s, i);
	t->sessions = script_alloc(s, s->session_count * sizeof *t->sessions);
	t->session_count = s->session_count;
	for (size_t i = 0; i < s->session_count; i++) {
		const struct session *from = &s->sessions[i];
		t->sessions[i] = (struct talk_session){ .name = from->name,
							.client = from->side[SIDE_CLIENT].endpoint,
							.server = from->side[SIDE_SERVER].endpoint,
							.isn = { from->side[SIDE_CLIENT].isn,
								 from->side[SIDE_SERVER].isn } };
	}
}

/* Returns false if script_fail was called. */
static bool run_guarded(struct script *s, struct span text)
{
	if (setjmp(s->bail))
		return false;
	run(s, text);
	return true;
}

static void script_finish(struct script *s)
{
	for (size_t i = 0; i < s->session_count; i++)
		for (int side = 0; side < 2; side++)
			free(s->sessions[i].side[side].ends);
	free(s->sessions);
	free(s->lines);
	buf_finish(&s->text);
	free(s);
}

bool talk_parse(struct talk *t, const char *text, size_t length, char error[static TALK_ERROR_SIZE])
{
	struct script *s = calloc(1, sizeof *s);
	bool good = false;

	*t = (struct talk){ .memory = talk_memory_create(), .owner = true };
	if (s && t->memory) {
		s->talk = t;
		s->error = error;
		s->now = INT64_C(1767607200) * TSTAMP_SECOND; /* 2026-01-05T10:00:00Z */
		s->step = 5 * TSTAMP_MILLISECOND;
		s->mss = 1460;
		s->last_sender = -1;
		s->isn[SIDE_CLIENT] = 1000;
		s->isn[SIDE_SERVER] = 900000;
		s->client =
		    (struct endpoint){ .addr = { .bytes = { 192, 0, 2, 10 }, .version = 4 }, .port = 40001 };
		s->server =
		    (struct endpoint){ .addr = { .bytes = { 198, 51, 100, 25 }, .version = 4 }, .port = 25 };
		buf_init(&s->text, SCRIPT_BYTES_MAX);
		good = run_guarded(s, span_of(text, length));
		script_finish(s);
	} else {
		free(s);
		snprintf(error, TALK_ERROR_SIZE, "line 0: out of memory");
	}
	if (good)
		talk_number(t);
	else
		talk_finish(t);
	return good;
}

bool talk_load(struct talk *t, const char *path, char error[static TALK_ERROR_SIZE])
{
	FILE *file = fopen(path, "rb");
	struct buf text;
	uint8_t block[4096];
	size_t length;
	bool good;

	if (!file) {
		snprintf(error, TALK_ERROR_SIZE, "line 0: %s", strerror(errno));
		*t = (struct talk){ 0 };
		return false;
	}
	buf_init(&text, 16 * 1024 * 1024);
	while ((length = fread(block, 1, sizeof block, file)) > 0)
		buf_append(&text, span_of(block, length));
	fclose(file);
	good = talk_parse(t, (const char *)text.at, text.length, error);
	buf_finish(&text);
	return good;
}

void talk_finish(struct talk *t)
{
	free(t->segments);
	if (t->owner)
		free(t->expects);
	talk_memory_destroy(t->memory);
	*t = (struct talk){ 0 };
}
