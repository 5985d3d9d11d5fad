/* SPDX-License-Identifier: BSD-2-Clause */
#include "comparison.h"

#include <stdio.h>

enum { TEXT = 400 };

/* Returns the first reset of |d|, or NULL. */
static const struct transmission *reset_of(const struct sighting *s, enum direction d)
{
	for (size_t i = 0; i < s->sent_count; i++)
		if (s->sent[i].direction == d && s->sent[i].flags & TCP_RST)
			return &s->sent[i];
	return NULL;
}

static const char *name_of(enum direction d)
{
	return d == DIR_CLIENT ? "client" : "server";
}

/* Does capture |which| go on behind |time| of the other one's clock? Says also if the sender of |d| itself goes on. */
static bool goes_on(const struct comparison *c, int which, enum direction d, tstamp time, bool *itself)
{
	const struct sighting *s = c->captures[which];
	int64_t offset = which ? c->clock.high : -c->clock.low;
	bool found = false;

	*itself = false;
	for (size_t i = 0; c->clock.known && i < s->sent_count; i++) {
		if (s->sent[i].time <= time + offset)
			continue;
		found = true;
		*itself |= s->sent[i].direction == d && !(s->sent[i].flags & TCP_RST);
	}
	return found;
}

static void add(struct comparison *c, const struct difference *template, const struct transmission *reset,
		int has)
{
	struct difference diff = *template;
	enum direction d = diff.direction;
	bool forged = diff.kind == DIFFERENCE_RESET_ADDED, itself, later;
	char title[TEXT], why[TEXT];

	later = goes_on(c, 1 - has, d, reset->time, &itself);
	diff.certainty = comparison_certainty(c, later && itself && forged ? CERTAINTY_CERTAIN
						 : later		   ? CERTAINTY_LIKELY
									   : CERTAINTY_POSSIBLE);
	if (forged)
		snprintf(title, sizeof title, "A reset in the %s's name comes from between the two points",
			 name_of(d));
	else if (diff.kind == DIFFERENCE_RESET_MISSING)
		snprintf(title, sizeof title, "The %s's reset does not arrive at the other point", name_of(d));
	else
		snprintf(title, sizeof title, "A reset of the %s is only in capture %s", name_of(d),
			 has ? "B" : "A");
	snprintf(why, sizeof why, "Capture %s has it in packet %llu (TTL %u); %s %s.", has ? "B" : "A",
		 (unsigned long long)reset->frame, reset->ttl, has ? "A" : "B",
		 itself	 ? "does not, and the same host goes on sending there"
		 : later ? "does not, although it goes on"
			 : "does not, but it does not show that it was still running");
	difference_add(&c->differences, &diff, title, why);
}

void compare_resets(struct comparison *c)
{
	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++) {
		const struct transmission *one = reset_of(c->captures[0], (enum direction)d),
					  *other = reset_of(c->captures[1], (enum direction)d);
		int near = comparison_near(c, (enum direction)d), has = one ? 0 : 1;
		struct difference diff = { .direction = (enum direction)d, .matters = true };

		if (!one == !other)
			continue;
		diff.frames[has] = (one ? one : other)->frame;
		diff.times[has] = (one ? one : other)->time;
		diff.times[1 - has] = TSTAMP_NONE;
		diff.kind = near < 0	  ? DIFFERENCE_NOT_SEEN
			    : near == has ? DIFFERENCE_RESET_MISSING
					  : DIFFERENCE_RESET_ADDED;
		add(c, &diff, one ? one : other, has);
	}
}
