/* SPDX-License-Identifier: BSD-2-Clause */
#include "dialogue_page.h"

#include "decimal.h"
#include "digest.h"
#include "escape.h"
#include "figures.h"
#include "names.h"

enum {
	TIME_END = 10, /* columns */
	FRAME_AT = 11,
	WHO_AT = 18,
	WHO_AT_SEVERAL = 20,
	MEANING_AT = 48,
	WIDE = 100, /* a page of at least this width has more room for replies */
	WIDE_MEANING_AT = 60,
	ADVICE_AT = 13,
	/* On narrower pages the times are left out, and everything begins further to the left. */
	WIDTH_OF_TIMES = 60,
	NARROW_FRAME_AT = 2,
	NARROW_WHO_AT = 8,
	NARROW_WHO_AT_SEVERAL = 10,
	NARROW_ADVICE_AT = 9,
	COMMAND_LINES = 4,    /* lines a command may take */
	REPLY_LINES = 12,     /* lines of a reply that are shown */
	REPLY_LINE_LINES = 5, /* and output lines for each of them */
	MEANING_SIZE = 256,
};

/* Shorter waits say nothing about a reply. */
static const int64_t WORTH_TELLING = 500 * TSTAMP_MILLISECOND;

struct view {
	struct page *page;
	const struct dialogue_view *wanted;
	size_t who_at, text_at;
	const struct entry *offers; /* the last list of extensions shown, or NULL */
};

void frame_text(char text[static FRAME_TEXT_SIZE], const struct frame_ref *frame, bool several_inputs)
{
	char room[3 * DECIMAL_SIZE], *to = room;

	if (frame->number)
		*to++ = '#';
	if (frame->number && several_inputs) {
		to = decimal_write(to, frame->file, 1);
		*to++ = ':';
	}
	if (frame->number)
		to = decimal_write(to, frame->number, 1);
	*to = 0;
	memcpy(text, room, (size_t)(to - room) + 1);
}

enum style severity_style(enum severity severity)
{
	return severity == SEVERITY_ERROR     ? STYLE_ALARM
	       : severity == SEVERITY_WARNING ? STYLE_YELLOW
					      : STYLE_CYAN;
}

const char *severity_word(enum severity severity)
{
	return severity == SEVERITY_ERROR ? "ERROR" : severity == SEVERITY_WARNING ? "WARNING" : "NOTE";
}

static enum style code_style(unsigned code)
{
	return code >= 500 ? STYLE_RED : code >= 400 ? STYLE_YELLOW : code >= 300 ? STYLE_CYAN : STYLE_GREEN;
}

static bool worth_telling(const struct view *v, int64_t latency)
{
	return latency >= (v->wanted->full ? TSTAMP_MILLISECOND : WORTH_TELLING);
}

static bool narrow(const struct page *p)
{
	return p->width < WIDTH_OF_TIMES;
}

/* Writes mark, time and packet; leaves the page where the text begins. */
static void prefix(const struct view *v, const struct entry *e, const char *who)
{
	struct page *p = v->page;
	char text[FIGURE_SIZE], frame[FRAME_TEXT_SIZE];
	size_t length;

	if (e->mark) {
		page_style(p, severity_style((enum severity)(e->mark - 1)));
		page_put(p, e->mark > 1 ? "!" : "i");
	}
	page_style(p, STYLE_DIM);
	if (e->kind != ENTRY_FOLD && e->frame.number) {
		if (!narrow(p)) {
			figure_seconds(text, e->frame.time - v->wanted->start);
			length = strlen(text);
			page_to(p, length < TIME_END - 1 ? TIME_END - length : 1);
			page_put(p, text);
			page_to(p, p->column + 1);
		}
		frame_text(frame, &e->frame, v->wanted->several_inputs);
		page_to(p, narrow(p) ? NARROW_FRAME_AT : FRAME_AT);
		page_put(p, frame);
		page_to(p, p->column + 1);
	}
	page_to(p, v->who_at);
	page_style(p, STYLE_BOLD);
	page_put(p, who);
	page_style(p, STYLE_PLAIN);
}

static void range_text(char text[static 2 * FRAME_TEXT_SIZE + 8], const struct frame_ref *first,
		       const struct frame_ref *last, bool several)
{
	char from[FRAME_TEXT_SIZE], to[FRAME_TEXT_SIZE];

	frame_text(from, first, several);
	frame_text(to, last, several);
	if (strcmp(from, to) == 0)
		snprintf(text, 2 * FRAME_TEXT_SIZE + 8, "%s", from);
	else
		snprintf(text, 2 * FRAME_TEXT_SIZE + 8, "%s–%s", from, to);
}

