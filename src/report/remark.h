/* SPDX-License-Identifier: BSD-2-Clause */
/* remark: what was seen in a session that nobody said, in words: losses, resets, TLS, oddities of the wire. */
#ifndef SMTPSCOPE_REMARK_H
#define SMTPSCOPE_REMARK_H

#include "buf.h"
#include "record.h"

#define REMARK_GAP_CLIENT "gap-client"
#define REMARK_GAP_SERVER "gap-server"

/*
 * Adds the words for |event| to |text|. Returns the name of its kind (remarks of one kind in a row tell no more than the
 * first), "" where it has none, NULL where the event is not worth a line.
 */
const char *remark_text(struct buf *text, const struct smtp_event *event, bool several_inputs);

#endif
