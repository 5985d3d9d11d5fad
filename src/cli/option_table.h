/* SPDX-License-Identifier: BSD-2-Clause */
/* option_table: every option of every command, one row each. Help, parsing, suggestions and the manual's check follow from it. */
#ifndef SMTPSCOPE_OPTION_TABLE_H
#define SMTPSCOPE_OPTION_TABLE_H

#include "option_values.h"
#include "options.h"

enum { OPTION_ROWS_MAX = 64 };

struct option_row {
	const char *name;     /* without its dashes; unique within each command */
	char letter;	      /* short form; 0: none */
	const char *argument; /* what the help calls its value; NULL: it takes none, or one of |words| */
	option_words *words;  /* the values it takes; NULL: any that |parse| accepts */
	const char *help;     /* one sentence fragment */
	unsigned commands;    /* of enum option_command: which take it */
	/* Takes |value|, NULL for options without one. False, and a line on standard error, if it is wrong. */
	bool (*parse)(struct options *o, const struct option_row *row, const char *value);
	criteria_setter *criterion; /* of options that select sessions; else NULL */
	bool optional;		    /* the value may be left out; if given, it follows "=" */
};

/* Ends with a row whose name is NULL. At most OPTION_ROWS_MAX rows. */
extern const struct option_row option_table[];

/* Does the option take a value? */
static inline bool option_has_value(const struct option_row *row)
{
	return row->argument || row->words;
}

#endif
