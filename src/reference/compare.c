/* SPDX-License-Identifier: BSD-2-Clause */
#include "compare.h"
#include "json.h"
#include "meaning.h"
#include "notice.h"
#include "reference_page.h"
#include <stdlib.h>

enum { WORDS_KEPT = 8 * 1024 };

/* One side of the page. */
struct side {
	struct meaning m;
	const char *label; /* as given */
	const char *name, *meaning, *when, *fix, *source;
	unsigned digit; /* 2 to 5 */
	struct buf answers;
	size_t answer_count;
};

/* Errors have been printed. */
static enum compare_result read_side(struct side *s, const struct rules *rules, const char *text)
{
	bool read = meaning_read(&s->m, rules, span_text(text), NULL);

	buf_init(&s->answers, WORDS_KEPT);
	s->label = text;
	if (!read || (s->m.code && strlen(text) != 3)) {
		notice("smtpscope compare: ");
		page_quoted(stderr, text);
		notice(" is not a code; expected a code such as 221 or 5.7.1\n");
		return COMPARE_UNKNOWN;
	}
	if (!meaning_known(&s->m)) {
		notice("smtpscope compare: %s is not in the rules\n", text);
		return COMPARE_UNKNOWN;
	}
	if (s->m.basic) {
		s->name = s->m.basic->name;
		s->meaning = s->m.basic->meaning;
		s->when = s->m.basic->when;
		s->fix = s->m.basic->fix;
		s->source = s->m.basic->source;
		s->digit = s->m.code / 100;
		s->answer_count = meaning_questions(rules, s->m.code, 0, &s->answers);
	} else {
		s->name = s->m.extended->name;
		s->meaning = s->m.extended->meaning;
		s->when = s->m.extended->when;
		s->fix = s->m.extended->fix;
		s->source = s->m.extended->source;
		s->digit = s->m.class;
	}
	return COMPARE_OK;
}

static void print_row(const char *label, const char *left, const char *right)
{
	printf("\n%s\n", label);
	page_columns(stdout, left, right);
}

static void print_head(const struct side *a, const struct side *b)
{
	struct buf left, right;
	char rule[(PAGE_COLUMNS - PAGE_GAP) / 2 + 1];

	buf_init(&left, WORDS_KEPT);
	buf_init(&right, WORDS_KEPT);
	buf_format(&left, "%s %s", a->label, a->name);
	buf_format(&right, "%s %s", b->label, b->name);
	memset(rule, '=', sizeof rule - 1);
	rule[sizeof rule - 1] = '\0';
	page_columns(stdout, buf_string(&left), buf_string(&right));
	page_columns(stdout, rule, rule);
	buf_finish(&left);
	buf_finish(&right);
}

static const char *digit_name(unsigned digit)
{
	static const char *const names[] = { "a success", "an intermediate reply", "a temporary failure",
					     "a permanent failure" };

	return names[digit - 2];
}

static void by_category(struct buf *out, const struct side *a, const struct side *b)
{
	const struct side *low = a->digit < b->digit ? a : b, *high = low == a ? b : a;

	if (a->digit == b->digit) {
		buf_format(out,
			   "Each is %s. They begin with the same digit, and clients that check only it treat "
			   "them alike.",
			   digit_name(a->digit));
		return;
	}
	buf_format(out, "%s is %s, %s is %s.", a->label, digit_name(a->digit), b->label, digit_name(b->digit));
	if (low->digit >= 4)
		buf_format(out,
			   " After %s the client keeps the mail and retries later; after %s it gives up "
			   "and notifies the sender.",
			   low->label, high->label);
	else if (low->digit == 2 && high->digit >= 4)
		buf_format(out, " With %s the command succeeded, with %s it failed.", low->label, high->label);
	else
		buf_format(out, " After %s the server waits for more input; %s is a final result.",
			   low->digit == 3 ? low->label : high->label,
			   low->digit == 3 ? high->label : low->label);
}

static const char *middle_name(unsigned code)
{
	switch (code / 10 % 10) {
	case 0:
		return "the syntax of the command";
	case 1:
		return "information, such as help";
	case 2:
		return "the connection";
	case 3:
		return "authentication and security";
	case 5:
		return "the mail system: senders, recipients and messages";
	default:
		return NULL;
	}
}

/* The second digit of a basic code is its subject (RFC 5321 4.2.1; 3 was added by RFC 4954). */
static void by_middle_digit(struct buf *out, const struct side *a, const struct side *b)
{
	const char *left = a->m.basic ? middle_name(a->m.code) : NULL,
		   *right = b->m.basic ? middle_name(b->m.code) : NULL;

	if (!left || !right)
		return;
	if (left == right)
		buf_format(out, "\nThe middle digit is the subject of a code; in both it stands for %s.", left);
	else
		buf_format(out,
			   "\nThe middle digit is the subject of a code. In %s it stands for %s, in %s for %s.",
			   a->label, left, b->label, right);
}

