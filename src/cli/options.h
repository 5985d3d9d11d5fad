/* SPDX-License-Identifier: BSD-2-Clause */
/* options: what the command line of any command asks for. */
#ifndef SMTPSCOPE_OPTIONS_H
#define SMTPSCOPE_OPTIONS_H

#include "criteria.h"
#include "finding.h"
#include "found.h"
#include "live.h"
#include "report.h"

#include <stdio.h>

/* The commands, as bits. */
enum option_command {
	FOR_READ = 1,
	FOR_WATCH = 2,
	FOR_EXPLAIN = 4,
	FOR_COMPARE = 8,
	FOR_RULES = 16,
	FOR_TOP = 32,
	FOR_DIFF = 64,
};

enum { OPTIONS_PORTS_MAX = 1024, OPTIONS_RULES_MAX = 16, OPTIONS_JOBS_MAX = 16 };

/* Texts are those of argv. What a command does not take keeps its default. */
struct options {
	bool help;
	int first_argument; /* index in argv of the first argument that is not an option */

	const struct report_format *format;
	const char *output; /* NULL: standard output */
	uint16_t ports[OPTIONS_PORTS_MAX];
	size_t port_count;
	bool any_port;
	const char *rules[OPTIONS_RULES_MAX]; /* directories, in order */
	size_t rules_count;
	struct criteria criteria; /* which sessions */
	bool fail;		  /* --fail-on was given: */
	enum severity fail_on;
	bool show_secrets;
	enum { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } color;
	const char *keylog; /* NULL: none */
	bool verbose;
	bool full;
	bool no_pager;

	/* watch */
	const char *interfaces[LIVE_INTERFACES_MAX];
	size_t interface_count;
	bool list_interfaces;
	const char *replay;   /* a capture file instead of interfaces; NULL: none */
	const char *filter;   /* NULL: none */
	uint64_t buffer_size; /* bytes of each ring; 0: the default of live.h */
	uint64_t snaplen;     /* bytes; 0: all */
	bool promiscuous;
	const char *user; /* NULL: not given */
	bool quiet;
	bool jobs_given;     /* --jobs was; otherwise read chooses */
	uint64_t jobs;	     /* threads that analyze sessions; 0: the one that reads */
	bool memory_given;   /* --max-memory was; read has a default of its own */
	uint64_t max_memory; /* bytes that the analysis may hold */
	uint64_t max_sessions;
	uint64_t rotate_size;	   /* bytes; 0: never */
	tstamp rotate_age;	   /* ns; 0: never */
	uint64_t rotate_keep;	   /* files */
	const char *write;	   /* where packets are kept; NULL: nowhere */
	bool anonymize;		   /* names and addresses are replaced in all outputs, */
	const char *anonymize_key; /* with the key in this file; NULL: a random one */
	bool anonymize_providers;  /* marks of providers, too */
	bool write_keys;	   /* with the TLS secrets of the inputs */
	enum report_only write_what;
	bool keys_from_host;
	const char *keylog_write; /* NULL: keys are not written */
	const char *metrics;	  /* ADDRESS:PORT; NULL: none */
	tstamp waiting;		  /* ns; 0: waiting sessions are not reported */

	/* diff */
	uint64_t sessions[2]; /* numbers; 0: not given */
	size_t session_count;

	/* explain */
	bool as_json;
	char question[FOUND_QUESTION_SIZE]; /* what was answered; "": not given */
};

/* The defaults. */
void options_init(struct options *o);
/* May escape sequences be written to |out|? */
bool options_use_color(const struct options *o, FILE *out);
/* The columns of a report that is written to |out|: COLUMNS, otherwise those of the terminal; 80 if it is not one. */
unsigned options_width(FILE *out);

#endif
