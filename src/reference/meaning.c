/* SPDX-License-Identifier: BSD-2-Clause */
#include "meaning.h"
#include <stdio.h>

static unsigned digit_at(struct span text, size_t at)
{
	return at < text.length && text.at[at] >= '0' && text.at[at] <= '9' ? text.at[at] - (unsigned)'0' : 10;
}

/* Three digits, 200 to 599, followed by a blank, a hyphen or the end. */
static unsigned read_code(struct span text)
{
	unsigned a = digit_at(text, 0), b = digit_at(text, 1), c = digit_at(text, 2);

	if (a < 2 || a > 5 || b > 9 || c > 9)
		return 0;
	if (text.length > 3 && text.at[3] != ' ' && text.at[3] != '-' && text.at[3] != '\n' &&
	    text.at[3] != '\t')
		return 0;
	return 100 * a + 10 * b + c;
}

/* Reads one to three digits at |*at| and advances it. */
static bool read_number(struct span text, size_t *at, unsigned *number)
{
	size_t digits = 0;

	for (*number = 0; digits < 4 && digit_at(text, *at) < 10; digits++)
		*number = 10 * *number + digit_at(text, (*at)++);
	return digits >= 1 && digits <= 3;
}

/* Reads "5.7.26" at |at|, if nothing after it makes it something else. Returns its end, or 0. */
static size_t read_enhanced(struct meaning *m, struct span text, size_t at)
{
	unsigned class = digit_at(text, at), subject, detail;

	if ((class != 2 && class != 4 && class != 5) || at + 1 >= text.length || text.at[at + 1] != '.')
		return 0;
	at += 2;
	if (!read_number(text, &at, &subject) || at >= text.length || text.at[at] != '.')
		return 0;
	at++;
	if (!read_number(text, &at, &detail))
		return 0;
	if (at < text.length && (text.at[at] == '.' || text.at[at] == '-' || text.at[at] == '_') &&
	    at + 1 < text.length && text.at[at + 1] > ' ')
		return 0; /* an address or a version */
	if (at < text.length && ((text.at[at] | 0x20) >= 'a' && (text.at[at] | 0x20) <= 'z'))
		return 0;
	m->has_enhanced = true;
	m->class = class;
	m->subject = subject;
	m->detail = detail;
	snprintf(m->enhanced, sizeof m->enhanced, "%u.%u.%u", class, subject, detail);
	return at;
}

/* After the code: "5.1.1 text", "#5.1.1 text", or later in the line "(#5.1.1)", as in qmail. */
static void find_enhanced(struct meaning *m, struct span text)
{
	size_t at = 4;

	while (at < text.length && text.at[at] == ' ')
		at++;
	if (at < text.length && text.at[at] == '#')
		at++;
	if (read_enhanced(m, text, at))
		return;
	for (; at + 2 < text.length; at++)
		if (text.at[at] == '(' && text.at[at + 1] == '#' && read_enhanced(m, text, at + 2))
			return;
}

bool meaning_read(struct meaning *m, const struct rules *rules, struct span text, const char *question)
{
	*m = (struct meaning){ .question = question };
	while (text.length && (text.at[0] == ' ' || text.at[0] == '\t'))
		text = span_from(text, 1);
	while (text.length && (text.at[text.length - 1] == ' ' || text.at[text.length - 1] == '\n' ||
			       text.at[text.length - 1] == '\r'))
		text.length--;
	m->code = read_code(text);
	if (m->code)
		find_enhanced(m, text);
	else if (read_enhanced(m, text, 0) != text.length)
		m->has_enhanced = false;
	if (!m->has_enhanced)
		m->enhanced[0] = '\0';
	if (m->code)
		m->basic = rules_code(rules, m->code, question);
	if (m->has_enhanced)
		m->extended = rules_enhanced(rules, m->class, m->subject, m->detail, question);
	return m->code || m->has_enhanced;
}

static struct span without_blanks(struct span text)
{
	while (text.length && (text.at[0] == ' ' || text.at[0] == '\t'))
		text = span_from(text, 1);
	return text;
}

bool meaning_starts_enhanced(struct span text)
{
	struct meaning m = { .code = 0 };
	size_t end;

	text = without_blanks(text);
	end = read_enhanced(&m, text, 0);
	return end && end < text.length && text.at[end] == ' ';
}

void meaning_read_status(struct meaning *m, const struct rules *rules, struct span text, const char *question)
{
	*m = (struct meaning){ .question = question };
	if (!meaning_starts_enhanced(text))
		return;
	read_enhanced(m, without_blanks(text), 0);
	m->extended = rules_enhanced(rules, m->class, m->subject, m->detail, question);
}

bool meaning_known(const struct meaning *m)
{
	return (m->code || m->has_enhanced) && (!m->code || m->basic) && (!m->has_enhanced || m->extended);
}

const char *meaning_name(const struct meaning *m)
{
	if (m->basic)
		return m->basic->name;
	return m->extended ? m->extended->name : NULL;
}

const char *meaning_category(const struct meaning *m)
{
	if (m->code)
		return rules_category(m->code);
	return m->has_enhanced ? rules_category(100 * m->class) : NULL;
}

