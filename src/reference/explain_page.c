/* SPDX-License-Identifier: BSD-2-Clause */
#include "explain_page.h"

#include "readings.h"
#include "reference_page.h"

enum { INPUT_KEPT = 64 * 1024, JOINED_KEPT = 8 * 1024 };

/* "250 Recipient accepted (in answer to RCPT)" */
static void print_title(const char *code, const char *name, const char *question)
{
	struct buf title;

	buf_init(&title, INPUT_KEPT);
	buf_format(&title, "%s %s", code, name);
	if (question)
		buf_format(&title, " (in answer to %s)", question_words(question));
	page_heading(stdout, buf_string(&title), '-');
	buf_finish(&title);
}

static void print_answers(const struct rules *rules, unsigned code)
{
	struct buf list;
	size_t count;

	buf_init(&list, JOINED_KEPT);
	count = meaning_questions(rules, code, 0, &list);
	if (code >= 400)
		buf_text(&list, count ? "; like every 4xx and 5xx code, it may answer any other command too."
				      : "Any command, like every 4xx and 5xx code.");
	else
		buf_text(&list, count ? "." : "No command of a current standard.");
	meaning_capital(&list);
	page_field(stdout, "Answers", buf_string(&list));
	buf_finish(&list);
}

static bool same_words(const struct rule_code *a, const struct rule_code *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->meaning, b->meaning) == 0 &&
	       strcmp(a->fix, b->fix) == 0;
}

/* Returns the code's own entry for the question at |place|, or NULL. */
static const struct rule_code *entry_at(const struct rules *rules, unsigned code, size_t place)
{
	const struct rule_command *command = meaning_question_at(rules, place);
	const struct rule_code *entry = command ? rules_code(rules, code, command->question) : NULL;

	return entry && entry->question ? entry : NULL;
}

/* The meanings of the code for different commands; commands with the same text are listed together. */
static void print_by_question(const struct rules *rules, unsigned code)
{
	for (size_t i = 0; i < meaning_places(rules); i++) {
		const struct rule_code *c = entry_at(rules, code, i), *same;
		struct buf line;
		bool said = false;

		for (size_t k = 0; c && k < i && !said; k++) {
			same = entry_at(rules, code, k);
			said = same && same_words(same, c);
		}
		if (!c || said)
			continue;
		buf_init(&line, JOINED_KEPT);
		buf_format(&line, "In answer to %s", question_words(c->question));
		for (size_t k = i + 1; k < meaning_places(rules); k++) {
			same = entry_at(rules, code, k);
			if (same && same_words(same, c))
				buf_format(&line, ", %s", question_words(same->question));
		}
		buf_format(&line, ": %s", c->name);
		putchar('\n');
		page_text(stdout, 0, buf_string(&line));
		page_text(stdout, PAGE_LABEL, c->meaning);
		if (strncmp(c->fix, "Nothing", 7) != 0)
			page_text(stdout, PAGE_LABEL, c->fix);
		buf_finish(&line);
	}
}

static void print_basic(const struct rules *rules, const struct meaning *m)
{
	char code[4];

	snprintf(code, sizeof code, "%u", m->code);
	print_title(code, m->basic->name, m->basic->question);
	page_field(stdout, "Standard", m->basic->standard);
	page_field(stdout, "Category", category_words(m->code / 100));
	page_field(stdout, "Meaning", m->basic->meaning);
	page_field(stdout, "When", m->basic->when);
	page_field(stdout, "What to do", m->basic->fix);
	print_answers(rules, m->code);
	page_field(stdout, "Source", m->basic->source);
}

/* The entry of the code; only its name if this server uses the code in another sense. */
static void print_enhanced(const struct explanation *x)
{
	const struct meaning *m = &x->meaning;

	print_title(m->enhanced, m->extended->name, m->extended->question);
	if (explanation_contradicts_registry(x)) {
		page_field(stdout, "Note",
			   "That is the registered name. The rule that matched shows that this server uses the code "
			   "in another sense; see above.");
		return;
	}
	if (!m->code)
		page_field(stdout, "Category", category_words(m->class));
	if (m->extended->detail == RULE_ANY_DETAIL)
		page_field(stdout, "Note",
			   "This detail is not registered; the following applies to its subject.");
	page_field(stdout, "Meaning", m->extended->meaning);
	page_field(stdout, "When", m->extended->when);
	page_field(stdout, "What to do", m->extended->fix);
	page_field(stdout, "Source", m->extended->source);
}

