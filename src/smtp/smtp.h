/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * smtp: dialogues in, one ordered feed of SMTP events out (RFC 5321 and its extensions). The proxy stage calls it through
 * smtp_proxy_sink. Does no I/O and reads no clock.
 */
#ifndef SMTPSCOPE_SMTP_H
#define SMTPSCOPE_SMTP_H

#include "event.h"
#include "proxy.h"

struct smtp_config {
	size_t max_hold; /* bytes of one client held while their meaning hangs on a reply; 0: 64 KiB */
};

struct smtp;

/* NULL where memory is short. */
struct smtp *smtp_create(const struct smtp_config *config, smtp_sink *sink, void *context);
void smtp_destroy(struct smtp *smtp);
/* The calls that the proxy stage makes, bound to |smtp|, which must outlive that stage's streams. */
struct proxy_sink smtp_proxy_sink(struct smtp *smtp);

#endif
