/* SPDX-License-Identifier: BSD-2-Clause */
/* make_completions: writes the completion of a shell from the table of options, while the program is built. */
#include "option_table.h"

#include <stdio.h>
#include <string.h>

static const struct {
	enum option_command bit;
	const char *name, *summary;
} commands[] = {
	{ FOR_READ, "read", "analyze capture files" },
	{ FOR_WATCH, "watch", "analyze live traffic" },
	{ FOR_EXPLAIN, "explain", "explain a code or a complete reply" },
	{ FOR_COMPARE, "compare", "compare two codes" },
	{ FOR_DIFF, "diff", "compare two captures of the same sessions" },
	{ FOR_RULES, "rules", "list, validate and test the rules" },
};
enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static bool takes_file(const struct option_row *row)
{
	return row->argument && strcmp(row->argument, "FILE") == 0;
}

static bool takes_directory(const struct option_row *row)
{
	return row->argument && strcmp(row->argument, "DIR") == 0;
}

static bool takes_interface(const struct option_row *row)
{
	return strcmp(row->name, "interface") == 0;
}

static void put_words(const struct option_row *row)
{
	const char *word;

	for (size_t i = 0; (word = row->words(i)); i++)
		printf("%s%s", i ? " " : "", word);
}

/* Text in single quotes; |also| are characters that need a backslash there. */
static void put_quoted(const char *text, const char *also)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else
			printf("%s%c", strchr(also, *text) ? "\\" : "", *text);
	}
}

/************ bash ************/

static void bash_values(const char *command, const struct option_row *row)
{
	printf("\t%s,--%s", command, row->name);
	if (row->letter)
		printf("|%s,-%c", command, row->letter);
	fputs(") ", stdout);
	if (row->words) {
		fputs("COMPREPLY=($(compgen -W \"", stdout);
		put_words(row);
		fputs("\" -- \"$cur\")); return ;;\n", stdout);
	} else if (takes_file(row)) {
		puts("COMPREPLY=($(compgen -f -- \"$cur\")); return ;;");
	} else if (takes_directory(row)) {
		puts("COMPREPLY=($(compgen -d -- \"$cur\")); return ;;");
	} else if (takes_interface(row)) {
		puts("COMPREPLY=($(compgen -W \"any $(ls /sys/class/net 2>/dev/null)\" -- \"$cur\")); return ;;");
	} else {
		puts("return ;;");
	}
}

static void bash_options(size_t command)
{
	printf("\t%s) options=\"", commands[command].name);
	for (const struct option_row *row = option_table; row->name; row++) {
		if (!(row->commands & commands[command].bit))
			continue;
		printf("--%s ", row->name);
		if (row->letter)
			printf("-%c ", row->letter);
	}
	puts("\" ;;");
}

static void bash(void)
{
	puts("# bash completion of smtpscope, made from its table of options\n"
	     "_smtpscope() {\n"
	     "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]} options=\n"
	     "\tCOMPREPLY=()\n"
	     "\tif [ \"$COMP_CWORD\" -eq 1 ]; then");
	fputs("\t\tCOMPREPLY=($(compgen -W \"", stdout);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		printf("%s ", commands[i].name);
	puts("help --help --version\" -- \"$cur\") $(compgen -f -- \"$cur\"))\n"
	     "\t\treturn\n"
	     "\tfi\n"
	     "\tcase \"$command,$prev\" in");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		for (const struct option_row *row = option_table; row->name; row++)
			if ((row->commands & commands[i].bit) && option_has_value(row))
				bash_values(commands[i].name, row);
	puts("\trules,rules)\n"
	     "\t\tcase \"$cur\" in\n"
	     "\t\t-*) ;;\n"
	     "\t\t*) COMPREPLY=($(compgen -W \"list check test\" -- \"$cur\")); return ;;\n"
	     "\t\tesac ;;\n"
	     "\tesac\n"
	     "\tcase \"$command\" in");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		bash_options(i);
	fputs("\thelp) COMPREPLY=($(compgen -W \"", stdout);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		printf("%s ", commands[i].name);
	puts("\" -- \"$cur\")); return ;;\n"
	     "\tesac\n"
	     "\tcase \"$cur\" in\n"
	     "\t-*) COMPREPLY=($(compgen -W \"$options\" -- \"$cur\")) ;;\n"
	     "\t*) COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
	     "\tesac\n"
	     "}\n"
	     "complete -o filenames -F _smtpscope smtpscope");
}

