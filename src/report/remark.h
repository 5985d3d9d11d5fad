/* SPDX-License-Identifier: BSD-2-Clause */
/* remark: text for events in a session: losses, resets, TLS, and oddities of the wire. */
#ifndef SMTPSCOPE_REMARK_H
#define SMTPSCOPE_REMARK_H

#include "buf.h"
#include "record.h"

#define REMARK_GAP_CLIENT "gap-client"
#define REMARK_GAP_SERVER "gap-server"

/*
 * Appends the text for |event| to |text|. Returns the name of its kind (several remarks of one kind in a row
 * are folded), "" if it has none, or NULL if the event is not worth a line.
 */
const char *remark_text(struct buf *text, const struct smtp_event *event, bool several_inputs);

#endif
