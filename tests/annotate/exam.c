/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"

#include "command_parser.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static const tstamp STEP = 5 * TSTAMP_MILLISECOND;

static void note_finding(struct exam *e, const struct finding *f)
{
	const struct rule_finding *rule = rules_finding(rules_builtin(), f->id, f->cause);

	/* Every cause that a diagnosis names has an entry, every placeholder a value, every finding evidence. */
	ck_assert_ptr_nonnull(rule);
	ck_assert_str_eq(rule->cause, f->cause);
	ck_assert_msg(!strchr(f->why, '{') && !strstr(f->why, "\"?\""), "%s/%s: %s", f->id, f->cause, f->why);
	ck_assert(f->frame_count > 0);
	ck_assert_ptr_null(strstr(f->title, "<redacted>"));
	ck_assert_ptr_null(strstr(f->fix, "<redacted>"));
	if (e->watched && strcmp(e->watched, f->id) != 0)
		return;
	e->last = *f;
	ck_assert_uint_le(f->frame_count, sizeof e->frames / sizeof *e->frames);
	memcpy(e->frames, f->frames, f->frame_count * sizeof *f->frames);
	snprintf(e->why, sizeof e->why, "%s", f->why);
	snprintf(e->fix, sizeof e->fix, "%s", f->fix);
	if (e->findings.length)
		buf_text(&e->findings, " ");
	if (!e->watched)
		buf_format(&e->findings, "%s/", f->id);
	buf_text(&e->findings, f->cause);
	buf_text(&e->findings, f->certainty == CERTAINTY_LIKELY	    ? ":likely"
			       : f->certainty == CERTAINTY_POSSIBLE ? ":possible"
								    : "");
	buf_text(&e->findings, f->severity == SEVERITY_INFO    ? ":info"
			       : f->severity == SEVERITY_ERROR ? ":error"
							       : "");
	buf_text(&e->findings, f->crossed ? ":crossed" : "");
	if (f->root)
		buf_format(&e->findings, ":root=%" PRIu64, f->root);
}

static void on_record(void *context, const struct record *record)
{
	if (record->kind == RECORD_FINDING)
		note_finding(context, record->finding);
}

static void reset_next(struct exam *e)
{
	e->flags = 0;
	e->kind = COMMAND_LINE;
	e->likely = e->unsure = e->skipped = false;
	e->seen_known = true;
	e->seen = -1;
	e->body_bytes = 0;
	e->x = (struct exchange){ .latency = STEP, .silence = STEP };
}

static struct frame_ref next_frame(struct exam *e, enum direction direction)
{
	e->now += STEP;
	e->flow.last = (struct frame_ref){ .number = ++e->frame & FRAME_NUMBER_MAX,
					   .file = e->file & FRAME_FILE_MAX,
					   .digits = 6,
					   .time = e->now };
	e->flow.side[direction].packets++;
	return e->flow.last;
}

static const struct command *oldest_open(const struct exam *e)
{
	return e->answered < e->sent ? &e->commands[e->answered] : NULL;
}

static void push(struct exam *e, struct smtp_event *event)
{
	event->session = &e->session;
	event->attachment = &e->attachment;
	event->phase = e->phase;
	event->oldest_open = oldest_open(e);
	e->session.open = (unsigned)(e->sent - e->answered);
	annotate_push(e->annotate, event);
}

void exam_init(struct exam *e, const char *watched)
{
	*e = (struct exam){ .watched = watched, .now = 1000 * TSTAMP_SECOND, .phase = PHASE_CONNECT };
	buf_init(&e->findings, 1 << 16);
	e->annotate = annotate_create(rules_builtin(), on_record, e);
	ck_assert_ptr_nonnull(e->annotate);
	reset_next(e);
	ck_assert(addr_parse(&e->flow.client.addr, "198.51.100.7"));
	ck_assert(addr_parse(&e->flow.server.addr, "192.0.2.25"));
	e->flow.client.port = 40000;
	e->flow.server.port = 25;
	e->flow.roles_known = true;
	e->flow.opened = FLOW_HANDSHAKE;
	e->flow.rtt = TSTAMP_MILLISECOND;
	e->flow.number = 1;
	e->flow.syn_count = e->flow.syn_ack_count = 1;
	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++)
		e->flow.side[d] = (struct flow_side){ .seen = true, .syn = true };
	e->session = (struct session_facts){
		.flow = &e->flow, .number = 1, .protocol = PROTOCOL_SMTP, .secrets = &e->secrets
	};
	e->flow.first = next_frame(e, DIR_CLIENT);
	push(e, &(struct smtp_event){ .kind = SMTP_OPENED, .frame = e->flow.first });
}