/************ zsh ************/

static void zsh_option(const struct option_row *row)
{
	const char *const names[] = { "--", row->letter ? "-" : NULL };

	for (size_t i = 0; i < 2 && names[i]; i++) {
		printf("\t\t\t'*%s", names[i]);
		if (i == 0)
			fputs(row->name, stdout);
		else
			putchar(row->letter);
		putchar('[');
		put_quoted(row->help, "[]:\\");
		putchar(']');
		if (row->words) {
			fputs(":value:(", stdout);
			put_words(row);
			putchar(')');
		} else if (takes_file(row)) {
			fputs(":file:_files", stdout);
		} else if (takes_directory(row)) {
			fputs(":directory:_files -/", stdout);
		} else if (takes_interface(row)) {
			fputs(":interface:(any ${(f)\"$(ls /sys/class/net 2>/dev/null)\"})", stdout);
		} else if (row->argument) {
			fputs(":value: ", stdout);
		}
		puts("' \\");
	}
}

static void zsh(void)
{
	puts("#compdef smtpscope\n"
	     "# zsh completion of smtpscope, made from its table of options\n"
	     "_smtpscope() {\n"
	     "\tlocal -a commands\n"
	     "\tcommands=(");
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		printf("\t\t'%s:", commands[i].name);
		put_quoted(commands[i].summary, ":");
		puts("'");
	}
	puts("\t\t'help:print the help of a command'\n"
	     "\t)\n"
	     "\tif (( CURRENT == 2 )); then\n"
	     "\t\t_describe command commands\n"
	     "\t\t_files\n"
	     "\t\treturn\n"
	     "\tfi\n"
	     "\tlocal command=$words[2]\n"
	     "\tshift words\n"
	     "\t(( CURRENT-- ))\n"
	     "\tcase $command in");
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		printf("\t%s)\n\t\t_arguments -S \\\n", commands[i].name);
		for (const struct option_row *row = option_table; row->name; row++)
			if (row->commands & commands[i].bit)
				zsh_option(row);
		puts(commands[i].bit == FOR_RULES ? "\t\t\t'1:what:(list check test)' '*:directory:_files -/' ;;"
						  : "\t\t\t'*:file:_files' ;;");
	}
	puts("\thelp) _describe command commands ;;\n"
	     "\tesac\n"
	     "}\n"
	     "_smtpscope \"$@\"");
}

/************ fish ************/

static void fish_option(size_t command, const struct option_row *row)
{
	printf("complete -c smtpscope -n '__fish_seen_subcommand_from %s' -l %s", commands[command].name,
	       row->name);
	if (row->letter)
		printf(" -s %c", row->letter);
	if (row->words) {
		fputs(" -x -a '", stdout);
		put_words(row);
		putchar('\'');
	} else if (takes_interface(row)) {
		fputs(" -x -a '(echo any; ls /sys/class/net 2>/dev/null)'", stdout);
	} else if (takes_directory(row)) {
		fputs(" -x -a '(__fish_complete_directories)'", stdout);
	} else if (option_has_value(row)) {
		fputs(takes_file(row) ? " -r" : " -x", stdout);
	}
	/* In fish, a backslash escapes a quote inside single quotes. */
	fputs(" -d '", stdout);
	for (const char *text = row->help; *text; text++)
		printf("%s%c", strchr("'\\", *text) ? "\\" : "", *text);
	puts("'");
}

static void fish(void)
{
	puts("# fish completion of smtpscope, made from its table of options");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		printf("complete -c smtpscope -n __fish_use_subcommand -a %s -d '%s'\n", commands[i].name,
		       commands[i].summary);
	puts("complete -c smtpscope -n __fish_use_subcommand -l help -s h -d 'print a summary'\n"
	     "complete -c smtpscope -n __fish_use_subcommand -l version -s V -d 'print the version'\n"
	     "complete -c smtpscope -n '__fish_seen_subcommand_from rules' -a 'list check test'");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		for (const struct option_row *row = option_table; row->name; row++)
			if (row->commands & commands[i].bit)
				fish_option(i, row);
}

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "bash") == 0)
		bash();
	else if (argc == 2 && strcmp(argv[1], "zsh") == 0)
		zsh();
	else if (argc == 2 && strcmp(argv[1], "fish") == 0)
		fish();
	else
		return 2;
	return ferror(stdout) || fflush(stdout) ? 1 : 0;
}
