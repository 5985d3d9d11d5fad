/* SPDX-License-Identifier: BSD-2-Clause */
#include "diff_report.h"

#include "figures.h"
#include "names.h"

#include <stdio.h>

enum { TEXT = 600, ENDS = 160, INDENT = 2, DEEPER = 6, TURN_KEPT = 300 };

static void put_line(struct page *p, enum style style, size_t indent, const char *text)
{
	page_to(p, indent);
	page_style(p, style);
	page_wrap_text(p, text, indent + (indent == DEEPER ? INDENT : 0));
	page_newline(p);
}

static void put_endpoints(char text[static ENDS], const struct sighting *s)
{
	char client[FIGURE_SIZE], server[FIGURE_SIZE];

	figure_endpoint(client, &s->marks.side[DIR_CLIENT].sender);
	figure_endpoint(server, &s->marks.side[DIR_SERVER].sender);
	snprintf(text, ENDS, "%s to %s", client, server);
}

/************ the same session at two points ************/

static void put_heading(struct diff_report *r, const struct comparison *c)
{
	static const char *const by[] = { "sequence numbers", "addresses and first lines",
					  "lines that only they have", "their order", "request" };
	char text[TEXT], ends[ENDS];

	put_endpoints(ends, c->captures[0]);
	snprintf(text, sizeof text, "Session %llu of A is session %llu of B (by %s)",
		 (unsigned long long)c->captures[0]->marks.number,
		 (unsigned long long)c->captures[1]->marks.number, by[c->pair.by]);
	put_line(&r->page, STYLE_BOLD, 0, text);
	snprintf(text, sizeof text, "Connection: %s", ends);
	put_line(&r->page, STYLE_PLAIN, INDENT, text);
	if (c->translated) {
		put_endpoints(ends, c->captures[1]);
		snprintf(text, sizeof text, "Translated: in B it is %s.", ends);
		put_line(&r->page, STYLE_PLAIN, INDENT, text);
	}
}

static void put_place(struct diff_report *r, const struct comparison *c)
{
	char text[TEXT];

	if (c->nearer < 0) {
		put_line(&r->page, STYLE_PLAIN, INDENT,
			 "Place: neither TTL nor delays say which capture is nearer to the client.");
		return;
	}
	snprintf(text, sizeof text, "Place: %s is nearer to the client", c->nearer ? "B" : "A");
	if (c->hops_known[DIR_CLIENT] && c->hops_known[DIR_SERVER])
		snprintf(text + strlen(text), sizeof text - strlen(text),
			 "; routers between them: %d (client's packets), %d (server's)", c->hops[DIR_CLIENT],
			 c->hops[DIR_SERVER]);
	put_line(&r->page, STYLE_PLAIN, INDENT, text);
}

static void put_clock(struct diff_report *r, const struct comparison *c)
{
	int64_t middle = c->clock.low + (c->clock.high - c->clock.low) / 2,
		half = (c->clock.high - c->clock.low + 1) / 2;
	char text[TEXT], offset[FIGURE_SIZE], error[FIGURE_SIZE];

	if (!c->clock.known)
		return;
	figure_seconds(offset, middle < 0 ? -middle : middle);
	figure_duration(error, half);
	if ((middle < 0 ? -middle : middle) <= half)
		snprintf(text, sizeof text, "Clocks: equal within %s", error);
	else
		snprintf(text, sizeof text, "Clocks: B is %s s %s A (within %s)", offset,
			 middle < 0 ? "behind" : "ahead of", error);
	put_line(&r->page, STYLE_PLAIN, INDENT, text);
}

static void put_connection(struct diff_report *r, const struct comparison *c)
{
	if (c->connection == CONNECTION_SEPARATE)
		put_line(
		    &r->page, STYLE_YELLOW, INDENT,
		    "Proxy: the handshake was answered before it reached the other point, so these are two connections.");
	else if (c->connection == CONNECTION_UNKNOWN)
		put_line(
		    &r->page, STYLE_YELLOW, INDENT,
		    "Sequence numbers differ: a device rewrites them, or a proxy has a connection of its own on each side.");
	else if (c->renumbered)
		put_line(&r->page, STYLE_PLAIN, INDENT,
			 "Sequence numbers are rewritten between the two points.");
}

static void put_difference(struct diff_report *r, const struct difference *d)
{
	static const char *const letters[] = { "A", "B" };
	char text[TEXT];

	snprintf(text, sizeof text, "%s%s%s", d->matters ? "* " : "- ", d->title,
		 d->certainty == CERTAINTY_CERTAIN  ? ""
		 : d->certainty == CERTAINTY_LIKELY ? " (likely)"
						    : " (possible)");
	put_line(&r->page, d->matters ? STYLE_BOLD : STYLE_DIM, INDENT, text);
	for (int i = 0; i < 2; i++) {
		if (!d->texts[i])
			continue;
		snprintf(text, sizeof text, "%s #%llu: %s", letters[i], (unsigned long long)d->frames[i],
			 d->texts[i]);
		put_line(&r->page, STYLE_CYAN, DEEPER, text);
	}
	if (!d->texts[0] && !d->texts[1] && (d->frames[0] || d->frames[1])) {
		text[0] = 0;
		for (int i = 0; i < 2; i++)
			if (d->frames[i])
				snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s #%llu",
					 *text ? ", " : "", letters[i], (unsigned long long)d->frames[i]);
		put_line(&r->page, STYLE_CYAN, DEEPER, text);
	}
	put_line(&r->page, STYLE_PLAIN, DEEPER, d->why);
}

