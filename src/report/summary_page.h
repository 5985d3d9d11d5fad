/* SPDX-License-Identifier: BSD-2-Clause */
/* summary_page: the end of the report: totals and findings. */
#ifndef SMTPSCOPE_SUMMARY_PAGE_H
#define SMTPSCOPE_SUMMARY_PAGE_H

#include "page.h"
#include "report.h"

enum { TALLY_KINDS = 96, TALLY_SHOWN = 12, TALLY_TEXT = 160 };

/* Findings of one id and cause. */
struct tally_kind {
	char id[48], cause[48], title[TALLY_TEXT];
	enum severity severity;
	uint64_t count;
	uint64_t session; /* of the first */
	struct frame_ref frame;
};

/* Findings by id and cause. A zeroed one is empty. */
struct tally {
	struct tally_kind *kinds;
	size_t count, room;
	uint64_t others; /* of kinds beyond the limit TALLY_KINDS, or beyond available memory */
};

/* Counts one finding; |title| is shown unchanged (credentials are already masked). */
void tally_add(struct tally *t, uint64_t session, const struct finding *f, struct span title);
/* Adds all of |from| to |t|. */
void tally_join(struct tally *t, const struct tally *from);
void tally_finish(struct tally *t);

/* |t|: the findings of the sessions that are shown. */
void summary_page(struct page *p, const struct report_config *config, const struct report_summary *s,
		  const struct tally *t);

#endif
