/* SPDX-License-Identifier: BSD-2-Clause */
#include "pages.h"

#include "figures.h"
#include "names.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOP = 8, GROUPS_MAX = 512, NAME_SIZE = ROSTER_TEXT_SIZE + FIGURE_SIZE };

/* Counts by name. */
struct group {
	char name[NAME_SIZE];
	uint64_t count;
};

struct groups {
	struct group list[GROUPS_MAX];
	size_t count;
};

static void count(struct groups *g, const char *name)
{
	for (size_t i = 0; i < g->count; i++)
		if (strcmp(g->list[i].name, name) == 0) {
			g->list[i].count++;
			return;
		}
	if (g->count == GROUPS_MAX)
		return;
	snprintf(g->list[g->count].name, NAME_SIZE, "%s", name);
	g->list[g->count++].count = 1;
}

static int more_first(const void *a, const void *b)
{
	const struct group *one = a, *other = b;

	return one->count > other->count   ? -1
	       : one->count < other->count ? 1
					   : strcmp(one->name, other->name);
}

static void show(struct lines *l, const char *title, struct groups *g, size_t width)
{
	char text[NAME_SIZE + FIGURE_SIZE];

	if (!g->count)
		return;
	lines_gap(l);
	lines_text(l, LINE_BOLD, title, width);
	qsort(g->list, g->count, sizeof *g->list, more_first);
	for (size_t i = 0; i < g->count && i < TOP; i++) {
		snprintf(text, sizeof text, "%9llu  %s", (unsigned long long)g->list[i].count, g->list[i].name);
		lines_text(l, LINE_PLAIN, text, width);
	}
	if (g->count > TOP) {
		snprintf(text, sizeof text, "           and %zu more", g->count - TOP);
		lines_text(l, LINE_DIM, text, width);
	}
}

static void rates(struct lines *l, const struct roster *r, size_t width)
{
	tstamp first = TSTAMP_NONE, last = TSTAMP_NONE;
	char figure[FIGURE_SIZE], sessions[FIGURE_SIZE], replies[FIGURE_SIZE], text[6 * FIGURE_SIZE];

	for (size_t i = 0; i < r->count; i++) {
		const struct roster_row *row = r->rows[i];

		first = first == TSTAMP_NONE || row->start < first ? row->start : first;
		last = last == TSTAMP_NONE || row->last > last ? row->last : last;
	}
	figure_many(sessions, r->sessions, "session", NULL);
	figure_many(replies, r->replies, "reply", "replies");
	if (first == TSTAMP_NONE || last <= first) {
		snprintf(text, sizeof text, "%s, %s", sessions, replies);
	} else {
		double seconds = (double)(last - first) / TSTAMP_SECOND;

		figure_duration(figure, last - first);
		snprintf(text, sizeof text, "%s, %s in %s: %.1f sessions/min, %.1f replies/s", sessions,
			 replies, figure, 60 * (double)r->sessions / seconds, (double)r->replies / seconds);
	}
	lines_text(l, LINE_BOLD, text, width);
	if (r->forgotten) {
		snprintf(text, sizeof text, "The list holds the newest %zu; %llu are forgotten.", r->count,
			 (unsigned long long)r->forgotten);
		lines_text(l, LINE_DIM, text, width);
	}
}

static void outcomes(struct lines *l, const struct roster *r, size_t width)
{
	char text[FIGURE_SIZE * 2];

	lines_gap(l);
	lines_text(l, LINE_BOLD, "Outcomes", width);
	for (int o = 0; o <= SESSION_UNKNOWN; o++) {
		if (!r->outcomes[o])
			continue;
		snprintf(text, sizeof text, "%9llu  %s", (unsigned long long)r->outcomes[o],
			 name_session_outcome((enum session_outcome)o));
		lines_text(l, LINE_PLAIN, text, width);
	}
}

static void phases(struct lines *l, const struct roster *r, size_t width)
{
	char figure[FIGURE_SIZE], worst[FIGURE_SIZE], text[4 * FIGURE_SIZE];

	lines_gap(l);
	lines_text(l, LINE_BOLD, "Time by phase: all sessions, and the slowest one", width);
	for (int phase = 0; phase < LEDGER_PHASES; phase++) {
		const struct roster_row *slowest = NULL;
		int64_t sum = 0, most = 0;

		for (size_t i = 0; i < r->count; i++) {
			int64_t spent = 0;

			for (int owner = 0; owner < LEDGER_OWNERS; owner++)
				spent += r->rows[i]->spent[phase][owner];
			sum += spent;
			if (spent > most) {
				most = spent;
				slowest = r->rows[i];
			}
		}
		if (!slowest)
			continue;
		figure_duration(figure, sum);
		figure_duration(worst, most);
		snprintf(text, sizeof text, "  %-10s %12s   %12s in session %llu",
			 ledger_phase_name((enum ledger_phase)phase), figure, worst,
			 (unsigned long long)slowest->number);
		lines_text(l, LINE_PLAIN, text, width);
	}
}

void page_figures(struct lines *l, const struct roster *r, const struct page_look *look)
{
	struct groups *causes = calloc(1, sizeof *causes), *servers = calloc(1, sizeof *servers);

	rates(l, r, look->width);
	outcomes(l, r, look->width);
	for (size_t i = 0; causes && servers && i < r->count; i++) {
		char address[ADDR_TEXT_SIZE];

		if (!r->rows[i]->failed)
			continue;
		count(causes, r->rows[i]->cause);
		addr_format(address, &r->rows[i]->server.addr);
		count(servers, address);
	}
	if (causes && servers) {
		show(l, "Causes of failures", causes, look->width);
		show(l, "Servers with failed sessions", servers, look->width);
	}
	phases(l, r, look->width);
	free(causes);
	free(servers);
}
