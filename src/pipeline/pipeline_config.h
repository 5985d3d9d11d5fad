/* SPDX-License-Identifier: BSD-2-Clause */
/* pipeline_config: what a pipeline is to examine, and what it writes. */
#ifndef SMTPSCOPE_PIPELINE_CONFIG_H
#define SMTPSCOPE_PIPELINE_CONFIG_H

#include "criteria.h"
#include "packet_trace.h"
#include "record.h"
#include "report.h"
#include "rules.h"
#include "segment.h"
#include "tls_workspace.h"

/* Also receives what passes through; each call may be NULL. */
struct pipeline_observer {
	void *context;
	record_sink *record; /* each record, before it is reported */
	/* each segment, after the records that it caused; NULL for an IP fragment whose datagram is incomplete */
	void (*segment)(void *context, const struct segment *segment, const struct packet_trace *trace);
	tls_secret_sink *secret; /* each TLS secret that opened a record of a session, once */
};

struct pipeline_config {
	const uint16_t *ports; /* TCP ports of mail servers; copied */
	size_t port_count;
	bool any_port;
	const struct report_format *format;
	const struct rules *rules;	 /* must outlive the pipeline */
	const struct criteria *criteria; /* selects the sessions to report; must outlive the pipeline */
	FILE *out;			 /* owned by the caller */
	struct report_config report;	 /* its |out| is set here */
	bool keys_may_come;		 /* TLS secrets may be added after packets that they belong to */
	tstamp waiting;	     /* ns after which pipeline_flush reports waiting sessions; 0: never */
	size_t max_sessions; /* sessions kept at once; 0: as many as the memory allows */
	size_t max_memory;   /* bytes that everything that grows with the input may use; 0: no limit */
	size_t jobs; /* threads that analyze sessions, as --jobs counts them; 0: the one that reads alone, also with an observer or |any_port| */
	const struct pipeline_observer *observer; /* must outlive the pipeline; NULL: none */
};

#endif
