/* SPDX-License-Identifier: BSD-2-Clause */
#include "pipeline.h"

#include "annotate.h"
#include "link_type.h"
#include "packet.h"
#include "proxy.h"
#include "selection.h"
#include "smtp.h"
#include "stream.h"
#include "verdict_stage.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/random.h>

enum { ERRORS_KEPT = 1000 };

struct pipeline {
	struct account account;
	bool memory_ran_out;
	struct tls_keys *keys;
	struct tls_workspace *tls;
	struct packet *packet;
	struct stream *stream;
	struct proxy *proxy;
	struct smtp *smtp;
	struct annotate *annotate;
	struct verdict_stage *verdict;
	const struct report_format *format;
	void *report;
	char **errors;
	size_t error_count;
	uint64_t packets, bytes;
	struct pipeline_observer observer;
	bool dropped_known;
	uint64_t dropped;
	tstamp dropped_at; /* when that was known */
	struct output output;
	struct selection *selection;
	const struct criteria *criteria;
};

static void on_segment(void *context, const struct segment *segment)
{
	struct pipeline *p = context;

	stream_push(p->stream, segment);
	if (p->observer.segment)
		p->observer.segment(p->observer.context, segment, packet_trace(p->packet));
}

static void on_record(void *context, const struct record *record)
{
	struct pipeline *p = context;

	if (record->kind == RECORD_STORY) {
		selection_story(p->selection, record->story);
		return;
	}
	if (record->kind == RECORD_RAISED && !p->format->wants_raised)
		return;
	if (p->observer.record && record->kind != RECORD_RAISED)
		p->observer.record(p->observer.context, record);
	selection_record(p->selection, record);
}

static void make_secret(uint64_t secret[static 2])
{
	/* Without randomness the tables still work; only a capture crafted for it could slow them down. */
	if (getrandom(secret, 2 * sizeof *secret, GRND_NONBLOCK) != (ssize_t)(2 * sizeof *secret))
		secret[0] = secret[1] = UINT64_C(0x9e3779b97f4a7c15);
}

static bool open_report(struct pipeline *p, const struct report_config *config)
{
	struct report_config with_output = *config;
	struct selection_config selection = {
		.criteria = p->criteria, .format = p->format, .output = &p->output, .account = &p->account
	};

	with_output.out = &p->output;
	with_output.account = &p->account;
	p->report = selection.report = p->format->create(&with_output);
	if (p->report)
		p->selection = selection_create(&selection);
	return p->selection != NULL;
}

/* The observer has been set. */
static bool open_tls(struct pipeline *p, bool keys_may_come)
{
	uint64_t secret[2];

	make_secret(secret);
	p->keys = tls_keys_create(0, secret);
	p->tls = p->keys ? tls_workspace_create(p->keys, keys_may_come, &p->account) : NULL;
	if (!p->tls)
		return false;
	p->tls->used = p->observer.secret;
	p->tls->used_context = p->observer.context;
	return true;
}

/* Without memory, |annotate| stays NULL. */
static void open_meaning(struct pipeline *p, const struct pipeline_config *config,
			 const struct verdict_config *verdict_config)
{
	p->verdict = verdict_stage_create(verdict_config, on_record, p);
	if (p->verdict)
		p->annotate = annotate_create(config->rules, verdict_stage_push, p->verdict);
	if (!p->annotate)
		return;
	annotate_waiting(p->annotate, config->waiting);
	annotate_charge(p->annotate, &p->account);
}

struct pipeline *pipeline_create(const struct pipeline_config *config)
{
	struct pipeline *p = calloc(1, sizeof *p);
	struct packet_config packet_config = { .account = &p->account };
	struct smtp_config smtp_config = { .account = &p->account };
	struct proxy_config proxy_config = { .ports = config->ports,
					     .port_count = config->port_count,
					     .any_port = config->any_port,
					     .account = &p->account };
	struct stream_config stream_config = { .ports = config->ports,
					       .port_count = config->port_count,
					       .any_port = config->any_port,
					       .max_flows = config->max_sessions,
					       .account = &p->account };
	struct proxy_sink sessions;
	struct verdict_config verdict_config = { .rules = config->rules,
						 .hold = !config->report.live,
						 .account = &p->account };
	struct stream_sink sink;
	struct report_config report;

