/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * report_json: JSON Lines for scripts: reply, finding, session and summary records, each written as it comes.
 */
#include "report.h"

#include "json.h"
#include "json_verdict.h"
#include "names.h"
#include "redact.h"
#include <stdlib.h>

enum { SCRATCH = 1024 * 1024 };

struct report_json {
	struct report_config config;
	struct json json;
	struct buf scratch; /* a text with its credentials taken out */
};

static void *create(const struct report_config *config)
{
	struct report_json *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->config = *config;
	json_init(&r->json, config->out);
	buf_init(&r->scratch, SCRATCH);
	return r;
}

/* A text from the wire, credentials taken out. */
static void wire(struct report_json *r, const struct session_facts *session, struct span text, size_t secret_at)
{
	if (!r->config.show_secrets)
		text = redact(&r->scratch, session->secrets, text, secret_at);
	json_string(&r->json, text);
}

static void wire_text(struct report_json *r, const struct session_facts *session, const char *text)
{
	if (text)
		wire(r, session, span_text(text), SIZE_MAX);
	else
		json_null(&r->json);
}

/* "frame", and which file or interface it is of. */
static void frame(struct report_json *r, const struct frame_ref *ref)
{
	json_key(&r->json, "frame");
	if (!ref || !ref->number) {
		json_null(&r->json);
		return;
	}
	json_unsigned(&r->json, ref->number);
	if (r->config.several_inputs) {
		json_key(&r->json, r->config.live ? "interface" : "file");
		json_unsigned(&r->json, ref->file);
	}
}

static void moment(struct report_json *r, const char *key, const struct frame_ref *ref)
{
	json_key(&r->json, key);
	json_time(&r->json, ref && ref->number ? ref->time : TSTAMP_NONE, ref ? ref->digits : 0);
}

static void text_or_null(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	json_text(j, text && *text ? text : NULL);
}

static void code_or_null(struct json *j, unsigned code)
{
	json_key(j, "code");
	if (code)
		json_unsigned(j, code);
	else
		json_null(j);
}

/* Hot: there is one for every reply, so what never changes is written in pieces. */
static void write_answers(struct report_json *r, const struct session_facts *session, const struct exchange *x)
{
	struct json *j = &r->json;
	const struct command *c = x->command;
	bool hidden = c && !r->config.show_secrets && c->secret_at == 0;

	JSON_PIECE(j, false, ",\"answers\":{\"kind\":");
	json_word(j, name_answers(x->answers));
	JSON_PIECE(j, false, ",\"verb\":");
	if (!c || (x->answers != ANSWERS_COMMAND && x->answers != ANSWERS_BDAT))
		json_null(j);
	else if (hidden)
		json_text(j, REDACTED); /* a line that is all credential has one as its verb */
	else
		wire_text(r, session, c->verb);
	JSON_PIECE(j, false, ",\"line\":");
	if (!c || x->answers == ANSWERS_END_OF_DATA)
		json_null(j);
	else
		wire(r, session, c->line, c->secret_at);
	if (c && c->line.length && !command_is_whole(c))
		JSON_PIECE(j, true, ",\"cut\":true");
	frame(r, c ? &c->frame : NULL);
	moment(r, "time", c ? &c->frame : NULL);
	JSON_PIECE(j, false, ",\"recipient\":");
	wire_text(r, session, x->recipient);
	json_end_object(j);
}

static void write_reply(struct report_json *r, const struct record *record)
{
	static const struct annotation none = { .expected = EXPECTED_UNKNOWN };
	struct json *j = &r->json;
	const struct session_facts *session = record->event->session;
	const struct exchange *x = record->event->exchange;
	const struct reply *reply = x->reply;
	const struct annotation *a = record->annotation ? record->annotation : &none;
	char enhanced[ENHANCED_SIZE];

	JSON_PIECE(j, false, "{\"type\":\"reply\",\"session\":");
	json_unsigned(j, session->number);
	frame(r, &reply->frame);
	moment(r, "time", &reply->frame);
	JSON_PIECE(j, false, ",\"code\":");
	json_unsigned(j, reply->code);
	enhanced_text(enhanced, &reply->enhanced);
	JSON_PIECE(j, false, ",\"enhanced\":");
	json_word(j, *enhanced ? enhanced : NULL);
	JSON_PIECE(j, false, ",\"lines\":[");
	for (size_t i = 0; i < reply->line_count; i++)
		wire(r, session, reply->lines[i], SIZE_MAX);
	json_end_array(j);
	write_answers(r, session, x);
	JSON_PIECE(j, false, ",\"latency_ms\":");
	json_milliseconds(j, x->latency);
	JSON_PIECE(j, false, ",\"name\":");
	json_text(j, a->name);
	JSON_PIECE(j, false, ",\"category\":");
	json_word(j, a->category);
	JSON_PIECE(j, false, ",\"expected\":");
	json_word(j, name_expected(a->expected));
	JSON_PIECE(j, false, ",\"phase\":");
	json_word(j, name_phase(x->phase));
	JSON_PIECE(j, false, ",\"truncated\":");
	json_bool(j, reply->flags & REPLY_TRUNCATED);
	JSON_PIECE(j, false, ",\"rule\":");
	json_text(j, a->rule);
	JSON_PIECE(j, false, ",\"cause\":");
	json_text(j, a->cause);
	/* How sure it is that it answers this. */
	JSON_PIECE(j, false, ",\"pairing\":");
	json_word(j, x->answers == ANSWERS_UNSEEN ? NULL : x->likely ? "likely" : "certain");
	json_end_object(j);
	json_line_end(j);
}

