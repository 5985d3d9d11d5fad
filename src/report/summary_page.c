/* SPDX-License-Identifier: BSD-2-Clause */
#include "summary_page.h"

#include "dialogue_page.h"
#include "figures.h"
#include "look_further.h"
#include "names.h"

#include <stdlib.h>

enum { PORTS_NAMED = 12 };

static bool same(const struct tally_kind *a, const struct tally_kind *b)
{
	return a->severity == b->severity && strcmp(a->id, b->id) == 0 && strcmp(a->cause, b->cause) == 0;
}

static bool make_room(struct tally *t)
{
	size_t room = t->room ? 2 * t->room : 4;
	struct tally_kind *grown;

	if (t->count < t->room)
		return true;
	if (t->count == TALLY_KINDS)
		return false;
	room = room < TALLY_KINDS ? room : TALLY_KINDS;
	grown = realloc(t->kinds, room * sizeof *grown);
	if (!grown)
		return false;
	t->kinds = grown;
	t->room = room;
	return true;
}

static void add_kind(struct tally *t, const struct tally_kind *kind)
{
	for (size_t i = 0; i < t->count; i++) {
		if (same(&t->kinds[i], kind)) {
			if (kind->frame.number && kind->frame.time < t->kinds[i].frame.time) {
				t->kinds[i].session = kind->session;
				t->kinds[i].frame = kind->frame;
			}
			t->kinds[i].count += kind->count;
			return;
		}
	}
	if (make_room(t))
		t->kinds[t->count++] = *kind;
	else
		t->others += kind->count;
}

void tally_add(struct tally *t, uint64_t session, const struct finding *f, struct span title)
{
	struct tally_kind kind = { .severity = f->severity, .count = 1, .session = session, .frame = f->frame };

	snprintf(kind.id, sizeof kind.id, "%s", f->id);
	snprintf(kind.cause, sizeof kind.cause, "%s", f->cause ? f->cause : "unknown");
	snprintf(kind.title, sizeof kind.title, "%.*s", (int)span_first(title, TALLY_TEXT).length,
		 (const char *)title.at);
	add_kind(t, &kind);
}

void tally_join(struct tally *t, const struct tally *from)
{
	for (size_t i = 0; i < from->count; i++)
		add_kind(t, &from->kinds[i]);
	t->others += from->others;
}

void tally_take(struct tally *t, const char *id, const char *cause)
{
	for (size_t i = 0; id && i < t->count; i++)
		if (strcmp(t->kinds[i].id, id) == 0 &&
		    strcmp(t->kinds[i].cause, cause ? cause : "unknown") == 0 && t->kinds[i].count) {
			t->kinds[i].count--;
			return;
		}
}

void tally_finish(struct tally *t)
{
	free(t->kinds);
	*t = (struct tally){ 0 };
}

/* The next to show: the most severe, then the most frequent, then the first. */
static const struct tally_kind *next_kind(const struct tally *t, bool shown[static TALLY_KINDS])
{
	size_t best = t->count;

	for (size_t i = 0; i < t->count; i++) {
		const struct tally_kind *a = &t->kinds[i], *b = best < t->count ? &t->kinds[best] : NULL;
		if (shown[i])
			continue;
		if (!b || a->severity > b->severity || (a->severity == b->severity && a->count > b->count))
			best = i;
	}
	if (best == t->count)
		return NULL;
	shown[best] = true;
	return &t->kinds[best];
}

static void show_kind(struct page *p, const struct tally_kind *kind, bool several)
{
	char text[256], count[FIGURE_SIZE], frame[FRAME_TEXT_SIZE];

	page_to(p, 2);
	page_style(p, severity_style(kind->severity));
	page_put(p, severity_word(kind->severity));
	page_style(p, STYLE_PLAIN);
	page_to(p, 10);
	page_wrap_text(p, kind->title, 10);
	page_style(p, STYLE_DIM);
	frame_text(frame, &kind->frame, several);
	figure_count(count, kind->count);
	snprintf(text, sizeof text, " (%s/%s)", kind->id, kind->cause);
	page_wrap_unit(p, span_text(text), 10, 0);
	if (kind->count > 1)
		snprintf(text, sizeof text, ": %s times, first in session %llu %s", count,
			 (unsigned long long)kind->session, frame);
	else
		snprintf(text, sizeof text, ": session %llu %s", (unsigned long long)kind->session, frame);
	page_wrap_text(p, text, 10);
	page_newline(p);
}

/* Notes are shown only with everything else. */
static void show_tally(struct page *p, const struct tally *t, bool several, bool full)
{
	bool shown[TALLY_KINDS] = { false };
	const struct tally_kind *kind;
	uint64_t rest = 0;
	unsigned rows = 0;
	char text[FIGURE_SIZE];

	while ((kind = next_kind(t, shown))) {
		if (!kind->count || (kind->severity == SEVERITY_INFO && !full))
			continue;
		if (rows++ < TALLY_SHOWN)
			show_kind(p, kind, several);
		else
			rest += kind->count;
	}
	rest += full ? t->others : 0;
	if (!rest)
		return;
	figure_many(text, rest, "finding", NULL);
	page_to(p, 2);
	page_style(p, STYLE_DIM);
	page_put(p, "… and ");
	page_put(p, text);
	page_put(p, " of other kinds");
	page_newline(p);
}

/*
 * A label and counts by name: "Messages: 3 accepted, 1 rejected". Omits zero counts; does not end the line.
 */