/* How providers use the code. */
static void print_readings(const struct rules *rules, const struct meaning *m)
{
	const struct rule_text *found[READINGS_MAX];
	size_t count = readings_find(rules, m, found);
	struct buf line;

	for (size_t i = 0; i < count; i++) {
		buf_init(&line, JOINED_KEPT);
		buf_format(&line, "%s (rule %s)", found[i]->detail, found[i]->id);
		putchar('\n');
		page_field(stdout, "Also used", buf_string(&line));
		if (found[i]->fix)
			page_field(stdout, "What to do", found[i]->fix);
		buf_finish(&line);
	}
}

/* "sender: the person, ..." */
static void print_name(const char *label, const char *name, const char *words)
{
	struct buf line;

	buf_init(&line, JOINED_KEPT);
	buf_format(&line, "%s: %s", name, words);
	page_field(stdout, label, buf_string(&line));
	buf_finish(&line);
}

static void print_cause(struct explanation *x)
{
	const struct reply_cause *cause = &x->cause;
	struct buf line;

	if (!cause->cause)
		return;
	buf_init(&line, JOINED_KEPT);
	buf_format(&line, "%s (%s, %s)", cause->title ? cause->title : cause->cause, cause->cause,
		   explanation_certainty(x));
	page_heading(stdout, "What this server meant", '-');
	page_field(stdout, "Cause", buf_string(&line));
	if (x->in_short.length)
		page_field(stdout, "In short", explanation_text(&x->in_short));
	print_name("Responsible", responsible_names[cause->responsible], explanation_side(cause->responsible));
	print_name("Retry", retry_names[cause->retry], retry_words(cause->retry));
	if (x->fix)
		page_field(stdout, "What to do", x->fix);
	if (cause->url)
		page_field(stdout, "More", cause->url);
	buf_clear(&line);
	buf_format(&line, "%s", cause->rule ? cause->rule : "none; the codes alone decided");
	if (cause->advice)
		buf_format(&line, "; advice: %s", cause->advice);
	page_field(stdout, "Matched rule", buf_string(&line));
	buf_finish(&line);
}

/* Returns whether the reply ends with a line whose hyphen announces another one (RFC 5321 4.2.1). */
static bool goes_on(struct span reply)
{
	const uint8_t *lf;

	while (reply.length && (reply.at[reply.length - 1] == '\n' || reply.at[reply.length - 1] == '\r'))
		reply.length--;
	lf = reply.length ? memrchr(reply.at, '\n', reply.length) : NULL;
	if (lf)
		reply = span_from(reply, (size_t)(lf - reply.at) + 1);
	while (reply.length && (reply.at[0] == ' ' || reply.at[0] == '\t'))
		reply = span_from(reply, 1);
	for (size_t i = 0; i < 3; i++)
		if (reply.length < 4 || reply.at[i] < '0' || reply.at[i] > '9')
			return false;
	return reply.at[3] == '-';
}

/*
 * The codes of a whole reply. Their general text is left out where the reply itself said more: it would only repeat that, or speak against
 * it.
 */
static void print_codes(struct explanation *x)
{
	const struct meaning *m = &x->meaning;
	struct buf line;

	buf_init(&line, JOINED_KEPT);
	if (m->basic) {
		buf_format(&line, "%u %s", m->code, m->basic->name);
		if (m->basic->question)
			buf_format(&line, " (in answer to %s)", question_words(m->basic->question));
		page_field(stdout, "Code", buf_string(&line));
		page_field(stdout, "Standard", m->basic->standard);
	}
	buf_clear(&line);
	if (m->extended) {
		buf_format(&line, "%s %s%s", m->enhanced, m->extended->name,
			   explanation_contradicts_registry(x)
			       ? ". That is the registered name. The rule that matched shows that this server uses the code in "
				 "another sense."
			       : "");
		page_field(stdout, "Enhanced", buf_string(&line));
	}
	page_field(stdout, "Category", category_name(m->code ? m->code / 100 : m->class));
	if (!x->cause.meaning)
		page_field(stdout, "When", meaning_when(m));
	page_field(stdout, "Source", explanation_text(&x->reference));
	buf_finish(&line);
}

