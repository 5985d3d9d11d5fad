/* SPDX-License-Identifier: BSD-2-Clause */
#include "annotate.h"

#include "catalog.h"
#include "chart.h"
#include "farewell.h"
#include "prefetch.h"
#include "rounds.h"
#include "server_book.h"
#include "text_rules.h"

#include <stdlib.h>

enum { SENTENCE_KEPT = 2048 };

static const tstamp LOSSES_APART = 600 * TSTAMP_SECOND;
/* How often open sessions are checked for long waits. */
static const tstamp LOOK_EVERY = TSTAMP_SECOND / 2;

struct annotate {
	const struct rules *rules;
	struct account *account;
	struct catalog catalog;
	struct text_rules *texts;
	bool only_replies; /* the sink needs no other events, but for SMTP_ENDED */
	struct server_book servers;
	const struct server_book_access *shared; /* used instead of |servers|; NULL: none */
	record_sink *sink;
	void *context;
	struct rounds rounds;
	struct chart_blank blank;
	struct annotate_counters counters;
	uint64_t in_two_sessions; /* messages of evicted sessions that may go on in others */
	uint64_t finding_number;
	struct buf title, why, fix; /* texts of the current finding */
	struct patient *newest;	    /* open sessions */
	tstamp looked_at;
	tstamp waiting;		   /* ns; 0: long waits are not reported */
	tstamp lost_from, lost_to; /* when the capture last lost packets; TSTAMP_NONE: never */
};

/* One session, with what the diagnoses remember of it. */
struct patient {
	struct history history;
	struct ledger ledger;
	uint32_t findings[3]; /* by enum severity */
	enum phase phase : 8; /* as of the last event */
	bool lost;	      /* memory ran out for a state: no diagnosis may conclude anything */
	void *attachment;     /* the report stage's */
	void *trial;	      /* the verdict stage's */
	struct patient *older, *newer;
	struct session_facts *session;
	struct chart chart;
};

static void show_findings(struct record *record, const struct patient *patient)
{
	for (unsigned i = 0; i < sizeof record->findings / sizeof *record->findings; i++)
		record->findings[i] = patient->findings[i];
}

static void *state_of(struct inspection *in, const struct visit *v)
{
	struct annotate *a = in->annotate;
	struct patient *patient = in->patient;

	return chart_open(&patient->chart, v->place, &a->blank);
}

/* Memory ran out for the state of |v|. */
__attribute__((noinline)) static void lose_state(struct annotate *a, struct patient *patient,
						 const struct visit *v)
{
	if (v->diagnosis->finish)
		v->diagnosis->finish(a->blank.words, a->account);
	chart_wipe(&a->blank, v->words);
	patient->lost = true;
}

/* The diagnosis of |v| has been called. Returns whether the next one may be. */
static bool leave(struct inspection *in, const struct visit *v)
{
	struct annotate *a = in->annotate;
	struct patient *patient = in->patient;

	if (!chart_close(&patient->chart, v->place, v->words, &a->blank, a->account))
		lose_state(a, patient, v);
	return !patient->lost;
}

static void call_for_reply(const struct visit *v, struct inspection *in)
{
	const struct exchange *x = in->event->exchange;

	for (bool going = true; going && v->diagnosis; v++) {
		v->reply(in, state_of(in, v), x);
		going = leave(in, v);
	}
}

static void call_for_command(const struct visit *v, struct inspection *in)
{
	for (bool going = true; going && v->diagnosis; v++) {
		v->diagnosis->command(in, state_of(in, v), in->event->command);
		going = leave(in, v);
	}
}