static void show_counts(struct page *p, const char *label, const uint64_t *counts, const char *const *names,
			size_t count)
{
	char text[FIGURE_SIZE];
	bool first = true;

	page_put(p, label);
	for (size_t i = 0; i < count; i++) {
		if (!counts[i])
			continue;
		figure_count(text, counts[i]);
		page_put(p, first ? "" : ", ");
		page_put(p, text);
		page_put(p, " ");
		page_put(p, names[i]);
		first = false;
	}
	page_put(p, first ? "none" : "");
}

/* If nothing was found: where sessions were looked for. */
static void show_nowhere(struct page *p, const struct report_config *config, const struct report_summary *s)
{
	char text[512];
	struct buf b;

	if (s->sessions || !s->packets || !config->port_count)
		return;
	buf_init(&b, sizeof text - 1);
	buf_format(&b, "Searched for sessions on TCP port%s ", config->port_count == 1 ? "" : "s");
	for (size_t i = 0; i < config->port_count && i < PORTS_NAMED; i++)
		buf_format(&b, "%s%u", i ? ", " : "", config->ports[i]);
	if (config->port_count > PORTS_NAMED)
		buf_text(&b, ", …");
	buf_text(&b, config->any_port ? ", and by content on all others."
				      : "; --ports LIST selects other ports, --any-port searches all.");
	page_wrap(p, buf_span(&b), 2, 0);
	page_newline(p);
	buf_finish(&b);
}

/* If not all sessions are shown: how many are. */
static void show_selection(struct page *p, const struct report_summary *s)
{
	char count[FIGURE_SIZE], all[FIGURE_SIZE], text[4 * FIGURE_SIZE];

	if (!s->selected || s->sessions == 0)
		return;
	figure_count(count, s->shown);
	figure_many(all, s->sessions, "session", NULL);
	if (s->missing_session)
		snprintf(text, sizeof text,
			 "There is no session %llu; the input has %s. These figures cover all:",
			 (unsigned long long)s->missing_session, all);
	else
		snprintf(text, sizeof text, "%s of %s shown. These figures cover all:", count, all);
	page_wrap_text(p, text, 2);
	page_newline(p);
}

static void show_figures(struct page *p, const struct report_summary *s)
{
	char sessions[FIGURE_SIZE], replies[FIGURE_SIZE], packets[FIGURE_SIZE], bytes[FIGURE_SIZE],
	    text[5 * FIGURE_SIZE];
	const uint64_t messages[] = { s->outcomes[OUTCOME_ACCEPTED], s->outcomes[OUTCOME_DEFERRED],
				      s->outcomes[OUTCOME_REJECTED], s->outcomes[OUTCOME_ABORTED],
				      s->outcomes[OUTCOME_UNKNOWN] };
	static const char *const outcomes[] = { "accepted", "deferred", "rejected", "aborted",
						"with unknown outcome" };
	const uint64_t findings[] = { s->findings[SEVERITY_ERROR], s->findings[SEVERITY_WARNING],
				      s->findings[SEVERITY_INFO] };
	const char *const severities[] = { findings[0] == 1 ? "error" : "errors",
					   findings[1] == 1 ? "warning" : "warnings",
					   findings[2] == 1 ? "note" : "notes" };

	figure_many(sessions, s->sessions, "session", NULL);
	figure_many(replies, s->replies, "reply", "replies");
	figure_many(packets, s->packets, "packet", NULL);
	figure_many(bytes, s->bytes, "byte", NULL);
	snprintf(text, sizeof text, "%s · %s · %s of %s", sessions, replies, packets, bytes);
	page_wrap_parts(p, span_text(text), 2);
	page_newline(p);
	show_counts(p, "Messages: ", messages, outcomes, 5);
	page_newline(p);
	show_counts(p, "Findings: ", findings, severities, 3);
	page_newline(p);
}

void summary_page_input(struct page *p, const struct report_summary *s)
{
	char text[FIGURE_SIZE];

	page_style(p, STYLE_YELLOW);
	if (s->dropped_known && s->dropped_packets) {
		figure_many(text, s->dropped_packets, "packet", NULL);
		page_put(p, text);
		page_wrap_text(p, " were dropped before they could be read; their content is missing above.",
			       2);
		page_newline(p);
	}
	page_style(p, STYLE_YELLOW);
	if (s->evicted_sessions) {
		figure_many(text, s->evicted_sessions, "session", NULL);
		page_put(p, text);
		page_wrap_text(p, " were dropped early to limit memory.", 2);
		page_newline(p);
	}
	for (size_t i = 0; i < s->error_count; i++) {
		page_style(p, STYLE_RED);
		page_put(p, "Input: ");
		page_style(p, STYLE_PLAIN);
		page_wrap_text(p, s->errors[i], 7);
		page_newline(p);
	}
}

void summary_page(struct page *p, const struct report_config *config, const struct report_summary *s,
		  struct failure_groups *g, const struct tally *t)
{
	page_style(p, STYLE_BOLD);
	page_put(p, "── Summary ");
	page_style(p, STYLE_PLAIN);
	page_rule(p);
	page_newline(p);
	show_selection(p, s);
	show_figures(p, s);
	show_nowhere(p, config, s);
	show_tally(p, t, config->several_inputs, config->full);
	/* With a single session, all is said. */
	if (s->sessions > 1)
		failure_groups_page(p, g);
	if (config->several_inputs) {
		page_style(p, STYLE_DIM);
		page_wrap_text(p,
			       config->live
				   ? "Packets are shown as #interface:number, with interfaces counted from 0."
				   : "Packets are shown as #file:number, with files counted from 0.",
			       2);
		page_newline(p);
	}
	summary_page_input(p, s);
	look_further_page(p, config, s, g, false);
}
