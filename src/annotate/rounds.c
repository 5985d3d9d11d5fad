/* SPDX-License-Identifier: BSD-2-Clause */
#include "rounds.h"

#include "chart.h"

#include <assert.h>
#include <stdlib.h>

static bool concerns(unsigned subjects, int subject)
{
	return subjects == 0 || subjects & 1u << subject;
}

/* Does |d| take part in the rounds of this kind? */
static bool takes_part(const struct diagnosis *d, int kind)
{
	if (kind >= ROUND_CALM_REPLY)
		return d->reply && concerns(d->calm_replies, kind - ROUND_CALM_REPLY);
	if (kind >= ROUND_CALM_COMMAND)
		return d->command && concerns(d->calm_commands, kind - ROUND_CALM_COMMAND);
	if (kind >= ROUND_FLOW)
		return d->flow && d->flows & 1u << (kind - ROUND_FLOW);
	switch (kind) {
	case SMTP_OPENED:
		return d->opened;
	case SMTP_COMMAND:
		return d->command;
	case SMTP_REPLY:
		return d->reply || d->odd_reply;
	case ROUND_USUAL:
		return d->reply;
	case SMTP_NOT_REPLY:
		return d->not_reply;
	case SMTP_UNANSWERED:
		return d->unanswered;
	case SMTP_MESSAGE:
		return d->message;
	case SMTP_FLOW:
		return false; /* ROUND_FLOW */
	case SMTP_GAP:
		return d->gap;
	case SMTP_TLS:
		return d->tls;
	case SMTP_NOTE:
		return d->note;
	case SMTP_ENDED:
		return d->ended;
	default:
		return d->wait;
	}
}

void rounds_plan(struct rounds *r, bool waiting)
{
	struct visit *visit = r->visits;

	for (int kind = 0; kind < ROUND_KINDS; kind++) {
		r->first[kind] = (uint16_t)(visit - r->visits);
		for (unsigned i = 0; diagnoses[i]; i++) {
			const struct diagnosis *d = diagnoses[i];

			if ((!d->wait || waiting) && takes_part(d, kind))
				*visit++ = (struct visit){ .diagnosis = d,
							   .place = i,
							   .words = chart_words(d->state_size),
							   .reply = d->reply ? d->reply : d->odd_reply };
		}
		*visit++ = (struct visit){ 0 };
	}
}

bool rounds_init(struct rounds *r)
{
	size_t count = 0, words = 0;

	for (; diagnoses[count]; count++) {
		assert(diagnoses[count]->state_size <= CHART_STATE_MAX);
		words += chart_words(diagnoses[count]->state_size);
	}
	assert(count <= CHART_STATES && words <= CHART_WORDS_MAX);
	r->visits = calloc(ROUND_KINDS * (count + 1), sizeof *r->visits);
	if (!r->visits)
		return false;
	rounds_plan(r, false);
	return true;
}

void rounds_finish(struct rounds *r)
{
	free(r->visits);
	r->visits = NULL;
}
