/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * failure_groups: failed sessions by cause and server, for the summary of a report. Bounded: what does not fit is counted only. A
 * zeroed one is empty.
 */
#ifndef SMTPSCOPE_FAILURE_GROUPS_H
#define SMTPSCOPE_FAILURE_GROUPS_H

#include "page.h"
#include "server_name.h"
#include "verdict.h"

enum {
	GROUP_CAUSES = 128, /* causes that are distinguished */
	GROUP_SERVERS = 32, /* servers that are distinguished for each */
	GROUP_NUMBERS = 3,  /* sessions named for each */
	GROUP_ROWS = 14,    /* lines of the summary */
	GROUP_WORD_SIZE = 48,
};

/* Sessions of one kind: how many, and the lowest numbers. */
struct group_sessions {
	uint64_t count, first[GROUP_NUMBERS];
};

struct group_server {
	struct addr addr;
	char name[SERVER_NAME_MAX + 1]; /* bytes from the wire; "": not known */
	struct group_sessions sessions;
};

struct group_cause {
	char word[GROUP_WORD_SIZE]; /* cause, or the id where the cause says nothing */
	struct group_sessions sessions;
	struct group_server *servers;
	size_t server_count;
	bool more_servers; /* there are further ones */
};

struct failure_groups {
	struct group_cause *causes;
	size_t count;
	struct group_sessions sessions; /* all failed ones */
};

/* Counts a failed session with its verdict. */
void failure_groups_add(struct failure_groups *g, const struct session_facts *session, const struct verdict *v);
void failure_groups_finish(struct failure_groups *g);
/* Writes one line for each group, the largest first; nothing if no session failed. Sorts |g|. */
void failure_groups_page(struct page *p, struct failure_groups *g);
/* "3, 7, 12, +9" */
void group_sessions_text(struct buf *text, const struct group_sessions *sessions);

#endif
