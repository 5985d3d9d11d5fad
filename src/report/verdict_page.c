/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict_page.h"

#include "figures.h"
#include "names.h"

enum { LABEL_END = 10, SESSIONS_NAMED = 12, LINE_LIMIT = 4096 };

static void put_label(struct page *p, const char *label)
{
	page_to(p, 2);
	page_style(p, STYLE_DIM);
	page_put(p, label);
	page_style(p, STYLE_PLAIN);
	page_to(p, LABEL_END);
}

static void put_text(struct page *p, const char *label, const char *text)
{
	put_label(p, label);
	page_wrap_text(p, text, LABEL_END);
	page_newline(p);
}

static void put_side(struct page *p, enum responsible responsible, enum certainty certainty, enum retry retry)
{
	char text[LINE_LIMIT / 8];

	snprintf(text, sizeof text, "%s (%s). %s", responsible_words(responsible), name_certainty(certainty),
		 retry == RETRY_UNKNOWN ? "" : retry_words(retry));
	put_text(p, "Side", text);
}

void verdict_page(struct page *p, const struct verdict *v)
{
	if (!v->headline)
		return;
	put_label(p, "Verdict");
	page_style(p, STYLE_BOLD);
	page_wrap_text(p, v->headline, LABEL_END);
	page_style(p, STYLE_PLAIN);
	page_newline(p);
	put_side(p, v->responsible, v->certainty, v->retry);
	if (v->advice && *v->advice)
		put_text(p, "Advice", v->advice);
	if (v->capture_next)
		put_text(p, "Capture", v->capture_next);
}

/* A phase is worth a word from a second on. */
static bool long_enough(int64_t spent)
{
	return spent >= TSTAMP_SECOND;
}

void verdict_page_times(struct page *p, const struct ledger *l)
{
	char figure[FIGURE_SIZE];
	struct buf line;

	buf_init(&line, LINE_LIMIT);
	for (int phase = 0; phase < LEDGER_PHASES; phase++)
		for (int owner = 0; owner < LEDGER_OWNERS; owner++) {
			if (!long_enough(ledger_spent(l, (enum ledger_phase)phase, (enum ledger_owner)owner)))
				continue;
			figure_duration(figure,
					ledger_spent(l, (enum ledger_phase)phase, (enum ledger_owner)owner));
			buf_format(&line, "%s%s %s (%s)", line.length ? " · " : "",
				   ledger_phase_name((enum ledger_phase)phase), figure,
				   ledger_owner_name((enum ledger_owner)owner));
		}
	if (line.length) {
		put_label(p, "Time");
		page_wrap_parts(p, buf_span(&line), LABEL_END);
		page_newline(p);
	}
	buf_finish(&line);
}

static void put_sessions(struct page *p, const struct story *s)
{
	struct buf line;

	buf_init(&line, LINE_LIMIT);
	buf_format(&line, "%s, session%s ", s->name, s->attempt_count == 1 ? "" : "s");
	for (size_t i = 0; i < s->attempt_count && i < SESSIONS_NAMED; i++)
		buf_format(&line, "%s%llu", i ? ", " : "", (unsigned long long)s->attempts[i].session);
	if (s->attempt_count > SESSIONS_NAMED)
		buf_format(&line, " and %zu more", s->attempt_count - SESSIONS_NAMED);
	page_to(p, LABEL_END);
	page_style(p, STYLE_DIM);
	page_wrap(p, buf_span(&line), LABEL_END, 0);
	page_style(p, STYLE_PLAIN);
	page_newline(p);
	buf_finish(&line);
}

void verdict_page_story(struct page *p, const struct story *s)
{
	put_label(p, "Story");
	page_style(p, STYLE_BOLD);
	page_wrap_text(p, s->headline, LABEL_END);
	page_style(p, STYLE_PLAIN);
	page_newline(p);
	put_sessions(p, s);
	put_text(p, "", s->advice);
}