static void write_frames(struct report_json *r, const struct finding *f)
{
	struct json *j = &r->json;

	json_key(j, "frames");
	json_array(j);
	for (size_t i = 0; i < f->frame_count; i++) {
		if (r->config.several_inputs) {
			json_object(j);
			json_key(j, r->config.live ? "interface" : "file");
			json_unsigned(j, f->frames[i].file);
			json_key(j, "frame");
			json_unsigned(j, f->frames[i].number);
			json_end_object(j);
		} else {
			json_unsigned(j, f->frames[i].number);
		}
	}
	json_end_array(j);
}

static void write_finding(struct report_json *r, const struct record *record)
{
	struct json *j = &r->json;
	const struct session_facts *session = record->event->session;
	const struct finding *f = record->finding;

	json_object(j);
	json_key(j, "type");
	json_word(j, "finding");
	json_key(j, "number");
	json_unsigned(j, f->number);
	json_key(j, "root");
	if (f->root)
		json_unsigned(j, f->root);
	else
		json_null(j);
	json_key(j, "session");
	json_unsigned(j, session->number);
	frame(r, &f->frame);
	moment(r, "time", &f->frame);
	write_frames(r, f);
	json_key(j, "id");
	json_text(j, f->id);
	json_key(j, "cause");
	json_text(j, f->cause ? f->cause : "unknown");
	json_key(j, "severity");
	json_word(j, name_severity(f->severity));
	json_key(j, "certainty");
	json_word(j, name_certainty(f->certainty));
	json_key(j, "recipient");
	wire_text(r, session, f->recipient);
	code_or_null(j, f->code);
	text_or_null(j, "enhanced", f->enhanced);
	json_key(j, "responsible");
	json_word(j, responsible_names[f->responsible]);
	json_key(j, "retry");
	json_word(j, retry_names[f->retry]);
	/* Credentials were masked before the wire's text entered these sentences. */
	json_key(j, "title");
	json_text(j, f->title);
	json_key(j, "why");
	json_text(j, f->why);
	json_key(j, "fix");
	json_text(j, f->fix);
	json_key(j, "reference");
	json_text(j, f->reference);
	if (f->crossed) {
		json_key(j, "crossed");
		json_bool(j, true);
	}
	json_end_object(j);
	json_line_end(j);
}

static void write_endpoint(struct json *j, const struct endpoint *e)
{
	char text[ADDR_TEXT_SIZE];

	addr_format(text, &e->addr);
	json_object(j);
	json_key(j, "ip");
	json_text(j, text);
	json_key(j, "port");
	json_unsigned(j, e->port);
	json_end_object(j);
}

static void write_tcp(struct json *j, const struct flow *flow)
{
	const struct flow_side *c = &flow->side[DIR_CLIENT], *s = &flow->side[DIR_SERVER];

	json_object(j);
	json_key(j, "opened");
	json_word(j, name_opened(flow->opened));
	json_key(j, "closed");
	json_word(j, name_closed(flow->closed));
	json_key(j, "rtt_ms");
	json_milliseconds(j, flow->rtt);
	json_key(j, "packets");
	json_unsigned(j, c->packets + s->packets);
	json_key(j, "retransmissions");
	json_unsigned(j, c->retransmissions + s->retransmissions);
	json_key(j, "missing_bytes");
	json_unsigned(j, c->missing + s->missing);
	json_end_object(j);
}

static void write_tls(struct report_json *r, const struct session_facts *session)
{
	struct json *j = &r->json;
	const struct tls_facts *tls = &session->tls;

	if (tls->mode == TLS_NONE) {
		json_null(j);
		return;
	}
	json_object(j);
	json_key(j, "mode");
	json_word(j, name_tls_mode(tls->mode));
	json_key(j, "version");
	json_text(j, tls->version);
	json_key(j, "cipher");
	json_text(j, tls->cipher);
	json_key(j, "sni");
	wire_text(r, session, tls->sni);
	json_key(j, "decrypted");
	json_bool(j, tls->decrypted);
	json_key(j, "alert");
	json_text(j, tls->alert);
	json_end_object(j);
}

