/* SPDX-License-Identifier: BSD-2-Clause */
#include "crew.h"

#include "prefetch.h"
#include "worker.h"

#include <assert.h>
#include <stdlib.h>

enum {
	ALONE_TEXT =
	    64 * 1024 /* bytes of a worker's draft after which it is written, if the reader analyzes alone */
};

/************ rounds ************/

/* Has every worker finished the oldest round that was not joined? */
static bool oldest_is_made(const struct crew *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->workers[i].done <= c->joined)
			return false;
	return true;
}

static void sum_memory(struct crew *c)
{
	c->memory = c->count > 1 ? c->main_account->used + c->main_account->pool.slack : 0;
	for (size_t i = 0; i < c->count; i++)
		c->memory += c->workers[i].memory;
}

/* Writes the oldest round, which every worker has finished, and empties it. Called under the lock, which it gives up meanwhile. */
static void join(struct crew *c)
{
	struct round *round = &c->rounds[c->joined % ROUNDS];
	struct draft *drafts[WORKERS_MAX];

	worker_note_rounds(c, c->joined + 1);
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
	sum_memory(c);
	pthread_mutex_lock(&c->lock);
	c->joined++;
}

/* Works like the other threads, or waits for them if there is nothing to do. Called under the lock, which it gives up meanwhile. */
static void help(struct crew *c)
{
	struct worker *w = worker_waiting(c, NULL);

	if (!w) {
		pthread_cond_wait(&c->made, &c->lock);
		return;
	}
	worker_work(w, NULL);
	if (worker_waiting(c, NULL))
		pthread_cond_signal(&c->given);
}

/* Helps until at most |left| rounds are under way, and writes those that are finished. */
static void join_rounds(struct crew *c, uint64_t left)
{
	pthread_mutex_lock(&c->lock);
	while (c->joined < c->published) {
		if (oldest_is_made(c))
			join(c);
		else if (c->published - c->joined > left)
			help(c);
		else
			break;
	}
	pthread_mutex_unlock(&c->lock);
}

/* The round that is being recorded. */
static struct round *current(struct crew *c)
{
	return &c->rounds[c->published % ROUNDS];
}

/* Hands the current round over, and leaves an empty one. */
static void publish(struct crew *c)
{
	for (size_t i = 0; i < c->count; i++)
		c->workers[i].ended_bytes = 0;
	pthread_mutex_lock(&c->lock);
	c->published++;
	pthread_cond_signal(&c->given);
	pthread_mutex_unlock(&c->lock);
	join_rounds(c, ROUNDS - 1);
}

/* Waits until everything up to now is analyzed and written, by workers. */
static void finish_rounds(struct crew *c)
{
	bool pending = false;

	for (size_t i = 0; i < c->count; i++)
		pending |= current(c)->batch[i].length > 0;
	if (pending)
		publish(c);
	join_rounds(c, 0);
}

/************ the reader alone ************/

static void begin_round_alone(struct crew *c)
{
	for (size_t i = 0; i < c->count; i++)
		worker_begin(&c->workers[i], &current(c)->draft[i]);
}

/* Writes the round that the reader has analyzed itself. */
static void end_round_alone(struct crew *c)
{
	for (size_t i = 0; i < c->count; i++)
		worker_end(&c->workers[i]);
	pthread_mutex_lock(&c->lock);
	c->published++;
	for (size_t i = 0; i < c->count; i++)
		c->workers[i].done++;
	join(c);
	pthread_mutex_unlock(&c->lock);
}

static void stay_alone(struct crew *c)
{
	finish_rounds(c);
	c->alone = true;
	begin_round_alone(c);
}

/* Takes what is needed to share the work. Returns false if memory runs out, or a thread cannot be created. */
static bool prepare_sharing(struct crew *c)
{
	bool good = true;

	for (size_t i = 0; i < ROUNDS * c->count && good; i++) {
		struct buf *batch = &c->rounds[i / c->count].batch[i % c->count];

		good = batch->capacity || batch_init(batch, c->account);
	}
	while (good && c->started < c->thread_count)
		good = worker_start_thread(c);
	return good;
}

static void share(struct crew *c)
{
	if (!prepare_sharing(c))
		return;
	end_round_alone(c);
	c->alone = false;
}

/* Decides who makes the calls that follow, if it is time to do so. */
static void divide(struct crew *c)
{
	bool alone;

	if (!sharing_is_due(&c->sharing))
		return;
	alone = !sharing_pays(&c->sharing) && !c->has_secrets;
	if (alone && !c->alone)
		stay_alone(c);
	else if (!alone && c->alone)
		share(c);
}

/************ calls ************/

/*
 * Prepares the next call to |w|, which gets the ordinal |c->ordinal|. Returns the batch that it is to be recorded in; NULL: the reader
 * makes it now, and then calls worker_end_call.
 */
static struct buf *next_call(struct crew *c, struct worker *w)
{
	size_t number = (size_t)(w - c->workers);