/* Calls one diagnosis for such an event. */
static void call(const struct diagnosis *d, struct inspection *in, void *state)
{
	const struct smtp_event *event = in->event;

	switch (event->kind) {
	case SMTP_OPENED:
		d->opened(in, state);
		break;
	case SMTP_COMMAND:
	case SMTP_REPLY:
		break; /* called by the functions above */
	case SMTP_NOT_REPLY:
		d->not_reply(in, state, event->line);
		break;
	case SMTP_UNANSWERED:
		d->unanswered(in, state, event->command);
		break;
	case SMTP_MESSAGE:
		d->message(in, state, event->message);
		break;
	case SMTP_FLOW:
		d->flow(in, state, event->flow_event);
		break;
	case SMTP_GAP:
		d->gap(in, state, event->direction, event->length);
		break;
	case SMTP_TLS:
		d->tls(in, state);
		break;
	case SMTP_NOTE:
		d->note(in, state, event->note);
		break;
	case SMTP_ENDED:
		d->ended(in, state);
		break;
	}
}

/* For an event of another kind: all diagnoses that handle it. */
static void call_all(const struct visit *v, struct inspection *in)
{
	for (bool going = true; going && v->diagnosis; v++) {
		call(v->diagnosis, in, state_of(in, v));
		going = leave(in, v);
	}
}

/* For an event of a dialogue that was read from a text: not the diagnoses that need packets. */
static void call_without_packets(const struct visit *v, struct inspection *in)
{
	const struct smtp_event *event = in->event;

	for (bool going = true; going && v->diagnosis; v++) {
		if (v->diagnosis->of_packets)
			continue;
		if (event->kind == SMTP_REPLY)
			v->reply(in, state_of(in, v), event->exchange);
		else if (event->kind == SMTP_COMMAND)
			v->diagnosis->command(in, state_of(in, v), event->command);
		else
			call(v->diagnosis, in, state_of(in, v));
		going = leave(in, v);
	}
}

struct annotate *annotate_create(const struct rules *rules, record_sink *sink, void *context)
{
	struct annotate *a = calloc(1, sizeof *a);

	if (!a)
		return NULL;
	*a = (struct annotate){ .rules = rules,
				.sink = sink,
				.context = context,
				.lost_from = TSTAMP_NONE,
				.lost_to = TSTAMP_NONE,
				.texts = text_rules_create(rules) };
	catalog_init(&a->catalog, rules);
	if (!a->texts || !rounds_init(&a->rounds)) {
		text_rules_destroy(a->texts);
		free(a);
		return NULL;
	}
	buf_init(&a->title, SENTENCE_KEPT);
	buf_init(&a->why, SENTENCE_KEPT);
	buf_init(&a->fix, SENTENCE_KEPT);
	return a;
}

void annotate_destroy(struct annotate *a)
{
	if (!a)
		return;
	text_rules_destroy(a->texts);
	rounds_finish(&a->rounds);
	buf_finish(&a->title);
	buf_finish(&a->why);
	buf_finish(&a->fix);
	free(a);
}

void annotate_charge(struct annotate *a, struct account *account)
{
	a->account = account;
}

void annotate_share_servers(struct annotate *a, const struct server_book_access *access)
{
	a->shared = access;
}

const struct server_book *inspection_servers(const struct inspection *in)
{
	const struct annotate *a = in->annotate;

	return a->shared ? a->shared->ask(a->shared->context) : &a->servers;
}

void annotate_expect(const void *attachment, unsigned step)
{
	const struct patient *patient = attachment;

	if (step == 0) {
		prefetch(patient, sizeof *patient);
	} else if (step == 1 && patient) {
		prefetch(patient->chart.words, patient->chart.used * sizeof *patient->chart.words);
		prefetch(patient->ledger.time.sums, CACHE_LINE);
		prefetch(patient->attachment, CACHE_LINE);
		prefetch(patient->trial, CACHE_LINE);
	}
}

struct annotate_counters annotate_counters(const struct annotate *a)
{
	return a->counters;
}

void annotate_only_replies(struct annotate *a)
{
	a->only_replies = true;
}

void annotate_waiting(struct annotate *a, tstamp least)
{
	a->waiting = least;
	rounds_plan(&a->rounds, least != 0);
}

void annotate_lost(struct annotate *a, tstamp from, tstamp to)
{
	/* Only one window is kept; losses that follow each other extend it. */
	if (a->lost_to == TSTAMP_NONE || from - a->lost_to > LOSSES_APART)
		a->lost_from = from;
	a->lost_to = to;
}

