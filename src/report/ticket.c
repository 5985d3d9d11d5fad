/* SPDX-License-Identifier: BSD-2-Clause */
#include "ticket.h"

#include "figures.h"
#include "identity.h"
#include "ledger.h"
#include "markdown.h"
#include "names.h"
#include "redact.h"
#include "verdict.h"
#include <stdio.h>
#include <string.h>

enum { TICKET_RECIPIENTS = 20, TICKET_FINDINGS = 6 };

static struct span hidden(const struct ticket *t, struct span text)
{
	return t->secrets ? redact(t->scratch, t->secrets, text, SIZE_MAX) : text;
}

static void label(const struct ticket *t, const char *name)
{
	buf_format(t->out, "- **%s:** ", name);
}

static void wire(const struct ticket *t, const char *name, struct span text)
{
	label(t, name);
	markdown_code(t->out, hidden(t, text));
	buf_text(t->out, "\n");
}

static void prose(const struct ticket *t, const char *name, const char *text)
{
	if (!text || !*text)
		return;
	label(t, name);
	markdown_prose(t->out, span_text(text));
	buf_text(t->out, "\n");
}

static const struct session_facts *session_of(const struct ticket *t)
{
	return t->record->event->session;
}

/************ the person who asks ************/

static void recipient(const struct ticket *t, const struct recipient *r)
{
	buf_text(t->out, "  - ");
	markdown_code(t->out, hidden(t, span_text(r->address ? r->address : "?")));
	buf_format(t->out, ": %s", name_outcome(r->outcome));
	if (r->code)
		buf_format(t->out, " (%u%s%s)", r->code, *r->enhanced ? " " : "", r->enhanced);
	buf_text(t->out, "\n");
}

static void recipients(const struct ticket *t)
{
	const struct session_facts *session = session_of(t);
	size_t shown = 0, all = 0;

	for (size_t i = 0; i < session->message_count; i++)
		all += message_recipients(&session->messages[i]);
	if (!all)
		return;
	buf_text(t->out, "- **Recipients:**\n");
	for (size_t i = 0; i < session->message_count; i++)
		for (size_t k = 0; k < session->messages[i].recipient_count && shown < TICKET_RECIPIENTS;
		     k++, shown++)
			recipient(t, &session->messages[i].recipients[k]);
	if (all > shown)
		buf_format(t->out, "  - and %zu more\n", all - shown);
}

static void for_the_person(const struct ticket *t)
{
	const struct verdict *v = t->record->verdict;
	char side[256];

	buf_text(t->out, "### For the person who asks\n\n");
	prose(t, "What happened", v->headline);
	snprintf(side, sizeof side, "%s (%s). %s", responsible_words(v->responsible),
		 name_certainty(v->certainty), v->retry == RETRY_UNKNOWN ? "" : retry_words(v->retry));
	prose(t, "Who has to act", side);
	prose(t, "What to do", v->advice);
	recipients(t);
}

/************ the postmaster of the server ************/

/* The entry of the finding that explains the outcome, or NULL. */
static const struct entry *deciding_finding(const struct ticket *t)
{
	const struct entry *e = t->dialogue ? t->dialogue->first : NULL;

	while (e && !(e->kind == ENTRY_FINDING && e->number == t->record->verdict->finding))
		e = e->next;
	return e;
}

/* The reply in the packet that the finding is about, or NULL. */
static const struct entry *deciding_reply(const struct ticket *t, const struct entry *finding)
{
	if (!finding)
		return NULL;
	for (const struct entry *e = t->dialogue->first; e; e = e->next)
		if (e->kind == ENTRY_REPLY && e->frame.number == finding->frame.number &&
		    e->frame.file == finding->frame.file && e->code >= 400)
			return e;
	return NULL;
}

static const struct entry *question_of(const struct entry *reply)
{
	for (const struct entry *e = reply->before; e; e = e->before)
		if ((e->kind == ENTRY_COMMAND || e->kind == ENTRY_BODY) &&
		    e->frame.number == reply->question.number && strcmp(e->verb, reply->verb) == 0)
			return e;
	return NULL;
}

static void exchange(const struct ticket *t, const struct entry *reply)
{
	const struct entry *question = question_of(reply);
	struct buf line;

	if (question && question->kind == ENTRY_COMMAND)
		wire(t, "Our command", span_of(question->text, question->length));
	else if (question)
		prose(t, "Our command", "the end of the message");
	buf_init(&line, ENTRY_TEXT_KEPT + 16);
	buf_format(&line, "%u ", reply->code);
	buf_append(&line, span_of(reply->text, reply->length));
	for (size_t i = 0; i < line.length; i++)
		if (line.at[i] == '\n')
			line.at[i] = ' ';
	wire(t, "Your reply", buf_span(&line));
	buf_finish(&line);
}

/* The first message that was not accepted, or NULL. */
static const struct message *failed_message(const struct session_facts *session)
{
	for (size_t i = 0; i < session->message_count; i++)
		if (session->messages[i].outcome != OUTCOME_ACCEPTED)
			return &session->messages[i];
	return NULL;
}

