/* SPDX-License-Identifier: BSD-2-Clause */
/* made: a session made by hand, whose records go into a report as the annotate stage would hand them over. */
#ifndef SMTPSCOPE_MADE_H
#define SMTPSCOPE_MADE_H

#include "buf.h"
#include "ledger.h"
#include "selection.h"
#include "verdict.h"

enum { MADE_LINES = 600, MADE_ERRORS = 32 };

struct made {
	const struct report_format *format;
	struct report_config config;
	void *report;
	struct output output;
	struct criteria criteria; /* none at first; to be set before the first session */
	struct selection *selection;
	char *errors[MADE_ERRORS]; /* what the selection had to give up */
	char *text;		   /* what was written; valid after made_text */
	size_t length;
	bool ended;
	struct report_summary summary;

	/* the session that is going on */
	struct flow flow;
	struct session_facts session;
	struct secret_set secrets;
	void *attachment;
	uint64_t findings[3];
	uint64_t sessions, frames, finding_count;
	tstamp now;
	struct verdict verdict; /* handed over with the session's end; |failed| follows from the outcome if it is not set */
	struct ledger ledger; /* likewise */

	/* what the last calls left behind */
	struct command command;
	struct reply reply;
	struct span lines[MADE_LINES];
	struct exchange exchange;
	struct annotation annotation;
	enum phase phase;
};

/* A report in |format|; |config| may be NULL; its |out| is ours. */
void made_init(struct made *m, const char *format, const struct report_config *config);
/* Ends the report with its summary and returns all that was written, until made_finish. */
const char *made_text(struct made *m);
void made_finish(struct made *m);

/* A new session from 192.0.2.10 to 192.0.2.25 port 25. */
void made_open(struct made *m);
/* A line of the client, 10 ms later. "." is the end of data. */
void made_command(struct made *m, const char *line);
void made_command_bytes(struct made *m, struct span line);
/* A line that is a credential from |secret_at| on; the credential is remembered. */
void made_secret(struct made *m, const char *line, size_t secret_at);
/* The server's answer to the last command, 20 ms later: "250-a\n250 b", each line with its code. |name| may be NULL. */
void made_reply(struct made *m, const char *text, const char *name);
void made_reply_bytes(struct made *m, unsigned code, struct span line, const char *name);
/* The same as a greeting; and as a reply to nothing. */
void made_greeting(struct made *m, const char *text);
void made_unasked(struct made *m, const char *text, const char *name);
/* A finding about the last reply. */
void made_finding(struct made *m, const char *id, const char *cause, enum severity severity, uint64_t root);
/* Any other event of the session, its kind and figures set by the caller. */
void made_event(struct made *m, struct smtp_event event);
/* A settled message, accepted, with |recipients|, the rejected ones first. It joins the session's messages. */
void made_message(struct made *m, size_t recipients, size_t rejected);
void made_end(struct made *m, enum session_outcome outcome);

#endif
