/* SPDX-License-Identifier: BSD-2-Clause */
#include "pipeline.h"

#include "crew.h"
#include "hash_secret.h"
#include "link_type.h"
#include "lookahead.h"
#include "openssl_library.h"
#include "packet.h"
#include "stream.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>

enum {
	ERRORS_KEPT = 1000,
	UNCHARGED_PART =
	    12, /* this part of the limit is left for what the allocator holds beyond what is charged */
	EVICTED_PART = 64,	/* with workers, this part of the open sessions is ended at once */
	WORKER_NEEDS = 64 << 20 /* bytes of the limit for each worker */
};

struct pipeline {
	struct pipeline_config config;
	struct pipeline_observer observer;
	struct account account;
	bool memory_ran_out;
	struct packet *packet;
	struct lookahead *lookahead; /* NULL: segments go through at once */
	struct stream *stream;
	struct account analysis_account; /* if there is a crew */
	struct analysis *analysis;
	struct crew *crew; /* NULL: one thread does everything */
	struct output output;
	char **errors;
	size_t error_count;
	uint64_t packets, bytes;
	bool dropped_known;
	uint64_t dropped;
	tstamp dropped_at; /* when that was known */
};

/* Is more used than the limit, as far as it is known while workers work? */
static bool is_full(const struct pipeline *p)
{
	size_t used = p->account.used + p->account.pool.slack;

	return used + (p->crew ? crew_memory(p->crew) : 0) > p->account.limit;
}

/*
 * If the memory is full, ends sessions until it is not, or none is left. Workers free it only when they come to the call, so with them
 * several sessions end before the next look.
 */
static void make_room(struct pipeline *p, tstamp now)
{
	uint64_t most, ended;

	if (!is_full(p))
		return;
	if (p->crew)
		crew_drain(p->crew);
	while (is_full(p)) {
		most = p->crew ? 1 + stream_open(p->stream) / EVICTED_PART : 1;
		for (ended = 0; ended < most && stream_evict(p->stream, now); ended++)
			p->memory_ran_out = true;
		if (!ended)
			return;
		if (p->crew)
			crew_drain(p->crew);
	}
}

static void on_segment(void *context, const struct segment *segment)
{
	struct pipeline *p = context;

	stream_push(p->stream, segment);
	if (p->observer.segment)
		p->observer.segment(p->observer.context, segment, packet_trace(p->packet));
	make_room(p, segment->frame.time);
}

static void on_expect(void *context, uint32_t key, unsigned step)
{
	const struct pipeline *p = context;

	stream_expect(p->stream, key, step);
}

static void look_ahead(void *context, const struct segment *segment)
{
	const struct pipeline *p = context;

	lookahead_push(p->lookahead, segment, stream_is_crowded(p->stream));
}

/* Before anything else is asked of the stages, or done to them. */
static void catch_up(struct pipeline *p)
{
	if (p->lookahead)
		lookahead_drain(p->lookahead);
}

/* An observer needs each segment together with its packet, and live capture must not wait for the next packet. */
static bool looks_ahead(const struct pipeline *p)
{
	return !p->config.observer && !p->config.report.live;
}

static bool open_packets(struct pipeline *p)
{
	struct packet_config packet = { .account = &p->account };
	struct stream_config stream = { .ports = p->config.ports,
					.port_count = p->config.port_count,
					.any_port = p->config.any_port,
					.max_flows = p->config.max_sessions,
					.account = &p->account };
	struct stream_sink sink = p->crew ? crew_sink(p->crew) : analysis_sink(p->analysis);

	hash_secret_make(stream.secret);
	hash_secret_make(packet.secret);
	p->stream = stream_create(&stream, &sink);
	if (looks_ahead(p)) {
		p->lookahead = lookahead_create(on_segment, stream_key, on_expect, p);
		p->packet = packet_create(&packet, look_ahead, p);
	} else {
		p->packet = packet_create(&packet, on_segment, p);
	}
	return p->stream && p->packet && (p->lookahead || !looks_ahead(p));
}

/* How many workers to have. */
static size_t workers_of(const struct pipeline *p)
{
	size_t jobs = p->config.any_port || p->config.observer ? 0 : p->config.jobs;
	size_t most = p->config.max_memory ? p->config.max_memory / WORKER_NEEDS : WORKERS_MAX;

	if (jobs && !crew_can_share(&p->config))
		jobs = 1;
	if (most > WORKERS_MAX)
		most = WORKERS_MAX;
	return jobs < most ? jobs : most;
}

