/* SPDX-License-Identifier: BSD-2-Clause */
/* criteria: the criteria by which a user selects sessions. A session is selected if it meets all of them. */
#ifndef SMTPSCOPE_CRITERIA_H
#define SMTPSCOPE_CRITERIA_H

#include "addr.h"
#include "buf.h"
#include "line_pattern.h"
#include "tstamp.h"

/* An address, or all addresses with the same first |bits| bits. |addr.version| 0: not given. */
struct network {
	struct addr addr;
	unsigned bits;
};

struct flow;

enum report_only { REPORT_ALL, REPORT_ONLY_FINDINGS, REPORT_ONLY_FAILED };

/* Strings belong to the caller and must outlive it; NULL: not given. See criteria_init. */
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
	/* Sessions chosen one by one; |chooses| NULL: not given. */
	bool (*chooses)(const void *chosen, const struct flow *flow);
	const void *chosen;
};

/* Initializes it without criteria. */
void criteria_init(struct criteria *c);
void criteria_finish(struct criteria *c);
/* Returns whether any criterion was given. */
bool criteria_given(const struct criteria *c);

/*
 * Each of these adds a criterion from the user's text. Returns false, and the expected form in |error|
 * ("takes an address such as ..., not 'x'"), if it is invalid.
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

/* Returns whether |a| is in |n|. */
bool network_has(const struct network *n, const struct addr *a);

#endif