/* Returns whether the enhanced code is more specific than the basic one. "x.y.0" only names its subject. */
static bool enhanced_leads(const struct meaning *m)
{
	return m->extended && (!m->basic || (m->detail != 0 && m->extended->detail != RULE_ANY_DETAIL));
}

const char *meaning_when(const struct meaning *m)
{
	if (enhanced_leads(m))
		return m->extended->when;
	return m->basic ? m->basic->when : NULL;
}

const char *meaning_fix(const struct meaning *m)
{
	if (enhanced_leads(m))
		return m->extended->fix;
	return m->basic ? m->basic->fix : NULL;
}

void meaning_text(const struct meaning *m, struct buf *b)
{
	if (m->basic)
		buf_text(b, m->basic->meaning);
	if (m->basic && m->extended)
		buf_text(b, " ");
	if (m->extended)
		buf_text(b, m->extended->meaning);
}

void meaning_reference(const struct meaning *m, struct buf *b)
{
	if (m->basic)
		buf_text(b, m->basic->source);
	if (m->basic && m->extended)
		buf_text(b, "; ");
	if (m->extended)
		buf_text(b, m->extended->source);
}

const char *category_words(unsigned first_digit)
{
	switch (first_digit) {
	case 2:
		return "2xx, positive completion: the command succeeded.";
	case 3:
		return "3xx, positive intermediate: accepted so far; the server waits for more.";
	case 4:
		return "4xx, transient negative: failed for now. The client may retry later.";
	default:
		return "5xx, permanent negative: failed. The same request would fail again.";
	}
}

const char *question_words(const char *question)
{
	if (strcmp(question, "connect") == 0)
		return "the connection";
	if (strcmp(question, "end-of-data") == 0)
		return "the end of the message";
	if (strcmp(question, "auth-response") == 0)
		return "a line of a login";
	return question;
}

const char *category_name(unsigned first_digit)
{
	static const char *const names[] = { "2xx, positive completion", "3xx, positive intermediate",
					     "4xx, transient negative", "5xx, permanent negative" };

	return first_digit >= 2 && first_digit <= 5 ? names[first_digit - 2] : NULL;
}

static bool list_has(const unsigned *list, unsigned code)
{
	while (*list && *list != code)
		list++;
	return *list != 0;
}

bool question_lists(const struct rule_command *command, unsigned code)
{
	return list_has(command->success, code) || list_has(command->intermediate, code) ||
	       list_has(command->error, code);
}

/* The order of commands in a session; others follow, by name. */
static const char *const usual_order[] = { "connect",	    "EHLO", "HELO", "LHLO", "STARTTLS",	   "AUTH",
					   "auth-response", "MAIL", "RCPT", "DATA", "end-of-data", "BDAT",
					   "RSET",	    "NOOP", "VRFY", "EXPN", "HELP",	   "QUIT" };
enum { USUAL = sizeof usual_order / sizeof *usual_order };

static bool is_usual(const char *question)
{
	for (size_t i = 0; i < USUAL; i++)
		if (strcmp(usual_order[i], question) == 0)
			return true;
	return false;
}

const struct rule_command *meaning_question_at(const struct rules *rules, size_t index)
{
	const struct rule_command *command;

	if (index < USUAL)
		return rules_command(rules, usual_order[index]);
	index -= USUAL;
	if (index >= rules->command_count)
		return NULL;
	command = &rules->commands[index];
	if (is_usual(command->question) || strcmp(command->question, "*") == 0 ||
	    strcmp(command->question, "other") == 0)
		return NULL;
	return command;
}

size_t meaning_places(const struct rules *rules)
{
	return USUAL + rules->command_count;
}

/* A list being written: each word is held back until it is known whether it is the last. */
struct word_list {
	struct buf *out;
	char held[64];
	size_t count;
};

static void list_add(struct word_list *l, const char *word)
{
	if (l->count > 1)
		buf_text(l->out, ", ");
	if (l->count > 0)
		buf_text(l->out, l->held);
	snprintf(l->held, sizeof l->held, "%s", word);
	l->count++;
}

static void list_end(struct word_list *l)
{
	if (l->count > 1)
		buf_text(l->out, " and ");
	if (l->count > 0)
		buf_text(l->out, l->held);
}

size_t meaning_questions(const struct rules *rules, unsigned code, unsigned other, struct buf *b)
{
	enum { MANY = 6 };
	struct word_list list = { .out = b };
	size_t usual = 0, rare = 0;

	for (size_t i = 0; i < meaning_places(rules); i++) {
		const struct rule_command *command = meaning_question_at(rules, i);

		if (!command || !question_lists(command, code) || (other && !question_lists(command, other)))
			continue;
		usual += i < USUAL;
		rare += i >= USUAL;
		if (i < USUAL || usual < MANY)
			list_add(&list, question_words(command->question));
	}
	if (rare && usual >= MANY) {
		char words[48];

		snprintf(words, sizeof words, rare == 1 ? "one rarer command" : "%zu rarer commands", rare);
		list_add(&list, words);
	}
	list_end(&list);
	return usual + rare;
}

void meaning_capital(struct buf *b)
{
	if (b->length && b->at[0] >= 'a' && b->at[0] <= 'z')
		b->at[0] = (uint8_t)(b->at[0] - 32);
}
