/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * cut: writes the packets of selected sessions to a file, in two passes: the first analyzes all packets and marks
 * those of the sessions (cut_record), the second goes over the same packets again and writes them (cut_push).
 */
#ifndef SMTPSCOPE_CUT_H
#define SMTPSCOPE_CUT_H

#include "criteria.h"
#include "description.h"
#include "disguise.h"
#include "frame.h"
#include "record.h"

#include <stdio.h>

enum {
	CUT_SESSIONS_BYTES = 512 * 1024 * 1024, /* memory of the marks of selected sessions */
};

struct cut;

struct cut_config {
	FILE *out;			 /* owned by the caller; NULL: no file is written */
	bool pcapng;			 /* its format, else pcap */
	const struct criteria *criteria; /* selects the sessions; must outlive it */
	bool show_secrets;		 /* credentials stay */
	bool keys;			 /* pcapng: TLS secrets of the inputs, too */
	const char *program;		 /* what wrote the file */
	struct disguise *disguise; /* anonymizes the packets, without comments; NULL: no. Must outlive it */
	frame_sink *also;	   /* receives the packets that are written, too; may be NULL */
	void *also_context;
	struct account *account; /* charged with what is kept of sessions; must outlive it; NULL: none */
};

/* Returns NULL if memory runs out. */
struct cut *cut_create(const struct cut_config *config);
/* Accepts NULL. */
void cut_destroy(struct cut *c);

/* The first pass: sinks for records, descriptions and TLS secrets; |cut| is a struct cut. */
void cut_record(void *cut, const struct record *record);
void cut_describe(void *cut, const struct description *description);
void cut_secrets(void *cut, struct span lines);

/* Begins the second pass. Returns false if memory runs out. */
bool cut_begin(struct cut *c);
/* A frame_sink; |cut| is a struct cut. */
void cut_push(void *cut, const struct frame *frame);
/* Ends it. Returns false if the file could not be written (errno). */
bool cut_finish(struct cut *c);
/* Returns one line about what is missing in the file, by index from 0; NULL past the last. */
const char *cut_loss(struct cut *c, size_t index);

#endif
