/* SPDX-License-Identifier: BSD-2-Clause */
/* smtpscope rules: shows, validates and self-tests the rules. */
#include "command_line.h"
#include "commands.h"
#include "nearest.h"
#include "notice.h"
#include "phrase.h"
#include "reference_page.h"
#include "rule_tests.h"
#include "ruleset.h"

#include <assert.h>

enum { LINE_KEPT = 8 * 1024 };

enum action { LIST, CHECK, TEST, ACTIONS };

static const char *severity_name(enum severity severity)
{
	static const char *const names[] = { "info", "warning", "error" };

	return names[severity];
}

static void list_findings(const struct rules *r)
{
	const char *id = "";

	page_heading(stdout, "Findings: id, then cause, severity and title", '-');
	for (size_t i = 0; i < r->finding_count; i++) {
		const struct rule_finding *f = &r->findings[i];

		if (strcmp(id, f->id) != 0)
			printf("%s\n", f->id);
		id = f->id;
		printf("  %-25s %-8s %s\n", f->cause, severity_name(f->severity), f->title);
	}
}

static void list_codes(const struct rules *r)
{
	putchar('\n');
	page_heading(stdout, "Codes: code, what is answered (- in general), name", '-');
	for (size_t i = 0; i < r->code_count; i++)
		printf("%u  %-14s %s\n", r->codes[i].code, r->codes[i].question ? r->codes[i].question : "-",
		       r->codes[i].name);
}

static void list_enhanced(const struct rules *r)
{
	putchar('\n');
	page_heading(stdout, "Enhanced codes: code (X any class), what is answered, name", '-');
	for (size_t i = 0; i < r->enhanced_count; i++) {
		const struct rule_enhanced *e = &r->enhanced[i];
		char class = (char)(e->class ? '0' + e->class : 'X'), code[16];

		if (e->detail == RULE_ANY_DETAIL)
			snprintf(code, sizeof code, "%c.%u", class, e->subject);
		else
			snprintf(code, sizeof code, "%c.%u.%u", class, e->subject, e->detail);
		printf("%-7s %-14s %s\n", code, e->question ? e->question : "-", e->name);
	}
}

static void list_numbers(struct buf *line, const unsigned *codes)
{
	for (; *codes; codes++)
		buf_format(line, " %u", *codes);
}

static void list_commands(const struct rules *r)
{
	putchar('\n');
	page_heading(stdout, "Commands: what may answer them", '-');
	for (size_t i = 0; i < r->command_count; i++) {
		const struct rule_command *c = &r->commands[i];
		struct buf line;

		buf_init(&line, LINE_KEPT);
		buf_format(&line, "%s:", c->name);
		list_numbers(&line, c->success);
		list_numbers(&line, c->intermediate);
		list_numbers(&line, c->error);
		if (strlen(c->question) >= PAGE_LABEL)
			printf("%s\n", c->question);
		page_field(stdout, strlen(c->question) >= PAGE_LABEL ? "" : c->question, buf_string(&line));
		buf_finish(&line);
	}
}

static void list_differences(const struct rules *r)
{
	struct buf line;

	buf_init(&line, LINE_KEPT);
	putchar('\n');
	page_heading(stdout, "Pairs with words of their own", '-');
	for (size_t i = 0; i < r->difference_count; i++)
		buf_format(&line, "%s%u %u", i ? ", " : "", r->differences[i].a, r->differences[i].b);
	page_text(stdout, 0, buf_string(&line));
	buf_finish(&line);
}

/* Rules for texts in the order in which they are asked. */
static void list_texts(const struct rules *r)
{
	static const char *const levels[] = { "provider", "general", "hint", "advice" };

	static_assert(sizeof levels / sizeof *levels == RULE_ADVICE + 1, "each level has a name");
	putchar('\n');
	page_heading(stdout, "Texts of refusals: level, rank, family, id, cause", '-');
	for (size_t i = 0; i < r->text_count; i++)
		printf("%-8s %2u  %-10s  %-28s  %s\n", levels[r->texts[i].level], r->texts[i].rank,
		       r->texts[i].family, r->texts[i].id, r->texts[i].cause);
}