static void envelope(const struct ticket *t)
{
	const struct message *m = failed_message(session_of(t));

	if (m && m->mail_from)
		wire(t, "Envelope sender", span_text(*m->mail_from ? m->mail_from : "<>"));
	for (size_t i = 0; m && i < m->recipient_count; i++)
		if (m->recipients[i].outcome != OUTCOME_ACCEPTED && m->recipients[i].address) {
			wire(t, "Envelope recipient", span_text(m->recipients[i].address));
			break;
		}
	if (m && m->queue_id)
		wire(t, "Your queue id", span_text(m->queue_id));
}

static void for_the_postmaster(const struct ticket *t)
{
	const struct session_facts *session = session_of(t);
	const struct entry *reply = deciding_reply(t, deciding_finding(t));
	char figure[FIGURE_SIZE];

	figure_endpoint(figure, &session->flow->server);
	buf_format(t->out, "\n### For the postmaster of %s\n\n", figure);
	figure_moment(figure, session->flow->first.time);
	prose(t, "Time", figure);
	figure_endpoint(figure, session_proxied(session)->client.addr.version ? &session_proxied(session)->client
									      : &session->flow->client);
	prose(t, "From", figure);
	if (session->helo)
		wire(t, "HELO name", span_text(session->helo));
	if (session->greeting)
		wire(t, "Your greeting", span_text(session->greeting));
	envelope(t);
	if (reply)
		exchange(t, reply);
	if (session_tls(session)->version)
		prose(t, "TLS", session_tls(session)->version);
}

/************ the network team ************/

static void connection(const struct ticket *t)
{
	const struct flow *flow = session_of(t)->flow;
	const struct flow_side *client = &flow->side[DIR_CLIENT], *server = &flow->side[DIR_SERVER];
	char from[FIGURE_SIZE], to[FIGURE_SIZE], figure[FIGURE_SIZE], community[IDENTITY_COMMUNITY_SIZE];

	figure_endpoint(from, &flow->client);
	figure_endpoint(to, &flow->server);
	buf_format(t->out, "- **Connection:** TCP %s to %s\n", from, to);
	figure_moment(from, flow->first.time);
	figure_moment(to, flow->last.time);
	buf_format(t->out, "- **Time:** %s to %s\n", from, to);
	buf_format(t->out, "- **Opened:** %s; **closed:** %s\n", name_opened(flow->opened),
		   name_closed(flow->closed));
	if (flow->rtt >= 0) {
		figure_duration(figure, flow->rtt);
		buf_format(t->out, "- **Round trip:** %s\n", figure);
	}
	buf_format(t->out,
		   "- **Packets:** %llu of the client, %llu of the server; retransmitted %llu and %llu\n",
		   (unsigned long long)client->packets, (unsigned long long)server->packets,
		   (unsigned long long)client->retransmissions, (unsigned long long)server->retransmissions);
	if (client->missing + server->missing)
		buf_format(t->out, "- **Not captured:** %llu bytes\n",
			   (unsigned long long)(client->missing + server->missing));
	identity_community(community, &flow->client, &flow->server);
	buf_format(t->out, "- **Community ID:** `%s`\n", community);
}

static void waits(const struct ticket *t)
{
	const struct ledger *l = t->record->ledger;
	char figure[FIGURE_SIZE];
	const char *between = "";

	if (!l)
		return;
	label(t, "Time spent");
	for (int owner = 0; owner < LEDGER_OWNERS; owner++) {
		int64_t sum = 0;

		for (int phase = 0; phase < LEDGER_PHASES; phase++) {
			int64_t spent = ledger_spent(l, (enum ledger_phase)phase, (enum ledger_owner)owner);

			sum += spent > 0 ? spent : 0;
		}
		figure_duration(figure, sum);
		buf_format(t->out, "%s%s %s", between, ledger_owner_name((enum ledger_owner)owner), figure);
		between = ", ";
	}
	buf_text(t->out, "\n");
}

static void findings(const struct ticket *t)
{
	unsigned shown = 0;

	for (const struct entry *e = t->dialogue ? t->dialogue->first : NULL; e && shown < TICKET_FINDINGS;
	     e = e->next) {
		if (e->kind != ENTRY_FINDING || e->severity == SEVERITY_INFO)
			continue;
		label(t, e->frame.number ? "Packet" : "Finding");
		if (e->frame.number)
			buf_format(t->out, "%llu: ", (unsigned long long)e->frame.number);
		markdown_prose(t->out, span_text(entry_finding_text(e, FINDING_TITLE)));
		buf_format(t->out, " (%s)\n", name_certainty(e->certainty));
		shown++;
	}
}

static void for_the_network_team(const struct ticket *t)
{
	const struct verdict *v = t->record->verdict;

	buf_text(t->out, "\n### For the network team\n\n");
	connection(t);
	waits(t);
	findings(t);
	for (size_t i = 0; i < v->unseen_count; i++)
		prose(t, "Not seen", v->unseen[i]);
	if (v->capture_next)
		wire(t, "Capture next", span_text(v->capture_next));
}

void ticket_write(const struct ticket *t)
{
	buf_format(t->out, "## Session %llu: ", (unsigned long long)session_of(t)->number);
	markdown_prose(t->out, span_text(t->record->verdict->headline));
	buf_text(t->out, "\n\n");
	for_the_person(t);
	for_the_postmaster(t);
	for_the_network_team(t);
	buf_text(t->out, "\n");
}
