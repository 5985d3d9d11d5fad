/* SPDX-License-Identifier: BSD-2-Clause */
#include "explain.h"
#include "explanation.h"
#include "json.h"
#include "meaning.h"
#include "reference_page.h"
#include "reply_finder.h"
#include "text_rules.h"
#include <stdlib.h>

enum { INPUT_KEPT = 64 * 1024, JOINED_KEPT = 8 * 1024 };

struct explain {
	const struct rules *rules;
	struct text_rules *texts;
	struct json json;
	struct output output; /* of |json| */
	bool as_json;
	const char *question; /* NULL: from the text */
	unsigned count;	      /* explanations so far */
	unsigned pages;	      /* those of them printed as pages */
	enum explain_result result;
};

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

static void write_json(struct explain *e, struct span input, struct explanation *x)
{
	const struct reply_cause *cause = &x->cause;
	const struct meaning *m = &x->meaning;

	json_object(&e->json);
	write_text(&e->json, "type", "explanation");
	write_span(&e->json, "input", input);
	json_key(&e->json, "code");
	if (m->code)
		json_unsigned(&e->json, m->code);
	else
		json_null(&e->json);
	write_text(&e->json, "enhanced", m->has_enhanced ? m->enhanced : NULL);
	write_text(&e->json, "name", meaning_name(m));
	write_text(&e->json, "category", meaning_category(m));
	write_text(&e->json, "meaning", explanation_text(&x->in_short));
	write_text(&e->json, "detail", cause->detail);
	write_text(&e->json, "when", meaning_when(m));
	write_text(&e->json, "fix", x->fix);
	write_text(&e->json, "code_meaning", explanation_text(&x->code_meaning));
	write_text(&e->json, "code_fix", meaning_fix(m));
	write_text(&e->json, "reference", explanation_text(&x->reference));
	write_text(&e->json, "rule", cause->rule);
	write_text(&e->json, "advice", cause->advice);
	write_text(&e->json, "cause", cause->cause);
	write_text(&e->json, "certainty", cause->cause ? explanation_certainty(x) : NULL);
	write_text(&e->json, "responsible", cause->cause ? responsible_names[cause->responsible] : NULL);
	write_text(&e->json, "retry", cause->cause ? retry_names[cause->retry] : NULL);
	write_text(&e->json, "url", cause->url);
	write_text(&e->json, "recipient", explanation_text(&x->recipient));
	json_end_object(&e->json);
	json_line_end(&e->json);
}

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

