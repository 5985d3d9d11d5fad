/* SPDX-License-Identifier: BSD-2-Clause */
/* delivery_status: reads the fields of a delivery status notification (RFC 3464 2), also where they were pasted without the mail around. */
#ifndef SMTPSCOPE_DELIVERY_STATUS_H
#define SMTPSCOPE_DELIVERY_STATUS_H

#include "buf.h"
#include "found.h"

enum { STATUS_FIELD_KEPT = 16 * 1024 };

/* Initialize with delivery_status_init. */
struct delivery_status {
	found_sink *found;
	void *context;
	struct buf field; /* being read, unfolded */
	struct buf recipient, status, diagnostic, action;
	size_t line;
};

void delivery_status_init(struct delivery_status *d, found_sink *found, void *context);
/* Adds a line of a text. Returns false if it is no field of a status, nor continues one. */
bool delivery_status_line(struct delivery_status *d, struct span line, size_t number);
/* Ends the text: passes on the last recipient. */
void delivery_status_end(struct delivery_status *d);
/* Frees the memory. */
void delivery_status_finish(struct delivery_status *d);

#endif