void exam_hello(struct exam *e, const char *watched, const char *offers)
{
	char reply[1024];

	exam_init(e, watched);
	exam_reply(e, "220 mx.example.net ESMTP", ANSWERS_CONNECT);
	snprintf(reply, sizeof reply, offers ? "250-mx.example.net\n%s" : "250 mx.example.net", offers);
	exam_ask(e, "EHLO client.example.org", reply);
	e->phase = PHASE_ENVELOPE;
}

void exam_finish(struct exam *e)
{
	if (e->attachment)
		exam_end(e);
	annotate_destroy(e->annotate);
	offers_finish(&e->session.offers, NULL);
	secret_set_finish(&e->secrets);
	buf_finish(&e->findings);
}

void exam_wait(struct exam *e, tstamp ns)
{
	e->now += ns;
}

void exam_lose(struct exam *e)
{
	e->session.unsure = true;
	e->session.visibility |= VISIBILITY_GAP;
}

struct command *exam_command(struct exam *e, const char *line)
{
	struct command *c = &e->commands[e->sent];
	struct flow_side *side = e->flow.side;

	ck_assert_uint_lt(e->sent, EXAM_COMMANDS);
	*c = (struct command){ .kind = e->kind,
			       .flags = e->flags,
			       .line = span_text(line),
			       .line_length = strlen(line) + 2,
			       .secret_at = SIZE_MAX,
			       .body_bytes = e->body_bytes,
			       .start = side[DIR_CLIENT].delivered,
			       .seen_known = e->seen_known,
			       .seen = e->seen < 0 ? side[DIR_SERVER].delivered : (uint64_t)e->seen };
	command_parse(c);
	if (strcmp(line, ".") == 0) {
		c->kind = COMMAND_END_OF_DATA;
		c->line = (struct span){ 0 };
		snprintf(c->verb, sizeof c->verb, ".");
	}
	c->flags = (c->flags & (unsigned)~COMMAND_NO_VERB) | e->flags |
		   (e->kind == COMMAND_LINE ? c->flags & COMMAND_NO_VERB : 0);
	c->frame = next_frame(e, DIR_CLIENT);
	c->asked = c->frame.time;
	side[DIR_CLIENT].delivered += c->line_length;
	c->end = side[DIR_CLIENT].delivered;
	e->sent++;
	e->session.command_count++;
	reset_next(e);
	push(e, &(struct smtp_event){ .kind = SMTP_COMMAND, .frame = c->frame, .command = c });
	return c;
}

/* Reads |text| into |r|; its lines go to |lines|. */
static void read_reply(struct reply *r, struct span *lines, size_t room, const char *text)
{
	r->code = r->last_code = (unsigned)strtoul(text, NULL, 10);
	r->lines = lines;
	while (*text) {
		size_t length = strcspn(text, "\n");

		ck_assert_uint_lt(r->line_count, room);
		lines[r->line_count++] = length > 4 ? span_of(text + 4, length - 4) : (struct span){ 0 };
		text += length + (text[length] != 0);
	}
	r->lines_seen = r->line_count;
	if (r->line_count)
		enhanced_read(lines[0], &r->enhanced);
}

void exam_reply(struct exam *e, const char *text, enum answers answers)
{
	struct span lines[32];
	struct reply reply = { .flags = e->flags, .acked_known = true };
	struct flow_side *side = e->flow.side;
	struct exchange x = e->x;

	read_reply(&reply, lines, sizeof lines / sizeof *lines, text);
	reply.peer_acked = side[DIR_CLIENT].delivered;
	side[DIR_CLIENT].acked = side[DIR_CLIENT].delivered;
	reply.start = side[DIR_SERVER].delivered;
	side[DIR_SERVER].delivered += strlen(text) + 2;
	reply.end = side[DIR_SERVER].delivered;
	reply.first = reply.frame = next_frame(e, DIR_SERVER);
	x.reply = &reply;
	x.answers = answers;
	x.phase = e->phase;
	x.likely = e->likely;
	x.unsure = e->unsure;
	if (answers != ANSWERS_CONNECT && answers != ANSWERS_NONE && answers != ANSWERS_UNSEEN) {
		if (e->skipped)
			exam_unanswered(e);
		ck_assert_uint_lt(e->answered, e->sent);
		x.command = &e->commands[e->answered++];
	}
	x.open = (unsigned)(e->sent - e->answered);
	for (size_t i = e->answered; i < e->sent; i++)
		x.quit_open |= strcmp(e->commands[i].verb, "QUIT") == 0;
	if (x.command && reply.code == 250 && strcmp(x.command->verb, "EHLO") == 0)
		offers_read(&e->session.offers, &reply, NULL, NULL);
	if (x.command && reply.code == 250 && strcmp(x.command->verb, "HELO") == 0)
		offers_none(&e->session.offers, &reply, NULL);
	e->session.reply_count++;
	reset_next(e);
	push(e, &(struct smtp_event){ .kind = SMTP_REPLY, .frame = reply.frame, .exchange = &x });
	reset_next(e);
}

