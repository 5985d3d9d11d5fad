/* SPDX-License-Identifier: BSD-2-Clause */
#include "reply_mask.h"

enum {
	QUOTED_MOST = 320,
	ID_LEAST = 8,
	NUMBER_LEAST = 7,
	PURPOSE_MOST = 90,
	HELP_MOST = 240,
	URL_HOST_MOST = 256
};

/*
 * A run of characters is looked at again from each word in it on, since the rest of it may be an address or a name. So that this costs
 * linear time for every text, the outcome of a look is kept: no part of the text that begins before |until| and ends at |end| is what
 * was looked for.
 */
struct refuted {
	size_t end, until;
};

struct mask {
	struct span text;
	size_t at;
	char *out;
	size_t length, size;
	size_t sign, slash;   /* the first '@' and '/' from |at| on, if not less than that */
	size_t stop, trimmed; /* the end of the run at |at|, without and with what may end a sentence */
	struct refuted host, url_host, ip, id; /* by the kind that was looked for */
};

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_ascii_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_letter(uint8_t c)
{
	return is_ascii_letter(c) || c >= 0x80;
}

static bool is_word(uint8_t c)
{
	return is_letter(c) || is_digit(c);
}

static bool is_hex(uint8_t c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_any_of(uint8_t c, const char *set)
{
	return c && strchr(set, c);
}

/* Does no name, address or link go on with this? */
static bool ends_run(uint8_t c)
{
	switch (c) {
	case ' ':
	case '<':
	case '>':
	case '"':
	case '\'':
	case '(':
	case ')':
	case '[':
	case ']':
	case '{':
	case '}':
	case ',':
	case ';':
	case '|':
		return true;
	default:
		return false;
	}
}

/* A link may hold brackets and commas. */
static bool ends_url(uint8_t c)
{
	return c == ' ' || c == '<' || c == '>' || c == '"' || c == '\'' || c == ')';
}

/* May this end a sentence after a name, address or link? */
static bool is_trimmed(uint8_t c)
{
	switch (c) {
	case '.':
	case ':':
	case '!':
	case '?':
	case ',':
	case ';':
	case '-':
	case '*':
	case '=':
	case '/':
		return true;
	default:
		return false;
	}
}

/* The character |ahead| of the current one; '\0' past the end. */
static uint8_t peek(const struct mask *m, size_t ahead)
{
	return m->at + ahead < m->text.length ? m->text.at[m->at + ahead] : 0;
}

static char lower(uint8_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* ---- output ---- */

static void emit(struct mask *m, char c)
{
	if (c == ' ' && (m->length == 0 || m->out[m->length - 1] == ' '))
		return;
	if (m->length < m->size)
		m->out[m->length++] = c;
}

static void emit_text(struct mask *m, const char *text)
{
	while (*text)
		emit(m, *text++);
}

static void emit_mark(struct mask *m, const char *mark)
{
	if (m->length && is_word((uint8_t)m->out[m->length - 1]))
		emit(m, ' ');
	emit_text(m, mark);
	emit(m, ' ');
}

/* Writes punctuation once, directly after the word before it. */
static void emit_stop(struct mask *m, char c)
{
	while (m->length && m->out[m->length - 1] == ' ')
		m->length--;
	if (m->length && m->out[m->length - 1] != c)
		emit(m, c);
	emit(m, ' ');
}

static bool out_ends_with(const struct mask *m, const char *word)
{
	size_t length = strlen(word);

	if (m->length < length || memcmp(m->out + m->length - length, word, length) != 0)
		return false;
	return m->length == length || !is_word((uint8_t)m->out[m->length - length - 1]);
}

/* Compounds that are also written as two words, and contractions without their apostrophe. */
static void end_word(struct mask *m)
{
	static const char *const spelt[][2] = {
		{ "cannot", "can not" }, { "dont", "do not" },	     { "doesnt", "does not" },
		{ "isnt", "is not" },	 { "couldnt", "could not" }, { "cant", "can not" },
		{ "didnt", "did not" },	 { "hasnt", "has not" },     { "wasnt", "was not" },
	};

	if (m->length == 0 || m->out[m->length - 1] != 't')
		return;
	for (size_t i = 0; i < sizeof spelt / sizeof *spelt; i++) {
		if (!out_ends_with(m, spelt[i][0]))
			continue;
		m->length -= strlen(spelt[i][0]);
		emit_text(m, spelt[i][1]);
		return;
	}
}

/* ---- what a run of characters is ---- */

static bool is_ipv4(struct span s)
{
	size_t at = 0;

	for (int part = 0; part < 4; part++) {
		size_t digits = 0;

		while (at < s.length && is_digit(s.at[at]) && digits < 4) {
			at++;
			digits++;
		}
		if (digits < 1 || digits > 3 || (part < 3 && (at >= s.length || s.at[at++] != '.')))
			return false;
	}
	return at == s.length || is_any_of(s.at[at], ":/");
}

/* Keeps what is_ipv6, is_host or is_id found out about the text from |from| to |end|. Returns false. */
static bool refute(struct refuted *r, size_t end, size_t until)
{
	*r = (struct refuted){ .end = end, .until = until };
	return false;
}

static bool is_refuted(const struct refuted *r, size_t from, size_t end)
{
	return r->end == end && from < r->until;
}

static bool is_ipv6(struct mask *m, size_t from, size_t end)
{
	size_t colons = 0, digits = 0;

	if (is_refuted(&m->ip, from, end))
		return false;
	for (size_t i = from; i < end; i++) {
		uint8_t c = m->text.at[i];

		if (c == ':')
			colons++;
		else if (is_hex(c))
			digits++;
		else if (c != '.' && c != '/')
			return refute(&m->ip, end, i + 1);
	}
	return (colons >= 2 && digits >= 1) || refute(&m->ip, end, end);
}

static bool is_enhanced(struct span s)
{
	size_t dots = 0;

	if (s.length && s.at[0] == '#')
		s = span_from(s, 1);
	if (s.length < 5 || s.length > 9 || !is_any_of(s.at[0], "245") || s.at[1] != '.')
		return false;
	for (size_t i = 0; i < s.length; i++) {
		if (s.at[i] == '.')
			dots++;
		else if (!is_digit(s.at[i]))
			return false;
	}
	return dots == 2 && is_digit(s.at[s.length - 1]);
}

/* Is the last label the first word of a sentence rather than a top-level domain? */
static bool begins_sentence(struct span label)
{
	static const char *const words[] = { "please", "see",  "visit", "contact", "try", "the",
					     "your",   "this", "for",	"if",	   "you" };

	if (label.at[0] >= 'A' && label.at[0] <= 'Z' && label.length > 1 && label.at[1] >= 'a')
		return true;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (span_equal(label, span_text(words[i])))
			return true;
	return false;
}

/* A name with at least one dot, whose last label has only letters. |r| is for names with this kind of end. */
static bool is_host(const struct mask *m, struct refuted *r, size_t from, size_t end)
{
	size_t start = from;
	struct span label;

	if (is_refuted(r, from, end))
		return false;
	for (size_t i = from; i < end; i++) {
		uint8_t c = m->text.at[i];

		if (c == '.') {
			if (i == start)
				return refute(r, end, i + 1);
			start = i + 1;
		} else if (!is_word(c) && c != '-' && c != '_' && c != '*') {
			return refute(r, end, i + 1);
		}
	}
	label = span_of(m->text.at + start, end - start);
	if (start == from || label.length < 2 || label.length > 24)
		return refute(r, end, end);
	for (size_t i = 0; i < label.length; i++)
		if (!is_ascii_letter(label.at[i]))
			return refute(r, end, end);
	return !begins_sentence(label) || refute(r, end, end);
}

/* Ids of messages, sessions or machines: mixed letters and digits, or long numbers. */
static bool is_id(struct mask *m, size_t from, size_t end)
{
	size_t digits = 0, letters = 0;

	if (is_refuted(&m->id, from, end))
		return false;
	for (size_t i = from; i < end; i++) {
		uint8_t c = m->text.at[i];

		if (is_digit(c))
			digits++;
		else if (is_ascii_letter(c))
			letters++;
		else if (c != '-' && c != '_' && c != '.')
			return refute(&m->id, end, i + 1);
	}
	if (letters == 0 ? digits >= NUMBER_LEAST : digits >= 3 && digits + letters >= ID_LEAST)
		return true;
	return refute(&m->id, end, end); /* a part has no more digits and letters than the whole */
}

static bool begins_with(struct span s, const char *prefix)
{
	for (size_t i = 0; prefix[i]; i++)
		if (i >= s.length || lower(s.at[i]) != prefix[i])
			return false;
	return true;
}

/* The first |c| from |from| on, or the end of the text. */
static size_t find(const struct mask *m, size_t from, char c)
{
	const uint8_t *found =
	    from < m->text.length ? memchr(m->text.at + from, c, m->text.length - from) : NULL;

	return found ? (size_t)(found - m->text.at) : m->text.length;
}

/* The same, where |known| is the answer for a smaller |from|. */
static size_t next(const struct mask *m, size_t *known, size_t from, char c)
{
	if (*known < from)
		*known = find(m, from, c);
	return *known;
}

static bool is_url(struct mask *m, size_t from, size_t end)
{
	struct span s = span_of(m->text.at + from, end - from);
	size_t slash = next(m, &m->slash, from, '/');

	if (begins_with(s, "http:/") || begins_with(s, "https:/") || begins_with(s, "mailto:") ||
	    begins_with(s, "www.") || begins_with(s, "ftp:/"))
		return true;
	return slash < end && is_host(m, &m->url_host, from, slash);
}

/* The mark for the text from |from| to |end|; NULL if it is ordinary words. */
static const char *mark_of(struct mask *m, size_t from, size_t end)
{
	struct span s = span_of(m->text.at + from, end - from);
	size_t sign = next(m, &m->sign, from, '@');

	if (is_url(m, from, end))
		return "_url_";
	if (sign > from && sign + 1 < end)
		return "_addr_";
	if (is_ipv4(s) || is_ipv6(m, from, end))
		return "_ip_";
	if (is_enhanced(s))
		return "_code_";
	if (is_host(m, &m->host, from, end))
		return "_host_";
	return is_id(m, from, end) ? "_id_" : NULL;
}

/* ---- reading ---- */

/* The end of the run of characters at |m->at| that a name, address or link can hold; |m->at| if it can hold none. */
static size_t run_end(struct mask *m)
{
	size_t most = m->text.length - m->at;
	bool url = is_url(m, m->at, m->at + (most < URL_HOST_MOST ? most : URL_HOST_MOST));

	if (url || m->stop <= m->at) {
		size_t end = m->at;

		while (end < m->text.length && !(url ? ends_url(m->text.at[end]) : ends_run(m->text.at[end])))
			end++;
		/* A link is nearly always consumed as a whole, and its end is not that of the runs in it. */
		m->stop = url ? 0 : end;
		while (end > m->at && is_trimmed(m->text.at[end - 1]))
			end--;
		m->trimmed = end;
	}
	return m->trimmed > m->at ? m->trimmed : m->at;
}

/* An apostrophe inside a word: spells "not" out, drops a genitive s, and is a blank otherwise. */
static void read_apostrophe(struct mask *m)
{
	uint8_t next = lower(peek(m, 1)) == 't' || lower(peek(m, 1)) == 's' ? (uint8_t)lower(peek(m, 1)) : 0;

	if (is_word(peek(m, 2)))
		next = 0;
	m->at++;
	if (next == 't' && m->length && m->out[m->length - 1] == 'n') {
		m->length--;
		if (out_ends_with(m, "ca"))
			emit(m, 'n');
		if (out_ends_with(m, "wo")) {
			m->length--;
			emit_text(m, "ill");
		}
		emit_text(m, " not");
		m->at++;
	} else if (next == 's') {
		m->at++;
	} else {
		emit(m, ' ');
	}
}

/* A plain word: letters and digits, with hyphens, underscores and apostrophes between them. */
static void read_word(struct mask *m)
{
	while (m->at < m->text.length) {
		uint8_t c = peek(m, 0);
		bool joins = m->at && is_word(m->text.at[m->at - 1]) && is_word(peek(m, 1));

		if (is_word(c)) {
			emit(m, lower(c));
			m->at++;
		} else if (c == '\'' && joins) {
			read_apostrophe(m);
		} else if (is_any_of(c, "-_") && joins) {
			bool mail = c == '-' && out_ends_with(m, "e") &&
				    begins_with(span_from(m->text, m->at + 1), "mail");

			m->at++;
			if (!mail) {
				end_word(m);
				emit(m, ' ');
			}
		} else {
			break;
		}
	}
	end_word(m);
}

/* The distance to |close|; 0 if it is not within reach. */
static size_t find_close(const struct mask *m, char close)
{
	struct span rest = span_first(span_from(m->text, m->at + 1), QUOTED_MOST);
	const uint8_t *found = rest.length ? memchr(rest.at, close, rest.length) : NULL;

	return found ? (size_t)(found - rest.at) + 1 : 0;
}

/* "<...>" without a blank is an address, a name or a parameter. */
static bool read_angle(struct mask *m)
{
	size_t close = find_close(m, '>'), from = m->at + 1;
	struct span inside = span_first(span_from(m->text, from), close ? close - 1 : 0);
	const char *mark;

	if (!close || (inside.length &&
		       (memchr(inside.at, ' ', inside.length) || memchr(inside.at, '<', inside.length))))
		return false;
	mark = inside.length ? mark_of(m, from, from + inside.length) : "_addr_";
	emit_mark(m, mark && strcmp(mark, "_id_") != 0 ? mark : "_arg_");
	m->at += close + 1;
	return true;
}

/* Several words in quotation marks are a quotation, unless the reply begins with them. */
static bool read_quote(struct mask *m)
{
	size_t close = find_close(m, '"'), blanks = 0;
	bool after_colon = m->length > 1 && m->out[m->length - 1] == ' ' && m->out[m->length - 2] == ':';

	for (size_t i = 1; i < close; i++)
		blanks += peek(m, i) == ' ';
	if (!close || m->length == 0 || (blanks < 2 && !after_colon))
		return false;
	emit_mark(m, "_quote_");
	m->at += close + 1;
	return true;
}

/* "To protect our users from spam, ...": this explains why there is a rule, not what is wrong with the mail. */
static bool read_purpose(struct mask *m)
{
	static const char *const verbs[] = { "best protect ", "protect ",	 "reduce ",
					     "prevent ",      "fight ",		 "combat ",
					     "limit ",	      "better protect ", "stop " };
	static const char *const evils[] = { "spam", "phishing", "abuse", "viruses", "junk" };
	struct span rest = span_from(m->text, m->at + 3), evil;
	size_t end = 0;
	bool verb = false;

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs && !verb; i++)
		verb = begins_with(rest, verbs[i]);
	for (size_t i = 0; verb && i < rest.length && i < PURPOSE_MOST && !is_any_of(rest.at[i], ",.;:"); i++) {
		evil = span_from(rest, i);
		for (size_t k = 0; k < sizeof evils / sizeof *evils; k++)
			if (begins_with(evil, evils[k]))
				end = i + strlen(evils[k]);
	}
	if (end == 0)
		return false;
	emit_mark(m, "_purpose_");
	m->at += 3 + end;
	return true;
}

/* "If you think that this is wrong, call ...": this says who to ask, not what is wrong with the mail. Ends with the sentence. */
static bool read_help(struct mask *m)
{
	static const char *const openings[] = {
		"if you feel ",		  "if you believe ",	     "if you think ",
		"if you consider ",	  "if you disagree",	     "if this is a mistake",
		"if this is an error",	  "if this is wrong",	     "if this was ",
		"for more information",	  "for further information", "for more details",
		"for further assistance", "for assistance",	     "for help "
	};
	struct span rest = span_first(span_from(m->text, m->at), HELP_MOST);
	bool found = false;
	size_t end = 0;

	for (size_t i = 0; i < sizeof openings / sizeof *openings && !found; i++)
		found = begins_with(rest, openings[i]);
	if (!found)
		return false;
	while (end < rest.length &&
	       !(is_any_of(rest.at[end], ".;!") && (end + 1 == rest.length || rest.at[end + 1] == ' ')))
		end++;
	emit_mark(m, "_help_");
	m->at += end;
	return true;
}

static void read_run(struct mask *m)
{
	size_t end = run_end(m);
	const char *mark = end > m->at ? mark_of(m, m->at, end) : NULL;
	uint8_t c = peek(m, 0);

	if (mark) {
		emit_mark(m, mark);
		m->at = end;
	} else if (begins_with(span_from(m->text, m->at), "to ") && read_purpose(m)) {
		return;
	} else if (is_any_of((uint8_t)lower(c), "if") && read_help(m)) {
		return;
	} else if (is_word(c)) {
		read_word(m);
	} else {
		if (is_any_of(c, "/=+&%#"))
			emit(m, (char)c);
		else
			emit(m, ' ');
		m->at++;
	}
}

size_t reply_mask(struct span text, char *out, size_t size)
{
	struct mask m = { .text = text, .out = out, .size = size };

	m.sign = find(&m, 0, '@');
	m.slash = find(&m, 0, '/');
	while (m.at < text.length && m.length < size) {
		uint8_t c = text.at[m.at];

		if ((c == '<' && read_angle(&m)) || (c == '"' && read_quote(&m)))
			continue;
		if (is_any_of(c, ".;:?")) {
			emit_stop(&m, (char)c);
			m.at++;
		} else if (is_any_of(c, " <>\"'()[]{},!|")) {
			emit(&m, ' ');
			m.at++;
		} else {
			read_run(&m);
		}
	}
	while (m.length && out[m.length - 1] == ' ')
		m.length--;
	return m.length;
}
