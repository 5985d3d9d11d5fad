/* SPDX-License-Identifier: BSD-2-Clause */
#include "log_line.h"

#include "log_marks.h"
#include "text_lines.h"

enum { PREFIX_MOST = 256 };

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static size_t digits(struct span line)
{
	size_t count = 0;

	while (count < line.length && is_digit(line.at[count]))
		count++;
	return count;
}

/* Letters and digits that |line| begins with, 64 at most. */
static size_t word(struct span line)
{
	size_t count = 0;

	while (count < line.length && count < 64 && (is_digit(line.at[count]) || is_letter(line.at[count])))
		count++;
	return count;
}

/* Does |line| begin with the form |form|, in which 0 is a digit, a is a letter, * is a digit or a blank? */
static bool has_form(struct span line, const char *form)
{
	for (size_t i = 0; form[i]; i++) {
		uint8_t c = 0;

		if (!span_get_u8(line, i, &c))
			return false;
		if (form[i] == '0'   ? !is_digit(c)
		    : form[i] == 'a' ? !is_letter(c)
		    : form[i] == '*' ? !is_digit(c) && c != ' '
				     : c != (uint8_t)form[i])
			return false;
	}
	return true;
}

/* A priority of syslog, "<22>", in RFC 5424 with the version behind it: "<22>1 ". */
static struct span without_priority(struct span line)
{
	size_t count = line.length && line.at[0] == '<' ? digits(span_from(line, 1)) : 0;

	if (count == 0 || count > 3 || !has_form(span_from(line, count + 1), ">"))
		return line;
	line = span_from(line, count + 2);
	return has_form(line, "0 ") ? span_from(line, 2) : line;
}

static bool begins_with_time(struct span line)
{
	size_t seconds;

	line = without_priority(line);
	if (line.length && line.at[0] == '[')
		line = span_from(line, 1);
	seconds = digits(line);
	return has_form(line, "aaa *0 00:00:00") || has_form(line, "0000-00-00 00:00") ||
	       has_form(line, "0000-00-00T00:00") || has_form(line, "0000/00/00 00:00") ||
	       has_form(line, "aaa 0000-00-00 00:00:00") ||
	       (seconds >= 9 && seconds <= 11 && has_form(span_from(line, seconds), ".000000 "));
}

/* "postfix/smtp[123]: " */
static bool begins_with_process(struct span line)
{
	size_t at = 0, number;

	while (at < line.length && at < 64 &&
	       (is_letter(line.at[at]) || is_digit(line.at[at]) || line.at[at] == '/' || line.at[at] == '-' ||
		line.at[at] == '_' || line.at[at] == '.'))
		at++;
	if (at == 0 || !has_form(span_from(line, at), "["))
		return false;
	number = digits(span_from(line, at + 1));
	return number && number <= 10 && has_form(span_from(line, at + 1 + number), "]: ");
}

/* "4XYZ: to=<...": a message of Postfix without what syslog puts before it. */
static bool begins_with_queue_id(struct span line)
{
	static const char *const next[] = { "to=<", "from=<", "client=", "message-id=", "uid=", "removed" };
	size_t length = word(line);

	if (length < 3 || length > 24 || !has_form(span_from(line, length), ": "))
		return false;
	for (size_t i = 0; i < sizeof next / sizeof *next; i++)
		if (has_form(span_from(line, length + 2), next[i]))
			return true;
	return false;
}

/* "25m  2.9K 1rABCD-0001Xy-9z <": the queue of Exim. */
static bool is_exim_queue(struct span line)
{
	size_t age, size;

	line = span_from(line, text_blanks(line));
	age = digits(line);
	if (age == 0 || age > 4 || age >= line.length || !strchr("mhd", line.at[age]))
		return false;
	line = span_from(line, age + 1);
	line = span_from(line, text_blanks(line));
	for (size = 0; size < line.length && size < 8 && line.at[size] != ' ';)
		size++;
	line = span_from(line, size + 1);
	return word(line) == 6 && has_form(span_from(line, 6), "-") && memchr(line.at, '<', line.length);
}

size_t log_queue_head(struct span line)
{
	size_t at = word(line), number;

	if (at < 5)
		return 0;
	at += at < line.length && (line.at[at] == '*' || line.at[at] == '!' || line.at[at] == '-');
	at += text_blanks(span_from(line, at));
	number = digits(span_from(line, at));
	if (number == 0)
		return 0;
	at += number;
	at += text_blanks(span_from(line, at));
	if (has_form(span_from(line, at), "aaa aaa *0 00:00:00 "))
		return at + strlen("Mon Jan  5 10:00:00 ");
	return has_form(span_from(line, at), "aaa aaa *0 00:00 ") ? at + strlen("Mon Jan  5 10:00 ") : 0;
}

bool is_log_line(struct span line)
{
	return begins_with_time(line) || begins_with_process(line) || begins_with_queue_id(line) ||
	       log_queue_head(line) || is_exim_queue(line) ||
	       has_form(span_from(line, text_blanks(line)), "MESSAGE=");
}

