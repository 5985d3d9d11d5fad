/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict_stage.h"

#include "book.h"
#include "weigh.h"
#include "wording.h"

#include <stdlib.h>
#include <string.h>

enum { MESSAGES_MAX = 64 }; /* messages of a session that get a verdict of their own */

/* Stories are looked for this often. */
static const tstamp LOOK_EVERY = 60 * TSTAMP_SECOND;

/* An open session that has a finding. Most have none. */
struct trial {
	struct docket docket;
	uint32_t findings[3]; /* passed on, by enum severity */
};

struct verdict_stage {
	struct verdict_config config;
	record_sink *sink;
	void *context;
	struct book *book;
	struct explanations *explanations;
	struct verdict_counters counters;
	struct past *main; /* the newest one taken from another stage that stands for its session */
	tstamp now, looked_at;
	struct verdict verdict, messages[MESSAGES_MAX]; /* of the session that is ending */
	struct wording wording, message_wording[MESSAGES_MAX];
};

static void on_story(void *context, const struct story *story)
{
	struct verdict_stage *v = context;
	struct record record = { .kind = RECORD_STORY, .story = story };

	v->counters.stories++;
	v->sink(v->context, &record);
}

struct verdict_stage *verdict_stage_create(const struct verdict_config *config, record_sink *sink, void *context)
{
	struct verdict_stage *v = calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->config = *config;
	v->sink = sink;
	v->context = context;
	v->now = v->looked_at = TSTAMP_NONE;
	v->book = book_create(config->rules, on_story, v, config->account);
	v->explanations = explanations_create(config->rules);
	if (!v->book || !v->explanations) {
		verdict_stage_destroy(v);
		return NULL;
	}
	return v;
}

void verdict_stage_destroy(struct verdict_stage *v)
{
	if (!v)
		return;
	book_destroy(v->book);
	explanations_destroy(v->explanations);
	free(v);
}

/* Returns the trial of the session of |record|; NULL: it has none. */
static struct trial *trial_of(const struct record *record)
{
	return *record->trial;
}

/* The same, but begins one if there is none; NULL: memory ran out. */
static struct trial *begin_trial(const struct verdict_stage *v, const struct record *record)
{
	if (!*record->trial)
		*record->trial = account_take_zeroed(v->config.account, 1, sizeof(struct trial));
	return *record->trial;
}

/* |trial|: that of the session of |record|, or NULL. */
static void pass(struct verdict_stage *v, struct trial *trial, const struct record *record)
{
	struct record copy = *record;

	for (unsigned i = 0; i < sizeof copy.findings / sizeof *copy.findings; i++)
		copy.findings[i] = trial ? trial->findings[i] : 0;
	v->sink(v->context, &copy);
}

/* Hands a finding on for good, under its number in the output. */
static void settle(struct verdict_stage *v, struct trial *trial, const struct record *record,
		   const struct finding *finding)
{
	struct record copy = *record;

	copy.kind = RECORD_FINDING;
	copy.finding = finding;
	copy.annotation = NULL;
	if (trial)
		trial->findings[finding->severity]++;
	v->counters.findings[finding->severity]++;
	pass(v, trial, &copy);
}

/* Not inlined, like on_end: most records are only passed on. */
__attribute__((noinline)) static void on_finding(struct verdict_stage *v, const struct record *record)
{
	struct trial *trial = begin_trial(v, record);
	struct finding finding = *record->finding;
	struct record raised = *record;
	const struct explanation *e = explanations_find(v->explanations, finding.id, finding.cause);
	bool kept;

	if (finding.responsible == RESPONSIBLE_UNKNOWN)
		finding.responsible = e->responsible;
	if (finding.retry == RETRY_UNKNOWN)
		finding.retry = e->retry;
	kept = trial && docket_add(&trial->docket, &finding, e, v->config.account);

	if (v->config.hold && kept) {
		raised.kind = RECORD_RAISED;
		raised.finding = &finding;
		pass(v, trial, &raised);
		return;
	}
	settle(v, trial, record, &finding);
}

/* Returns the finding that explains the outcome, or NULL. */
static const struct charge *write_verdict(struct verdict *verdict, struct wording *wording,
					  const struct hearing *h, size_t message)
{
	const struct charge *cause = weigh_cause(h, message);

	*verdict = (struct verdict){ .failed = weigh_failed(h) &&
					       (!message || h->session->messages[message - 1].outcome !=
								OUTCOME_ACCEPTED),
				     .responsible = RESPONSIBLE_NOBODY,
				     .retry = RETRY_UNNEEDED };
	if (!verdict->failed && !(cause && weigh_explains_acceptance(h, cause)))
		return NULL;
	if (cause) {
		verdict->finding = cause->finding.number;
		verdict->id = cause->finding.id;
		verdict->cause = cause->finding.cause;
		verdict->certainty = cause->finding.certainty;
		verdict->responsible = cause->finding.responsible;
		verdict->retry = cause->finding.retry;
	} else {
		verdict->id = "unknown";
		verdict->certainty = CERTAINTY_POSSIBLE;
		verdict->responsible = RESPONSIBLE_UNKNOWN;
		verdict->retry = RETRY_UNKNOWN;
	}
	wording_fill(wording, verdict, h, message, cause);
	return cause;
}

