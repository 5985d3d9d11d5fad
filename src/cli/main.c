/* SPDX-License-Identifier: BSD-2-Clause */
#include "commands.h"

#include <stdio.h>
#include <string.h>

static const struct command_entry {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments, *summary;
} COMMANDS[] = {
	{ "read", cmd_read, "[OPTION]... FILE...", "analyze capture files; - is standard input" },
};

static void usage(FILE *to)
{
	fputs("usage:\n", to);
	for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++)
		fprintf(to, "  smtpscope %-8s %-24s %s\n", COMMANDS[i].name, COMMANDS[i].arguments, COMMANDS[i].summary);
	fputs("  smtpscope --help, --version; smtpscope COMMAND --help\n", to);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		usage(stderr);
		return STATUS_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return STATUS_OK;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("smtpscope " SMTPSCOPE_VERSION);
		return STATUS_OK;
	}
	for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++)
		if (strcmp(argv[1], COMMANDS[i].name) == 0)
			return COMMANDS[i].run(argc - 1, argv + 1);
	fprintf(stderr, "smtpscope: there is no command '%s'; see smtpscope --help\n", argv[1]);
	return STATUS_USAGE;
}
