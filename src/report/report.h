/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report: the interface of all output formats. Each file report_<format>.c exports one const struct
 * report_format; their table is generated from the list in this directory's meson.build. The stream records
 * write errors (ferror), which are checked at the end.
 */
#ifndef SMTPSCOPE_REPORT_H
#define SMTPSCOPE_REPORT_H

#include "account.h"
#include "output.h"
#include "record.h"

struct report_config {
	struct output *out;  /* owned by the caller */
	bool color;	     /* escape sequences may be written (text only) */
	bool show_secrets;   /* credentials are not masked */
	bool several_inputs; /* |file| (or |interface|) accompanies every frame */
	bool held;	     /* findings are final when their session ends (RECORD_RAISED comes before) */
	/* nothing else writes to |out|: lines may be kept and written together, at the latest by idle() or summary() (JSON only) */
	bool gather;
	bool live;	       /* several_inputs means interfaces; the number of dropped packets is known */
	unsigned width;	       /* columns of the terminal; 80 if unknown (text only) */
	const uint16_t *ports; /* the examined ports, for the summary; must outlive the report (text only) */
	size_t port_count;
	bool any_port;
	bool full;    /* complete dialogues and sessions with nothing to explain (text only) */
	bool verbose; /* also report commands and events (log only) */
	const char *again; /* "smtpscope read", with the options that determine the sessions; NULL: do not suggest commands */
	const char *inputs; /* the input files, quoted for a shell */
	bool quiet; /* report only stories and the ends of noteworthy sessions (log and JSON; JSON also has the summary) */
	bool numbers_later; /* the report has some of the sessions, and findings are numbered when it is joined with the others (JSON only) */
	struct account *account; /* charged with what is kept of sessions; must outlive the report; NULL: none */
	void *context; /* of a format that shows records itself instead of writing them; else NULL */
};

/* Counts for the whole input, for the last record. */
struct report_summary {
	uint64_t packets, bytes; /* captured frames; their length on the wire */
	uint64_t sessions, replies;
	uint64_t findings[3]; /* by enum severity */
	uint64_t outcomes[5]; /* messages by enum outcome */
	uint64_t evicted_sessions;
	bool selected;		  /* only some sessions were selected */
	uint64_t shown;		  /* how many are shown */
	uint64_t missing_session; /* number of the requested session that does not exist; 0: none */
	bool dropped_known;
	uint64_t dropped_packets;
	const char *const *errors; /* texts, one line each */
	size_t error_count;
};

struct report_format {
	const char *name;
	/* Creates a report. Returns NULL if memory runs out. */
	void *(*create)(const struct report_config *config);
	void (*record)(void *report, const struct record *record);
	/* Several sessions that belong together; NULL: the format does not show stories. */
	void (*story)(void *report, const struct story *story);
	bool joinable; /* the reports of some of the sessions each can be joined (report_config.numbers_later) */
	bool only_replies; /* of the events, record() needs only SMTP_REPLY and SMTP_ENDED; the others may be left out */
	bool wants_raised; /* also receives findings that are not final yet (RECORD_RAISED) */
	/*
	 * The session of |record| is not shown: free what was kept of it. NULL if the format keeps nothing.
	 * Until a session's SMTP_ENDED, record() may write only about that session.
	 */
	void (*drop)(void *report, const struct record *record);
	/* No input comes for now: write what is only held back for the sake of order. NULL: nothing is. */
	void (*idle)(void *report);
	/* The last call but destroy. */
	void (*summary)(void *report, const struct report_summary *summary);
	void (*destroy)(void *report); /* accepts NULL */
};

/* Is the end of this session worth telling although little else is: it has a verdict, or a finding of warning or error? */
bool report_noteworthy(const struct record *ended);

/* Ends with a NULL entry. */
extern const struct report_format *const report_formats[];
/* Returns the format named |name|, or NULL. */
const struct report_format *report_format_find(const char *name);

#endif
