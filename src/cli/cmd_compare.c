/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_compare: smtpscope compare CODE CODE: two codes side by side. */
#include "commands.h"
#include "compare.h"
#include "ruleset.h"

#include <getopt.h>
#include <stdio.h>

static void print_help(FILE *out)
{
	fputs("usage: smtpscope compare [OPTION]... CODE CODE\n\n"
	      "Shows two reply codes (221 250) or enhanced codes (4.7.1 5.7.1) side by side.\n\n"
	      "  --rules DIR  add or override rules; may be given several times\n"
	      "  -h, --help   print this and exit\n\n"
	      "Exit status: 0 both are known, 1 a code is not known, 2 wrong usage,\n"
	      "3 output could not be written.\n",
	      out);
}

/* Reads the options. Returns a status to exit with, or -1 to go on. */
static int read_options(struct ruleset *set, int argc, char **argv)
{
	static const struct option options[] = {
		{ "rules", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (option) {
		case 'r':
			if (!ruleset_add(set, optarg))
				return STATUS_USAGE;
			break;
		case 'h':
			print_help(stdout);
			return STATUS_OK;
		default:
			fprintf(stderr, "smtpscope compare: %s %s; see smtpscope compare --help\n",
				option == ':' ? "no value for" : "unknown option", argv[optind - 1]);
			return STATUS_USAGE;
		}
	}
	if (argc - optind != 2) {
		fputs("smtpscope compare: expected two codes; see smtpscope compare --help\n", stderr);
		return STATUS_USAGE;
	}
	return -1;
}

int cmd_compare(int argc, char **argv)
{
	static const int statuses[] = {
		[COMPARE_OK] = STATUS_OK, [COMPARE_UNKNOWN] = STATUS_FOUND, [COMPARE_NO_CODES] = STATUS_USAGE
	};
	struct ruleset set;
	int status;

	ruleset_init(&set);
	ruleset_add_system(&set);
	status = read_options(&set, argc, argv);
	if (status < 0)
		status = statuses[compare_codes(set.rules, argv[optind], argv[optind + 1])];
	ruleset_finish(&set);
	return status;
}
