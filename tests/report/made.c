/* SPDX-License-Identifier: BSD-2-Clause */
#include "made.h"

#include <assert.h>
#include <ctype.h>
#include <stdlib.h>

void made_init(struct made *m, const char *format, const struct report_config *config)
{
	memset(m, 0, sizeof *m);
	m->format = report_format_find(format);
	assert(m->format);
	if (config)
		m->config = *config;
	m->output.file = open_memstream(&m->text, &m->length);
	m->config.out = &m->output;
	criteria_init(&m->criteria);
	m->report = m->format->create(&m->config);
	assert(m->report);
	m->now = INT64_C(1600000000) * TSTAMP_SECOND;
}

static struct selection *selection(struct made *m)
{
	const struct selection_config config = {
		.criteria = &m->criteria, .format = m->format, .report = m->report, .output = &m->output
	};

	if (!m->selection)
		m->selection = selection_create(&config);
	assert(m->selection);
	return m->selection;
}

static void keep_error(void *made, const char *text)
{
	struct made *m = made;

	if (m->summary.error_count < MADE_ERRORS)
		m->errors[m->summary.error_count++] = strdup(text);
}

const char *made_text(struct made *m)
{
	m->summary.sessions = m->sessions;
	m->summary.packets = m->frames;
	if (!m->ended) {
		m->summary.selected = criteria_given(&m->criteria);
		m->summary.shown = selection_count(selection(m)).shown;
		if (m->criteria.session > m->sessions)
			m->summary.missing_session = m->criteria.session;
		selection_losses(selection(m), keep_error, m);
		if (!m->summary.errors)
			m->summary.errors = (const char *const *)m->errors;
	}
	if (!m->ended)
		m->format->summary(m->report, &m->summary);
	m->ended = true;
	fflush(m->output.file);
	return m->text;
}

static void close_session(struct made *m)
{
	for (size_t i = 0; i < m->session.message_count; i++) {
		struct message *message = &m->session.messages[i];
		for (size_t r = 0; r < message->recipient_count; r++)
			free(message->recipients[r].address);
		free(message->recipients);
	}
	free(m->session.messages);
	m->session.messages = NULL;
	m->session.message_count = 0;
	secret_set_finish(&m->secrets);
}

void made_finish(struct made *m)
{
	close_session(m);
	selection_destroy(m->selection);
	m->format->destroy(m->report);
	for (size_t i = 0; i < MADE_ERRORS; i++)
		free(m->errors[i]);
	criteria_finish(&m->criteria);
	fclose(m->output.file);
	free(m->text);
}

static struct frame_ref next_frame(struct made *m, int64_t milliseconds)
{
	m->now += milliseconds * TSTAMP_MILLISECOND;
	m->flow.last =
	    (struct frame_ref){ .number = ++m->frames & FRAME_NUMBER_MAX, .digits = 6, .time = m->now };
	return m->flow.last;
}

static void hand(struct made *m, struct record *record, struct smtp_event *event)
{
	event->session = &m->session;
	event->attachment = NULL;
	record->event = event;
	record->attachment = &m->attachment;
	memcpy(record->findings, m->findings, sizeof m->findings);
	selection_record(selection(m), record);
}

void made_event(struct made *m, struct smtp_event event)
{
	struct record record = { .kind = RECORD_EVENT };

	if (event.kind == SMTP_ENDED) {
		m->verdict.failed |= m->session.outcome != SESSION_DELIVERED &&
				     m->session.outcome != SESSION_NO_MAIL &&
				     m->session.outcome != SESSION_UNKNOWN;
		record.verdict = &m->verdict;
		record.ledger = &m->ledger;
	}
	if (!event.frame.number)
		event.frame = next_frame(m, 10);
	hand(m, &record, &event);
}