/* What EHLO offered before STARTTLS; null where there was no STARTTLS, or no such reply. */
static void write_offers_before_tls(struct report_json *r, const struct session_facts *session)
{
	struct json *j = &r->json;
	const struct offers *o = &session->offers_before_tls;

	json_key(j, "offers_before_tls");
	if (session->tls.mode != TLS_STARTTLS || (o->state == OFFERS_UNKNOWN && !o->count)) {
		json_null(j);
		return;
	}
	json_array(j);
	for (size_t i = 0; i < o->count; i++)
		wire_text(r, session, o->lines[i]);
	json_end_array(j);
}

/* The logins: how each came out, and whether its responses had the shape that the mechanism wants; nothing of what they held. */
static void write_logins(struct report_json *r, const struct session_facts *session)
{
	struct json *j = &r->json;

	json_key(j, "logins");
	json_array(j);
	for (size_t i = 0; i < session->login_count; i++) {
		const struct login *login = &session->logins[i];

		json_object(j);
		json_key(j, "mechanism");
		wire_text(r, session, login->mechanism);
		code_or_null(j, login->code);
		json_key(j, "responses");
		json_unsigned(j, login->responses);
		json_key(j, "shape");
		json_text(j, sasl_shape_name(login->shape));
		json_key(j, "encrypted");
		json_bool(j, login->encrypted);
		json_end_object(j);
	}
	json_end_array(j);
}

static void write_proxied(struct report_json *r, const struct session_facts *session)
{
	struct json *j = &r->json;
	const struct proxied_facts *p = &session->proxied;

	if (!p->via) {
		json_null(j);
		return;
	}
	json_object(j);
	json_key(j, "via");
	json_word(j, p->via);
	json_key(j, "client");
	if (p->client.addr.version)
		write_endpoint(j, &p->client);
	else
		json_null(j);
	json_key(j, "target");
	wire_text(r, session, p->target);
	json_end_object(j);
}

/* Keywords and their values; null for those without one. */
static void write_parameters(struct report_json *r, const struct session_facts *session,
			     const struct parameters *p)
{
	struct json *j = &r->json;

	json_key(j, "parameters");
	json_object(j);
	for (size_t i = 0; i < p->count; i++) {
		json_key(j, p->list[i].keyword);
		wire_text(r, session, p->list[i].value);
	}
	json_end_object(j);
}

static void write_verdict(struct report_json *r, const struct verdict *verdict, const char *outcome)
{
	if (!verdict)
		return;
	json_key(&r->json, "verdict");
	json_verdict(&r->json, verdict, outcome);
}

static void write_message(struct report_json *r, const struct session_facts *session, const struct message *m,
			  const struct verdict *verdict)
{
	struct json *j = &r->json;

	json_object(j);
	json_key(j, "mail_from");
	wire_text(r, session, m->mail_from);
	json_key(j, "recipients");
	json_array(j);
	for (size_t i = 0; i < m->recipient_count; i++) {
		const struct recipient *to = &m->recipients[i];
		json_object(j);
		json_key(j, "address");
		wire_text(r, session, to->address);
		code_or_null(j, to->code);
		text_or_null(j, "enhanced", to->enhanced);
		json_key(j, "outcome");
		json_word(j, name_outcome(to->outcome));
		write_parameters(r, session, &to->parameters);
		json_end_object(j);
	}
	json_end_array(j);
	json_key(j, "bytes");
	json_unsigned(j, m->bytes);
	json_key(j, "outcome");
	json_word(j, name_outcome(m->outcome));
	code_or_null(j, m->code);
	text_or_null(j, "enhanced", m->enhanced);
	json_key(j, "text");
	wire_text(r, session, m->text);
	json_key(j, "queue_id");
	wire_text(r, session, m->queue_id);
	write_parameters(r, session, &m->parameters);
	write_verdict(r, verdict, name_outcome(m->outcome));
	if (m->recipients_omitted) {
		json_key(j, "recipients_omitted");
		json_unsigned(j, m->recipients_omitted);
	}
	json_end_object(j);
}

static void write_visibility(struct json *j, unsigned visibility)
{
	if (!visibility) {
		json_word(j, "full");
		return;
	}
	json_array(j);
	for (unsigned i = 0; i < NAME_VISIBILITY_BITS; i++)
		if (visibility >> i & 1)
			json_word(j, name_visibility(i));
	json_end_array(j);
}