	if (!p)
		return NULL;
	p->account.limit = config->max_memory ? config->max_memory : SIZE_MAX;
	make_secret(stream_config.secret);
	make_secret(packet_config.secret);
	p->criteria = config->criteria;
	p->output.file = config->out;
	p->format = config->format;
	if (config->observer)
		p->observer = *config->observer;
	report = config->report;
	report.held = verdict_config.hold;
	if (!open_tls(p, config->keys_may_come) || !open_report(p, &report)) {
		pipeline_destroy(p);
		return NULL;
	}
	smtp_config.tls = p->tls;
	open_meaning(p, config, &verdict_config);
	if (p->annotate)
		p->smtp = smtp_create(&smtp_config, annotate_push, p->annotate);
	if (p->smtp) {
		sessions = smtp_proxy_sink(p->smtp);
		p->proxy = proxy_create(&proxy_config, &sessions);
	}
	if (p->proxy) {
		sink = proxy_stream_sink(p->proxy);
		p->stream = stream_create(&stream_config, &sink);
	}
	p->packet = packet_create(&packet_config, on_segment, p);
	if (!p->annotate || !p->smtp || !p->proxy || !p->stream || !p->packet) {
		pipeline_destroy(p);
		return NULL;
	}
	return p;
}

/* If the account is full, ends sessions until it is not, or none is left. */
static void make_room(struct pipeline *p, tstamp now)
{
	while (account_is_full(&p->account) && stream_evict(p->stream, now))
		p->memory_ran_out = true;
}

void pipeline_prepare(struct pipeline *p)
{
	if (p->tls->keys_may_come || tls_keys_count(p->keys))
		(void)tls_workspace_prepare(p->tls);
}

void pipeline_push(void *pipeline, const struct frame *frame)
{
	struct pipeline *p = pipeline;

	p->packets++;
	p->bytes += frame->wire_length;
	if (packet_push(p->packet, frame) == PACKET_FRAGMENT_HELD && p->observer.segment)
		p->observer.segment(p->observer.context, NULL, packet_trace(p->packet));
	make_room(p, frame->ref.time);
}

void pipeline_flush(struct pipeline *p, tstamp now)
{
	packet_flush(p->packet, now);
	stream_flush(p->stream, now);
	smtp_flush(p->smtp, now);
	annotate_flush(p->annotate, now);
	verdict_stage_flush(p->verdict, now);
	make_room(p, now);
}

void pipeline_idle(struct pipeline *p)
{
	if (p->format->idle)
		p->format->idle(p->report);
}

struct account *pipeline_account(struct pipeline *p)
{
	return &p->account;
}

void pipeline_expect_keys(struct pipeline *p, bool expected)
{
	p->tls->keys_may_come = expected;
}

struct tls_keys *pipeline_keys(const struct pipeline *p)
{
	return p->keys;
}

void pipeline_dropped(struct pipeline *p, uint64_t count, tstamp now)
{
	if (p->dropped_known && count > p->dropped)
		annotate_lost(p->annotate, p->dropped_at, now);
	p->dropped_at = now;
	p->dropped_known = true;
	p->dropped = count;
}

struct proxy_sink pipeline_dialogues(struct pipeline *p)
{
	return smtp_proxy_sink(p->smtp);
}

