/* SPDX-License-Identifier: BSD-2-Clause */
#include "comparison.h"

#include "figures.h"

#include <stdio.h>

enum { TEXT = 500 };

/* What happened to some bytes. */
struct fate {
	enum difference_kind kind; /* DIFFERENCE_KINDS: nothing worth saying */
	enum certainty certainty;
	int missing; /* NOT_CAPTURED, NOT_SEEN: index of the capture that lacks them */
};

static const char *name_of(enum direction d)
{
	return d == DIR_CLIENT ? "client" : "server";
}

static const char *letter_of(int capture)
{
	return capture ? "B" : "A";
}

/* The connection has packets in |s| later than |time| of its own clock. */
static bool goes_on(const struct sighting *s, tstamp time)
{
	return s->sent_count && s->sent[s->sent_count - 1].time > time;
}

/* |s|: at the point nearer to the sender; |r|: at the other one. Every copy of the bytes passed |s|, or the capture missed it. */
static struct fate fate_of(const struct passing *s, const struct passing *r, int near)
{
	struct fate nothing = { DIFFERENCE_KINDS, CERTAINTY_CERTAIN, 0 };

	if (s->count && !r->count) {
		if (r->acked != TSTAMP_NONE)
			return (struct fate){ DIFFERENCE_NOT_CAPTURED, CERTAINTY_CERTAIN, 1 - near };
		if (s->count > 1 && s->acked == TSTAMP_NONE)
			return (struct fate){ DIFFERENCE_LOST_BETWEEN, CERTAINTY_LIKELY, 1 - near };
		return (struct fate){ s->acked == TSTAMP_NONE ? DIFFERENCE_NOT_SEEN : DIFFERENCE_NOT_CAPTURED,
				      s->acked == TSTAMP_NONE ? CERTAINTY_POSSIBLE : CERTAINTY_LIKELY,
				      1 - near };
	}
	if (!s->count && r->count)
		return (struct fate){ s->acked == TSTAMP_NONE ? DIFFERENCE_NOT_SEEN : DIFFERENCE_NOT_CAPTURED,
				      s->acked == TSTAMP_NONE ? CERTAINTY_POSSIBLE : CERTAINTY_CERTAIN, near };
	if (s->count > r->count) {
		/* The receiver had them already: its capture missed a copy. */
		if (r->acked != TSTAMP_NONE && r->acked < r->first)
			return (struct fate){ DIFFERENCE_NOT_CAPTURED, CERTAINTY_CERTAIN, 1 - near };
		return (struct fate){ DIFFERENCE_LOST_BETWEEN, CERTAINTY_LIKELY, 1 - near };
	}
	if (s->count == r->count && s->count > 1) {
		if (r->acked == TSTAMP_NONE || r->acked >= r->last)
			return (struct fate){ DIFFERENCE_LOST_AFTER, CERTAINTY_LIKELY, 0 };
		if (s->acked == TSTAMP_NONE || s->acked >= s->last)
			return (struct fate){ DIFFERENCE_ACK_LOST, CERTAINTY_LIKELY, 0 };
	}
	/* Both points saw them behind later bytes, once: the first copy never came as far as the first point. */
	if (s->count == 1 && r->count == 1 && s->late && r->late)
		return (struct fate){ DIFFERENCE_LOST_BEFORE, CERTAINTY_LIKELY, 0 };
	return nothing;
}

static bool is_same_fate(const struct fate *a, const struct fate *b)
{
	return a->kind == b->kind && a->missing == b->missing;
}

static void amount_of(char text[static FIGURE_SIZE], const struct stretch *s, int64_t from, int64_t to)
{
	bool syn = from < 0 && s->captures[0].count + s->captures[1].count > 0;

	if (syn && to - from == 1)
		snprintf(text, FIGURE_SIZE, "the handshake segment");
	else
		figure_many(text, (uint64_t)(to - from), "byte", NULL);
}

static void title_of(char text[static TEXT], const struct comparison *c, const struct fate *fate,
		     enum direction d, const char *amount)
{
	const char *who = name_of(d), *peer = name_of(direction_other(d));
	int near = comparison_near(c, d);