static void write_session(struct report_json *r, const struct record *record)
{
	struct json *j = &r->json;
	const struct session_facts *session = record->event->session;
	const struct flow *flow = session->flow;

	json_object(j);
	json_key(j, "type");
	json_word(j, "session");
	json_key(j, "session");
	json_unsigned(j, session->number);
	moment(r, "start", &flow->first);
	moment(r, "end", &flow->last);
	json_key(j, "client");
	write_endpoint(j, &flow->client);
	json_key(j, "server");
	write_endpoint(j, &flow->server);
	json_key(j, "proxied");
	write_proxied(r, session);
	json_key(j, "protocol");
	json_word(j, name_protocol(session->protocol));
	json_key(j, "visibility");
	write_visibility(j, session->visibility);
	json_key(j, "tcp");
	write_tcp(j, flow);
	json_key(j, "tls");
	write_tls(r, session);
	json_key(j, "greeting");
	wire_text(r, session, session->greeting);
	json_key(j, "helo");
	wire_text(r, session, session->helo);
	json_key(j, "capabilities");
	json_array(j);
	for (size_t i = 0; i < session->capability_count; i++)
		wire_text(r, session, session->capabilities[i]);
	json_end_array(j);
	write_offers_before_tls(r, session);
	write_logins(r, session);
	json_key(j, "messages");
	json_array(j);
	for (size_t i = 0; i < session->message_count; i++)
		write_message(r, session, &session->messages[i],
			      i < record->message_verdict_count ? &record->message_verdicts[i] : NULL);
	json_end_array(j);
	json_key(j, "outcome");
	json_word(j, name_session_outcome(session->outcome));
	write_verdict(r, record->verdict, name_session_outcome(session->outcome));
	if (record->ledger) {
		json_key(j, "time_ms");
		json_budget(j, record->ledger);
	}
	json_key(j, "replies");
	json_unsigned(j, session->reply_count);
	json_key(j, "findings");
	json_unsigned(j, record->findings[0] + record->findings[1] + record->findings[2]);
	if (session->messages_omitted) {
		json_key(j, "messages_omitted");
		json_unsigned(j, session->messages_omitted);
	}
	json_end_object(j);
	json_line_end(j);
}

static void record(void *report, const struct record *record)
{
	struct report_json *r = report;

	if (record->kind == RECORD_FINDING)
		write_finding(r, record);
	else if (r->config.quiet)
		return;
	else if (record->event->kind == SMTP_REPLY)
		write_reply(r, record);
	else if (record->event->kind == SMTP_ENDED)
		write_session(r, record);
}

static void story(void *report, const struct story *s)
{
	struct report_json *r = report;

	json_story(&r->json, s);
}

static void summary(void *report, const struct report_summary *s)
{
	struct report_json *r = report;
	struct json *j = &r->json;
	static const enum outcome order[] = { OUTCOME_ACCEPTED, OUTCOME_DEFERRED, OUTCOME_REJECTED,
					      OUTCOME_ABORTED, OUTCOME_UNKNOWN };

	json_object(j);
	json_key(j, "type");
	json_word(j, "summary");
	json_key(j, "version");
	json_unsigned(j, 2);
	json_key(j, "packets");
	json_unsigned(j, s->packets);
	json_key(j, "bytes");
	json_unsigned(j, s->bytes);
	json_key(j, "sessions");
	json_unsigned(j, s->sessions);
	json_key(j, "replies");
	json_unsigned(j, s->replies);
	json_key(j, "findings");
	json_object(j);
	for (unsigned i = 0; i < 3; i++) {
		json_key(j, name_severity((enum severity)i));
		json_unsigned(j, s->findings[i]);
	}
	json_end_object(j);
	json_key(j, "messages");
	json_object(j);
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		json_key(j, name_outcome(order[i]));
		json_unsigned(j, s->outcomes[order[i]]);
	}
	json_end_object(j);
	json_key(j, "dropped_packets");
	if (s->dropped_known)
		json_unsigned(j, s->dropped_packets);
	else
		json_null(j);
	json_key(j, "evicted_sessions");
	json_unsigned(j, s->evicted_sessions);
	json_key(j, "errors");
	json_array(j);
	for (size_t i = 0; i < s->error_count; i++)
		json_text(j, s->errors[i]);
	json_end_array(j);
	json_end_object(j);
	json_line_end(j);
}

static void destroy(void *report)
{
	struct report_json *r = report;

	if (!r)
		return;
	buf_finish(&r->scratch);
	free(r);
}

const struct report_format report_json = {
	.name = "json",
	.create = create,
	.record = record,
	.story = story,
	.summary = summary,
	.destroy = destroy,
};
