/* SPDX-License-Identifier: BSD-2-Clause */
/* watch_options: the command line of watch. */
#ifndef SMTPSCOPE_WATCH_OPTIONS_H
#define SMTPSCOPE_WATCH_OPTIONS_H

#include "live.h"
#include "options.h"
#include "tstamp.h"

struct watch_options {
	struct options shared;
	const char *interfaces[LIVE_INTERFACES_MAX];
	size_t interface_count;
	bool list_interfaces;
	const char *replay;   /* a capture file instead of interfaces; NULL: none */
	const char *filter;   /* NULL: none */
	uint64_t buffer_size; /* bytes of each ring; 0: as live has it */
	uint64_t snaplen;     /* bytes; 0: all */
	bool promiscuous;
	const char *user; /* NULL: not given */
	bool quiet;
	uint64_t max_memory; /* bytes that the analysis may hold */
	uint64_t max_sessions;
	uint64_t rotate_size; /* bytes; 0: never */
	tstamp rotate_age;    /* ns; 0: never */
	uint64_t rotate_keep; /* files */
	const char *write;    /* where packets are kept; NULL: nowhere */
	enum report_only write_what;
	const char *metrics; /* ADDRESS:PORT; NULL: none */
	tstamp waiting;	     /* ns; 0: waiting sessions are not reported */
};

/* Reads |argv|; false where it is wrong, and one line on standard error says how. */
bool watch_options_parse(struct watch_options *o, int argc, char **argv);
/* The help of the options that only watch has. */
extern const char watch_options_help[];

#endif
