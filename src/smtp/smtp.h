/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * smtp: chunks of TCP connections in, one ordered feed of SMTP events out (RFC 5321 and its extensions). smtp_stream_sink is
 * what the stream stage is given. Does no I/O and reads no clock.
 */
#ifndef SMTPSCOPE_SMTP_H
#define SMTPSCOPE_SMTP_H

#include "chunk.h"
#include "event.h"

struct smtp_config {
	const uint16_t *ports; /* of mail servers; with |any_port| only; the array must outlive the stage */
	size_t port_count;
	bool any_port;	 /* connections of other ports are sessions where their content is SMTP */
	size_t max_hold; /* bytes of one client held while their meaning hangs on a reply; 0: 64 KiB */
};

struct smtp;

/* NULL where memory is short. */
struct smtp *smtp_create(const struct smtp_config *config, smtp_sink *sink, void *context);
void smtp_destroy(struct smtp *smtp);
/* The calls of the stream stage, bound to |smtp|, which must outlive the stream. */
struct stream_sink smtp_stream_sink(struct smtp *smtp);

#endif