static void print_basic(const struct explain *e, const struct meaning *m)
{
	char code[4];

	snprintf(code, sizeof code, "%u", m->code);
	print_title(code, m->basic->name, m->basic->question);
	page_field(stdout, "Category", category_words(m->code / 100));
	page_field(stdout, "Meaning", m->basic->meaning);
	page_field(stdout, "When", m->basic->when);
	page_field(stdout, "What to do", m->basic->fix);
	print_answers(e->rules, m->code);
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

/* How providers use the code, according to the rules that have it as a condition. */
static void print_other_uses(const struct rules *rules, const struct meaning *m)
{
	struct buf line;

	for (size_t i = 0; i < rules->text_count; i++) {
		const struct rule_text *r = &rules->texts[i];
		const unsigned *k = r->enhanced;

		while (*k && *k != rule_enhanced_key(m->class, m->subject, m->detail) &&
		       *k != rule_enhanced_key(0, m->subject, m->detail))
			k++;
		if (!*k || r->level != RULE_PROVIDER)
			continue;
		buf_init(&line, JOINED_KEPT);
		buf_format(&line, "%s (rule %s)", r->detail, r->id);
		putchar('\n');
		page_field(stdout, "Also used", buf_string(&line));
		if (r->fix)
			page_field(stdout, "What to do", r->fix);
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

static void print_page(struct explain *e, struct span input, struct explanation *x)
{
	const struct meaning *m = &x->meaning;

	if (e->pages++)
		putchar('\n');
	if (x->whole) {
		struct buf text;

		buf_init(&text, INPUT_KEPT);
		buf_append(&text, input);
		page_lines(stdout, 0, buf_string(&text));
		putchar('\n');
		buf_finish(&text);
	}
	if (x->whole && goes_on(input)) {
		page_text(stdout, 0,
			  "The hyphen after the code announces another line; this reply is incomplete.");
		putchar('\n');
	}
	if (x->whole) {
		print_cause(x);
		if (x->cause.cause && (m->basic || m->extended))
			putchar('\n');
	}
	if (m->basic)
		print_basic(e, m);
	if (m->basic && m->extended)
		putchar('\n');
	if (m->extended)
		print_enhanced(x);
	if (!x->whole && m->has_enhanced)
		print_other_uses(e->rules, m);
	if (!x->whole && m->basic && !m->question)
		print_by_question(e->rules, m->code);
}

/* One line on standard error for codes that the rules do not contain. */
static void say_unknown(const struct explanation *x, struct span input)
{
	const struct meaning *m = &x->meaning;

	if (m->code && !m->basic)
		fprintf(stderr,
			"smtpscope explain: %u is not in the rules; codes that begin with %u mean: %s\n",
			m->code, m->code / 100, category_words(m->code / 100));
	if (m->has_enhanced && !m->extended)
		fprintf(stderr, "smtpscope explain: %s is not in the rules; neither is its subject, %u\n",
			m->enhanced, m->subject);
	if (!m->code && !m->has_enhanced && !x->cause.cause) {
		struct buf shown;

		buf_init(&shown, INPUT_KEPT);
		buf_append(&shown, input);
		fprintf(stderr, "smtpscope explain: no reply code in ");
		page_quoted(stderr, buf_string(&shown));
		fputs("; expected such as 221, 5.7.26 or \"550 5.1.1 No such user\"\n", stderr);
		buf_finish(&shown);
	}
}

/* |input| is the argument, |reply| the part of it to explain. */
static void explain(struct explain *e, struct span input, struct span reply, const char *question)
{
	struct explanation x;
	bool known;

	if (e->question)
		question = e->question;
	explanation_init(&x, e->rules, e->texts, reply, question);
	known = meaning_known(&x.meaning) || (x.whole && !x.meaning.code && x.cause.rule);
	if (e->as_json)
		write_json(e, input, &x);
	else if (x.meaning.basic || x.meaning.extended || (x.whole && x.cause.cause))
		print_page(e, buf_span(&x.reply), &x);
	e->count++;
	if (!known) {
		fflush(stdout);
		say_unknown(&x, input);
		e->result = EXPLAIN_UNKNOWN;
	}
	explanation_finish(&x);
}

static void explain_found(void *context, struct span reply, const char *question)
{
	explain(context, reply, reply, question);
}

/* Finds the first reply in a text argument that does not begin with a code. */
struct first_found {
	struct buf reply;
	char question[FINDER_QUESTION_SIZE];
	bool any;
};

static void keep_first(void *context, struct span reply, const char *question)
{
	struct first_found *first = context;

	if (first->any)
		return;
	first->any = true;
	buf_append(&first->reply, reply);
	snprintf(first->question, sizeof first->question, "%s", question ? question : "");
}

static void push_lines(struct reply_finder *finder, struct span text)
{
	while (text.length) {
		const uint8_t *lf = memchr(text.at, '\n', text.length);
		size_t length = lf ? (size_t)(lf - text.at) : text.length;
		struct span line = span_first(text, length);

		text = span_from(text, length + 1);
		if (line.length && line.at[line.length - 1] == '\r')
			line.length--;
		reply_finder_line(finder, line);
	}
}

void explain_argument(struct explain *e, const char *text)
{
	struct first_found first = { .any = false };
	struct reply_finder *finder;
	struct meaning m;

	if (meaning_read(&m, e->rules, span_text(text), NULL) || meaning_starts_enhanced(span_text(text))) {
		explain(e, span_text(text), span_text(text), NULL);
		return;
	}
	buf_init(&first.reply, FINDER_REPLY_KEPT);
	finder = reply_finder_create(keep_first, &first);
	if (finder)
		push_lines(finder, span_text(text));
	reply_finder_destroy(finder);
	if (first.any)
		explain(e, span_text(text), buf_span(&first.reply), first.question[0] ? first.question : NULL);
	else
		explain(e, span_text(text), span_text(text), NULL);
	buf_finish(&first.reply);
}

void explain_input(struct explain *e, FILE *in)
{
	struct reply_finder *finder = reply_finder_create(explain_found, e);
	char *line = malloc(FINDER_LINE_KEPT);
	unsigned before = e->count;
	size_t logged, understood = 0;
	size_t length = 0;
	int byte;

	while (finder && line && (byte = getc(in)) != EOF) {
		if (byte == '\n') {
			reply_finder_line(
			    finder, span_of(line, length && line[length - 1] == '\r' ? length - 1 : length));
			length = 0;
		} else if (length < FINDER_LINE_KEPT) {
			line[length++] = (char)byte;
		}
	}
	if (finder && length)
		reply_finder_line(finder, span_of(line, length));
	logged = finder ? reply_finder_log_lines(finder, &understood) : 0;
	reply_finder_destroy(finder);
	fflush(stdout);
	if (understood < logged)
		fprintf(stderr,
			"smtpscope explain: understood %zu of %zu log lines; the others hold no reply or status that "
			"it knows\n",
			understood, logged);
	if (ferror(in)) {
		perror("smtpscope explain: standard input");
		e->result = EXPLAIN_FAILED;
	} else if (!finder || !line) {
		fputs("smtpscope explain: out of memory\n", stderr);
		e->result = EXPLAIN_FAILED;
	} else if (e->count == before) {
		fputs("smtpscope explain: no reply was found in standard input\n", stderr);
		e->result = EXPLAIN_UNKNOWN;
	}
	free(line);
}

struct explain *explain_create(const struct explain_config *config)
{
	struct explain *e = calloc(1, sizeof *e);

	if (!e)
		return NULL;
	e->rules = config->rules;
	e->as_json = config->as_json;
	e->question = config->question;
	e->output.file = stdout;
	json_init(&e->json, &e->output);
	e->texts = text_rules_create(e->rules);
	if (!e->texts) {
		explain_destroy(e);
		return NULL;
	}
	return e;
}

enum explain_result explain_result(const struct explain *e)
{
	return e->result;
}

void explain_destroy(struct explain *e)
{
	if (!e)
		return;
	text_rules_destroy(e->texts);
	free(e);
}
