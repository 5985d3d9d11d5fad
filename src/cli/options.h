/* SPDX-License-Identifier: BSD-2-Clause */
/* options: the command line that read and watch share. */
#ifndef SMTPSCOPE_OPTIONS_H
#define SMTPSCOPE_OPTIONS_H

#include "finding.h"
#include "report.h"

enum { OPTIONS_PORTS_MAX = 1024, OPTIONS_RULES_MAX = 16 };

struct options {
	const struct report_format *format;
	const char *output; /* NULL: standard output */
	uint16_t ports[OPTIONS_PORTS_MAX];
	size_t port_count;
	bool any_port;
	const char *rules[OPTIONS_RULES_MAX]; /* directories, in order */
	size_t rules_count;
	uint64_t session; /* 0: all */
	enum report_only only;
	bool fail; /* --fail-on was given: */
	enum severity fail_on;
	bool show_secrets;
	enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color;
	const char *keylog; /* NULL: none */
	bool verbose;	    /* commands too (log) */
	bool help;
	int first_file; /* index in argv of the first argument that is no option */
};

/* Reads |argv|; false where it is wrong, and one line on standard error says how. */
bool options_parse(struct options *o, int argc, char **argv);

/*
 * Where --keylog was given: can it be read? Says on standard error that it is not used yet, or why it cannot be read (false).
 */
bool options_check_keylog(const struct options *o);

/* Options that one command has beyond these; values of |options| from OPTIONS_MORE on, letters of |letters| as themselves. */
enum { OPTIONS_MORE = 2000, OPTIONS_MORE_MAX = 32 };
struct option;
struct options_more {
	const struct option *options; /* as getopt_long has them; the last is zeroed */
	const char *letters;	      /* as getopt has them */
	/* Takes one; false, and a line on standard error, where its value is wrong. */
	bool (*take)(void *context, int option, const char *value);
	void *context;
};
/* As options_parse, with those of |more| too. */
bool options_parse_more(struct options *o, int argc, char **argv, const struct options_more *more);
/*
 * Reads a whole number from |least| to |most|; false, and a line on standard error that names the option, where |text| is none.
 */
bool options_number(const char *option, const char *text, uint64_t least, uint64_t most, uint64_t *value);
/* The index of |word| in |list|, which NULL ends; -1, and a line on standard error, where it is not in it. */
int options_choice(const char *option, const char *word, const char *const list[]);
/* The options' part of a help text, one a line. */
extern const char options_help[];

#endif
