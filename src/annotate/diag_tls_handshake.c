/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_handshake: a TLS handshake failed, as far as that is visible without keys: an alert in clear (RFC
 * 8446 6.2, RFC 5246 7.2), an early end of the connection, or plain text instead of a handshake. Disproved
 * by losses, and by a farewell in plain text.
 */
#include "diagnosis.h"
#include "tls_handshake.h"
#include "tls_names.h"

#include <stdio.h>

struct state {
	bool told;
	bool farewell;		 /* the server announced the close in plain text */
	struct frame_ref began;	 /* the last command before TLS */
	struct frame_ref closed; /* the first FIN or RST */
	enum direction closer;
};

static enum finding_cause cause_of(uint8_t description)
{
	switch (description) {
	case 70: /* protocol_version */
	case 86: /* inappropriate_fallback: both sides support a newer version (RFC 7507) */
		return CAUSE_TLS_HANDSHAKE_FAILED_PROTOCOL_VERSION;
	case 40:  /* handshake_failure */
	case 71:  /* insufficient_security */
	case 116: /* certificate_required */
		return CAUSE_TLS_HANDSHAKE_FAILED_HANDSHAKE_FAILURE;
	case 45: /* certificate_expired */
		return CAUSE_TLS_HANDSHAKE_FAILED_CERTIFICATE_EXPIRED;
	case 48: /* unknown_ca */
		return CAUSE_TLS_HANDSHAKE_FAILED_UNKNOWN_CA;
	case 42:  /* bad_certificate */
	case 43:  /* unsupported_certificate */
	case 44:  /* certificate_revoked */
	case 46:  /* certificate_unknown */
	case 113: /* bad_certificate_status_response */
		return CAUSE_TLS_HANDSHAKE_FAILED_BAD_CERTIFICATE;
	case 112: /* unrecognized_name */
		return CAUSE_TLS_HANDSHAKE_FAILED_UNRECOGNIZED_NAME;
	default:
		return CAUSE_TLS_HANDSHAKE_FAILED_UNKNOWN;
	}
}

static const char *who(enum direction direction)
{
	return direction == DIR_CLIENT ? "the client" : "the server";
}

/* "TLS 1.2 and older with 28 ciphers"; "TLS 1.3, TLS 1.2 with 3 ciphers". */
static void say_offer(struct words *w, const struct tls_handshake *h)
{
	char text[WORDS_VALUE_KEPT], versions[128] = "";
	const struct tls_client_hello *hello = &h->client_hello;
	size_t length = 0;

	if (!h->client_hello_seen) {
		words_text(w, "offer", "parameters that were not captured");
		return;
	}
	for (size_t i = 0; i < hello->version_count && length < sizeof versions - 16; i++) {
		const char *name = tls_version_words(hello->versions[i]);

		length += (size_t)snprintf(versions + length, sizeof versions - length, "%s%s", i ? ", " : "",
					   name ? name : "an unknown version");
	}
	snprintf(text, sizeof text, "%s%s with %zu cipher%s", versions, hello->ranged ? " and older" : "",
		 hello->cipher_count, hello->cipher_count == 1 ? "" : "s");
	words_text(w, "offer", text);
}

static void tell_alert(struct inspection *in, struct state *state)
{
	const struct tls_handshake *h = in->session->tls.handshake;
	char value[96];
	struct suspicion s;

	if (!h || !h->alert.seen || state->told)
		return;
	state->told = true;
	suspicion_init(&s, in, cause_of(h->alert.description));
	/* After a loss the reader guessed where the record starts. */
	if (h->side[h->alert.sender].lost)
		s.certainty = CERTAINTY_LIKELY;
	snprintf(value, sizeof value, "%s (%u) of %s", in->session->tls.alert, h->alert.description,
		 who(h->alert.sender));
	words_text(&s.words, "value", value);
	say_offer(&s.words, h);
	suspicion_evidence(&s, &state->began);
	inspection_raise(in, &s);
}

static void tell_plaintext(struct inspection *in, struct state *state)
{
	struct suspicion s;

	/* After losses it is unknown whether TLS was agreed. */
	if (state->told || in->session->unsure)
		return;
	state->told = true;
	suspicion_init(&s, in, CAUSE_TLS_HANDSHAKE_FAILED_NOT_TLS);
	words_text(&s.words, "value", who(in->event->direction));
	words_wire(&s.words, "line", in->event->line);
	suspicion_evidence(&s, &state->began);
	inspection_raise(in, &s);
}

/* The connection was closed before the handshake was complete, and no readable alert gives a reason. */
static void on_ended(struct inspection *in, void *opaque)
{
	struct state *state = opaque;
	const struct session_facts *session = in->session;
	const struct flow *flow = session->flow;
	const struct tls_handshake *h = session->tls.handshake;
	struct suspicion s;
	char value[WORDS_VALUE_KEPT];

	if (state->told || state->farewell || !h || !tls_handshake_broken_off(h) ||
	    flow->closed == FLOW_OPEN || !state->closed.number || !flow->side[DIR_CLIENT].seen ||
	    !flow->side[DIR_SERVER].seen || session->unsure ||
	    session->visibility & (VISIBILITY_MIDSTREAM | VISIBILITY_GAP | VISIBILITY_TRUNCATED_PACKETS))
		return;
	/* An orderly close_notify is not a failure, but a probe. */
	if (h->side[DIR_CLIENT].closing || h->side[DIR_SERVER].closing)
		return;
	suspicion_init(&s, in, CAUSE_TLS_HANDSHAKE_FAILED_CLOSED);
	s.frame = state->closed;
	if (tls_handshake_client_alerts(h)) {
		s.certainty = CERTAINTY_LIKELY;
		snprintf(value, sizeof value,
			 "the client answered with a single encrypted record of the size of an alert, and "
			 "%s closed the connection",
			 state->closer == DIR_CLIENT ? "it" : who(state->closer));
	} else {
		snprintf(value, sizeof value,
			 "%s closed the connection before it was complete, without an alert",
			 who(state->closer));
	}
	words_text(&s.words, "value", value);
	say_offer(&s.words, h);
	suspicion_evidence(&s, &h->side[DIR_CLIENT].frame);
	suspicion_evidence(&s, &h->side[DIR_SERVER].frame);
	inspection_raise(in, &s);
}

static void on_command(struct inspection *in, void *opaque, const struct command *command)
{
	struct state *state = opaque;

	(void)in;
	state->began = command->frame;
}

static void on_reply(struct inspection *in, void *opaque, const struct exchange *x)
{
	struct state *state = opaque;

	(void)in;
	state->farewell = x->reply->code == 221 || x->reply->code == 421;
}

static void on_note(struct inspection *in, void *state, enum smtp_note note)
{
	if (note == NOTE_TLS_ALERT)
		tell_alert(in, state);
	else if (note == NOTE_PLAINTEXT_FOR_TLS)
		tell_plaintext(in, state);
}

static void on_flow(struct inspection *in, void *opaque, const struct flow_event *event)
{
	struct state *state = opaque;

	if (state->closed.number || (event->kind != FLOW_EVENT_FIN && event->kind != FLOW_EVENT_RST))
		return;
	state->closed = in->event->frame;
	state->closer = event->direction;
}

const struct diagnosis diag_tls_handshake = {
	.name = "tls_handshake",
	.state_size = sizeof(struct state),
	.command = on_command,
	.reply = on_reply,
	.note = on_note,
	.flow = on_flow,
	.ended = on_ended,
};