void made_open(struct made *m)
{
	close_session(m);
	m->flow = (struct flow){
		.number = ++m->sessions, .opened = FLOW_HANDSHAKE, .rtt = 1500000, .roles_known = true
	};
	addr_parse(&m->flow.client.addr, "192.0.2.10");
	addr_parse(&m->flow.server.addr, "192.0.2.25");
	m->flow.client.port = 40000;
	m->flow.server.port = 25;
	m->flow.first = next_frame(m, 1);
	m->session = (struct session_facts){
		.flow = &m->flow, .number = m->sessions, .protocol = PROTOCOL_SMTP, .secrets = &m->secrets
	};
	m->attachment = NULL;
	memset(m->findings, 0, sizeof m->findings);
	m->phase = PHASE_CONNECT;
	made_event(m, (struct smtp_event){ .kind = SMTP_OPENED, .frame = m->flow.first });
}

void made_command_bytes(struct made *m, struct span line)
{
	struct command *c = &m->command;
	size_t i;

	*c = (struct command){ .line = line, .line_length = line.length + 2, .secret_at = SIZE_MAX };
	for (i = 0; i < line.length && isalpha(line.at[i]) && i < COMMAND_VERB_SIZE - 1; i++)
		c->verb[i] = (char)toupper(line.at[i]);
	if (i == 0)
		strcpy(c->verb, "?");
	if (span_equal(line, span_text("."))) {
		c->kind = COMMAND_END_OF_DATA;
		strcpy(c->verb, ".");
		c->line.length = 0;
		c->body_bytes = 1234;
	}
	c->frame = next_frame(m, 10);
	m->session.command_count++;
	made_event(m, (struct smtp_event){
			  .kind = SMTP_COMMAND, .command = c, .frame = c->frame, .phase = m->phase });
}

void made_command(struct made *m, const char *line)
{
	made_command_bytes(m, span_text(line));
}

void made_secret(struct made *m, const char *line, size_t secret_at)
{
	struct command *c = &m->command;

	secret_set_add(&m->secrets, span_text(line + secret_at));
	*c = (struct command){ .line = span_text(line), .secret_at = secret_at, .frame = next_frame(m, 10) };
	c->kind = secret_at ? COMMAND_LINE : COMMAND_AUTH_RESPONSE;
	strcpy(c->verb, "AUTH");
	made_event(m, (struct smtp_event){
			  .kind = SMTP_COMMAND, .command = c, .frame = c->frame, .phase = PHASE_AUTH });
}

static void answer(struct made *m, enum answers answers, const struct command *command, const char *name)
{
	static const char *const categories[] = { "positive-completion", "positive-intermediate",
						  "transient-negative", "permanent-negative" };
	struct record record = { .kind = RECORD_EVENT, .annotation = &m->annotation };
	struct smtp_event event = { .kind = SMTP_REPLY, .exchange = &m->exchange, .phase = m->phase };

	m->reply.first = m->reply.frame = next_frame(m, 20);
	m->reply.lines = m->lines;
	m->reply.lines_seen = m->reply.line_count;
	m->exchange = (struct exchange){ .reply = &m->reply,
					 .answers = answers,
					 .command = command,
					 .phase = m->phase,
					 .latency = command ? 20 * TSTAMP_MILLISECOND : -1,
					 .silence = -1 };
	m->annotation = (struct annotation){ .name = name,
					     .category = categories[m->reply.code / 100 - 2],
					     .expected = answers == ANSWERS_NONE ? EXPECTED_NO : EXPECTED_YES };
	m->session.reply_count++;
	m->summary.replies++;
	event.frame = m->reply.frame;
	hand(m, &record, &event);
}

static void read_reply(struct made *m, const char *text)
{
	const char *end;

	m->reply = (struct reply){ .code = (unsigned)strtoul(text, NULL, 10) };
	for (; *text; text = *end ? end + 1 : end) {
		end = strchrnul(text, '\n');
		assert(m->reply.line_count < MADE_LINES);
		m->lines[m->reply.line_count++] = span_of(text + 4, (size_t)(end - text) - 4);
	}
	enhanced_read(m->lines[0], &m->reply.enhanced);
}