	switch (fate->kind) {
	case DIFFERENCE_LOST_BEFORE:
		snprintf(text, TEXT, "Lost or overtaken before point %s: %s of the %s", letter_of(near),
			 amount, who);
		break;
	case DIFFERENCE_LOST_BETWEEN:
		snprintf(text, TEXT, "Lost between the two points: %s of the %s", amount, who);
		break;
	case DIFFERENCE_LOST_AFTER:
		snprintf(text, TEXT, "Lost behind point %s, or acknowledged late: %s of the %s",
			 letter_of(1 - near), amount, who);
		break;
	case DIFFERENCE_ACK_LOST:
		snprintf(text, TEXT, "An acknowledgement of the %s is lost between the two points", peer);
		break;
	case DIFFERENCE_NOT_CAPTURED:
		snprintf(text, TEXT, "Missing from capture %s: %s of the %s", letter_of(fate->missing),
			 amount, who);
		break;
	default:
		snprintf(text, TEXT, "Only in capture %s: %s of the %s", letter_of(1 - fate->missing), amount,
			 who);
		break;
	}
}

static const char *reason_of(const struct fate *fate, const struct passing *s, const struct passing *r,
			     char text[static TEXT])
{
	switch (fate->kind) {
	case DIFFERENCE_LOST_BEFORE:
		return "Both points saw these bytes once, behind later ones: the sender repeated them, or the path reordered them.";
	case DIFFERENCE_LOST_BETWEEN:
		snprintf(text, TEXT,
			 "The sender sent them %u times; %u of these copies came as far as the other point.",
			 s->count, r->count);
		return text;
	case DIFFERENCE_LOST_AFTER:
		snprintf(
		    text, TEXT,
		    "All %u copies passed both points, and the receiver acknowledged none of them before the last one.",
		    s->count);
		return text;
	case DIFFERENCE_ACK_LOST:
		return "The receiver had acknowledged the bytes, but the sender, who did not see that, sent them again.";
	case DIFFERENCE_NOT_CAPTURED:
		return "The receiver acknowledged them, so they arrived: the capture has lost packets.";
	default:
		return "Nobody acknowledged or repeated them, so it is unknown whether they were lost or not captured.";
	}
}

static void add(struct comparison *c, const struct fate *fate, enum direction d, const struct stretch *first,
		int64_t to)
{
	int near = comparison_near(c, d);
	struct difference diff = { .kind = fate->kind,
				   .certainty = comparison_certainty(c, fate->certainty),
				   .direction = d,
				   .matters = fate->kind != DIFFERENCE_NOT_CAPTURED &&
					      fate->kind != DIFFERENCE_NOT_SEEN };
	char title[TEXT], text[TEXT], amount[FIGURE_SIZE];

	for (int i = 0; i < 2; i++) {
		diff.frames[i] = first->captures[i].first_frame;
		diff.times[i] = first->captures[i].first;
	}
	amount_of(amount, first, first->from, to);
	title_of(title, c, fate, d, amount);
	difference_add(&c->differences, &diff, title,
		       reason_of(fate, &first->captures[near], &first->captures[1 - near], text));
}

/* At the ends, one capture may have begun earlier or gone on longer. */
static bool is_beyond(const struct comparison *c, const struct stretch *s, int which)
{
	const struct sighting *other = c->captures[1 - which];
	int64_t offset = which ? -c->clock.high : c->clock.low;
	tstamp there = s->captures[which].first + offset;

	if (!other->sent_count)
		return true;
	if (!c->clock.known)
		return !other->from_start;
	return there < other->sent[0].time || !goes_on(other, there);
}

static void compare_direction(struct comparison *c, enum direction d)
{
	const struct transit *t = &c->transit[d];
	int near = comparison_near(c, d);

	for (size_t i = 0, end; t->known && i < t->count; i = end) {
		const struct stretch *s = &t->list[i];
		struct fate fate = fate_of(&s->captures[near], &s->captures[1 - near], near), next;
		bool one_sided = !s->captures[0].count != !s->captures[1].count;

		for (end = i + 1; end < t->count; end++) {
			next = fate_of(&t->list[end].captures[near], &t->list[end].captures[1 - near], near);
			if (!is_same_fate(&fate, &next) || t->list[end].from != t->list[end - 1].to)
				break;
		}
		if (fate.kind == DIFFERENCE_KINDS || (!s->captures[0].count && !s->captures[1].count))
			continue;
		if (one_sided && is_beyond(c, s, s->captures[0].count ? 0 : 1))
			continue;
		add(c, &fate, d, s, t->list[end - 1].to);
	}
}

void compare_losses(struct comparison *c)
{
	if (c->nearer < 0 || c->connection != CONNECTION_SAME)
		return;
	compare_direction(c, DIR_CLIENT);
	compare_direction(c, DIR_SERVER);
}
