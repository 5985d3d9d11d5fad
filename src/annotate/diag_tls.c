/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls: problems around TLS that are visible without keys: plain text where TLS is expected, a masked
 * STARTTLS, commands after STARTTLS (RFC 3207, RFC 8314). Disproved by losses that may have hidden the
 * reply to STARTTLS or the start of the session.
 */
#include "diagnosis.h"

/* A client that is silent for so long waits for the greeting. */
static const tstamp PATIENT = 10 * TSTAMP_SECOND;

struct state {
	bool stripped_told, injection_told;
};

/* "STARTTLS" has eight letters, and so has the mask that a firewall writes over it. */
static bool masks_starttls(const char *keyword)
{
	size_t length = strcspn(keyword, " =");

	return length == 8 && strspn(keyword, "X") >= 7;
}

static void on_reply(struct inspection *in, void *opaque, const struct exchange *x)
{
	struct state *state = opaque;
	struct suspicion s;

	if (state->stripped_told || x->answers != ANSWERS_COMMAND || x->command->verb_id != VERB_EHLO)
		return;
	for (size_t i = 1; i < x->reply->line_count; i++) {
		struct span line = x->reply->lines[i];
		char keyword[16] = { 0 };

		if (!span_copy(line, 0, keyword,
			       line.length < sizeof keyword - 1 ? line.length : sizeof keyword - 1) ||
		    !masks_starttls(keyword))
			continue;
		state->stripped_told = true;
		suspicion_init(&s, in, CAUSE_STARTTLS_STRIPPED_CAPABILITY_MASKED);
		s.certainty = CERTAINTY_LIKELY;
		words_wire(&s.words, "value", line);
		words_wire(&s.words, "text", line);
		words_command(&s.words, x->command);
		suspicion_evidence(&s, &x->command->frame);
		inspection_raise(in, &s);
		return;
	}
}

static void on_note(struct inspection *in, void *opaque, enum smtp_note note)
{
	struct state *state = opaque;
	struct suspicion s;

	/* After losses it is unknown whether the server had agreed to TLS. */
	if (note != NOTE_PLAINTEXT_BEHIND_STARTTLS || state->injection_told || in->session->unsure)
		return;
	state->injection_told = true;
	suspicion_init(&s, in, CAUSE_STARTTLS_INJECTION_PLAINTEXT_BEHIND_STARTTLS);
	words_wire(&s.words, "line", in->event->line);
	words_number(&s.words, "bytes", in->event->line.length);
	suspicion_evidence(&s, &in->ledger->last_command);
	inspection_raise(in, &s);
}

/* Was the connection closed after a long time in which no side sent anything? A probe leaves sooner. */
static bool both_waited(const struct flow *flow)
{
	return flow->closed != FLOW_OPEN && flow->side[DIR_SERVER].seen && !flow->side[DIR_CLIENT].delivered &&
	       !flow->side[DIR_SERVER].delivered && flow->last.time - flow->first.time >= PATIENT;
}

/*
 * On the port for implicit TLS, the client sent plain text, or nothing at all: it waited for a greeting. The server sent no reply in plain
 * text.
 */
static void on_ended(struct inspection *in, void *opaque)
{
	static const unsigned losses = VISIBILITY_MIDSTREAM | VISIBILITY_GAP | VISIBILITY_TRUNCATED_PACKETS;
	const struct session_facts *session = in->session;
	const struct flow *flow = session->flow;
	struct suspicion s;

	(void)opaque;
	if (session->visibility & losses || !flow_from_start(flow) || flow->server.port != IMPLICIT_TLS_PORT ||
	    flow->opened != FLOW_HANDSHAKE || session->reply_count || !flow->side[DIR_CLIENT].seen ||
	    session->protocol == PROTOCOL_TLS || (!session->command_count && !both_waited(flow)))
		return;
	suspicion_init(&s, in, CAUSE_PLAINTEXT_ON_TLS_PORT_PLAIN_CLIENT);
	if (!session->command_count)
		s.certainty = CERTAINTY_LIKELY;
	s.frame = flow->last;
	words_number(&s.words, "value", flow->server.port);
	words_text(&s.words, "line", "plain text");
	words_duration(&s.words, "duration", flow->last.time - flow->first.time);
	suspicion_evidence(&s, &in->ledger->last_command);
	inspection_raise(in, &s);
}

const struct diagnosis diag_tls = {
	.name = "tls",
	.of_packets = true,
	.state_size = sizeof(struct state),
	.reply = on_reply,
	.calm_replies = SUBJECTS_ARE(HELLO),
	.note = on_note,
	.ended = on_ended,
};
