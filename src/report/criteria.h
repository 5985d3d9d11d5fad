/* SPDX-License-Identifier: BSD-2-Clause */
/* criteria: which sessions a user asked for. A session is selected if it meets all that were given. */
#ifndef SMTPSCOPE_CRITERIA_H
#define SMTPSCOPE_CRITERIA_H

#include "addr.h"
#include "buf.h"
#include "line_pattern.h"
#include "tstamp.h"

/* An address, or all whose first |bits| bits are the same. |addr.version| 0: none was given. */
struct network {
	struct addr addr;
	unsigned bits;
};

enum report_only { REPORT_ALL, REPORT_ONLY_FINDINGS, REPORT_ONLY_FAILED };

/* Texts are the caller's and must outlive it; NULL: not given. See criteria_init. */
struct criteria {
	uint64_t session; /* 0: not given */
	enum report_only only;
	struct network client, server;
	const char *server_name;   /* shell pattern */
	const char *from, *to;	   /* shell patterns on addresses; "": the null sender */
	const char *code;	   /* code_pattern.h */
	const char *cause;	   /* cause or id of a finding */
	struct line_pattern *line; /* owned */
	const char *queue_id;
	tstamp since, until; /* TSTAMP_NONE: not given */
};

/* No criterion. */
void criteria_init(struct criteria *c);
void criteria_finish(struct criteria *c);
/* Was any given? */
bool criteria_given(const struct criteria *c);

/*
 * Each of these adds a criterion as a user wrote it. False, and in |error| what it takes ("an address such as ..., not 'x'"), if it
 * is wrong.
 */
typedef bool criteria_setter(struct criteria *c, const char *text, struct buf *error);
bool criteria_client(struct criteria *c, const char *text, struct buf *error);
bool criteria_server(struct criteria *c, const char *text, struct buf *error);
bool criteria_from(struct criteria *c, const char *text, struct buf *error);
bool criteria_to(struct criteria *c, const char *text, struct buf *error);
bool criteria_code(struct criteria *c, const char *text, struct buf *error);
bool criteria_cause(struct criteria *c, const char *text, struct buf *error);
bool criteria_match(struct criteria *c, const char *text, struct buf *error);
bool criteria_queue_id(struct criteria *c, const char *text, struct buf *error);
bool criteria_since(struct criteria *c, const char *text, struct buf *error);
bool criteria_until(struct criteria *c, const char *text, struct buf *error);

/* Is |a| in |n|? */
bool network_has(const struct network *n, const struct addr *a);

#endif
