/* SPDX-License-Identifier: BSD-2-Clause */
#include "analysis.h"

#include "hash_secret.h"
#include "openssl_library.h"
#include "smtp.h"
#include "tls_key_log.h"

#include <stdlib.h>

struct analysis {
	const struct pipeline_config *config;
	struct account *account;
	struct output *output;
	struct pipeline_observer observer;
	struct tls_keys *keys;
	struct tls_workspace *tls;
	struct proxy *proxy;
	struct smtp *smtp;
	struct annotate *annotate;
	struct verdict_stage *verdict;
	void *report;
	struct selection *selection;
};

static void on_record(void *context, const struct record *record)
{
	struct analysis *a = context;

	if (record->kind == RECORD_STORY) {
		selection_story(a->selection, record->story);
		return;
	}
	if (record->kind == RECORD_RAISED && !a->config->format->wants_raised)
		return;
	if (a->observer.record && record->kind != RECORD_RAISED)
		a->observer.record(a->observer.context, record);
	selection_record(a->selection, record);
}

static bool open_report(struct analysis *a, const struct analysis_ties *ties)
{
	const struct pipeline_config *c = a->config;
	struct report_config report = c->report;
	struct selection_config selection = {
		.criteria = c->criteria, .format = c->format, .output = a->output, .account = a->account
	};

	report.out = a->output;
	report.account = a->account;
	report.held = !c->report.live;
	report.gather &= !c->jobs && !criteria_given(c->criteria);
	report.numbers_later = ties != NULL;
	a->report = selection.report = c->format->create(&report);
	if (a->report)
		a->selection = selection_create(&selection);
	return a->selection != NULL;
}

static bool open_tls(struct analysis *a)
{
	uint64_t secret[2];

	hash_secret_make(secret);
	a->keys = tls_keys_create_charged(0, secret, a->account);
	a->tls = a->keys ? tls_workspace_create(a->keys, a->config->keys_may_come, a->account) : NULL;
	if (!a->tls)
		return false;
	a->tls->used = a->observer.secret;
	a->tls->used_context = a->observer.context;
	return true;
}

static bool open_meaning(struct analysis *a, const struct analysis_ties *ties)
{
	struct verdict_config config = { .rules = a->config->rules,
					 .hold = !a->config->report.live,
					 .account = a->account };

	if (ties) {
		config.past = ties->past;
		config.past_context = ties->past_context;
	}
	a->verdict = verdict_stage_create(&config, on_record, a);
	if (a->verdict)
		a->annotate = annotate_create(a->config->rules, verdict_stage_push, a->verdict);
	if (!a->annotate)
		return false;
	annotate_waiting(a->annotate, a->config->waiting);
	annotate_charge(a->annotate, a->account);
	if (a->config->format->only_replies && !a->observer.record && !criteria_given(a->config->criteria))
		annotate_only_replies(a->annotate);
	if (ties)
		annotate_share_servers(a->annotate, ties->servers);
	return true;
}

static bool open_sessions(struct analysis *a)
{
	struct smtp_config smtp = { .account = a->account, .tls = a->tls, .expect = annotate_expect };
	struct proxy_config proxy = { .ports = a->config->ports,
				      .port_count = a->config->port_count,
				      .any_port = a->config->any_port,
				      .account = a->account };
	struct proxy_sink sessions;

	a->smtp = smtp_create(&smtp, annotate_push, a->annotate);
	if (!a->smtp)
		return false;
	sessions = smtp_proxy_sink(a->smtp);
	a->proxy = proxy_create(&proxy, &sessions);
	return a->proxy != NULL;
}

struct analysis *analysis_create(const struct pipeline_config *config, struct account *account,
				 struct output *output, const struct analysis_ties *ties)
{
	struct analysis *a = calloc(1, sizeof *a);

	if (!a)
		return NULL;
	a->config = config;
	a->account = account;
	a->output = output;
	if (config->observer)
		a->observer = *config->observer;
	if (open_tls(a) && open_report(a, ties) && open_meaning(a, ties) && open_sessions(a))
		return a;
	analysis_destroy(a);
	return NULL;
}

