/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report: what every output format offers. One file a format exports one const struct report_format; the table of them is
 * generated from the word in this folder's meson.build. Writing errors are kept by the stream (ferror) and checked at the end.
 */
#ifndef SMTPSCOPE_REPORT_H
#define SMTPSCOPE_REPORT_H

#include "output.h"
#include "record.h"

struct report_config {
	struct output *out;  /* the caller's */
	bool color;	     /* escape sequences may be written (text only) */
	bool show_secrets;   /* credentials are written as they are */
	bool several_inputs; /* |file| (or |interface|) stands beside every frame */
	bool held;	     /* findings are settled when their session ends (RECORD_RAISED comes before) */
	bool live;	     /* several_inputs means interfaces; dropped packets are known */
	unsigned width;	     /* columns of the terminal; 80 where unknown (text only) */
	const uint16_t *ports; /* where sessions were looked for, for the summary; has to outlive the report (text only) */
	size_t port_count;
	bool any_port;
	bool verbose; /* commands too, and what nobody said (log only) */
	bool quiet;   /* findings and nothing else (log and JSON; JSON has its summary still) */
};

/* Figures of the whole input, for the last record. */
struct report_summary {
	uint64_t packets, bytes; /* captured frames; their length on the wire */
	uint64_t sessions, replies;
	uint64_t findings[3]; /* by enum severity */
	uint64_t outcomes[5]; /* messages by enum outcome */
	uint64_t evicted_sessions;
	bool selected;		  /* only some sessions were asked for: */
	uint64_t shown;		  /* how many are shown */
	uint64_t missing_session; /* the number of the one that was asked for and does not exist; 0: none */
	bool dropped_known;
	uint64_t dropped_packets;
	const char *const *errors; /* texts, one line each */
	size_t error_count;
};

struct report_format {
	const char *name;
	/* A new report; NULL where memory is short. */
	void *(*create)(const struct report_config *config);
	void (*record)(void *report, const struct record *record);
	/* Several sessions that belong together; NULL: the format has no place for stories. */
	void (*story)(void *report, const struct story *story);
	bool wants_raised; /* it is also shown findings that are not settled yet (RECORD_RAISED) */
	/*
	 * The session of |record| ends for the report without being shown: give back what was kept of it. NULL if the format keeps
	 * nothing. Until a session's SMTP_ENDED, record() may write only about that session.
	 */
	void (*drop)(void *report, const struct record *record);
	/* The last call but destroy. */
	void (*summary)(void *report, const struct report_summary *summary);
	void (*destroy)(void *report); /* NULL is fine */
};

/* Ends with a NULL entry. */
extern const struct report_format *const report_formats[];
/* The format called |name|, or NULL. */
const struct report_format *report_format_find(const char *name);

#endif
