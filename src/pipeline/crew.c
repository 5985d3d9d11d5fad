/* SPDX-License-Identifier: BSD-2-Clause */
#include "crew.h"

#include "batch.h"
#include "prefetch.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

enum { ROUNDS = 6 };

struct worker {
	struct crew *crew;
	pthread_t thread;
	bool started;
	struct account account; /* of an analysis of its own */
	struct output output;	/* likewise */
	struct analysis *analysis;
	const struct account *charged; /* by |analysis| */
	struct analysis_ties ties;
	struct server_book_access servers;
	struct draft *draft; /* of the round that it works on */
	uint64_t ordinal;    /* of the call that it handles */
	uint64_t done;	     /* rounds; under |lock| */
	uint64_t asking;     /* the ordinal for which it asks for the book of servers, or 0; under |lock| */
	struct server_book answer;     /* to its last question */
	struct analysis_counts counts; /* at the end of the newest round that was joined, */
	size_t memory;		       /* likewise; both are the reader's */
};

/* A connection, as the reader sees it. */
struct line {
	struct replica replica; /* the worker's; first, because the worker frees both */
	struct crew *crew;
	const struct flow *flow; /* the stream's */
	size_t worker;
};

/* One batch to each worker, and what it has made of it. */
struct round {
	struct buf batch[WORKERS_MAX];
	struct draft draft[WORKERS_MAX];
};

struct crew {
	size_t count;
	struct worker *workers;
	struct analysis *main;
	const struct account *main_account;
	struct output *output; /* of |main| */
	struct account *account;
	struct joiner joiner;
	uint64_t ordinal; /* of the newest call */
	bool lost;	  /* a call did not fit */
	pthread_mutex_t lock;
	pthread_cond_t given; /* a round was handed over, or there will be no more */
	pthread_cond_t made;  /* a worker has finished a round, or asks */
	/* under |lock|: */
	uint64_t published, joined; /* rounds; those in between are under way */
	bool ended;
	struct server_book servers; /* with the facts of the first |noted| rounds */
	uint64_t noted;
	struct round rounds[ROUNDS];
};

/************ the book of servers ************/

/* Adds the facts of |round| up to |ordinal| to |book|, in order. */
static void note_round(const struct crew *c, const struct round *round, uint64_t ordinal,
		       struct server_book *book)
{
	size_t at[WORKERS_MAX] = { 0 };

	for (;;) {
		const struct draft_fact *next = NULL;
		size_t whose = 0;

		for (size_t i = 0; i < c->count; i++) {
			const struct draft *d = &round->draft[i];

			if (at[i] < d->fact_count && (!next || d->facts[at[i]].ordinal < next->ordinal)) {
				next = &d->facts[at[i]];
				whose = i;
			}
		}
		if (!next || next->ordinal > ordinal)
			return;
		server_book_note(book, &next->fact);
		at[whose]++;
	}
}

/* Brings the common book to the end of the first |rounds| rounds, which all workers have finished. */
static void note_rounds(struct crew *c, uint64_t rounds)
{
	for (; c->noted < rounds; c->noted++)
		note_round(c, &c->rounds[c->noted % ROUNDS], UINT64_MAX, &c->servers);
}

static void on_fact(void *worker, const struct server_fact *fact)
{
	struct worker *w = worker;

	pthread_mutex_lock(&w->crew->lock);
	draft_fact(w->draft, w->ordinal, fact);
	pthread_mutex_unlock(&w->crew->lock);
}

/* Have all other workers noted what comes before the call that |w| handles? */
static bool others_are_ahead(const struct crew *c, const struct worker *w)
{
	for (size_t i = 0; i < c->count; i++) {
		const struct worker *v = &c->workers[i];

		if (v != w && v->done <= w->done && (v->done < w->done || v->asking < w->ordinal))
			return false;
	}
	return true;
}

/*
 * Waits for the other workers. Of several that wait, the one with the lowest ordinal waits only for workers that work, and these have
 * all calls that come before it, because all batches of a round are handed over at once. So there is always one that goes on.
 */
