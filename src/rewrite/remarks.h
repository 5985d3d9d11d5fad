/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * remarks: texts about packets and sessions, which become comments of a pcapng file: each finding at the packet
 * that shows it, and the verdict of each failed session for the whole file.
 */
#ifndef SMTPSCOPE_REMARKS_H
#define SMTPSCOPE_REMARKS_H

#include "buf.h"
#include "record.h"

enum {
	REMARKS_BYTES = 16 * 1024 * 1024, /* of all texts; later ones are left out */
	REMARKS_A_PACKET = 32,		  /* comments of one packet */
	REMARKS_VERDICTS = 16 * 1024,	  /* bytes of the comment with the verdicts */
};

struct remarks;

/* Returns NULL if memory runs out. */
struct remarks *remarks_create(struct account *account);
/* Accepts NULL. */
void remarks_destroy(struct remarks *r);
/* Notes the finding of |record|, if it is one. To be called for records of selected and other sessions. */
void remarks_finding(struct remarks *r, const struct record *record);
/* Notes the verdict of the selected session that |record| ends. */
void remarks_verdict(struct remarks *r, const struct record *record);
/* Makes remarks_of usable; no more findings may be added. */
void remarks_sort(struct remarks *r);
/* Puts up to REMARKS_A_PACKET texts about |frame| in |texts|; returns their number. Valid as long as |r|. */
size_t remarks_of(const struct remarks *r, const struct frame_ref *frame,
		  const char *texts[static REMARKS_A_PACKET]);
/* The text about all verdicts; "" if there are none. */
const char *remarks_verdicts(struct remarks *r);

#endif