/* Returns the text that |template| makes, in |out| or, if nothing is to be filled in, itself; then adds |text| to |*lasting|. */
static const char *sentence(struct buf *out, const struct words *words, const char *template,
			    enum lasting_text text, unsigned *lasting)
{
	if (!strchr(template, '{') && strlen(template) < SENTENCE_KEPT) {
		*lasting |= text;
		return template;
	}
	buf_clear(out);
	words_fill(words, template, out);
	return buf_string(out);
}

/* The same for |template| and what |s| adds to it. */
static const char *extended(struct buf *out, const struct suspicion *s, const char *template)
{
	buf_clear(out);
	words_fill(&s->words, template, out);
	buf_text(out, " ");
	words_fill(&s->words, s->more, out);
	return buf_string(out);
}

/* Was the flow open when the capture last lost packets? They may have belonged to it. */
static bool was_lossy(const struct annotate *a, const struct flow *flow)
{
	return a->lost_to != TSTAMP_NONE && flow->first.time <= a->lost_to &&
	       (flow->closed == FLOW_OPEN || flow->last.time >= a->lost_from);
}

uint64_t inspection_raise(struct inspection *in, const struct suspicion *s)
{
	struct annotate *a = in->annotate;
	struct patient *patient = in->patient;
	const struct rule_finding *builtin = &rules_builtin()->findings[s->cause];
	const char *cause = s->cause_name ? s->cause_name : builtin->cause;
	const struct rule_finding *known = rules_finding(a->rules, builtin->id, cause);
	/*
	 * A set of rules that does not extend the built-in one may lack the texts; the finding must not get
	 * lost for that.
	 */
	const struct rule_finding *rule = known ? known : builtin;
	struct frame_ref frames[EVIDENCE_MAX + 1];
	struct finding finding = { .id = builtin->id,
				   .cause = cause,
				   .certainty = s->certainty,
				   .frame = s->frame,
				   .frames = frames,
				   .root = s->root,
				   .message = s->message,
				   .code = s->code,
				   .reply = s->reply,
				   .recipient = s->recipient,
				   .responsible = s->responsible ? s->responsible : rule->responsible,
				   .retry = s->retry ? s->retry : rule->retry,
				   .crossed = s->crossed };
	struct record record = { .kind = RECORD_FINDING,
				 .event = in->event,
				 .finding = &finding,
				 .ledger = &patient->ledger,
				 .attachment = &patient->attachment,
				 .trial = &patient->trial };

	if (finding.certainty == CERTAINTY_CERTAIN && was_lossy(a, in->session->flow))
		finding.certainty = CERTAINTY_LIKELY;
	memcpy(finding.enhanced, s->enhanced, sizeof finding.enhanced);
	finding.frame_count = suspicion_frames(s, frames);
	finding.number = ++a->finding_number;
	finding.severity = s->harmless						    ? SEVERITY_INFO
			   : s->at_most_warning && rule->severity == SEVERITY_ERROR ? SEVERITY_WARNING
										    : rule->severity;
	finding.title = sentence(&a->title, &s->words, rule->title, LASTING_TITLE, &finding.lasting);
	finding.why = s->more ? extended(&a->why, s, rule->why)
			      : sentence(&a->why, &s->words, rule->why, LASTING_WHY, &finding.lasting);
	finding.fix = s->fix ? s->fix : sentence(&a->fix, &s->words, rule->fix, LASTING_FIX, &finding.lasting);
	finding.reference = s->reference ? s->reference : rule->reference;
	if (!s->reference)
		finding.lasting |= LASTING_REFERENCE;
	a->counters.findings[finding.severity]++;
	patient->findings[finding.severity]++;
	show_findings(&record, patient);
	a->sink(a->context, &record);
	return finding.number;
}