static enum answers kind_of(const struct command *c)
{
	return c->kind == COMMAND_END_OF_DATA	  ? ANSWERS_END_OF_DATA
	       : c->kind == COMMAND_AUTH_RESPONSE ? ANSWERS_AUTH_RESPONSE
	       : c->kind == COMMAND_BDAT	  ? ANSWERS_BDAT
						  : ANSWERS_COMMAND;
}

void made_reply(struct made *m, const char *text, const char *name)
{
	read_reply(m, text);
	answer(m, kind_of(&m->command), &m->command, name);
}

void made_reply_bytes(struct made *m, unsigned code, struct span line, const char *name)
{
	m->reply = (struct reply){ .code = code, .line_count = 1 };
	m->lines[0] = line;
	answer(m, kind_of(&m->command), &m->command, name);
}

void made_greeting(struct made *m, const char *text)
{
	read_reply(m, text);
	answer(m, ANSWERS_CONNECT, NULL, "Service ready");
	m->phase = PHASE_ENVELOPE;
}

void made_unasked(struct made *m, const char *text, const char *name)
{
	read_reply(m, text);
	answer(m, ANSWERS_NONE, NULL, name);
}

void made_finding(struct made *m, const char *id, const char *cause, enum severity severity, uint64_t root)
{
	struct finding finding = {
		.number = ++m->finding_count,
		.root = root,
		.id = id,
		.cause = cause,
		.severity = severity,
		.certainty = CERTAINTY_LIKELY,
		.frame = m->flow.last,
		.frames = &m->flow.last,
		.frame_count = 1,
		.code = strcmp(id, "delivery-failed") == 0 ? m->reply.code : 0,
		.title = "The server closed the connection though nobody had asked it to",
		.why = "It sent 221 after 300 seconds of silence; the client had not sent QUIT, and a reply "
		       "needs a "
		       "question.",
		.fix = "Send the next command sooner, or raise the server's timeout.",
		.reference = "RFC 5321 4.5.3.2",
	};
	struct record record = { .kind = RECORD_FINDING, .finding = &finding };
	struct smtp_event event = {
		.kind = SMTP_REPLY, .exchange = &m->exchange, .frame = m->flow.last, .phase = m->phase
	};

	m->findings[severity]++;
	m->summary.findings[severity]++;
	hand(m, &record, &event);
}

void made_message(struct made *m, size_t recipients, size_t rejected)
{
	static char from[] = "sender@example.org", text[] = "2.0.0 Ok: queued as 4ABC", queue_id[] = "4ABC";
	struct message *message;
	char address[64];

	m->session.messages = realloc(m->session.messages, (m->session.message_count + 1) * sizeof *message);
	message = &m->session.messages[m->session.message_count++];
	*message = (struct message){ .mail_from = from,
				     .recipient_count = recipients,
				     .bytes = 1234,
				     .outcome = OUTCOME_ACCEPTED,
				     .code = 250,
				     .text = text,
				     .queue_id = queue_id,
				     .frame = m->flow.last };
	strcpy(message->enhanced, "2.0.0");
	message->recipients = calloc(recipients, sizeof *message->recipients);
	for (size_t i = 0; i < recipients; i++) {
		struct recipient *r = &message->recipients[i];
		snprintf(address, sizeof address, "user%zu@example.com", i + 1);
		r->address = strdup(address);
		r->code = i < rejected ? 550 : 250;
		r->outcome = i < rejected ? OUTCOME_REJECTED : OUTCOME_ACCEPTED;
		strcpy(r->enhanced, i < rejected ? "5.1.1" : "2.1.5");
		r->frame = m->flow.last;
	}
	m->session.outcomes[OUTCOME_ACCEPTED]++;
	m->summary.outcomes[OUTCOME_ACCEPTED]++;
	made_event(m, (struct smtp_event){ .kind = SMTP_MESSAGE, .message = message, .frame = m->flow.last });
}

void made_end(struct made *m, enum session_outcome outcome)
{
	m->session.outcome = outcome;
	made_event(m, (struct smtp_event){ .kind = SMTP_ENDED, .frame = m->flow.last });
	m->attachment = NULL;
	m->verdict = (struct verdict){ 0 };
	ledger_finish(&m->ledger, NULL);
}
