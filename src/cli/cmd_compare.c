/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_compare: smtpscope compare CODE CODE: two codes side by side. */
#include "command_line.h"
#include "commands.h"
#include "compare.h"
#include "notice.h"
#include "ruleset.h"

static void print_help(FILE *to)
{
	fputs("usage: smtpscope compare [OPTION]... CODE CODE\n\n"
	      "Shows two reply codes (221 250) or enhanced codes (4.7.1 5.7.1) side by side.\n\n",
	      to);
	command_line_help(to, FOR_COMPARE);
	fputs("\n"
	      "Exit status: 0 both are known, 1 a code is not known, 2 wrong usage,\n"
	      "3 output could not be written.\n",
	      to);
}

int cmd_compare(int argc, char **argv)
{
	static const int statuses[] = {
		[COMPARE_OK] = STATUS_OK, [COMPARE_UNKNOWN] = STATUS_FOUND, [COMPARE_NO_CODES] = STATUS_USAGE
	};
	struct options options;
	struct ruleset set;
	int status = STATUS_USAGE;

	if (!command_line_parse(&options, FOR_COMPARE, argc, argv))
		return STATUS_USAGE;
	if (options.help) {
		print_help(stdout);
		return STATUS_OK;
	}
	if (argc - options.first_argument != 2) {
		notice("smtpscope compare: expected two codes; see smtpscope compare --help\n");
		return STATUS_USAGE;
	}
	if (ruleset_load(&set, options.rules, options.rules_count))
		status = statuses[compare_codes(set.rules, argv[options.first_argument],
						argv[options.first_argument + 1], options.as_json)];
	ruleset_finish(&set);
	return status;
}
