/* SPDX-License-Identifier: BSD-2-Clause */
#include "message_page.h"

#include "decimal.h"
#include "figures.h"
#include "names.h"
#include "wire_text.h"

enum {
	MESSAGES_SHOWN = 10,
	RECIPIENTS_SHOWN = 10,
	TEXT_LIMIT = 64 * 1024,
	OUTCOMES = 5,
};

static enum style outcome_style(enum outcome outcome)
{
	return outcome == OUTCOME_ACCEPTED   ? STYLE_GREEN
	       : outcome == OUTCOME_REJECTED ? STYLE_RED
	       : outcome == OUTCOME_DEFERRED ? STYLE_YELLOW
					     : STYLE_PLAIN;
}

/* The outcome and the reply that decided it; if undecided, the last reply. */
static void put_outcome(struct page *p, enum outcome outcome, const char *of_what, unsigned code,
			const char *enhanced)
{
	bool decided = outcome != OUTCOME_ABORTED && outcome != OUTCOME_UNKNOWN;
	char text[DECIMAL_SIZE + 1];

	page_style(p, outcome_style(outcome));
	page_put(p, name_outcome(outcome));
	page_put(p, of_what);
	page_style(p, STYLE_PLAIN);
	if (!code)
		return;
	*decimal_write(text, code, 1) = 0;
	page_put(p, decided ? ", " : " (answered ");
	page_put(p, text);
	page_put(p, *enhanced ? " " : "");
	page_put(p, enhanced);
	page_put(p, decided ? "" : ")");
}

/* "3 accepted, 1 rejected" */
static void put_counts(struct page *p, const uint64_t counts[static OUTCOMES])
{
	static const enum outcome order[OUTCOMES] = { OUTCOME_ACCEPTED, OUTCOME_DEFERRED, OUTCOME_REJECTED,
						      OUTCOME_ABORTED, OUTCOME_UNKNOWN };
	char text[FIGURE_SIZE];
	bool first = true;

	for (unsigned i = 0; i < OUTCOMES; i++) {
		if (!counts[order[i]])
			continue;
		figure_count(text, counts[order[i]]);
		page_put(p, first ? "" : ", ");
		page_put(p, text);
		page_put(p, " ");
		page_put(p, name_outcome(order[i]));
		first = false;
	}
}

static void put_recipient(struct page *p, const struct recipient *r, bool first,
			  const struct secret_set *secrets)
{
	page_to(p, 4);
	page_put(p, first ? "to" : "");
	page_to(p, 9);
	if (r->address)
		wire_text(p, "<", r->address, ">", secrets, 500, 9);
	else
		page_put(p, "a recipient that was not captured completely");
	if (p->column + 30 > p->width) {
		page_newline(p);
		page_to(p, 9);
	} else {
		page_put(p, "  ");
	}
	put_outcome(p, r->outcome, "", r->code, r->enhanced);
	page_newline(p);
}

/* Those that were not accepted come first, because they are more important. */
static void put_recipients(struct page *p, const struct message *m, const struct secret_set *secrets)
{
	uint64_t rest[OUTCOMES] = { 0 };
	char text[FIGURE_SIZE];
	unsigned shown = 0;

	for (unsigned accepted = 0; accepted < 2; accepted++) {
		for (size_t i = 0; i < m->recipient_count; i++) {
			const struct recipient *r = &m->recipients[i];
			if ((r->outcome == OUTCOME_ACCEPTED) != accepted)
				continue;
			/* One more takes as many lines as the line that counts it. */
			if (shown < RECIPIENTS_SHOWN || message_recipients(m) == RECIPIENTS_SHOWN + 1)
				put_recipient(p, r, shown++ == 0, secrets);
			else
				rest[r->outcome]++;
		}
	}
	if (m->recipient_count <= shown && !message_omitted(m))
		return;
	page_to(p, 9);
	page_style(p, STYLE_DIM);
	page_put(p, "… and also ");
	put_counts(p, rest);
	if (message_omitted(m)) {
		figure_count(text, message_omitted(m));
		page_put(p, m->recipient_count > shown ? ", " : "");
		page_put(p, text);
		page_put(p, " not kept");
	}
	page_newline(p);
}

