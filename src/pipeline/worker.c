/* SPDX-License-Identifier: BSD-2-Clause */
#include "worker.h"

#include <signal.h>

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

void worker_note_rounds(struct crew *c, uint64_t rounds)
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
 * Waits for the other workers. Of several that wait, the one with the lowest ordinal waits only for workers that have not come to their
 * calls before it, and these were handed over, because all batches of a round are handed over at once. There is a thread for each worker,
 * counting the reader, which works when it cannot hand over more. So there is always one that goes on.
 */
static const struct server_book *on_question(void *worker)
{
	struct worker *w = worker;
	struct crew *c = w->crew;

	pthread_mutex_lock(&c->lock);
	w->asking = w->ordinal;
	pthread_cond_broadcast(&c->made);
	/* If the reader makes the calls itself, it has made all those before. */
	while (!c->alone && !others_are_ahead(c, w))
		pthread_cond_wait(&c->made, &c->lock);
	worker_note_rounds(c, w->done);
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

void worker_begin(struct worker *w, struct draft *draft)
{
	w->draft = draft;
	output_of(w)->draft = &draft->text;
}

void worker_end(struct worker *w)
{
	struct output *output = output_of(w);

	w->draft->lost |= output->draft_cut;
	output->draft = NULL;
	output->draft_cut = false;
	w->draft->counts = analysis_count(w->analysis);
	w->draft->memory = w->charged->used + w->charged->pool.slack;
}

void worker_end_call(struct worker *w)
{
	struct output *output = output_of(w);
	uint64_t raised = analysis_raised(w->analysis);

	draft_end_call(w->draft, w->ordinal, raised - w->raised, output->marked);
	output->marked = false;
	w->raised = raised;
}

/* Makes the calls of |batch|. */
static void play(struct worker *w, const struct buf *batch, struct draft *draft)
{
	struct batch_reader reader;
	struct call *call;

	worker_begin(w, draft);
	batch_read(&reader, batch, &w->sink);
	while ((call = batch_take(&reader))) {
		w->ordinal = call->ordinal;
		if (call->kind == CALL_FLUSH)
			analysis_flush(w->analysis, call->now);
		else
			call_play(call, &w->sink);
		worker_end_call(w);
	}
	worker_end(w);
}

/* Should |player| work for |a| rather than for |b|? Sessions move from one cache to another only if there is nothing else to do. */
static bool comes_first(const struct worker *a, const struct worker *b, const pthread_t *player)
{
	bool own = a->player == player;

	if (own != (b->player == player))
		return own;
	return a->done < b->done;
}

struct worker *worker_waiting(const struct crew *c, const pthread_t *player)
{
	struct worker *first = NULL;

	for (size_t i = 0; i < c->count; i++) {
		struct worker *w = &c->workers[i];

		if (!w->taken && w->done < c->published && (!first || comes_first(w, first, player)))
			first = w;
	}
	return first;
}

void worker_work(struct worker *w, const pthread_t *player)
{
	struct crew *c = w->crew;
	struct round *round = &c->rounds[w->done % ROUNDS];
	size_t number = (size_t)(w - c->workers);

	w->taken = true;
	w->player = player;
	if (worker_waiting(c, player))
		pthread_cond_signal(&c->given);
	pthread_mutex_unlock(&c->lock);
	play(w, &round->batch[number], &round->draft[number]);
	pthread_mutex_lock(&c->lock);
	w->taken = false;
	w->done++;
	pthread_cond_broadcast(&c->made);
}

static void *run(void *crew)
{
	struct crew *c = crew;
	const pthread_t *self;

	pthread_mutex_lock(&c->lock);
	self = &c->threads[c->running++];
	for (;;) {
		struct worker *w = worker_waiting(c, self);

		if (w)
			worker_work(w, self);
		else if (c->ended)
			break;
		else
			pthread_cond_wait(&c->given, &c->lock);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

/************ beginning ************/

bool worker_equip(struct worker *w, const struct pipeline_config *config)
{
	struct crew *c = w->crew;

	if (c->count == 1) {
		w->analysis = c->main;
		w->charged = c->main_account;
	} else {
		w->charged = &w->account;
		w->servers = (struct server_book_access){ .context = w, .note = on_fact, .ask = on_question };
		w->ties = (struct analysis_ties){ .past = on_past, .past_context = w, .servers = &w->servers };
		w->account.limit = c->account->limit;
		w->analysis = analysis_create(config, &w->account, &w->output, &w->ties);
		if (!w->analysis)
			return false;
	}
	w->sink = analysis_sink(w->analysis);
	return true;
}

/* Signals are for the thread that reads. */
bool worker_start_thread(struct crew *c)
{
	sigset_t all, before;
	bool good;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	good = pthread_create(&c->threads[c->started], NULL, run, c) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	c->started += good;
	return good;
}