static bool open_analysis(struct pipeline *p)
{
	size_t workers = workers_of(p);
	struct account *account = workers ? &p->analysis_account : &p->account;

	p->analysis = analysis_create(&p->config, account, &p->output, NULL);
	if (p->analysis && workers)
		p->crew = crew_create(&p->config, workers, p->analysis, account, &p->output, &p->account);
	return p->analysis && (p->crew || !workers);
}

/* The most that may be charged, so that the process stays within the limit. */
static size_t charged_most(const struct pipeline_config *config)
{
	return config->max_memory ? config->max_memory - config->max_memory / UNCHARGED_PART : SIZE_MAX;
}

struct pipeline *pipeline_create(const struct pipeline_config *config)
{
	struct pipeline *p = calloc(1, sizeof *p);

	if (!p)
		return NULL;
	p->config = *config;
	if (config->observer)
		p->observer = *config->observer;
	p->account.limit = p->analysis_account.limit = charged_most(config);
	p->output.file = config->out;
	if (open_analysis(p) && open_packets(p))
		return p;
	pipeline_destroy(p);
	return NULL;
}

bool pipeline_prepare(struct pipeline *p)
{
	return analysis_prepare(p->analysis);
}

void pipeline_push(void *pipeline, const struct frame *frame)
{
	struct pipeline *p = pipeline;

	p->packets++;
	p->bytes += frame->wire_length;
	if (packet_push(p->packet, frame) != PACKET_FRAGMENT_HELD)
		return;
	if (p->observer.segment)
		p->observer.segment(p->observer.context, NULL, packet_trace(p->packet));
	catch_up(p);
	make_room(p, frame->ref.time);
}

void pipeline_flush(struct pipeline *p, tstamp now)
{
	catch_up(p);
	packet_flush(p->packet, now);
	stream_flush(p->stream, now);
	if (p->crew)
		crew_flush(p->crew, now);
	else
		analysis_flush(p->analysis, now);
	make_room(p, now);
}

void pipeline_idle(struct pipeline *p)
{
	catch_up(p);
	if (p->crew)
		crew_drain(p->crew);
	analysis_idle(p->analysis);
}

struct account *pipeline_account(struct pipeline *p)
{
	return &p->account;
}

size_t pipeline_memory_limit(const struct pipeline *p)
{
	return p->config.max_memory ? p->config.max_memory : SIZE_MAX;
}

void pipeline_expect_keys(struct pipeline *p, bool expected)
{
	catch_up(p);
	if (p->crew)
		crew_expect_keys(p->crew, expected);
	else
		analysis_expect_keys(p->analysis, expected);
}

struct tls_keys *pipeline_keys(const struct pipeline *p)
{
	return analysis_keys(p->analysis);
}

void pipeline_add_secrets(struct pipeline *p, struct span lines)
{
	catch_up(p);
	if (p->crew)
		crew_add_secrets(p->crew, lines);
	else
		analysis_add_secrets(p->analysis, lines);
}

void pipeline_dropped(struct pipeline *p, uint64_t count, tstamp now)
{
	catch_up(p);
	if (p->dropped_known && count > p->dropped)
		analysis_lost(p->analysis, p->dropped_at, now);
	p->dropped_at = now;
	p->dropped_known = true;
	p->dropped = count;
}

struct proxy_sink pipeline_dialogues(struct pipeline *p)
{
	return analysis_dialogues(p->analysis);
}

/* Of all workers; while they work, not the newest. */
static struct analysis_counts counts_of(const struct pipeline *p)
{
	return p->crew ? crew_count(p->crew) : analysis_count(p->analysis);
}

void pipeline_count(const struct pipeline *p, struct pipeline_counts *counts)
{
	struct analysis_counts a = counts_of(p);
	struct stream_counters streams = stream_counters(p->stream);

	*counts = (struct pipeline_counts){ .packets = p->packets,
					    .bytes = p->bytes,
					    .connections = streams.flows,
					    .open = streams.flows - streams.ended,
					    .sessions = a.annotated.sessions,
					    .replies = a.annotated.replies,
					    .evicted = streams.evicted,
					    .memory = p->account.used + (p->crew ? crew_memory(p->crew) : 0) };
	memcpy(counts->findings, a.judged.findings, sizeof counts->findings);
	memcpy(counts->outcomes, a.annotated.outcomes, sizeof counts->outcomes);
}

void pipeline_error(struct pipeline *p, const char *text)
{
	char **grown;

	if (p->error_count >= ERRORS_KEPT)
		return;
	grown = realloc(p->errors, (p->error_count + 1) * sizeof *grown);
	if (!grown)
		return;
	p->errors = grown;
	p->errors[p->error_count] = strdup(text);
	if (p->errors[p->error_count])
		p->error_count++;
}

