/* SPDX-License-Identifier: BSD-2-Clause */
#include "command_line.h"

#include "nearest.h"
#include "notice.h"
#include "option_table.h"

#include <getopt.h>
#include <string.h>

enum {
	ROW_VALUE = 256, /* getopt's value of a long option: this and the index of its row */
	HELP_COLUMN = 30,
	HELP_WIDTH = 80,
	LABEL_SIZE = 128,
};

/************ parsing ************/

static const struct option_row *row_of(enum option_command command, int option)
{
	if (option >= ROW_VALUE)
		return &option_table[option - ROW_VALUE];
	for (const struct option_row *row = option_table; row->name; row++)
		if (row->letter == option && (row->commands & command))
			return row;
	return NULL;
}

/* Says what is wrong with the word that getopt stopped at. */
static void complain(enum option_command command, int option, const char *name, const char *word)
{
	const struct option_row *row = optopt ? row_of(command, optopt) : NULL;
	struct nearest nearest = { 0 };
	char text[NEAREST_LENGTH + 1];

	if (!word)
		return;
	if (option == ':') {
		notice("smtpscope %s: no value for %s; see smtpscope %s --help\n", name, word, name);
		return;
	}
	if (row && !option_has_value(row) && strchr(word, '=')) {
		notice("smtpscope %s: --%s takes no value; see smtpscope %s --help\n", name, row->name, name);
		return;
	}
	notice("smtpscope %s: unknown option %s; ", name, word);
	if (strncmp(word, "--", 2) == 0) {
		snprintf(text, sizeof text, "%.*s", (int)strcspn(word + 2, "="), word + 2);
		nearest.word = text;
		for (row = option_table; row->name; row++)
			if (row->commands & command)
				nearest_offer(&nearest, row->name);
	}
	if (nearest.best)
		notice("did you mean --%s? ", nearest.best);
	notice("see smtpscope %s --help\n", name);
}

/* Fills what getopt_long needs from the rows of |command|. */
static void make_tables(enum option_command command, struct option *longs, char *letters)
{
	size_t count = 0;

	*letters++ = ':'; /* tells a missing value from an unknown option */
	for (size_t i = 0; option_table[i].name; i++) {
		const struct option_row *row = &option_table[i];

		if (!(row->commands & command))
			continue;
		longs[count++] = (struct option){ .name = row->name,
						  .has_arg = row->optional	     ? optional_argument
							     : option_has_value(row) ? required_argument
										     : no_argument,
						  .val = ROW_VALUE + (int)i };
		if (row->letter)
			*letters++ = row->letter;
		if (row->letter && option_has_value(row))
			*letters++ = ':';
	}
	longs[count] = (struct option){ 0 };
	*letters = 0;
}

bool command_line_parse(struct options *o, enum option_command command, int argc, char **argv)
{
	struct option longs[OPTION_ROWS_MAX + 1];
	char letters[2 * OPTION_ROWS_MAX + 2];
	int option;

	options_init(o);
	make_tables(command, longs, letters);
	optind = 0; /* a fresh start, whatever was read before */
	opterr = 0;
	while ((option = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct option_row *row = option == '?' || option == ':' ? NULL : row_of(command, option);

		if (!row) {
			complain(command, option, argv[0], argv[optind - 1]);
			return false;
		}
		if (!row->parse(o, row, option_has_value(row) ? optarg : NULL))
			return false;
	}
	o->first_argument = optind;
	return true;
}

/************ help ************/

static void add(char label[static LABEL_SIZE], const char *text)
{
	size_t length = strlen(label);

	snprintf(label + length, LABEL_SIZE - length, "%s", text);
}

/* "  -f, --format text|json" */
static void make_label(char label[static LABEL_SIZE], const struct option_row *row)
{
	const char *word;

	if (row->letter)
		snprintf(label, LABEL_SIZE, "  -%c, --%s", row->letter, row->name);
	else
		snprintf(label, LABEL_SIZE, "      --%s", row->name);
	if (option_has_value(row))
		add(label, " ");
	if (row->argument)
		add(label, row->argument);
	for (size_t i = 0; row->words && (word = row->words(i)); i++) {
		add(label, i ? "|" : "");
		add(label, word);
	}
}

/* Prints |text| from HELP_COLUMN on, broken between words; the line already holds |column| characters. */
static void print_wrapped(FILE *to, const char *text, size_t column)
{
	for (bool first = true; *text; first = false) {
		size_t length = strcspn(text, " ");

		if (first ? column + 1 > HELP_COLUMN : column + 1 + length > HELP_WIDTH) {
			putc('\n', to);
			column = 0;
		}
		if (column < HELP_COLUMN) {
			fprintf(to, "%*s", (int)(HELP_COLUMN - column), "");
			column = HELP_COLUMN;
		} else {
			putc(' ', to);
			column++;
		}
		fprintf(to, "%.*s", (int)length, text);
		column += length;
		text += length + (text[length] == ' ');
	}
	putc('\n', to);
}

void command_line_help(FILE *to, enum option_command command)
{
	for (const struct option_row *row = option_table; row->name; row++) {
		char label[LABEL_SIZE];

		if (!(row->commands & command))
			continue;
		make_label(label, row);
		fputs(label, to);
		print_wrapped(to, row->help, strlen(label));
	}
}
