/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_explain: smtpscope explain CODE|TEXT...: explain a code or a complete reply. */
#include "command_line.h"
#include "commands.h"
#include "explain.h"
#include "ruleset.h"

#include <string.h>

static void print_help(FILE *to)
{
	fputs("usage: smtpscope explain [OPTION]... CODE|TEXT...\n\n"
	      "Explains reply codes (221), enhanced codes (5.7.26) and whole replies (\"550 5.1.1 No\n"
	      "such user\"). - reads any text from standard input and explains the replies in it.\n\n",
	      to);
	command_line_help(to, FOR_EXPLAIN);
	fputs("\n"
	      "Exit status: 0 all explained, 1 a code is not known, 2 wrong usage,\n"
	      "3 standard input could not be read, or output could not be written.\n",
	      to);
}

/* Warns if the rules have no command |question|: no code has a meaning of its own as its answer. */
static void check_question(const struct rules *rules, const char *question)
{
	if (!question[0])
		return;
	for (size_t i = 0; i < rules->command_count; i++)
		if (strcmp(rules->commands[i].question, question) == 0)
			return;
	fprintf(stderr, "smtpscope explain: the rules have no command %s; what follows holds for any command\n",
		question);
}

static int explain_all(const struct options *o, const struct rules *rules, int argc, char **argv)
{
	static const int statuses[] = {
		[EXPLAIN_OK] = STATUS_OK, [EXPLAIN_UNKNOWN] = STATUS_FOUND, [EXPLAIN_FAILED] = STATUS_DAMAGED
	};
	const struct explain_config config = { .rules = rules,
					       .as_json = o->as_json,
					       .question = o->question[0] ? o->question : NULL };
	struct explain *e = explain_create(&config);
	int status;

	if (!e) {
		fputs("smtpscope explain: out of memory\n", stderr);
		return STATUS_DAMAGED;
	}
	check_question(rules, o->question);
	for (int i = o->first_argument; i < argc; i++) {
		if (strcmp(argv[i], "-") == 0)
			explain_input(e, stdin);
		else
			explain_argument(e, argv[i]);
	}
	status = statuses[explain_result(e)];
	explain_destroy(e);
	return status;
}

int cmd_explain(int argc, char **argv)
{
	struct options options;
	struct ruleset set;
	int status;

	if (!command_line_parse(&options, FOR_EXPLAIN, argc, argv))
		return STATUS_USAGE;
	if (options.help) {
		print_help(stdout);
		return STATUS_OK;
	}
	if (options.first_argument == argc) {
		fputs("smtpscope explain: no code or text given; see smtpscope explain --help\n", stderr);
		return STATUS_USAGE;
	}
	status = ruleset_load(&set, options.rules, options.rules_count)
		     ? explain_all(&options, set.rules, argc, argv)
		     : STATUS_USAGE;
	ruleset_finish(&set);
	return status;
}
