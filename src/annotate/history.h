/* SPDX-License-Identifier: BSD-2-Clause */
/* history: what a session has shown so far, as far as more than one diagnosis asks for it. */
#ifndef SMTPSCOPE_HISTORY_H
#define SMTPSCOPE_HISTORY_H

#include "event.h"

/* What else than mail the client's bytes were recognized as. */
enum foreign { FOREIGN_NONE, FOREIGN_HTTP, FOREIGN_TLS, FOREIGN_PROXY, FOREIGN_SSH, FOREIGN_BINARY };

struct history {
	unsigned refusals;	    /* replies of 400 and above to commands, since the start */
	unsigned refusals_in_a_row; /* without a success between */
	enum foreign foreign;	    /* as soon as a line showed it */
	bool mail_seen;		    /* an EHLO, HELO, LHLO or MAIL was accepted */
	struct frame_ref last_refusal;
};

/* Learns from an event, after the diagnoses have seen it; but a command's looks before. */
void history_before(struct history *h, const struct smtp_event *event);
void history_after(struct history *h, const struct smtp_event *event);

#endif
