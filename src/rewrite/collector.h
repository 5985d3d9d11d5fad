/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * collector: watches the records of an analysis and marks the packets of each session that the user selected
 * (marks.h): which they are, and which of their bytes are credentials. It relies on the smtp stage for what is a
 * credential, so packets show no more than reports.
 */
#ifndef SMTPSCOPE_COLLECTOR_H
#define SMTPSCOPE_COLLECTOR_H

#include "anonymize.h"
#include "criteria.h"
#include "marks.h"
#include "record.h"

enum {
	COLLECTOR_BYTES = 256 * 1024 * 1024, /* memory of the marks of open sessions */
};

struct collector;

/* Receives the marks of a session that has ended; takes them over (marks_destroy). */
typedef void marks_sink(void *context, struct session_marks *marks, const struct record *record);

struct collector_config {
	const struct criteria *criteria; /* must outlive it */
	bool show_secrets;		 /* nothing is replaced */
	struct disguise *disguise;	 /* anonymizes the sessions; NULL: no. Must outlive the marks */
	marks_sink *sink;
	void *context;
	struct account *account; /* charged with what is kept of sessions; must outlive it; NULL: none */
	uint64_t secret[2];	 /* for the hash of the table */
};

/* Returns NULL if memory runs out. */
struct collector *collector_create(const struct collector_config *config);
/* Accepts NULL. */
void collector_destroy(struct collector *c);
/* A record_sink; |collector| is a struct collector. */
void collector_record(void *collector, const struct record *record);

#endif