static const struct server_book *on_question(void *worker)
{
	struct worker *w = worker;
	struct crew *c = w->crew;

	pthread_mutex_lock(&c->lock);
	w->asking = w->ordinal;
	pthread_cond_broadcast(&c->made);
	while (!others_are_ahead(c, w))
		pthread_cond_wait(&c->made, &c->lock);
	note_rounds(c, w->done);
	w->answer = c->servers;
	note_round(c, &c->rounds[w->done % ROUNDS], w->ordinal, &w->answer);
	w->asking = 0;
	pthread_mutex_unlock(&c->lock);
	return &w->answer;
}

/************ the workers ************/

static void on_past(void *worker, struct past *p)
{
	struct worker *w = worker;

	draft_past(w->draft, p);
}

static struct output *output_of(struct worker *w)
{
	return w->crew->count == 1 ? w->crew->output : &w->output;
}

/* Analyzes one batch. */
static void work(struct worker *w, const struct buf *batch, struct draft *draft)
{
	struct stream_sink sink = analysis_sink(w->analysis);
	struct batch_reader reader;
	struct call *call;
	uint64_t raised;

	w->draft = draft;
	output_of(w)->draft = &draft->text;
	batch_read(&reader, batch, &sink);
	while ((call = batch_take(&reader))) {
		w->ordinal = call->ordinal;
		raised = analysis_raised(w->analysis);
		if (call->kind == CALL_FLUSH)
			analysis_flush(w->analysis, call->now);
		else
			call_play(call, &sink);
		draft_end_call(draft, w->ordinal, analysis_raised(w->analysis) - raised);
	}
	draft->lost |= output_of(w)->draft_cut;
	output_of(w)->draft = NULL;
	output_of(w)->draft_cut = false;
	draft->counts = analysis_count(w->analysis);
	draft->memory = w->charged->used + w->charged->pool.slack;
}

