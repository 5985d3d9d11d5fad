/* SPDX-License-Identifier: BSD-2-Clause */
/* diff_report: writes what `diff` found, as text or JSON Lines. */
#ifndef SMTPSCOPE_DIFF_REPORT_H
#define SMTPSCOPE_DIFF_REPORT_H

#include "comparison.h"
#include "dialogue_difference.h"
#include "json.h"
#include "page.h"

struct diff_report {
	const char *names[2]; /* of the captures */
	bool as_json;
	struct page page;
	struct json json;
	uint64_t pairs, differences; /* written so far */
};

void diff_report_init(struct diff_report *r, struct output *out, bool as_json, bool color, unsigned width);
void diff_report_finish(struct diff_report *r);

/* One session in both captures. */
void diff_report_pair(struct diff_report *r, const struct comparison *c);
/* A session of capture |which| (0 or 1) that the other one does not have. */
void diff_report_unpaired(struct diff_report *r, int which, const struct sighting *s);
/* The end: what the captures hold. */
void diff_report_summary(struct diff_report *r, const struct sightings *a, const struct sightings *b);
/* Two sessions of one capture. |p| NULL: their turns mean the same. */
void diff_report_sessions(struct diff_report *r, const struct sighting *a, const struct sighting *b,
			  const struct dialogue_parting *p);

/* The same in each format. */
void diff_text_pair(struct diff_report *r, const struct comparison *c);
void diff_text_unpaired(struct diff_report *r, int which, const struct sighting *s);
void diff_text_summary(struct diff_report *r, const struct sightings *a, const struct sightings *b);
void diff_text_sessions(struct diff_report *r, const struct sighting *a, const struct sighting *b,
			const struct dialogue_parting *p);
void diff_json_pair(struct diff_report *r, const struct comparison *c);
void diff_json_unpaired(struct diff_report *r, int which, const struct sighting *s);
void diff_json_summary(struct diff_report *r, const struct sightings *a, const struct sightings *b);
void diff_json_sessions(struct diff_report *r, const struct sighting *a, const struct sighting *b,
			const struct dialogue_parting *p);

#endif