static void list_phrases(const struct rules *r)
{
	putchar('\n');
	page_heading(stdout, "Phrases that are looked for in replies: name, words", '-');
	for (size_t i = 0; i < r->phrase_count; i++) {
		struct buf words;

		buf_init(&words, LINE_KEPT);
		for (const char *const *w = r->phrases[i].words; *w; w++)
			buf_format(&words, "%s%s", w == r->phrases[i].words ? "" : ", ", *w);
		printf("%s\n", r->phrases[i].name);
		page_text(stdout, 2, buf_string(&words));
		buf_finish(&words);
	}
}

static void list(const struct rules *r)
{
	list_findings(r);
	list_codes(r);
	list_enhanced(r);
	list_commands(r);
	list_differences(r);
	list_texts(r);
	list_phrases(r);
}

static void print_counts(const char *what, const struct rules *r)
{
	printf("%s: %zu codes, %zu enhanced codes, %zu commands, %zu causes of findings, %zu pairs, %zu texts, "
	       "%zu phrases; no fault\n",
	       what, r->code_count, r->enhanced_count, r->command_count, r->finding_count,
	       r->difference_count, r->text_count, r->phrase_count);
}

static void print_failed_example(void *context, const char *family, unsigned line, const char *text)
{
	(void)context;
	(void)line;
	notice("%s: %s\n", family, text);
}

/* Tries every example of the rules for texts and of the phrases. */
static int test_examples(const struct rules *r)
{
	size_t text_failures, phrase_failures;
	size_t texts = rule_tests_run(r, print_failed_example, NULL, &text_failures);
	size_t phrases = phrase_test(r, print_failed_example, NULL, &phrase_failures);

	printf("%zu rules for texts, %zu texts, %zu failed\n", r->text_count, texts, text_failures);
	printf("%zu phrases, %zu examples, %zu failed\n", r->phrase_count, phrases, phrase_failures);
	return text_failures || phrase_failures ? STATUS_FOUND : STATUS_OK;
}

static void print_help(FILE *to)
{
	fputs("usage: smtpscope rules list|check|test [DIR]...\n\n"
	      "Lists, validates or tests the rules: the built-in ones, overridden by those of\n"
	      "each DIR.\n\n"
	      "  list   print findings, codes, enhanced codes, commands, texts, phrases\n"
	      "  check  report every error in the files of DIR as file:line: error\n"
	      "  test   run the examples of the rules for texts and of the phrases, and try\n"
	      "         each rule on the texts of the others\n\n",
	      to);
	command_line_help(to, FOR_RULES);
	fputs("\n"
	      "Exit status: 0 fine, 1 an error was found, 2 wrong usage,\n"
	      "3 output could not be written.\n",
	      to);
}

/* What |word| asks for; ACTIONS after a line on standard error. */
static enum action action_of(const char *word)
{
	static const char *const words[ACTIONS] = { "list", "check", "test" };
	struct nearest nearest = { .word = word };

	for (enum action a = 0; a < ACTIONS; a++) {
		if (strcmp(word, words[a]) == 0)
			return a;
		nearest_offer(&nearest, words[a]);
	}
	notice("smtpscope rules: expected list, check or test%s%s%s; ", *word ? ", not \"" : "", word,
	       *word ? "\"" : "");
	if (nearest.best)
		notice("did you mean %s? ", nearest.best);
	notice("see smtpscope rules --help\n");
	return ACTIONS;
}

static int run(enum action action, char **directories, int count)
{
	struct ruleset set;
	int status = STATUS_OK;

	ruleset_init(&set);
	if (action == CHECK && count == 0)
		print_counts("built-in rules", set.rules);
	for (int i = 0; i < count; i++) {
		if (!ruleset_add(&set, directories[i]) || set.faulty)
			status = STATUS_FOUND;
		else if (action == CHECK)
			print_counts(directories[i], set.rules);
	}
	if (action == LIST && status == STATUS_OK)
		list(set.rules);
	if (action == TEST && status == STATUS_OK)
		status = test_examples(set.rules);
	ruleset_finish(&set);
	return status;
}

int cmd_rules(int argc, char **argv)
{
	struct options options;
	enum action action;

	if (!command_line_parse(&options, FOR_RULES, argc, argv))
		return STATUS_USAGE;
	if (options.help) {
		print_help(stdout);
		return STATUS_OK;
	}
	action = action_of(options.first_argument < argc ? argv[options.first_argument] : "");
	if (action == ACTIONS)
		return STATUS_USAGE;
	return run(action, argv + options.first_argument + 1, argc - options.first_argument - 1);
}