/* The server's text without the code, which is already shown above and which servers repeat on each line. */
static void put_text(struct page *p, const struct message *m, const struct secret_set *secrets)
{
	size_t code = strlen(m->enhanced);
	const char *end;
	struct buf text;

	buf_init(&text, TEXT_LIMIT);
	for (const char *line = m->text; *line; line = *end ? end + 1 : end) {
		end = strchrnul(line, '\n');
		if (code && strncmp(line, m->enhanced, code) == 0 && (line[code] == ' ' || line + code == end))
			line += code;
		while (*line == ' ')
			line++;
		if (line == end)
			continue;
		buf_text(&text, text.length ? " " : "");
		buf_append(&text, span_of(line, (size_t)(end - line)));
	}
	wire_text(p, "", buf_string(&text), "", secrets, 500, 9);
	buf_finish(&text);
}

/* "accepted for 1 of 3 recipients, 250 2.0.0" */
static void put_message_outcome(struct page *p, const struct message *m)
{
	char text[3 * FIGURE_SIZE] = "", accepted[FIGURE_SIZE], all[FIGURE_SIZE];
	uint64_t count = message_recipients(m), taken = message_omitted_with(m, OUTCOME_ACCEPTED);

	for (size_t i = 0; i < m->recipient_count; i++)
		taken += m->recipients[i].outcome == OUTCOME_ACCEPTED;
	if (m->outcome == OUTCOME_ACCEPTED && taken < count) {
		figure_count(accepted, taken);
		figure_many(all, count, "recipient", NULL);
		snprintf(text, sizeof text, " for %s of %s", accepted, all);
	}
	put_outcome(p, m->outcome, text, m->code, m->enhanced);
}

static void put_message(struct page *p, size_t number, const struct message *m,
			const struct secret_set *secrets, bool with_text)
{
	char text[FIGURE_SIZE], figure[FIGURE_SIZE];

	snprintf(text, sizeof text, "Message %zu: ", number);
	page_to(p, 2);
	page_style(p, STYLE_BOLD);
	page_put(p, text);
	put_message_outcome(p, m);
	if (m->bytes) {
		figure_many(figure, m->bytes, "byte", NULL);
		page_put(p, m->bytes_estimated ? ", about " : ", ");
		page_put(p, figure);
	}
	if (m->queue_id) {
		page_put(p, ",");
		wire_text(p, " queued as ", m->queue_id, "", secrets, WIRE_NAME_KEPT, 9);
	}
	page_newline(p);
	if (with_text && m->text && m->outcome != OUTCOME_ACCEPTED) {
		page_to(p, 9);
		put_text(p, m, secrets);
		page_newline(p);
	}
	page_to(p, 4);
	if (m->mail_from) {
		page_put(p, "from");
		page_to(p, 9);
		wire_text(p, "<", m->mail_from, ">", secrets, 500, 9);
	} else {
		page_put(p, "from a sender that was not captured completely");
	}
	page_newline(p);
	put_recipients(p, m, secrets);
}

/* Returns whether everything was accepted. */
static bool fine(const struct message *m)
{
	if (m->outcome != OUTCOME_ACCEPTED)
		return false;
	for (size_t i = 0; i < m->recipient_count; i++)
		if (m->recipients[i].outcome != OUTCOME_ACCEPTED)
			return false;
	return true;
}

void message_page(struct page *p, const struct session_facts *session, const struct secret_set *secrets,
		  bool with_text)
{
	uint64_t rest[OUTCOMES];
	size_t bad = 0, good = 0, count = session->message_count;

	for (unsigned o = 0; o < OUTCOMES; o++)
		rest[o] = session->outcomes[o];
	/* How many of each kind are shown: failed ones first. */
	for (size_t i = 0; i < count; i++)
		*(fine(&session->messages[i]) ? &good : &bad) += 1;
	bad = bad < MESSAGES_SHOWN ? bad : MESSAGES_SHOWN;
	good = good < MESSAGES_SHOWN - bad ? good : MESSAGES_SHOWN - bad;
	for (size_t i = 0; i < count; i++) {
		const struct message *m = &session->messages[i];
		size_t *left = fine(m) ? &good : &bad;
		if (!*left)
			continue;
		--*left;
		put_message(p, i + 1, m, secrets, with_text);
		if (rest[m->outcome])
			rest[m->outcome]--;
	}
	if (rest[0] + rest[1] + rest[2] + rest[3] + rest[4] == 0)
		return;
	page_to(p, 2);
	page_style(p, STYLE_DIM);
	page_put(p, "… and more messages: ");
	put_counts(p, rest);
	page_newline(p);
}
