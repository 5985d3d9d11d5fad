/* SPDX-License-Identifier: BSD-2-Clause */
/* anonymity: what `read --anonymize` needs: a key, and the pipeline that analyzes the anonymized packets. */
#ifndef SMTPSCOPE_ANONYMITY_H
#define SMTPSCOPE_ANONYMITY_H

#include "disguise.h"
#include "pipeline.h"

struct anonymity {
	struct pseudonym *pseudonym;
	struct disguise *disguise;
	struct pipeline *pipeline; /* owned by the caller */
};

/*
 * Reads the key from the file at |path|; NULL: makes a random one. Returns false, and says why on standard error,
 * if that fails.
 */
bool anonymity_open(struct anonymity *a, const struct rules *rules, const char *path, bool providers,
		    struct account *account);
void anonymity_close(struct anonymity *a);
/* A frame_sink; |anonymity| is a struct anonymity. */
void anonymity_push(void *anonymity, const struct frame *frame);

#endif