static void *run(void *worker)
{
	struct worker *w = worker;
	struct crew *c = w->crew;
	size_t number = (size_t)(w - c->workers);

	pthread_mutex_lock(&c->lock);
	for (;;) {
		struct round *round = &c->rounds[w->done % ROUNDS];

		while (w->done == c->published && !c->ended)
			pthread_cond_wait(&c->given, &c->lock);
		if (w->done == c->published)
			break;
		pthread_mutex_unlock(&c->lock);
		work(w, &round->batch[number], &round->draft[number]);
		pthread_mutex_lock(&c->lock);
		w->done++;
		pthread_cond_broadcast(&c->made);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/************ the reader ************/

/* Has every worker finished the oldest round that was not joined? */
static bool oldest_is_made(const struct crew *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->workers[i].done <= c->joined)
			return false;
	return true;
}

/* Writes the oldest round, which every worker has finished, and empties it. Called under the lock, which it gives up meanwhile. */
static void join(struct crew *c)
{
	struct round *round = &c->rounds[c->joined % ROUNDS];
	struct draft *drafts[WORKERS_MAX];

	note_rounds(c, c->joined + 1);
	pthread_mutex_unlock(&c->lock);
	for (size_t i = 0; i < c->count; i++) {
		drafts[i] = &round->draft[i];
		c->workers[i].counts = drafts[i]->counts;
		c->workers[i].memory = drafts[i]->memory;
	}
	joiner_join(&c->joiner, drafts);
	for (size_t i = 0; i < c->count; i++) {
		draft_clear(drafts[i]);
		buf_clear(&round->batch[i]);
	}
	pthread_mutex_lock(&c->lock);
	c->joined++;
}

/* Waits until at most |left| rounds are under way, and writes those that are finished. */
static void join_rounds(struct crew *c, uint64_t left)
{
	pthread_mutex_lock(&c->lock);
	while (c->joined < c->published) {
		if (oldest_is_made(c))
			join(c);
		else if (c->published - c->joined > left)
			pthread_cond_wait(&c->made, &c->lock);
		else
			break;
	}
	pthread_mutex_unlock(&c->lock);
}

/* Hands the current round over, and leaves an empty one. */
static void publish(struct crew *c)
{
	pthread_mutex_lock(&c->lock);
	c->published++;
	pthread_cond_broadcast(&c->given);
	pthread_mutex_unlock(&c->lock);
	join_rounds(c, ROUNDS - 1);
}

static struct buf *batch_to(struct crew *c, size_t worker)
{
	return &c->rounds[c->published % ROUNDS].batch[worker];
}

/* Returns the batch for the next call to |worker|, which gets the ordinal |c->ordinal|. */
static struct buf *next_call(struct crew *c, size_t worker)
{
	if (batch_to(c, worker)->length >= BATCH_FULL)
		publish(c);
	c->ordinal++;
	return batch_to(c, worker);
}

static void *on_open(void *crew, struct flow *flow)
{
	struct crew *c = crew;
	struct line *l = malloc(sizeof *l);
	struct buf *batch;

	if (!l) {
		c->lost = true;
		return NULL;
	}
	*l = (struct line){ .crew = c, .flow = flow, .worker = (size_t)(flow->number % c->count) };
	account_charge(c->account, sizeof *l);
	batch = next_call(c, l->worker);
	c->lost |= !batch_open(batch, c->ordinal, &l->replica, flow);
	return l;
}

static void on_chunk(void *line, const struct chunk *chunk)
{
	struct line *l = line;
	struct buf *batch;

	if (!l)
		return;
	batch = next_call(l->crew, l->worker);
	l->crew->lost |= !batch_chunk(batch, l->crew->ordinal, &l->replica, l->flow, chunk);
}

static void on_expect(const void *line, unsigned step)
{
	if (step == 0)
		prefetch(line, sizeof(struct line));
}

static void on_event(void *line, const struct flow_event *event)
{
	struct line *l = line;
	struct buf *batch;

	if (!l)
		return;
	batch = next_call(l->crew, l->worker);
	l->crew->lost |= !batch_event(batch, l->crew->ordinal, &l->replica, l->flow, event);
}

/* The worker frees the line. */
static void on_close(void *line, enum flow_end end, tstamp time)
{
	struct line *l = line;
	struct buf *batch;

	if (!l)
		return;
	batch = next_call(l->crew, l->worker);
	account_release(l->crew->account, sizeof *l);
	l->crew->lost |= !batch_close(batch, l->crew->ordinal, &l->replica, l->flow, end, time);
}

struct stream_sink crew_sink(struct crew *c)
{
	return (struct stream_sink){ .context = c,
				     .open = on_open,
				     .chunk = on_chunk,
				     .event = on_event,
				     .expect = on_expect,
				     .close = on_close };
}

void crew_drain(struct crew *c)
{
	bool pending = false;

	for (size_t i = 0; i < c->count; i++)
		pending |= batch_to(c, i)->length > 0;
	if (pending)
		publish(c);
	join_rounds(c, 0);
}

void crew_flush(struct crew *c, tstamp now)
{
	for (size_t i = 0; i < c->count; i++) {
		struct buf *batch = next_call(c, i);

		c->lost |= !batch_flush(batch, c->ordinal, now);
	}
	crew_drain(c);
	if (c->count > 1)
		analysis_flush(c->main, now);
}

/************ beginning and end ************/

bool crew_can_share(const struct pipeline_config *config)
{
	return config->format->joinable && !config->report.quiet && !criteria_given(config->criteria);
}

static bool equip(struct worker *w, const struct pipeline_config *config)
{
	struct crew *c = w->crew;

	if (c->count == 1) {
		w->analysis = c->main;
		w->charged = c->main_account;
		return true;
	}
	w->charged = &w->account;
	w->servers = (struct server_book_access){ .context = w, .note = on_fact, .ask = on_question };
	w->ties = (struct analysis_ties){ .past = on_past, .past_context = w, .servers = &w->servers };
	w->account.limit = c->account->limit;
	w->analysis = analysis_create(config, &w->account, &w->output, &w->ties);
	return w->analysis != NULL;
}

/* Signals are for the thread that reads. */
static bool start(struct crew *c)
{
	sigset_t all, before;
	bool good = true;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (size_t i = 0; i < c->count && good; i++)
		good = c->workers[i].started =
		    pthread_create(&c->workers[i].thread, NULL, run, &c->workers[i]) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return good;
}

struct crew *crew_create(const struct pipeline_config *config, size_t workers, struct analysis *main,
			 const struct account *main_account, struct output *output, struct account *account)
{
	struct crew *c = calloc(1, sizeof *c);
	bool good;

	assert(workers > 0 && workers <= WORKERS_MAX);
	if (!c)
		return NULL;
	c->count = workers;
	c->main = main;
	c->main_account = main_account;
	c->output = output;
	c->account = account;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->given, NULL);
	pthread_cond_init(&c->made, NULL);
	joiner_init(&c->joiner, workers, output->file, workers > 1 ? main : NULL, account);
	c->workers = calloc(workers, sizeof *c->workers);
	good = c->workers != NULL;
	for (size_t i = 0; i < workers && good; i++) {
		c->workers[i].crew = c;
		good = equip(&c->workers[i], config);
	}
	for (size_t i = 0; i < ROUNDS * workers && good; i++) {
		draft_init(&c->rounds[i / workers].draft[i % workers]);
		good = batch_init(&c->rounds[i / workers].batch[i % workers], account);
	}
	if (good && start(c))
		return c;
	crew_destroy(c);
	return NULL;
}