void analysis_destroy(struct analysis *a)
{
	if (!a)
		return;
	proxy_destroy(a->proxy);
	smtp_destroy(a->smtp);
	annotate_destroy(a->annotate);
	verdict_stage_destroy(a->verdict);
	tls_workspace_destroy(a->tls);
	tls_keys_destroy(a->keys);
	selection_destroy(a->selection);
	a->config->format->destroy(a->report);
	free(a);
}

struct stream_sink analysis_sink(struct analysis *a)
{
	return proxy_stream_sink(a->proxy);
}

struct proxy_sink analysis_dialogues(struct analysis *a)
{
	return smtp_proxy_sink(a->smtp);
}

bool analysis_prepare(struct analysis *a)
{
	(void)(smtp_prepare(a->smtp) && proxy_prepare(a->proxy));
	if (!openssl_library_load(a->tls->openssl))
		return false;
	if (a->tls->keys_may_come || tls_keys_count(a->keys))
		(void)tls_workspace_prepare(a->tls);
	return true;
}

void analysis_flush(struct analysis *a, tstamp now)
{
	smtp_flush(a->smtp, now);
	annotate_flush(a->annotate, now);
	verdict_stage_flush(a->verdict, now);
}

void analysis_idle(struct analysis *a)
{
	if (a->config->format->idle)
		a->config->format->idle(a->report);
}

struct tls_keys *analysis_keys(const struct analysis *a)
{
	return a->keys;
}

void analysis_expect_keys(struct analysis *a, bool expected)
{
	a->tls->keys_may_come = expected;
}

void analysis_add_secrets(struct analysis *a, struct span lines)
{
	struct tls_key_log log;

	tls_key_log_begin(&log, a->keys);
	tls_key_log_push(&log, lines);
	tls_key_log_end(&log);
}

void analysis_lost(struct analysis *a, tstamp from, tstamp to)
{
	annotate_lost(a->annotate, from, to);
}

void analysis_remember(struct analysis *a, struct past *p)
{
	verdict_stage_remember(a->verdict, p);
}

void analysis_advance(struct analysis *a, tstamp now)
{
	verdict_stage_advance(a->verdict, now);
}

tstamp analysis_now(const struct analysis *a)
{
	return verdict_stage_now(a->verdict);
}

void analysis_finish(struct analysis *a)
{
	verdict_stage_finish(a->verdict);
}

void analysis_losses(const struct analysis *a, void (*tell)(void *context, const char *text), void *context)
{
	selection_losses(a->selection, tell, context);
}

uint64_t analysis_late_secrets(const struct analysis *a)
{
	return tls_workspace_late(a->tls);
}

bool analysis_lacks_openssl(const struct analysis *a)
{
	return a->tls->openssl->missing;
}

uint64_t analysis_raised(const struct analysis *a)
{
	struct annotate_counters counters = annotate_counters(a->annotate);

	return counters.findings[0] + counters.findings[1] + counters.findings[2];
}

static void add(uint64_t *sum, const uint64_t *more, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sum[i] += more[i];
}

void analysis_counts_add(struct analysis_counts *sum, const struct analysis_counts *more)
{
	sum->annotated.sessions += more->annotated.sessions;
	sum->annotated.replies += more->annotated.replies;
	add(sum->annotated.findings, more->annotated.findings, 3);
	add(sum->annotated.outcomes, more->annotated.outcomes, 5);
	sum->judged.failed += more->judged.failed;
	sum->judged.unexplained += more->judged.unexplained;
	sum->judged.stories += more->judged.stories;
	add(sum->judged.findings, more->judged.findings, 3);
	sum->selected.shown += more->selected.shown;
	add(sum->selected.findings, more->selected.findings, 3);
}

struct analysis_counts analysis_count(const struct analysis *a)
{
	return (struct analysis_counts){ .annotated = annotate_counters(a->annotate),
					 .judged = verdict_stage_counters(a->verdict),
					 .selected = selection_count(a->selection) };
}

void analysis_summary(struct analysis *a, const struct report_summary *summary)
{
	a->config->format->summary(a->report, summary);
}
