/* SPDX-License-Identifier: BSD-2-Clause */
#include "commands.h"
#include "file_kind.h"
#include "nearest.h"
#include "notice.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct command_entry {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments, *summary;
};

static const struct command_entry COMMANDS[] = {
	{ "read", cmd_read, "[OPTION]... FILE...", "analyze capture files; - is standard input" },
	{ "watch", cmd_watch, "[OPTION]... -i INTERFACE", "analyze live traffic until interrupted" },
#ifdef SMTPSCOPE_TOP
	{ "top", cmd_top, "[OPTION]... -i INTERFACE|FILE", "show sessions full-screen, live or of files" },
#endif
	{ "explain", cmd_explain, "[OPTION]... CODE|TEXT|FILE...",
	  "explain a code, a reply, or a text with replies" },
	{ "diff", cmd_diff, "[OPTION]... A B", "compare two captures of the same sessions" },
	{ "compare", cmd_compare, "[OPTION]... CODE CODE", "compare two codes" },
	{ "rules", cmd_rules, "list|check|test [DIR]...", "list, validate and test the rules" },
};

static void usage(FILE *to)
{
	fputs("usage:\n", to);
	for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++)
		fprintf(to, "  smtpscope %-8s %-24s %s\n", COMMANDS[i].name, COMMANDS[i].arguments,
			COMMANDS[i].summary);
	fputs("  smtpscope FILE                            read a capture, or explain a text\n"
	      "  smtpscope -h, --help, -V, --version; smtpscope COMMAND --help or smtpscope help COMMAND\n"
	      "\n"
	      "Exit status: 0 fine, 1 something was found or a code is not known, 2 wrong usage,\n"
	      "3 an input could not be read completely, or output could not be written.\n",
	      to);
}

/* What was printed has to have arrived. */
static int printed(int status)
{
	if (status == STATUS_DAMAGED || (fflush(stdout) == 0 && !ferror(stdout)))
		return status;
	notice("smtpscope: standard output: %s\n", strerror(errno));
	return STATUS_DAMAGED;
}

/* Reads a capture, or explains a text. |argv| begins with the file, without a command. */
static int run_file(int argc, char **argv)
{
	int text = file_kind(argv[0]) == FILE_KIND_TEXT;
	char read[] = "read", explain[] = "explain", input[] = "-";
	char **words = calloc((size_t)argc + 2, sizeof *words);
	int status = STATUS_DAMAGED;

	if (!words) {
		notice("smtpscope: out of memory\n");
		return status;
	}
	words[0] = text ? explain : read;
	memcpy(words + 1, argv, (size_t)argc * sizeof *words);
	if (!text)
		status = printed(cmd_read(argc + 1, words));
	else if (freopen(argv[0], "r", stdin))
		words[1] = input, status = printed(cmd_explain(argc + 1, words));
	else
		notice("smtpscope: %s: %s\n", argv[0], strerror(errno));
	free(words);
	return status;
}

static int run(const char *name, int argc, char **argv)
{
	struct nearest nearest = { .word = name };

	for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++) {
		if (strcmp(name, COMMANDS[i].name) == 0)
			return printed(COMMANDS[i].run(argc, argv));
		nearest_offer(&nearest, COMMANDS[i].name);
	}
	/* A file alone says what is wanted: its name stands where the command does, so that options can follow. */
	if (strcmp(name, "-") == 0 || file_kind(name) != FILE_KIND_NONE)
		return run_file(argc, argv);
	notice("smtpscope: there is no command or file '%s'; ", name);
	if (nearest.best)
		notice("did you mean %s? ", nearest.best);
	notice("see smtpscope --help\n");
	return STATUS_USAGE;
}

int main(int argc, char **argv)
{
	char help[] = "--help";

	/* A file that may not grow further is an error of write, like a full disk. */
	signal(SIGXFSZ, SIG_IGN);
	if (argc < 2) {
		usage(stderr);
		return STATUS_USAGE;
	}
	if (strcmp(argv[1], "help") == 0 && argc > 2)
		return run(argv[2], 2, (char *[]){ argv[2], help, NULL });
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
		usage(stdout);
		return printed(STATUS_OK);
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		puts("smtpscope " SMTPSCOPE_VERSION);
		return STATUS_OK;
	}
	return run(argv[1], argc - 1, argv + 1);
}