void exam_ask(struct exam *e, const char *line, const char *reply)
{
	exam_command(e, line);
	exam_reply(e, reply, strcmp(line, ".") == 0 ? ANSWERS_END_OF_DATA : ANSWERS_COMMAND);
}

void exam_not_reply(struct exam *e, const char *line)
{
	struct smtp_event event = { .kind = SMTP_NOT_REPLY,
				    .frame = next_frame(e, DIR_SERVER),
				    .line = span_text(line) };

	push(e, &event);
}

void exam_unanswered(struct exam *e)
{
	struct smtp_event event = { .kind = SMTP_UNANSWERED, .frame = e->flow.last };

	ck_assert_uint_lt(e->answered, e->sent);
	event.command = &e->commands[e->answered++];
	push(e, &event);
}

void exam_message(struct exam *e, uint64_t bytes, enum outcome outcome)
{
	struct message message = { .bytes = bytes, .outcome = outcome };

	push(e, &(struct smtp_event){ .kind = SMTP_MESSAGE, .frame = e->flow.last, .message = &message });
}

void exam_note(struct exam *e, enum smtp_note note, enum direction direction, const char *line,
	       const char *sequence)
{
	struct smtp_event event = { .kind = SMTP_NOTE,
				    .note = note,
				    .direction = direction,
				    .frame = next_frame(e, direction),
				    .offset = e->flow.side[direction].delivered,
				    .length = 24,
				    .line = span_text(line ? line : ""),
				    .sequence = span_text(sequence ? sequence : "") };

	push(e, &event);
}

static void push_flow(struct exam *e, struct flow_event flow_event)
{
	flow_event.frame = next_frame(e, flow_event.direction);
	push(e, &(struct smtp_event){ .kind = SMTP_FLOW,
				      .frame = flow_event.frame,
				      .direction = flow_event.direction,
				      .flow_event = &flow_event });
}

void exam_flow(struct exam *e, enum flow_event_kind kind, enum direction direction)
{
	push_flow(e, (struct flow_event){ .kind = kind, .direction = direction });
}

void exam_bytes(struct exam *e, enum flow_event_kind kind, enum direction direction, uint64_t offset,
		uint32_t length)
{
	push_flow(e, (struct flow_event){
			 .kind = kind, .direction = direction, .offset = offset, .length = length });
}

void exam_icmp(struct exam *e, uint8_t version, uint8_t type, uint8_t code)
{
	struct segment segment = { .icmp = { .version = version, .type = type, .code = code } };

	ck_assert(addr_parse(&segment.icmp.from, "203.0.113.1"));
	push_flow(
	    e, (struct flow_event){ .kind = FLOW_EVENT_ICMP, .direction = DIR_CLIENT, .segment = &segment });
}

void exam_close(struct exam *e, enum flow_event_kind kind, enum direction direction)
{
	struct flow *flow = &e->flow;
	bool reset = kind == FLOW_EVENT_RST;

	if (flow->closed == FLOW_OPEN)
		flow->closed = direction == DIR_CLIENT ? reset ? FLOW_CLIENT_RST : FLOW_CLIENT_FIN
			       : reset		       ? FLOW_SERVER_RST
						       : FLOW_SERVER_FIN;
	exam_flow(e, kind, direction);
	flow->side[direction].fin |= !reset;
	flow->side[direction].rst |= reset;
}

void exam_login(struct exam *e, const char *mechanism, unsigned responses, enum sasl_shape shape)
{
	e->login = (struct login){ .responses = responses, .shape = shape, .frame = e->flow.last };
	snprintf(e->login.mechanism, sizeof e->login.mechanism, "%s", mechanism);
	e->session.logins = &e->login;
	e->session.login_count = 1;
}

void exam_end(struct exam *e)
{
	push(e, &(struct smtp_event){ .kind = SMTP_ENDED, .frame = e->flow.last, .end = FLOW_END_INPUT });
}

const char *exam_found(struct exam *e)
{
	static char text[1 << 12];

	snprintf(text, sizeof text, "%s", buf_string(&e->findings));
	buf_clear(&e->findings);
	return text;
}

bool exam_cites(const struct exam *e, uint64_t frame)
{
	for (size_t i = 0; i < e->last.frame_count; i++)
		if (e->frames[i].number == frame)
			return true;
	return false;
}