/* Was the session evicted during a message? The session that continues it may show what became of it. */
static bool evicted_in_message(const struct session_facts *s)
{
	return s->visibility & VISIBILITY_EVICTED && s->message_count &&
	       s->messages[s->message_count - 1].outcome == OUTCOME_UNKNOWN;
}

/* A message that began in a session that was evicted, and went on in the one that continues it, counts once. */
static void count_messages(struct annotate *a, const struct session_facts *s)
{
	bool rest = s->flow->continues && s->message_count && !s->messages[0].mail_from;

	for (int o = OUTCOME_UNKNOWN; o <= OUTCOME_ABORTED; o++)
		a->counters.outcomes[o] += s->outcomes[o];
	if (rest && a->in_two_sessions) {
		a->in_two_sessions--;
		a->counters.outcomes[OUTCOME_UNKNOWN]--;
	}
	a->in_two_sessions += evicted_in_message(s);
}

static void count(struct annotate *a, const struct smtp_event *event)
{
	if (event->kind == SMTP_OPENED) {
		a->counters.sessions++;
	} else if (event->kind == SMTP_REPLY) {
		a->counters.replies++;
	} else if (event->kind == SMTP_ENDED) {
		count_messages(a, event->session);
	}
}

static void hand_on(struct annotate *a, struct patient *patient, const struct smtp_event *event,
		    const struct annotation *annotation)
{
	struct record record = { .kind = RECORD_EVENT,
				 .event = event,
				 .annotation = annotation,
				 .ledger = &patient->ledger,
				 .attachment = &patient->attachment,
				 .trial = &patient->trial };

	show_findings(&record, patient);
	a->sink(a->context, &record);
}

static void note(struct annotate *a, const struct server_fact *fact)
{
	if (a->shared)
		a->shared->note(a->shared->context, fact);
	else
		server_book_note(&a->servers, fact);
}

/* Notes what the event shows of the server. */
static void learn(struct annotate *a, const struct smtp_event *event)
{
	const struct exchange *x = event->exchange;
	struct server_fact fact;
	size_t size;

	if (event->kind == SMTP_REPLY && x->command && x->reply->code == 250 &&
	    x->command->verb_id == VERB_EHLO && early_start_offered(x->reply)) {
		fact = (struct server_fact){ .kind = SERVER_ALLOWS_EARLY_START,
					     .server = event->session->flow->server };
		note(a, &fact);
	} else if (event->kind == SMTP_ENDED && (size = hello_book_answered(event->session))) {
		fact = (struct server_fact){ .kind = SERVER_ANSWERED_HELLO,
					     .server = event->session->flow->server,
					     .size = size };
		note(a, &fact);
	}
}

/* Has nothing happened that more than a few diagnoses look at? See struct diagnosis. */
static bool is_calm(const struct patient *patient)
{
	return patient->history.mail_seen && !patient->history.odd && !patient->ledger.end->close.seen;
}

static int round_for(const struct patient *patient, const struct smtp_event *event, bool usual)
{
	if (event->kind == SMTP_FLOW)
		return ROUND_FLOW + (int)event->flow_event->kind;
	if (event->kind == SMTP_COMMAND && is_calm(patient))
		return ROUND_CALM_COMMAND + (int)subject_of(event->command);
	if (!usual)
		return (int)event->kind;
	return event->exchange->command && is_calm(patient)
		   ? ROUND_CALM_REPLY + (int)subject_of(event->exchange->command)
		   : ROUND_USUAL;
}

static void diagnose(struct annotate *a, struct patient *patient, const struct smtp_event *event,
		     const struct annotation *annotation)
{
	struct inspection in = { .rules = a->rules,
				 .event = event,
				 .session = event->session,
				 .annotation = annotation,
				 .ledger = &patient->ledger,
				 .history = &patient->history,
				 .account = a->account,
				 .annotate = a,
				 .patient = patient };
	bool usual = event->kind == SMTP_REPLY && reply_is_usual(annotation, event->exchange->reply);
	const struct visit *visit;

	ledger_push(&patient->ledger, event);
	history_before(&patient->history, event);
	visit = rounds_of(&a->rounds, round_for(patient, event, usual));
	if (patient->lost)
		; /* raise nothing */
	else if (event->session->flow->transcript)
		call_without_packets(visit, &in);
	else if (event->kind == SMTP_REPLY)
		call_for_reply(visit, &in);
	else if (event->kind == SMTP_COMMAND)
		call_for_command(visit, &in);
	else
		call_all(visit, &in);
	history_after(&patient->history, event,
		      event->kind == SMTP_REPLY && !usual && farewell_ends(a->rules, event->exchange));
	learn(a, event);
}

