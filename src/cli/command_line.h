/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * command_line: reads the command lines of all commands in one loop, from one table (option_table.c). A new option is a row there
 * and an entry in the manual page.
 */
#ifndef SMTPSCOPE_COMMAND_LINE_H
#define SMTPSCOPE_COMMAND_LINE_H

#include "options.h"

/* Reads |argv|, whose first word is the name of |command|. False if it is wrong; one line on standard error says why. */
bool command_line_parse(struct options *o, enum option_command command, int argc, char **argv);
/* Prints the options of |command|, one entry each. */
void command_line_help(FILE *to, enum option_command command);

#endif
