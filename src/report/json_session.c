/* SPDX-License-Identifier: BSD-2-Clause */
#include "json_session.h"

#include "display_filter.h"
#include "json_tls.h"
#include "json_verdict.h"
#include "names.h"

static void write_tcp(struct json *j, const struct flow *flow)
{
	const struct flow_side *c = &flow->side[DIR_CLIENT], *s = &flow->side[DIR_SERVER];

	if (flow->transcript) {
		json_null(j);
		return;
	}
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

/* The EHLO offers before STARTTLS; null if there was no STARTTLS, or no such reply. */
static void write_offers_before_tls(struct json_report *r, const struct session_facts *session)
{
	struct json *j = &r->json;
	const struct offers *o = session->offers_before_tls;

	json_key(j, "offers_before_tls");
	if (session_tls(session)->mode != TLS_STARTTLS || !o || (o->state == OFFERS_UNKNOWN && !o->count)) {
		json_null(j);
		return;
	}
	json_array(j);
	for (size_t i = 0; i < o->count; i++)
		json_wire_text(r, session, o->lines[i]);
	json_end_array(j);
}

/*
 * The logins: the result of each, and whether the responses had the form that the mechanism requires; not
 * their content.
 */
static void write_logins(struct json_report *r, const struct session_facts *session)
{
	struct json *j = &r->json;

	json_key(j, "logins");
	json_array(j);
	for (size_t i = 0; i < session->login_count; i++) {
		const struct login *login = &session->logins[i];

		json_object(j);
		json_key(j, "mechanism");
		json_wire_text(r, session, login->mechanism);
		json_code_or_null(j, login->code);
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

static void write_proxied(struct json_report *r, const struct session_facts *session)
{
	struct json *j = &r->json;
	const struct proxied_facts *p = session_proxied(session);

	if (!p->via) {
		json_null(j);
		return;
	}
	json_object(j);
	json_key(j, "via");
	json_word(j, p->via);
	json_key(j, "client");
	if (p->client.addr.version)
		json_endpoint(j, &p->client);
	else
		json_null(j);
	json_key(j, "target");
	json_wire_text(r, session, p->target);
	json_end_object(j);
}

/* Keywords and their values; null for keywords without one. */
static void write_parameters(struct json_report *r, const struct session_facts *session,
			     const struct parameters *p)
{
	struct json *j = &r->json;

	if (!p->count) {
		JSON_PIECE(j, true, ",\"parameters\":{}");
		return;
	}
	json_key(j, "parameters");
	json_object(j);
	for (size_t i = 0; i < p->count; i++) {
		json_key(j, p->list[i].keyword);
		json_wire_text(r, session, p->list[i].value);
	}
	json_end_object(j);
}

static void write_verdict(struct json_report *r, const struct verdict *verdict, const char *outcome)
{
	if (!verdict)
		return;
	json_key(&r->json, "verdict");
	json_verdict(&r->json, verdict, outcome);
}

static void write_message(struct json_report *r, const struct session_facts *session, const struct message *m,
			  const struct verdict *verdict)
{
	struct json *j = &r->json;

	json_object(j);
	json_key(j, "mail_from");
	json_wire_text(r, session, m->mail_from);
	json_key(j, "recipients");
	json_array(j);
	for (size_t i = 0; i < m->recipient_count; i++) {
		const struct recipient *to = &m->recipients[i];
		json_object(j);
		json_key(j, "address");
		json_wire_text(r, session, to->address);
		json_code_or_null(j, to->code);
		json_enhanced(j, to->enhanced);
		json_key(j, "outcome");
		json_word(j, name_outcome(to->outcome));
		write_parameters(r, session, &to->parameters);
		json_end_object(j);
	}
	json_end_array(j);
	json_key(j, "bytes");
	json_unsigned(j, m->bytes);
	if (m->bytes_estimated) {
		json_key(j, "bytes_estimated");
		json_bool(j, true);
	}
	json_key(j, "outcome");
	json_word(j, name_outcome(m->outcome));
	json_code_or_null(j, m->code);
	json_enhanced(j, m->enhanced);
	json_key(j, "text");
	json_wire_text(r, session, m->text);
	json_key(j, "queue_id");
	json_wire_text(r, session, m->queue_id);
	write_parameters(r, session, &m->parameters);
	write_verdict(r, verdict, name_outcome(m->outcome));
	if (message_omitted(m)) {
		json_key(j, "recipients_omitted");
		json_unsigned(j, message_omitted(m));
	}
	json_end_object(j);
}

static void write_visibility(struct json *j, unsigned visibility)
{
	json_array(j);
	for (unsigned i = 0; i < NAME_VISIBILITY_BITS; i++)
		if (visibility >> i & 1)
			json_word(j, name_visibility(i));
	json_end_array(j);
}

static void write_messages(struct json_report *r, const struct record *record)
{
	const struct session_facts *session = record->event->session;

	json_key(&r->json, "messages");
	json_array(&r->json);
	for (size_t i = 0; i < session->message_count; i++)
		write_message(r, session, &session->messages[i],
			      i < record->message_verdict_count ? &record->message_verdicts[i] : NULL);
	json_end_array(&r->json);
}

/* What each side announced about itself. */
static void write_names(struct json_report *r, const struct session_facts *session)
{
	struct json *j = &r->json;

	json_key(j, "greeting");
	json_wire_text(r, session, session->greeting);
	json_key(j, "helo");
	json_wire_text(r, session, session->helo);
	json_key(j, "capabilities");
	json_array(j);
	for (size_t i = 0; i < session->capability_count; i++)
		json_wire_text(r, session, session->capabilities[i]);
	json_end_array(j);
}

static void write_filter(struct json *j, const struct flow *flow)
{
	char filter[DISPLAY_FILTER_SIZE];

	display_filter_write(filter, flow);
	json_key(j, "wireshark_filter");
	json_text(j, flow->transcript ? NULL : filter);
}

void json_session(struct json_report *r, const struct record *record)
{
	struct json *j = &r->json;
	const struct session_facts *session = record->event->session;
	const struct flow *flow = session->flow;
	const struct ledger *times = flow->transcript ? NULL : record->ledger;

	json_object(j);
	json_key(j, "type");
	json_word(j, "session");
	json_key(j, "session");
	json_identity(r, session);
	json_moment(r, "start", &flow->first);
	json_moment(r, "end", &flow->last);
	json_key(j, "client");
	json_endpoint(j, &flow->client);
	json_key(j, "server");
	json_endpoint(j, &flow->server);
	write_filter(j, flow);
	json_key(j, "proxied");
	write_proxied(r, session);
	json_key(j, "protocol");
	json_word(j, name_protocol(session->protocol));
	json_key(j, "visibility");
	write_visibility(j, session->visibility);
	if (flow->continues) {
		json_key(j, "continues");
		json_unsigned(j, flow->continues);
	}
	json_key(j, "tcp");
	write_tcp(j, flow);
	json_key(j, "tls");
	json_tls(r, session);
	write_names(r, session);
	write_offers_before_tls(r, session);
	write_logins(r, session);
	write_messages(r, record);
	json_key(j, "outcome");
	json_word(j, name_session_outcome(session->outcome));
	write_verdict(r, record->verdict, name_session_outcome(session->outcome));
	if (times) {
		json_key(j, "time_ms");
		json_budget(j, times);
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