	if (c->alone) {
		if (sharing_is_due(&c->sharing) || w->draft->text.length >= ALONE_TEXT) {
			end_round_alone(c);
			begin_round_alone(c);
			divide(c);
		}
	} else if (current(c)->batch[number].length + w->ended_bytes >= BATCH_FULL) {
		publish(c);
		divide(c);
	}
	c->ordinal++;
	if (!c->alone)
		return &current(c)->batch[number];
	w->ordinal = c->ordinal;
	return NULL;
}

/* The same for a call about |l| that passes |bytes| bytes of a chunk. If the reader makes it, the copy of the flow is up to date for it. */
static struct buf *next_call_about(struct line *l, size_t bytes)
{
	struct buf *batch;

	sharing_note(&l->crew->sharing, bytes);
	batch = next_call(l->crew, l->worker);
	if (!batch)
		flow_follow(&l->replica.flow, l->flow);
	return batch;
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
	*l = (struct line){
		.replica.flow = *flow, .crew = c, .flow = flow, .worker = &c->workers[flow->number % c->count]
	};
	account_charge(c->account, sizeof *l);
	batch = next_call_about(l, 0);
	if (batch) {
		c->lost |= !batch_open(batch, c->ordinal, &l->replica);
	} else {
		l->replica.session = l->worker->sink.open(l->worker->sink.context, &l->replica.flow);
		worker_end_call(l->worker);
	}
	return l;
}

static void on_chunk(void *line, const struct chunk *chunk)
{
	struct line *l = line;
	struct buf *batch;

	if (!l)
		return;
	batch = next_call_about(l, chunk->gap ? 0 : chunk->length);
	if (batch) {
		l->crew->lost |= !batch_chunk(batch, l->crew->ordinal, &l->replica, l->flow, chunk);
	} else {
		l->worker->sink.chunk(l->replica.session, chunk);
		worker_end_call(l->worker);
	}
}

static void on_event(void *line, const struct flow_event *event)
{
	struct line *l = line;
	struct buf *batch;

	if (!l)
		return;
	batch = next_call_about(l, 0);
	if (batch) {
		l->crew->lost |= !batch_event(batch, l->crew->ordinal, &l->replica, l->flow, event);
	} else {
		l->worker->sink.event(l->replica.session, event);
		worker_end_call(l->worker);
	}
}

/* The thread that makes the call frees the line. */
static void on_close(void *line, enum flow_end end, tstamp time)
{
	struct line *l = line;
	struct worker *w;
	struct buf *batch;

	if (!l)
		return;
	w = l->worker;
	account_release(l->crew->account, sizeof *l);
	batch = next_call_about(l, 0);
	if (batch) {
		w->ended_bytes +=
		    l->flow->side[DIR_CLIENT].payload_bytes + l->flow->side[DIR_SERVER].payload_bytes;
		l->crew->lost |= !batch_close(batch, l->crew->ordinal, &l->replica, l->flow, end, time);
	} else {
		w->sink.close(l->replica.session, end, time);
		free(l);
		worker_end_call(w);
	}
}

static void on_expect(const void *line, unsigned step)
{
	const struct line *l = line;

	if (step == 0)
		prefetch(l, sizeof *l);
	else if (l && l->crew->alone && l->worker->sink.expect)
		l->worker->sink.expect(l->replica.session, step - 1);
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
	if (!c->alone) {
		finish_rounds(c);
		return;
	}
	end_round_alone(c);
	begin_round_alone(c);
}

void crew_flush(struct crew *c, tstamp now)
{
	for (size_t i = 0; i < c->count; i++) {
		struct worker *w = &c->workers[i];
		struct buf *batch = next_call(c, w);

		if (batch) {
			c->lost |= !batch_flush(batch, c->ordinal, now);
		} else {
			analysis_flush(w->analysis, now);
			worker_end_call(w);
		}
	}
	crew_drain(c);
	if (c->count > 1)
		analysis_flush(c->main, now);
	sum_memory(c);
}

/************ beginning and end ************/

bool crew_can_share(const struct pipeline_config *config)
{
	return config->format->joinable && !config->report.quiet && !criteria_given(config->criteria);
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
	c->thread_count = workers > 1 ? workers - 1 : 1;
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
		good = worker_equip(&c->workers[i], config);
	}
	for (size_t i = 0; i < ROUNDS * workers; i++)
		draft_init(&c->rounds[i / workers].draft[i % workers]);
	if (!good) {
		crew_destroy(c);
		return NULL;
	}
	sum_memory(c);
	c->sharing.futile = true;
	stay_alone(c);
	return c;
}

void crew_stop(struct crew *c)
{
	crew_drain(c);
	if (c->alone)
		end_round_alone(c);
	c->alone = false;
	pthread_mutex_lock(&c->lock);
	c->ended = true;
	pthread_cond_broadcast(&c->given);
	pthread_mutex_unlock(&c->lock);
	while (c->started)
		pthread_join(c->threads[--c->started], NULL);
	for (size_t i = 0; c->workers && c->count > 1 && i < c->count; i++)
		if (c->workers[i].analysis)
			analysis_advance(c->main, analysis_now(c->workers[i].analysis));
}

void crew_destroy(struct crew *c)
{
	if (!c)
		return;
	if (!c->ended)
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
	c->has_secrets = true;
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
	return c->memory;
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
