/* SPDX-License-Identifier: BSD-2-Clause */
/* options: the command line that read and watch share. */
#ifndef SMTPSCOPE_OPTIONS_H
#define SMTPSCOPE_OPTIONS_H

#include "finding.h"
#include "report.h"

enum { OPTIONS_PORTS_MAX = 1024, OPTIONS_RULES_MAX = 16 };

struct options {
	const struct report_format *format;
	const char *output;           /* NULL: standard output */
	uint16_t ports[OPTIONS_PORTS_MAX];
	size_t port_count;
	bool any_port;
	const char *rules[OPTIONS_RULES_MAX]; /* directories, in order */
	size_t rules_count;
	uint64_t session;             /* 0: all */
	enum report_only only;
	bool fail;                    /* --fail-on was given: */
	enum severity fail_on;
	bool show_secrets;
	enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color;
	const char *keylog;           /* NULL: none */
	bool help;
	int first_file;               /* index in argv of the first argument that is no option */
};

/* Reads |argv|; false where it is wrong, and one line on standard error says how. */
bool options_parse(struct options *o, int argc, char **argv);
/* The options' part of a help text, one a line. */
extern const char options_help[];

#endif