/* ---- grep ---- */

/* Is |name| the name of a file, or the number of a line? */
static bool is_origin(struct span name)
{
	return name.length && (memchr(name.at, '.', name.length) || memchr(name.at, '/', name.length) ||
			       digits(name) == name.length);
}

static struct span without_origin(struct span line)
{
	if (is_log_line(line))
		return line;
	for (size_t i = 1; i < line.length && i < PREFIX_MOST && line.at[i] > ' '; i++) {
		struct span rest = span_from(line, i + 1);
		size_t number = digits(rest);

		if ((line.at[i] != ':' && line.at[i] != '-') || !is_origin(span_first(line, i)))
			continue;
		if (number && number < rest.length && rest.at[number] == line.at[i] &&
		    begins_with_time(span_from(rest, number + 1)))
			return span_from(rest, number + 1);
		if (begins_with_time(rest) || has_form(rest, "{\"") ||
		    (line.at[i] == ':' && digits(span_first(line, i)) != i && words_are_reply(rest)))
			return rest;
	}
	return line;
}

/* ---- the journal as JSON ---- */

/* Appends the character that the escape at |text| stands for, white space as a blank. Returns the length of the escape. */
static size_t unescape(struct buf *out, struct span text)
{
	static const char escapes[] = "bfnrt";
	uint32_t code = 0;
	char bytes[3];

	if (text.length < 2)
		return text.length;
	if (text.at[1] != 'u') {
		buf_append(out, strchr(escapes, text.at[1]) ? span_text(" ") : span_of(text.at + 1, 1));
		return 2;
	}
	for (size_t i = 2; i < 6; i++) {
		uint8_t c = 0;

		(void)span_get_u8(text, i, &c);
		code = code << 4 | (uint32_t)(is_digit(c) ? c - '0' : ((c | 0x20) - 'a' + 10) & 15);
	}
	if (code < 0x80) {
		bytes[0] = code < ' ' ? ' ' : (char)code;
		buf_append(out, span_of(bytes, 1));
	} else if (code < 0x800) {
		bytes[0] = (char)(0xc0 | code >> 6);
		bytes[1] = (char)(0x80 | (code & 0x3f));
		buf_append(out, span_of(bytes, 2));
	} else {
		bytes[0] = (char)(0xe0 | code >> 12);
		bytes[1] = (char)(0x80 | (code >> 6 & 0x3f));
		bytes[2] = (char)(0x80 | (code & 0x3f));
		buf_append(out, span_of(bytes, 3));
	}
	return text.length < 6 ? text.length : 6;
}

/* Appends the bytes of an array of numbers; journalctl writes a text that is not UTF-8 in this way. */
static void append_array(struct buf *out, struct span text)
{
	while (text.length && text.at[0] != ']') {
		size_t count = digits(text);
		unsigned byte = 0;

		for (size_t i = 0; i < count && i < 3; i++)
			byte = 10 * byte + (unsigned)(text.at[i] - '0');
		if (count)
			buf_append(out, span_of(&(uint8_t){ byte < ' ' ? ' ' : (uint8_t)byte }, 1));
		text = span_from(text, count ? count : 1);
	}
}

/* Appends the string with this key. Returns false if there is none. */
static bool append_member(struct buf *out, struct span line, const char *key)
{
	const uint8_t *found = memmem(line.at, line.length, key, strlen(key));
	struct span text;

	if (!found)
		return false;
	text = span_from(line, (size_t)(found - line.at) + strlen(key));
	text = span_from(text, text_blanks(text));
	if (!has_form(text, ":"))
		return false;
	text = span_from(text, 1);
	text = span_from(text, text_blanks(text));
	if (has_form(text, "["))
		append_array(out, text);
	if (!has_form(text, "\""))
		return has_form(text, "[");
	text = span_from(text, 1);
	while (text.length && text.at[0] != '"') {
		size_t length = 1;

		if (text.at[0] == '\\')
			length = unescape(out, text);
		else
			buf_append(out, span_first(text, 1));
		text = span_from(text, length);
	}
	return true;
}

struct span log_line_unwrap(struct span line, struct buf *scratch)
{
	line = without_origin(line);
	if (line.length < 2 || line.at[0] != '{' || !memmem(line.at, line.length, "\"MESSAGE\"", 9))
		return line;
	buf_clear(scratch);
	if (!append_member(scratch, line, "\"SYSLOG_IDENTIFIER\""))
		buf_text(scratch, "journal");
	buf_text(scratch, "[");
	if (!append_member(scratch, line, "\"_PID\"") && !append_member(scratch, line, "\"SYSLOG_PID\""))
		buf_text(scratch, "0");
	buf_text(scratch, "]: ");
	return append_member(scratch, line, "\"MESSAGE\"") ? buf_span(scratch) : line;
}