void pipeline_count(const struct pipeline *p, struct pipeline_counts *counts)
{
	struct annotate_counters annotated = annotate_counters(p->annotate);
	struct stream_counters streams = stream_counters(p->stream);

	*counts = (struct pipeline_counts){ .packets = p->packets,
					    .bytes = p->bytes,
					    .connections = streams.flows,
					    .open = streams.flows - streams.ended,
					    .sessions = annotated.sessions,
					    .replies = annotated.replies,
					    .evicted = streams.evicted,
					    .memory = p->account.used };
	memcpy(counts->findings, verdict_stage_counters(p->verdict).findings, sizeof counts->findings);
	memcpy(counts->outcomes, annotated.outcomes, sizeof counts->outcomes);
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
			 links[i].first.number, links[i].link_type, links[i].frames);
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
		snprintf(limit, sizeof limit, "memory ran out (%zu MiB)", p->account.limit >> 20);
	else
		snprintf(limit, sizeof limit, "too many sessions at the same time");
	snprintf(text, sizeof text, "%s: %" PRIu64 " %s let go before the end", limit, evicted,
		 evicted == 1 ? "session was" : "sessions were");
	pipeline_error(p, text);
}

static void tell_late_secrets(struct pipeline *p)
{
	uint64_t late = tls_workspace_late(p->tls);
	char text[256];

	if (!late)
		return;
	snprintf(text, sizeof text,
		 "the TLS secrets of %" PRIu64
		 " session%s came too late: packets wait for them for %d s and %d KiB",
		 late, late == 1 ? "" : "s", (int)(TLS_HELD_TIME / TSTAMP_SECOND), TLS_HELD / 1024);
	pipeline_error(p, text);
}

static void tell_loss(void *pipeline, const char *text)
{
	pipeline_error(pipeline, text);
}

void pipeline_finish(struct pipeline *p)
{
	struct report_summary summary = { 0 };
	struct annotate_counters counters;
	struct selection_counts selected;

	packet_finish(p->packet);
	stream_finish(p->stream);
	verdict_stage_finish(p->verdict);
	selection_losses(p->selection, tell_loss, p);
	tell_unknown_links(p);
	tell_evictions(p);
	tell_late_secrets(p);
	counters = annotate_counters(p->annotate);
	summary.packets = p->packets;
	summary.bytes = p->bytes;
	summary.sessions = counters.sessions;
	summary.replies = counters.replies;
	memcpy(summary.findings, verdict_stage_counters(p->verdict).findings, sizeof summary.findings);
	memcpy(summary.outcomes, counters.outcomes, sizeof summary.outcomes);
	summary.evicted_sessions = stream_counters(p->stream).evicted;
	summary.dropped_known = p->dropped_known;
	summary.dropped_packets = p->dropped;
	selected = selection_count(p->selection);
	summary.selected = criteria_given(p->criteria);
	summary.shown = selected.shown;
	if (p->criteria->session > counters.sessions)
		summary.missing_session = p->criteria->session;
	summary.errors = (const char *const *)p->errors;
	summary.error_count = p->error_count;
	p->format->summary(p->report, &summary);
}

void pipeline_findings(const struct pipeline *p, uint64_t findings[static 3])
{
	struct selection_counts selected = selection_count(p->selection);

	memcpy(findings, selected.findings, sizeof selected.findings);
}

void pipeline_destroy(struct pipeline *p)
{
	if (!p)
		return;
	packet_destroy(p->packet);
	/* Ending sessions still calls the later stages. */
	stream_destroy(p->stream);
	proxy_destroy(p->proxy);
	smtp_destroy(p->smtp);
	annotate_destroy(p->annotate);
	verdict_stage_destroy(p->verdict);
	tls_workspace_destroy(p->tls);
	tls_keys_destroy(p->keys);
	selection_destroy(p->selection);
	if (p->format)
		p->format->destroy(p->report);
	/* What was charged was released, by the same account. */
	assert(p->account.used == 0);
	for (size_t i = 0; i < p->error_count; i++)
		free(p->errors[i]);
	free(p->errors);
	account_finish(&p->account);
	free(p);
}