/* The basic code and the enhanced code, as far as they are known. */
static void print_both(const struct rules *rules, const struct explanation *x)
{
	const struct meaning *m = &x->meaning;

	if (m->basic)
		print_basic(rules, m);
	if (m->basic && m->extended)
		putchar('\n');
	if (m->extended)
		print_enhanced(x);
}

/* A whole reply or status: its text, what the server meant, and its codes. */
static void print_whole(const struct rules *rules, struct explanation *x)
{
	const struct meaning *m = &x->meaning;

	page_lines(stdout, 0, buf_string(&x->reply));
	page_field(stdout, "Recipient", explanation_text(&x->recipient));
	putchar('\n');
	if (goes_on(buf_span(&x->reply))) {
		page_text(stdout, 0,
			  "The hyphen after the code announces another line; this reply is incomplete.");
		putchar('\n');
	}
	if (x->cause.cause) {
		print_cause(x);
		if (m->basic || m->extended) {
			putchar('\n');
			print_codes(x);
		}
		return;
	}
	print_both(rules, x);
}

void explain_page(const struct rules *rules, struct explanation *x)
{
	const struct meaning *m = &x->meaning;

	if (x->whole) {
		print_whole(rules, x);
		return;
	}
	print_both(rules, x);
	print_readings(rules, m);
	if (m->basic && !m->question)
		print_by_question(rules, m->code);
}

void explain_success_line(struct explanation *x)
{
	const struct meaning *m = &x->meaning;
	struct buf line;

	buf_init(&line, INPUT_KEPT);
	buf_append(&line, span_first(buf_span(&x->reply), 120));
	for (size_t i = 0; i < line.length; i++)
		line.at[i] = line.at[i] == '\n' ? ' ' : line.at[i];
	if (m->question)
		buf_format(&line, " (in answer to %s)", question_words(m->question));
	if (x->recipient.length)
		buf_format(&line, ": %s", buf_string(&x->recipient));
	page_lines(stdout, 2, buf_string(&line));
	buf_finish(&line);
}

static void write_span(struct json *j, const char *key, struct span text)
{
	json_key(j, key);
	json_string(j, text);
}

static void write_text(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	json_text(j, text);
}

/* Only of a code alone: in a reply, the words decide. */
static void write_readings(struct json *j, const struct rules *rules, const struct explanation *x)
{
	const struct rule_text *found[READINGS_MAX];
	size_t count = x->whole ? 0 : readings_find(rules, &x->meaning, found);

	json_key(j, "readings");
	json_array(j);
	for (size_t i = 0; i < count; i++) {
		json_object(j);
		write_text(j, "rule", found[i]->id);
		write_text(j, "detail", found[i]->detail);
		write_text(j, "fix", found[i]->fix);
		json_end_object(j);
	}
	json_end_array(j);
}

void explain_record(struct json *j, const struct rules *rules, struct span input, struct explanation *x)
{
	const struct reply_cause *cause = &x->cause;
	const struct meaning *m = &x->meaning;

	json_object(j);
	write_text(j, "type", "explanation");
	write_span(j, "input", input);
	json_key(j, "code");
	if (m->code)
		json_unsigned(j, m->code);
	else
		json_null(j);
	write_text(j, "enhanced", m->has_enhanced ? m->enhanced : NULL);
	write_text(j, "name", meaning_name(m));
	write_text(j, "standard", m->basic ? m->basic->standard : NULL);
	write_text(j, "category", meaning_category(m));
	write_text(j, "meaning", explanation_text(&x->in_short));
	write_text(j, "detail", cause->detail);
	write_text(j, "when", meaning_when(m));
	write_text(j, "fix", x->fix);
	write_text(j, "code_meaning", explanation_text(&x->code_meaning));
	write_text(j, "code_fix", meaning_fix(m));
	write_text(j, "reference", explanation_text(&x->reference));
	write_text(j, "rule", cause->rule);
	write_text(j, "advice", cause->advice);
	write_text(j, "cause", cause->cause);
	write_text(j, "certainty", cause->cause ? explanation_certainty(x) : NULL);
	write_text(j, "responsible", cause->cause ? responsible_names[cause->responsible] : NULL);
	write_text(j, "retry", cause->cause ? retry_names[cause->retry] : NULL);
	write_text(j, "url", cause->url);
	write_text(j, "recipient", explanation_text(&x->recipient));
	write_readings(j, rules, x);
	json_end_object(j);
	json_line_end(j);
}