const char *pipeline_error_text(const struct pipeline *p, size_t index)
{
	return index < p->error_count ? p->errors[index] : NULL;
}

static void tell_unknown_links(struct pipeline *p)
{
	size_t count;
	const struct packet_unknown_link *links = packet_unknown_links(p->packet, &count);
	char text[160];

	for (size_t i = 0; i < count; i++) {
		snprintf(text, sizeof text,
			 "packet %" PRIu64 ": link type %d is not supported; %" PRIu64 " packets left out",
			 (uint64_t)links[i].first.number, links[i].link_type, links[i].frames);
		pipeline_error(p, text);
	}
}

static void tell_evictions(struct pipeline *p)
{
	uint64_t evicted = stream_counters(p->stream).evicted;
	char limit[64], text[160];

	if (!evicted)
		return;
	if (p->memory_ran_out)
		snprintf(limit, sizeof limit, "memory ran out (%zu MiB)", p->config.max_memory >> 20);
	else
		snprintf(limit, sizeof limit, "too many sessions at the same time");
	snprintf(text, sizeof text, "%s: %" PRIu64 " %s let go before the end", limit, evicted,
		 evicted == 1 ? "session was" : "sessions were");
	pipeline_error(p, text);
}

static void tell_late_secrets(struct pipeline *p)
{
	uint64_t late = analysis_late_secrets(p->analysis) + (p->crew ? crew_late_secrets(p->crew) : 0);
	char text[256];

	if (!late)
		return;
	snprintf(text, sizeof text,
		 "the TLS secrets of %" PRIu64
		 " session%s came too late: packets wait for them for %d s and %d KiB",
		 late, late == 1 ? "" : "s", (int)(TLS_HELD_TIME / TSTAMP_SECOND), TLS_HELD / 1024);
	pipeline_error(p, text);
}

static void tell_lack(struct pipeline *p)
{
	char text[256];

	if (!analysis_lacks_openssl(p->analysis) && !(p->crew && crew_lacks_openssl(p->crew)))
		return;
	snprintf(
	    text, sizeof text,
	    "TLS needs %s, which is not installed: certificates, fingerprints and encrypted text were not read",
	    openssl_library_name());
	pipeline_error(p, text);
}

static void tell_loss(void *pipeline, const char *text)
{
	pipeline_error(pipeline, text);
}

/* All counters are final. */
static void summarize(struct pipeline *p)
{
	struct analysis_counts counts = counts_of(p);
	struct report_summary summary = { .packets = p->packets,
					  .bytes = p->bytes,
					  .sessions = counts.annotated.sessions,
					  .replies = counts.annotated.replies,
					  .evicted_sessions = stream_counters(p->stream).evicted,
					  .dropped_known = p->dropped_known,
					  .dropped_packets = p->dropped,
					  .selected = criteria_given(p->config.criteria),
					  .shown = counts.selected.shown,
					  .errors = (const char *const *)p->errors,
					  .error_count = p->error_count };

	memcpy(summary.findings, counts.judged.findings, sizeof summary.findings);
	memcpy(summary.outcomes, counts.annotated.outcomes, sizeof summary.outcomes);
	if (p->config.criteria->session > counts.annotated.sessions)
		summary.missing_session = p->config.criteria->session;
	analysis_summary(p->analysis, &summary);
}

void pipeline_finish(struct pipeline *p)
{
	packet_finish(p->packet);
	catch_up(p);
	stream_finish(p->stream);
	if (p->crew)
		crew_stop(p->crew);
	analysis_finish(p->analysis);
	if (p->crew)
		crew_losses(p->crew, tell_loss, p);
	analysis_losses(p->analysis, tell_loss, p);
	tell_unknown_links(p);
	tell_evictions(p);
	tell_late_secrets(p);
	tell_lack(p);
	summarize(p);
}

void pipeline_findings(const struct pipeline *p, uint64_t findings[static 3])
{
	struct analysis_counts counts = counts_of(p);

	memcpy(findings, counts.selected.findings, sizeof counts.selected.findings);
}

void pipeline_destroy(struct pipeline *p)
{
	if (!p)
		return;
	packet_destroy(p->packet);
	lookahead_destroy(p->lookahead);
	/* Ending sessions still calls the analysis. */
	stream_destroy(p->stream);
	crew_destroy(p->crew);
	analysis_destroy(p->analysis);
	/* What was charged was released, by the same account. */
	assert(p->account.used == 0 && p->analysis_account.used == 0);
	for (size_t i = 0; i < p->error_count; i++)
		free(p->errors[i]);
	free(p->errors);
	account_finish(&p->account);
	account_finish(&p->analysis_account);
	free(p);
}
