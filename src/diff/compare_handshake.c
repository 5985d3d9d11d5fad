/* SPDX-License-Identifier: BSD-2-Clause */
#include "comparison.h"

#include <stdio.h>
#include <string.h>

enum { TEXT = 256, OPTION_MSS = 2, OPTION_SCALE = 3, OPTION_SACK = 4, OPTION_TIMESTAMP = 8 };

static const char *option_name(uint8_t kind, char text[static 32])
{
	switch (kind) {
	case OPTION_MSS:
		return "maximum segment size";
	case OPTION_SCALE:
		return "window scale";
	case OPTION_SACK:
		return "SACK permitted";
	case OPTION_TIMESTAMP:
		return "timestamps";
	case 19:
		return "MD5 signature";
	case 29:
		return "TCP-AO";
	case 30:
		return "Multipath TCP";
	case 34:
		return "Fast Open";
	default:
		snprintf(text, 32, "option %u", kind);
		return text;
	}
}

static bool has_kind(const struct sighted_syn *s, uint8_t kind)
{
	return memchr(s->kinds, kind, s->kind_count) != NULL;
}

static const char *whose(enum direction d)
{
	return d == DIR_CLIENT ? "the client's SYN" : "the server's SYN-ACK";
}

/* The difference in the handshake segments of direction |d|. A device that only rewrites numbers may also be a proxy. */
static struct difference difference_of(const struct comparison *c, enum direction d, enum difference_kind kind)
{
	struct difference diff = { .kind = kind, .direction = d, .matters = true };

	diff.certainty =
	    comparison_certainty(c, c->connection == CONNECTION_SAME ? CERTAINTY_CERTAIN : CERTAINTY_LIKELY);
	for (int i = 0; i < 2; i++) {
		diff.frames[i] = c->captures[i]->side[d].syn.frame;
		diff.times[i] = c->captures[i]->side[d].syn.time;
	}
	return diff;
}

/* The index of the capture whose values come first. */
static int first_of(const struct comparison *c, enum direction d)
{
	int near = comparison_near(c, d);

	return near < 0 ? 0 : near;
}

static void compare_values(struct comparison *c, enum direction d, enum difference_kind kind,
			   const char *name, unsigned one, unsigned other)
{
	unsigned values[2] = { one, other };
	int from = first_of(c, d);
	struct difference diff = difference_of(c, d, kind);
	char title[TEXT], why[TEXT];

	if (one == other)
		return;
	for (int i = 0; i < 2; i++)
		if (asprintf(&diff.texts[i], "%s %u", name, values[i]) < 0)
			diff.texts[i] = NULL;
	if (comparison_near(c, d) < 0)
		snprintf(title, sizeof title, "The %s in %s differs: %u and %u", name, whose(d), one, other);
	else
		snprintf(title, sizeof title, "The %s in %s is %s from %u to %u%s", name, whose(d),
			 values[1 - from] < values[from] ? "lowered" : "raised", values[from],
			 values[1 - from], comparison_way(c, d));
	snprintf(why, sizeof why, "%s",
		 kind == DIFFERENCE_MSS_CHANGED && values[1 - from] < values[from]
		     ? "A device between the two points clamps the MSS, usually because a tunnel behind it has a smaller MTU."
		     : "A device between the two points rewrites TCP options.");
	difference_add(&c->differences, &diff, title, why);
}

static void compare_kinds(struct comparison *c, enum direction d, const struct sighted_syn *syn[static 2])
{
	int near = comparison_near(c, d), from = near < 0 ? 0 : near;
	char name[32], title[TEXT];

	for (int turn = 0; turn < 2; turn++) {
		const struct sighted_syn *with = syn[turn ? 1 - from : from],
					 *without = syn[turn ? from : 1 - from];

		for (size_t i = 0; i < with->kind_count; i++) {
			struct difference diff =
			    difference_of(c, d, turn ? DIFFERENCE_OPTION_ADDED : DIFFERENCE_OPTION_REMOVED);

			if (has_kind(without, with->kinds[i]))
				continue;
			if (near < 0)
				snprintf(title, sizeof title, "The TCP option %s in %s is only in capture %s",
					 option_name(with->kinds[i], name), whose(d),
					 with == syn[0] ? "A" : "B");
			else
				snprintf(title, sizeof title, "The TCP option %s is %s %s%s",
					 option_name(with->kinds[i], name),
					 turn ? "added to" : "removed from", whose(d), comparison_way(c, d));
			difference_add(&c->differences, &diff, title,
				       "A device between the two points rewrites TCP options.");
		}
	}
}

void compare_handshake(struct comparison *c)
{
	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++) {
		const struct sighted_syn *syn[2] = { &c->captures[0]->side[d].syn,
						     &c->captures[1]->side[d].syn };
		const struct segment_options *one = &syn[0]->options, *other = &syn[1]->options;

		if (!syn[0]->seen || !syn[1]->seen)
			continue;
		if (one->has_mss && other->has_mss)
			compare_values(c, (enum direction)d, DIFFERENCE_MSS_CHANGED, "MSS", one->mss,
				       other->mss);
		if (one->has_window_scale && other->has_window_scale)
			compare_values(c, (enum direction)d, DIFFERENCE_OPTION_CHANGED, "window scale",
				       one->window_scale, other->window_scale);
		compare_kinds(c, (enum direction)d, syn);
	}
}
