/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * log_line: lines of logs of mail servers, in the forms in which they are stored and printed: syslog (RFC 3164, RFC 5424), the journal of
 * systemd (all outputs of journalctl, JSON and export included), ISO 8601, Exim, the queue listings of Postfix, Sendmail and Exim, and any of
 * these behind the file name and line number that grep prints.
 */
#ifndef SMTPSCOPE_LOG_LINE_H
#define SMTPSCOPE_LOG_LINE_H

#include "buf.h"

enum { LOG_MESSAGE_KEPT = 16 * 1024 /* bytes of a message of the journal as JSON */ };

/* Returns whether |line| is an entry of a log or of a queue listing, or begins one. */
bool is_log_line(struct span line);
/*
 * Returns |line| without what grep put before it. If it is an entry of the journal as JSON, returns its message behind the name and number of
 * the process, as syslog writes it; that is kept in |scratch|, which the caller owns.
 */
struct span log_line_unwrap(struct span line, struct buf *scratch);
/* Returns the length of what begins an entry of a queue listing ("4XYZ* 1234 Mon Jan  5 10:00:00 "); 0: |line| is not one. */
size_t log_queue_head(struct span line);

#endif