void crew_stop(struct crew *c)
{
	crew_drain(c);
	pthread_mutex_lock(&c->lock);
	c->ended = true;
	pthread_cond_broadcast(&c->given);
	pthread_mutex_unlock(&c->lock);
	for (size_t i = 0; c->workers && i < c->count; i++) {
		if (c->workers[i].started)
			pthread_join(c->workers[i].thread, NULL);
		c->workers[i].started = false;
		if (c->count > 1 && c->workers[i].analysis)
			analysis_advance(c->main, analysis_now(c->workers[i].analysis));
	}
}

void crew_destroy(struct crew *c)
{
	if (!c)
		return;
	if (c->workers && c->workers[0].started)
		crew_stop(c);
	for (size_t i = 0; c->workers && c->count > 1 && i < c->count; i++) {
		analysis_destroy(c->workers[i].analysis);
		assert(c->workers[i].account.used == 0);
		account_finish(&c->workers[i].account);
	}
	for (size_t i = 0; i < ROUNDS * c->count; i++) {
		draft_finish(&c->rounds[i / c->count].draft[i % c->count]);
		buf_finish(&c->rounds[i / c->count].batch[i % c->count]);
	}
	joiner_finish(&c->joiner);
	pthread_mutex_destroy(&c->lock);
	pthread_cond_destroy(&c->given);
	pthread_cond_destroy(&c->made);
	free(c->workers);
	free(c);
}

/************ what it knows ************/

void crew_expect_keys(struct crew *c, bool expected)
{
	for (size_t i = 0; i < c->count; i++)
		analysis_expect_keys(c->workers[i].analysis, expected);
}

void crew_add_secrets(struct crew *c, struct span lines)
{
	crew_drain(c);
	for (size_t i = 0; i < c->count; i++)
		analysis_add_secrets(c->workers[i].analysis, lines);
}

struct analysis_counts crew_count(const struct crew *c)
{
	struct analysis_counts sum = { 0 };

	for (size_t i = 0; i < c->count; i++)
		analysis_counts_add(&sum, &c->workers[i].counts);
	return sum;
}

size_t crew_memory(const struct crew *c)
{
	size_t sum = c->count > 1 ? c->main_account->used + c->main_account->pool.slack : 0;

	for (size_t i = 0; i < c->count; i++)
		sum += c->workers[i].memory;
	return sum;
}

uint64_t crew_late_secrets(const struct crew *c)
{
	uint64_t late = 0;

	for (size_t i = 0; c->count > 1 && i < c->count; i++)
		late += analysis_late_secrets(c->workers[i].analysis);
	return late;
}

bool crew_lacks_openssl(const struct crew *c)
{
	bool lacks = false;

	for (size_t i = 0; c->count > 1 && i < c->count; i++)
		lacks |= analysis_lacks_openssl(c->workers[i].analysis);
	return lacks;
}

void crew_losses(const struct crew *c, void (*tell)(void *context, const char *text), void *context)
{
	for (size_t i = 0; c->count > 1 && i < c->count; i++)
		analysis_losses(c->workers[i].analysis, tell, context);
	if (c->lost || c->joiner.lost)
		tell(context, "not enough memory: some sessions are missing");
}
