/* SPDX-License-Identifier: BSD-2-Clause */
#include "diff_report.h"

void diff_report_init(struct diff_report *r, struct output *out, bool as_json, bool color, unsigned width)
{
	*r = (struct diff_report){ .as_json = as_json };
	page_init(&r->page, out, color, width);
	json_init(&r->json, out);
}

void diff_report_finish(struct diff_report *r)
{
	page_finish(&r->page);
}

void diff_report_pair(struct diff_report *r, const struct comparison *c)
{
	r->pairs++;
	(r->as_json ? diff_json_pair : diff_text_pair)(r, c);
	r->differences += c->differences.mattering;
}

void diff_report_unpaired(struct diff_report *r, int which, const struct sighting *s)
{
	(r->as_json ? diff_json_unpaired : diff_text_unpaired)(r, which, s);
}

void diff_report_summary(struct diff_report *r, const struct sightings *a, const struct sightings *b)
{
	(r->as_json ? diff_json_summary : diff_text_summary)(r, a, b);
}

void diff_report_sessions(struct diff_report *r, const struct sighting *a, const struct sighting *b,
			  const struct dialogue_parting *p)
{
	r->differences += p != NULL;
	(r->as_json ? diff_json_sessions : diff_text_sessions)(r, a, b, p);
}