/* The subjects of enhanced codes (RFC 3463 2). */
static void by_subject(struct buf *out, const struct side *a, const struct side *b)
{
	static const char *const names[] = {
		"no particular subject",   "addresses",	   "the mailbox", "the mail system",
		"the network and routing", "the protocol", "the content", "security and policy"
	};

	if (a->m.code || b->m.code || a->m.subject > 7 || b->m.subject > 7)
		return;
	if (a->m.subject == b->m.subject)
		buf_format(out, "\nThe middle number is the subject of the code; in both it stands for %s.",
			   names[a->m.subject]);
	else
		buf_format(out,
			   "\nThe middle number is the subject of the code. In %s it stands for %s, "
			   "in %s for %s.",
			   a->label, names[a->m.subject], b->label, names[b->m.subject]);
}

static bool closes(const struct side *s)
{
	return s->m.code == 221 || s->m.code == 421;
}

static void by_connection(struct buf *out, const struct side *a, const struct side *b)
{
	if (!a->m.code || !b->m.code)
		return;
	if (closes(a) && closes(b))
		buf_text(out, "\nAfter both of them the server closes the connection.");
	else if (closes(a) || closes(b))
		buf_format(
		    out, "\nAfter %s the server closes the connection; after %s the session usually continues.",
		    closes(a) ? a->label : b->label, closes(a) ? b->label : a->label);
}

/* Commands that both may answer. */
static void by_question(struct buf *out, const struct rules *rules, const struct side *a, const struct side *b)
{
	struct buf both;

	if (!a->m.code || !b->m.code)
		return;
	buf_init(&both, WORDS_KEPT);
	if (meaning_questions(rules, a->m.code, b->m.code, &both))
		buf_format(out, "\nBoth may answer %s.", buf_string(&both));
	else if (a->digit < 4 && b->digit < 4)
		buf_text(out, "\nThere is no command that both may answer.");
	buf_finish(&both);
}

static void derived_belongs(struct buf *out, struct side *s)
{
	if (!s->m.code)
		buf_format(out, "%s follows a basic code that begins with %u, at the start of the text.",
			   s->label, s->digit);
	else if (s->digit >= 4 && s->answer_count)
		buf_format(out,
			   "%s answers %s; like every 4xx and 5xx code, it may answer any other command too.",
			   s->label, buf_string(&s->answers));
	else if (s->digit >= 4)
		buf_format(out, "%s is a 4xx or 5xx code, which may answer any command.", s->label);
	else if (s->answer_count)
		buf_format(out, "%s answers %s.", s->label, buf_string(&s->answers));
	else
		buf_format(out, "%s is not used in any current standard.", s->label);
}

/* A basic code and an enhanced one. */
static void by_kind(struct buf *out, const struct side *a, const struct side *b)
{
	const struct side *basic = a->m.code ? a : b, *enhanced = basic == a ? b : a;

	if (!basic->m.code || enhanced->m.code)
		return;
	buf_format(out,
		   "\n%s is a basic code, the number that programs use. %s is an enhanced code; it follows "
		   "a basic code "
		   "and gives more specific information.",
		   basic->label, enhanced->label);
	if (basic->digit == enhanced->digit)
		buf_text(out, " Both may occur in the same reply.");
	else
		buf_text(out, " They never occur in the same reply, because their first digits differ.");
}

/* What the two answer, in words. */
static void answers_of(const struct side *s, struct buf *words)
{
	if (s->answer_count)
		buf_append(words, buf_span(&s->answers));
	else
		buf_text(words, !s->m.code	? "Follows a basic code"
				: s->digit >= 4 ? "Any command"
						: "No command");
	meaning_capital(words);
}

/* What the comparison reports about both. */
struct comparison {
	struct buf summary, differences, belongs, source;
};

static void write_summary(struct buf *out, const struct side *a, const struct side *b)
{
	if (a->digit == b->digit)
		buf_format(out, "Both are %s: %s is \"%s\", %s is \"%s\".", category_name(a->digit), a->label,
			   a->name, b->label, b->name);
	else
		buf_format(out, "%s, \"%s\", is %s; %s, \"%s\", is %s.", a->label, a->name,
			   category_name(a->digit), b->label, b->name, category_name(b->digit));
}

