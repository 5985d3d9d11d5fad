/* SPDX-License-Identifier: BSD-2-Clause */
/* summary_page: the end of the report: totals and findings. */
#ifndef SMTPSCOPE_SUMMARY_PAGE_H
#define SMTPSCOPE_SUMMARY_PAGE_H

#include "failure_groups.h"
#include "page.h"
#include "report.h"

enum { TALLY_KINDS = 96, TALLY_SHOWN = 8, TALLY_TEXT = 160 };

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
/* Takes back one finding of this id and cause: it is told elsewhere. NULL: nothing. */
void tally_take(struct tally *t, const char *id, const char *cause);
void tally_finish(struct tally *t);

/* |g|: the failed sessions that are shown, which this sorts; |t|: the findings of the sessions that are shown, without those of |g|. */
void summary_page(struct page *p, const struct report_config *config, const struct report_summary *s,
		  struct failure_groups *g, const struct tally *t);
/* Writes what went wrong with the input itself: lost packets, dropped sessions, damaged files. */
void summary_page_input(struct page *p, const struct report_summary *s);

#endif