static void show_command(const struct view *v, const struct entry *e)
{
	struct page *p = v->page;
	char figure[FIGURE_SIZE], text[2 * FIGURE_SIZE];

	prefix(v, e, "C: ");
	page_wrap(p, span_of(e->text, e->length), v->text_at, COMMAND_LINES);
	page_style(p, STYLE_DIM);
	if (e->length == 0)
		page_put(p, "(empty line)");
	if (e->bytes) {
		figure_many(figure, e->bytes, "byte", NULL);
		snprintf(text, sizeof text, " (and a chunk of %s)", figure);
		page_wrap_text(p, text, v->text_at);
	}
	if (e->truncated)
		page_wrap_text(p, " (not captured completely)", v->text_at);
	page_newline(p);
}

static void show_body(const struct view *v, const struct entry *e)
{
	char figure[FIGURE_SIZE], duration[FIGURE_SIZE], text[3 * FIGURE_SIZE];
	const char *about = e->estimated ? "about " : "";

	prefix(v, e, "C: ");
	page_style(v->page, STYLE_DIM);
	figure_many(figure, e->bytes, "byte", NULL);
	if (worth_telling(v, e->latency)) {
		figure_duration(duration, e->latency);
		snprintf(text, sizeof text, "(message of %s%s in %s, then the final dot)", about, figure,
			 duration);
	} else {
		snprintf(text, sizeof text, "(message of %s%s, then the final dot)", about, figure);
	}
	page_wrap_text(v->page, text, v->text_at);
	page_newline(v->page);
}