void diff_text_pair(struct diff_report *r, const struct comparison *c)
{
	char text[TEXT], count[FIGURE_SIZE];

	put_heading(r, c);
	put_place(r, c);
	put_clock(r, c);
	put_connection(r, c);
	for (size_t i = 0; i < c->differences.count; i++)
		put_difference(r, &c->differences.list[i]);
	if (c->differences.omitted) {
		figure_many(count, c->differences.omitted, "more difference is", "more differences are");
		snprintf(text, sizeof text, "%s not shown.", count);
		put_line(&r->page, STYLE_DIM, INDENT, text);
	}
	if (!c->differences.count)
		put_line(&r->page, STYLE_GREEN, INDENT, "No differences.");
	if (!comparison_is_complete(c))
		put_line(&r->page, STYLE_DIM, INDENT, "Only the beginning of the session was compared.");
	page_newline(&r->page);
}

void diff_text_unpaired(struct diff_report *r, int which, const struct sighting *s)
{
	char text[TEXT], ends[ENDS], start[FIGURE_SIZE];

	put_endpoints(ends, s);
	figure_moment(start, s->start);
	snprintf(text, sizeof text, "Only in %s: session %llu, %s, %s, %s", which ? "B" : "A",
		 (unsigned long long)s->marks.number, ends, start, name_session_outcome(s->outcome));
	put_line(&r->page, STYLE_PLAIN, 0, text);
}

void diff_text_summary(struct diff_report *r, const struct sightings *a, const struct sightings *b)
{
	const struct sightings *const captures[] = { a, b };
	char text[TEXT], count[FIGURE_SIZE];

	for (int i = 0; i < 2; i++) {
		figure_many(count, captures[i]->seen, "session", NULL);
		snprintf(text, sizeof text, "%s: %s, %s%s", i ? "B" : "A", r->names[i], count,
			 captures[i]->incomplete ? "; not all of it was compared" : "");
		put_line(&r->page, STYLE_PLAIN, 0, text);
	}
	figure_many(count, r->pairs, "session", NULL);
	snprintf(text, sizeof text, "In both: %s; differences: %llu", count,
		 (unsigned long long)r->differences);
	put_line(&r->page, STYLE_BOLD, 0, text);
}

/************ two sessions of one capture ************/

static void put_session(struct diff_report *r, const char *letter, const struct sighting *s)
{
	char text[TEXT], ends[ENDS];

	put_endpoints(ends, s);
	snprintf(text, sizeof text, "%s: session %llu, %s, %s", letter, (unsigned long long)s->marks.number,
		 ends, name_session_outcome(s->outcome));
	put_line(&r->page, STYLE_BOLD, 0, text);
	if (s->headline)
		put_line(&r->page, STYLE_PLAIN, INDENT, s->headline);
}

static void put_turn(struct diff_report *r, const char *letter, const struct entry *e, enum style style)
{
	char text[TEXT];
	size_t length = e ? (e->length < TURN_KEPT ? e->length : TURN_KEPT) : 0;
	const char *end = e ? memchr(e->text, '\n', length) : NULL;

	if (end)
		length = (size_t)(end - e->text);
	if (!e)
		snprintf(text, sizeof text, "%s: (the session is over)", letter);
	else if (e->kind == ENTRY_BODY)
		snprintf(text, sizeof text, "%s #%llu > (message, %llu bytes)", letter,
			 (unsigned long long)e->frame.number, (unsigned long long)e->bytes);
	else if (e->kind == ENTRY_REPLY)
		snprintf(text, sizeof text, "%s #%llu < %u %.*s", letter, (unsigned long long)e->frame.number,
			 e->code, (int)length, e->text);
	else
		snprintf(text, sizeof text, "%s #%llu %s %.*s", letter, (unsigned long long)e->frame.number,
			 e->kind == ENTRY_COMMAND ? ">" : "<", (int)length, e->text);
	put_line(&r->page, style, INDENT, text);
}

/* Where to add the extensions that only one server offers. */
struct offer_place {
	struct diff_report *report;
	const char *letter;
};

static void put_offer(void *context, struct span offer)
{
	const struct offer_place *o = context;
	char text[TEXT];

	snprintf(text, sizeof text, "Only the server of %s offers: %.*s", o->letter,
		 (int)(offer.length < TURN_KEPT ? offer.length : TURN_KEPT), (const char *)offer.at);
	put_line(&o->report->page, STYLE_YELLOW, INDENT, text);
}

void diff_text_sessions(struct diff_report *r, const struct sighting *a, const struct sighting *b,
			const struct dialogue_parting *p)
{
	const struct entry *one = sighting_hello(a), *other = sighting_hello(b);
	char text[TEXT];

	put_session(r, "A", a);
	put_session(r, "B", b);
	page_newline(&r->page);
	if (!p) {
		put_line(&r->page, STYLE_GREEN, 0, "Commands and reply codes are the same.");
	} else {
		snprintf(text, sizeof text, "The first difference is turn %zu:", p->turn);
		put_line(&r->page, STYLE_BOLD, 0, text);
		if (p->before[0]) {
			put_turn(r, "A", p->before[0], STYLE_DIM);
			put_turn(r, "B", p->before[1], STYLE_DIM);
		}
		put_turn(r, "A", p->different[0], STYLE_RED);
		put_turn(r, "B", p->different[1], STYLE_RED);
	}
	if (one && other) {
		turn_offers(one, other, put_offer, &(struct offer_place){ r, "A" });
		turn_offers(other, one, put_offer, &(struct offer_place){ r, "B" });
	}
}