/* False: it was not kept. */
static bool keep(struct verdict_stage *v, struct past *p)
{
	if (!v->config.past)
		return book_add(v->book, p);
	if (p)
		v->config.past(v->config.past_context, p);
	return p != NULL;
}

/* Adds the session to the book, and each of its mails. */
static void remember(struct verdict_stage *v, const struct hearing *h, const struct charge *cause)
{
	const struct session_facts *session = h->session;
	const struct message *chosen = past_choose(session);
	struct account *account = v->config.past ? NULL : v->config.account;
	struct past *main =
	    past_create(session, chosen, &v->verdict, h->ledger, cause ? cause->finding.title : NULL, account);

	if (!keep(v, main))
		return;
	for (size_t i = 0; i < session->message_count && i < PAST_MAILS_KEPT; i++) {
		const struct message *m = &session->messages[i];
		struct past *p;

		if (m == chosen)
			continue;
		cause = v->messages[i].finding ? docket_find(h->docket, v->messages[i].finding) : NULL;
		p = past_create(session, m, &v->messages[i], h->ledger, cause ? cause->finding.title : NULL,
				account);
		if (p)
			p->main = main;
		keep(v, p);
	}
}

__attribute__((noinline)) static void on_end(struct verdict_stage *v, const struct record *record)
{
	struct docket no_findings = { 0 };
	struct trial *trial = trial_of(record);
	const struct session_facts *session = record->event->session;
	struct hearing h = { .session = session,
			     .ledger = record->ledger,
			     .docket = trial ? &trial->docket : &no_findings };
	const struct charge *cause;
	struct record last = *record;

	weigh_findings(&h);
	for (size_t i = 0; v->config.hold && i < h.docket->count; i++)
		settle(v, trial, record, &h.docket->charges[i]->finding);
	cause = write_verdict(&v->verdict, &v->wording, &h, 0);
	for (size_t i = 0; i < session->message_count && i < MESSAGES_MAX; i++)
		write_verdict(&v->messages[i], &v->message_wording[i], &h, i + 1);
	last.verdict = &v->verdict;
	last.message_verdicts = v->messages;
	last.message_verdict_count =
	    session->message_count < MESSAGES_MAX ? session->message_count : MESSAGES_MAX;
	v->counters.failed += v->verdict.failed;
	v->counters.unexplained += v->verdict.failed && !v->verdict.finding;
	pass(v, trial, &last);
	remember(v, &h, cause);
	if (trial)
		docket_finish(&trial->docket, v->config.account);
	account_free(v->config.account, trial);
	*record->trial = NULL;
	/* A replayed capture has no clock but its packets. */
	if (!v->config.hold && v->now != TSTAMP_NONE)
		verdict_stage_flush(v, v->now);
}

void verdict_stage_push(void *stage, const struct record *record)
{
	struct verdict_stage *v = stage;

	verdict_stage_advance(v, record->event->frame.time);
	if (record->kind == RECORD_FINDING)
		on_finding(v, record);
	else if (record->event->kind == SMTP_ENDED)
		on_end(v, record);
	else
		pass(v, trial_of(record), record);
}

void verdict_stage_flush(struct verdict_stage *v, tstamp now)
{
	/* A clock that was set back is followed. */
	if (v->looked_at != TSTAMP_NONE && now >= v->looked_at && now - v->looked_at < LOOK_EVERY)
		return;
	v->looked_at = now;
	book_tell(v->book, now);
}

void verdict_stage_remember(struct verdict_stage *v, struct past *p)
{
	bool other = p->main != NULL;
	struct past *kept = past_move(p, v->config.account);

	if (!other) {
		v->main = book_add(v->book, kept) ? kept : NULL;
	} else if (kept && v->main) {
		kept->main = v->main;
		book_add(v->book, kept);
	} else {
		account_free(v->config.account, kept);
	}
}

tstamp verdict_stage_now(const struct verdict_stage *v)
{
	return v->now;
}

void verdict_stage_advance(struct verdict_stage *v, tstamp now)
{
	if (now != TSTAMP_NONE && (v->now == TSTAMP_NONE || now > v->now))
		v->now = now;
}

void verdict_stage_finish(struct verdict_stage *v)
{
	book_finish(v->book, v->now);
}

struct verdict_counters verdict_stage_counters(const struct verdict_stage *v)
{
	return v->counters;
}
