/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * smtp: reads dialogues and produces one ordered sequence of SMTP events (RFC 5321 and its extensions). The
 * proxy stage calls it through smtp_proxy_sink. Does no I/O and reads no clock.
 */
#ifndef SMTPSCOPE_SMTP_H
#define SMTPSCOPE_SMTP_H

#include "event.h"
#include "proxy.h"
#include "tls_workspace.h"

struct smtp_config {
	size_t max_hold; /* bytes of one client held while their meaning depends on a reply; 0: 64 KiB */
	struct account *account; /* charged with what is kept of sessions; must outlive the stage; NULL: none */
	struct tls_workspace *tls; /* opens TLS with its keys; must outlive the stage; NULL: TLS is not opened */
	/*
	 * An event with this attachment will come soon: fetch what it needs into the cache, as expect of a stream_sink does. NULL: not wanted.
	 */
	void (*expect)(const void *attachment, unsigned step);
};

struct smtp;

/* Returns NULL if memory runs out. */
struct smtp *smtp_create(const struct smtp_config *config, smtp_sink *sink, void *context);
void smtp_destroy(struct smtp *smtp);
/* Compiles the patterns of lines, which are otherwise compiled when they are first used. Returns false if memory runs out. */
bool smtp_prepare(struct smtp *smtp);
/* Packet time has advanced to |now| without a packet. */
void smtp_flush(struct smtp *smtp, tstamp now);
/* The calls that the proxy stage makes, bound to |smtp|, which must outlive that stage's streams. */
struct proxy_sink smtp_proxy_sink(struct smtp *smtp);

#endif