/* The cause that a rejection gives. */
static struct reply_cause classify(struct annotate *a, const struct exchange *x)
{
	return text_rules_classify(a->texts, x->reply->code, catalog_question(x), x->reply->lines,
				   x->reply->line_count);
}

static struct patient *admit(struct annotate *a, const struct smtp_event *event)
{
	struct patient *patient = account_take_zeroed(a->account, 1, sizeof *patient);

	if (!patient)
		return NULL;
	patient->session = event->session;
	ledger_init(&patient->ledger);
	patient->older = a->newest;
	if (a->newest)
		a->newest->newer = patient;
	a->newest = patient;
	return patient;
}

static void dismiss(struct annotate *a, struct patient *patient)
{
	if (patient->older)
		patient->older->newer = patient->newer;
	*(patient->newer ? &patient->newer->older : &a->newest) = patient->older;
	for (unsigned i = 0; diagnoses[i]; i++)
		if (diagnoses[i]->finish && patient->chart.place[i])
			diagnoses[i]->finish(chart_open(&patient->chart, i, &a->blank), a->account);
	chart_finish(&patient->chart, a->account);
	ledger_finish(&patient->ledger, patient->session->account);
	account_free(a->account, patient);
}

void annotate_flush(struct annotate *a, tstamp now)
{
	if (!a->waiting || (now >= a->looked_at && now - a->looked_at < LOOK_EVERY))
		return;
	a->looked_at = now;
	for (struct patient *patient = a->newest; patient; patient = patient->older) {
		struct smtp_event event = { .kind = SMTP_NOTE,
					    .session = patient->session,
					    .phase = patient->phase,
					    .frame = patient->session->flow->last };
		struct inspection in = { .rules = a->rules,
					 .event = &event,
					 .session = patient->session,
					 .history = &patient->history,
					 .now = now,
					 .waiting = a->waiting,
					 .account = a->account,
					 .annotate = a,
					 .patient = patient };

		for (const struct visit *v = rounds_of(&a->rounds, ROUND_WAIT);
		     v->diagnosis && !patient->lost; v++) {
			v->diagnosis->wait(&in, state_of(&in, v));
			leave(&in, v);
		}
	}
}

void annotate_push(void *annotate, const struct smtp_event *event)
{
	struct annotate *a = annotate;
	struct patient *patient = *event->attachment;
	struct annotation annotation;
	struct reply_cause reason;
	const struct annotation *meaning = NULL;

	if (event->kind == SMTP_OPENED && !patient)
		*event->attachment = patient = admit(a, event);
	if (!patient)
		return;
	patient->phase = event->phase;
	count(a, event);
	if (event->kind == SMTP_REPLY) {
		annotation = catalog_annotate(&a->catalog, event->exchange);
		meaning = &annotation;
		if (event->exchange->reply->code >= 400) {
			reason = classify(a, event->exchange);
			annotation.rule = reason.rule;
			annotation.cause = reason.cause;
			annotation.reason = &reason;
		}
	}
	/* SMTP_ENDED is the last record of a session: findings that the end leads to come before it. */
	if (event->kind == SMTP_REPLY || (event->kind != SMTP_ENDED && !a->only_replies))
		hand_on(a, patient, event, meaning);
	diagnose(a, patient, event, meaning);
	if (event->kind == SMTP_ENDED) {
		hand_on(a, patient, event, meaning);
		dismiss(a, patient);
		*event->attachment = NULL;
	}
}