static void comparison_init(struct comparison *c, const struct rules *rules, struct side *a, struct side *b)
{
	const struct rule_difference *words =
	    a->m.code && b->m.code ? rules_difference(rules, a->m.code, b->m.code) : NULL;

	buf_init(&c->summary, WORDS_KEPT);
	buf_init(&c->differences, WORDS_KEPT);
	buf_init(&c->belongs, WORDS_KEPT);
	buf_init(&c->source, WORDS_KEPT);
	write_summary(&c->summary, a, b);
	if (words) {
		buf_text(&c->differences, words->difference);
		buf_text(&c->belongs, words->belongs);
		buf_text(&c->source, words->source);
		return;
	}
	by_category(&c->differences, a, b);
	by_kind(&c->differences, a, b);
	by_middle_digit(&c->differences, a, b);
	by_subject(&c->differences, a, b);
	by_connection(&c->differences, a, b);
	by_question(&c->differences, rules, a, b);
	derived_belongs(&c->belongs, a);
	buf_text(&c->belongs, "\n");
	derived_belongs(&c->belongs, b);
	buf_format(&c->source, "%s: %s. %s: %s.", a->label, a->source, b->label, b->source);
}

static void comparison_finish(struct comparison *c)
{
	buf_finish(&c->summary);
	buf_finish(&c->differences);
	buf_finish(&c->belongs);
	buf_finish(&c->source);
}

static const char *standard_of(const struct side *s)
{
	return s->m.basic && s->m.basic->standard ? s->m.basic->standard : "";
}

static void print_page(struct comparison *c, struct side *a, struct side *b)
{
	struct buf left, right;

	page_text(stdout, 0, buf_string(&c->summary));
	putchar('\n');
	print_head(a, b);
	if (standard_of(a)[0] || standard_of(b)[0])
		print_row("Name in the standard", standard_of(a), standard_of(b));
	print_row("Category", category_words(a->digit), category_words(b->digit));
	print_row("Meaning", a->meaning, b->meaning);
	print_row("When it occurs", a->when, b->when);
	print_row("What to do", a->fix, b->fix);
	buf_init(&left, WORDS_KEPT);
	buf_init(&right, WORDS_KEPT);
	answers_of(a, &left);
	answers_of(b, &right);
	print_row("Answers", buf_string(&left), buf_string(&right));
	buf_finish(&left);
	buf_finish(&right);
	putchar('\n');
	page_heading(stdout, "Key differences", '-');
	page_text(stdout, 0, buf_string(&c->differences));
	putchar('\n');
	page_heading(stdout, "Where each code belongs", '-');
	page_text(stdout, 0, buf_string(&c->belongs));
	putchar('\n');
	page_field(stdout, "Source", buf_string(&c->source));
}

static void write_text(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	json_text(j, text);
}

static void write_side(struct json *j, const struct side *s)
{
	struct buf answers;

	buf_init(&answers, WORDS_KEPT);
	answers_of(s, &answers);
	json_object(j);
	json_key(j, "code");
	if (s->m.code)
		json_unsigned(j, s->m.code);
	else
		json_null(j);
	write_text(j, "enhanced", s->m.code ? NULL : s->m.enhanced);
	write_text(j, "name", s->name);
	write_text(j, "standard", standard_of(s)[0] ? standard_of(s) : NULL);
	write_text(j, "category", meaning_category(&s->m));
	write_text(j, "meaning", s->meaning);
	write_text(j, "when", s->when);
	write_text(j, "fix", s->fix);
	write_text(j, "answers", buf_string(&answers));
	write_text(j, "reference", s->source);
	json_end_object(j);
	buf_finish(&answers);
}

static void write_record(struct comparison *c, const struct side *a, const struct side *b)
{
	struct output output = { .file = stdout };
	struct json j;

	json_init(&j, &output);
	json_object(&j);
	write_text(&j, "type", "comparison");
	write_text(&j, "summary", buf_string(&c->summary));
	json_key(&j, "codes");
	json_array(&j);
	write_side(&j, a);
	write_side(&j, b);
	json_end_array(&j);
	write_text(&j, "differences", buf_string(&c->differences));
	write_text(&j, "belongs", buf_string(&c->belongs));
	write_text(&j, "reference", buf_string(&c->source));
	json_end_object(&j);
	json_line_end(&j);
}

enum compare_result compare_codes(const struct rules *rules, const char *left, const char *right, bool as_json)
{
	struct side a = { 0 }, b = { 0 };
	struct comparison c;
	/* Parse both, so that both are reported if both are invalid. */
	enum compare_result result = read_side(&a, rules, left), other = read_side(&b, rules, right);

	if (other > result)
		result = other;
	if (result == COMPARE_OK && strcmp(a.label, b.label) == 0) {
		notice("smtpscope compare: %s twice; expected two codes\n", a.label);
		result = COMPARE_NO_CODES;
	}
	if (result == COMPARE_OK) {
		comparison_init(&c, rules, &a, &b);
		if (as_json)
			write_record(&c, &a, &b);
		else
			print_page(&c, &a, &b);
		comparison_finish(&c);
	}
	buf_finish(&a.answers);
	buf_finish(&b.answers);
	return result;
}