/* Returns a verb that is worth repeating, otherwise "the line". */
static const char *verb_words(const char *verb)
{
	size_t length = strspn(verb, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return length >= 2 && !verb[length] ? verb : "the line";
}

static void join(char *text, const char *more)
{
	size_t length = strlen(text), separator = length ? 2 : 0, count = strlen(more);

	if (length + separator + count >= MEANING_SIZE)
		return;
	memcpy(text + length, ", ", separator);
	memcpy(text + length + separator, more, count + 1);
}

/* The meaning of the reply, and what it answers. */
static void meaning(char text[static MEANING_SIZE], const struct view *v, const struct entry *e)
{
	char frame[FRAME_TEXT_SIZE], question[MEANING_SIZE];

	text[0] = 0;
	if (e->name)
		join(text, e->name);
	if (e->answers == ANSWERS_NONE) {
		join(text, e->verb[0] ? "to the TLS hello" : "without a command");
	} else if (e->answers == ANSWERS_UNSEEN) {
		join(text, "its command was not captured");
	} else if (!e->direct && e->question.number) {
		frame_text(frame, &e->question, v->wanted->several_inputs);
		stpcpy(stpcpy(question, "to "),
		       e->answers == ANSWERS_END_OF_DATA ? "the final dot" : verb_words(e->verb));
		stpcpy(stpcpy(question + strlen(question), " "), frame);
		join(text, question);
	}
	if (e->recipient) {
		snprintf(question, sizeof question, "for <%s>", e->recipient);
		join(text, question);
	}
	if (e->truncated)
		join(text, "its end was not captured");
}

/* Writes next to the text, in a column of its own, if there is room; otherwise below. */
static void show_meaning(const struct view *v, const struct entry *e, bool beside)
{
	struct page *p = v->page;
	char text[MEANING_SIZE], figure[FIGURE_SIZE], latency[FIGURE_SIZE + 1] = "";
	size_t width, at, column = p->width < WIDE ? MEANING_AT : WIDE_MEANING_AT;

	meaning(text, v, e);
	if (worth_telling(v, e->latency)) {
		figure_duration(figure, e->latency);
		stpcpy(stpcpy(latency, " "), figure);
	}
	width = escape_width(span_text(text)) + escape_width(span_text(latency));
	if (*latency)
		width = *text ? width + 1 : width - 1;
	if (width == 0) {
		page_newline(p);
		return;
	}
	at = p->column + 2 > column ? p->column + 2 : column;
	if (at + width > p->width && p->width > width)
		at = p->width - width;
	if (beside && at >= p->column + 2 && at + width <= p->width) {
		page_to(p, at);
	} else {
		page_newline(p);
		page_to(p, v->text_at);
		page_style(p, STYLE_DIM);
		page_put(p, "· ");
	}
	page_style(p, STYLE_DIM);
	page_wrap_text(p, text, v->text_at + 2);
	/* Keeps the figure and its unit together. */
	if (*text && *latency)
		page_put(p, ",");
	page_wrap_unit(p, span_text(*latency && !*text ? latency + 1 : latency), v->text_at + 2, 0);
	page_newline(p);
}

static struct span behind_first_line(const struct entry *e)
{
	const char *lf = memchr(e->text, '\n', e->length);

	return lf ? span_of(lf, (size_t)(e->text + e->length - lf)) : span_of(NULL, 0);
}

/* Writes the EHLO keywords after the first line, on as few lines as possible; a list that is known already is not repeated. */
static void show_capabilities(struct view *v, const struct entry *e, struct span rest)
{
	struct page *p = v->page;
	const uint8_t *end;
	struct span word;

	page_to(p, v->text_at);
	page_style(p, STYLE_DIM);
	if (v->offers && span_equal(behind_first_line(v->offers), behind_first_line(e))) {
		page_put(p, "· offers the same again");
		page_newline(p);
		return;
	}
	v->offers = e;
	page_put(p, "· offers ");
	page_style(p, STYLE_PLAIN);
	for (bool more = true; more;) {
		end = rest.length ? memchr(rest.at, '\n', rest.length) : NULL;
		word = end ? span_first(rest, (size_t)(end - rest.at)) : rest;
		more = end != NULL;
		rest = span_from(rest, word.length + 1);
		if (p->column > v->text_at + 2 && p->column + escape_width(word) + (more ? 1 : 0) > p->width) {
			page_newline(p);
			page_to(p, v->text_at + 2);
		}
		page_wrap(p, word, v->text_at + 2, 3);
		if (more)
			page_put(p, ",");
		page_to(p, p->column + 1);
	}
	page_newline(p);
}

static void show_reply(struct view *v, const struct entry *e)
{
	struct page *p = v->page;
	struct span rest = span_of(e->text, e->length), line;
	const uint8_t *end;
	char code[DECIMAL_SIZE + 2], *to;
	bool more = true, single = !e->more_lines;
	unsigned shown = 0;

	prefix(v, e, "S: ");
	while (more) {
		end = rest.length ? memchr(rest.at, '\n', rest.length) : NULL;
		line = end ? span_first(rest, (size_t)(end - rest.at)) : rest;
		rest = span_from(rest, line.length + 1);
		more = end != NULL;
		if (shown++) {
			single = false;
			page_newline(p);
			page_to(p, v->text_at);
		}
		page_style(p, code_style(e->code));
		to = decimal_write(code, e->code, 1);
		*to++ = (more || e->more_lines) && !e->capabilities ? '-' : ' ';
		*to = 0;
		page_put(p, code);
		page_style(p, STYLE_PLAIN);
		single = single && p->column + escape_width(line) <= p->width;
		page_wrap(p, line, v->text_at + 4, REPLY_LINE_LINES);
		if (e->capabilities || shown == REPLY_LINES)
			break;
	}
	if (more && e->capabilities) {
		show_meaning(v, e, single);
		show_capabilities(v, e, rest);
		return;
	}
	if (more || e->more_lines) {
		page_newline(p);
		page_to(p, v->text_at);
		page_style(p, STYLE_DIM);
		page_put(p, "… more lines");
	}
	show_meaning(v, e, single);
}

static void show_line(const struct view *v, const struct entry *e)
{
	prefix(v, e, "S: ");
	page_wrap(v->page, span_of(e->text, e->length), v->text_at, REPLY_LINE_LINES);
	page_newline(v->page);
	page_to(v->page, v->text_at);
	page_style(v->page, STYLE_DIM);
	page_put(v->page, "· not an SMTP reply");
	page_newline(v->page);
}

static void show_remark(const struct view *v, const struct entry *e)
{
	prefix(v, e, "");
	page_style(v->page, STYLE_CYAN);
	page_put(v->page, "[");
	page_wrap(v->page, span_of(e->text, e->length), v->who_at + 1, 0);
	page_put(v->page, "]");
	page_newline(v->page);
}

static void show_fold(const struct view *v, const struct entry *e)
{
	struct page *p = v->page;
	const struct entry *spare = e->period ? e->spare[e->period - 1] : NULL;
	char count[FIGURE_SIZE], range[2 * FRAME_TEXT_SIZE + 8], text[3 * FIGURE_SIZE + COMMAND_VERB_SIZE];
	const char *what = strspn(e->verb, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") > 1 ? e->verb : "commands";

	figure_count(count, e->count);
	if (e->period == 0)
		snprintf(text, sizeof text, "… %s more %s the same way", count,
			 e->count == 1 ? "message that went" : "messages that went");
	else if (!spare)
		snprintf(text, sizeof text, "… %s more", count);
	else if (e->period == 2)
		snprintf(text, sizeof text, "… %s more %s, each answered %u", count, what, spare->code);
	else if (spare->kind == ENTRY_COMMAND && spare->body_text)
		snprintf(text, sizeof text, "… %s more lines of the message", count);
	else if (spare->kind == ENTRY_COMMAND)
		snprintf(text, sizeof text, "… %s more %s", count, what);
	else if (spare->kind == ENTRY_REPLY)
		snprintf(text, sizeof text, "… %s more replies %u%s%s", count, spare->code,
			 what == e->verb ? " to " : "", what == e->verb ? what : "");
	else if (spare->kind == ENTRY_LINE)
		snprintf(text, sizeof text, "… %s more lines that are not SMTP replies", count);
	else
		snprintf(text, sizeof text, "… the same %s more times", count);
	range_text(range, &e->first_frame, &e->last_frame, v->wanted->several_inputs);
	prefix(v, e, "");
	page_style(p, STYLE_DIM);
	page_wrap_text(p, text, v->who_at + 2);
	page_wrap_text(p, ", ", v->who_at + 2);
	page_wrap_text(p, range, v->who_at + 2);
	page_newline(p);
}

static void advice(struct page *p, const char *label, const char *text)
{
	size_t at = narrow(p) ? NARROW_ADVICE_AT : ADVICE_AT;

	if (!*text)
		return;
	page_to(p, at - 5);
	page_style(p, STYLE_DIM);
	page_put(p, label);
	page_style(p, STYLE_PLAIN);
	page_to(p, at);
	page_wrap_text(p, text, at);
	page_newline(p);
}

/* The server's text, which the dialogue shows right above, is all the reason that the finding has. */
static bool quotes_reply(const struct entry *e)
{
	return strcmp(entry_finding_text(e, FINDING_ID), "delivery-failed") == 0 && e->frame.number;
}

static void show_finding(struct page *p, const struct entry *e, const struct dialogue_view *view)
{
	char text[512], frame[FRAME_TEXT_SIZE], range[2 * FRAME_TEXT_SIZE + 8], count[FIGURE_SIZE];
	const char *cause = entry_finding_text(e, FINDING_CAUSE);
	bool told = e->number == view->told;

	frame_text(frame, &e->frame, view->several_inputs);
	page_to(p, 2);
	page_style(p, severity_style(e->severity));
	page_put(p, e->severity == SEVERITY_INFO ? "i " : "! ");
	page_put(p, severity_word(e->severity));
	page_put(p, " ");
	page_style(p, STYLE_BOLD);
	page_wrap_text(p, entry_finding_text(e, FINDING_TITLE), 8);
	page_newline(p);
	snprintf(text, sizeof text, "%s, cause %s, %s", entry_finding_text(e, FINDING_ID), cause,
		 name_certainty(e->certainty));
	page_to(p, 8);
	page_wrap_text(p, text, 8);
	snprintf(text, sizeof text, " (finding %llu%s%s)", (unsigned long long)e->number, *frame ? ", " : "",
		 frame);
	page_wrap_unit(p, span_text(text), 8, 0);
	page_newline(p);
	if (view->full || !quotes_reply(e))
		advice(p, "why:", entry_finding_text(e, FINDING_WHY));
	if (!e->brief) {
		if (!told)
			advice(p, "do:", entry_finding_text(e, FINDING_FIX));
		advice(p, "see:", entry_finding_text(e, FINDING_REFERENCE));
	}
	if (e->more) {
		figure_count(count, e->more);
		range_text(range, &e->first_frame, &e->last_frame, view->several_inputs);
		snprintf(text, sizeof text, "%s more of the same cause, %s", count, range);
		advice(p, "and", text);
	}
}

static void show_omitted(const struct view *v, const struct dialogue *d)
{
	struct page *p = v->page;
	char count[FIGURE_SIZE], findings[FIGURE_SIZE], range[2 * FRAME_TEXT_SIZE + 8], text[5 * FIGURE_SIZE];

	figure_many(count, d->omitted, "line", NULL);
	figure_many(findings, d->omitted_findings, "finding", NULL);
	range_text(range, &d->omitted_first, &d->omitted_last, v->wanted->several_inputs);
	page_to(p, 4);
	page_style(p, STYLE_CYAN);
	snprintf(text, sizeof text, "… %s left out here%s%s, %s …", count,
		 d->omitted_findings ? ", with " : "", d->omitted_findings ? findings : "", range);
	page_wrap_text(p, text, 6);
	page_newline(p);
}

/* One line for entries that are not shown: what was asked and how it was answered. */
static void show_hidden(const struct view *v, const struct entry *first, const struct entry *last)
{
	char range[2 * FRAME_TEXT_SIZE + 8];
	const struct frame_ref *begin = &first->frame, *end = &last->frame;
	struct page *p = v->page;
	struct buf text;

	buf_init(&text, DIGEST_MAX);
	digest_text(&text, first, last);
	if (!text.length) {
		buf_finish(&text);
		return;
	}
	for (const struct entry *e = first; !begin->number && e != last; e = e->next)
		begin = &e->next->frame;
	for (const struct entry *e = last; (!end->number || e->kind == ENTRY_FINDING) && e != first;)
		e = e->before, end = &e->frame;
	if (last->kind == ENTRY_FOLD)
		end = &last->last_frame;
	range_text(range, begin, end, v->wanted->several_inputs);
	page_to(p, v->who_at);
	page_style(p, STYLE_DIM);
	page_put(p, "… ");
	page_wrap_parts(p, buf_span(&text), v->who_at + 2);
	page_wrap_text(p, ", ", v->who_at + 2);
	page_wrap_unit(p, span_text(range), v->who_at + 2, 0);
	page_newline(p);
	buf_finish(&text);
}

static void show_entry(struct view *v, const struct entry *e)
{
	const char *left_out = v->wanted->left_out;

	switch (e->kind) {
	case ENTRY_COMMAND:
		show_command(v, e);
		break;
	case ENTRY_BODY:
		show_body(v, e);
		break;
	case ENTRY_REPLY:
		show_reply(v, e);
		break;
	case ENTRY_LINE:
		show_line(v, e);
		break;
	case ENTRY_REMARK:
		if (!left_out || strcmp(e->verb, left_out) != 0)
			show_remark(v, e);
		break;
	case ENTRY_FINDING:
		show_finding(v->page, e, v->wanted);
		break;
	case ENTRY_FOLD:
		if (!left_out || strcmp(e->verb, left_out) != 0)
			show_fold(v, e);
		break;
	}
}

/*
 * The last of the hidden entries from |e| on; NULL: |e| is shown. A single one is shown, too, because it takes no more room than a
 * line about it.
 */
static const struct entry *hidden_until(const struct dialogue *d, const struct entry *e)
{
	const struct entry *last = e;

	if (!e->hidden)
		return NULL;
	while (last->next && last->next->hidden && !(d->omitted && last == d->head_end))
		last = last->next;
	return last == e && e->kind != ENTRY_FINDING ? NULL : last;
}

void dialogue_page(struct page *p, const struct dialogue *d, const struct dialogue_view *view)
{
	struct view v = { .page = p, .wanted = view };
	const struct entry *last;

	if (narrow(p))
		v.who_at = view->several_inputs ? NARROW_WHO_AT_SEVERAL : NARROW_WHO_AT;
	else
		v.who_at = view->several_inputs ? WHO_AT_SEVERAL : WHO_AT;
	v.text_at = v.who_at + 3;
	if (d->omitted && !d->head_end)
		show_omitted(&v, d);
	for (const struct entry *e = d->first; e; e = e->next) {
		last = view->full ? NULL : hidden_until(d, e);
		if (last) {
			show_hidden(&v, e, last);
			e = last;
		} else {
			show_entry(&v, e);
		}
		if (d->omitted && e == d->head_end)
			show_omitted(&v, d);
	}
}

void dialogue_page_findings(struct page *p, const struct dialogue *d, const struct dialogue_view *view)
{
	for (const struct entry *e = d->first; e; e = e->next)
		if (e->kind == ENTRY_FINDING && (view->full || !e->hidden))
			show_finding(p, e, view);
}
