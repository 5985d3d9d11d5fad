/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_handshake: a TLS handshake failed, or led to weak encryption (RFC 8446 6.2, RFC 5246 7.2, RFC 9325). What is known without
 * keys: alerts in clear, the certificate of TLS 1.2 and older, who closed when, and how large the records were. With keys the
 * certificate and the alerts of TLS 1.3 are known, too.
 *
 * Disproofs: bytes are missing (who knows what they said); the server said farewell in plain text; close_notify, with which a probe
 * ends; a handshake that was completed and used; an answer that was not owed for long enough. A certificate that was valid at the
 * time of the capture disproves that it had expired, and blames the client's clock. A visible fault of the certificate is the
 * likely reason for a refusal that gives none, never the proven one.
 */
#include "diagnosis.h"
#include "server_book.h"
#include "tls_names.h"
#include "tls_words.h"

#include <stdio.h>

struct state {
	bool told;
	bool opened;		 /* what follows was inside TLS, and read with keys */
	unsigned replies;	 /* that had come before */
	struct frame_ref closed; /* the first FIN or RST */
	enum direction closer;
};

/* A server that needs longer for its hello is not going to answer. */
static const tstamp PATIENCE = 5 * TSTAMP_SECOND;

enum { RSA_BITS_LEAST = 2048 }; /* RFC 9325 4.5 */

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

/* Is the alert about the certificate of the other side? */
static bool objects(uint8_t description)
{
	return (description >= 42 && description <= 46) || description == 48 || description == 113;
}

static enum finding_cause fault_of(const struct session_facts *session)
{
	return tls_words_fault(session_tls(session)->handshake->certificate,
			       session->flow->last.time / TSTAMP_SECOND);
}

/* The visible fault replaces an objection without a reason, and corrects one about the dates. */
static void look_at_certificate(struct suspicion *s, const struct inspection *in, uint8_t description)
{
	const struct tls_handshake *h = session_tls(in->session)->handshake;
	enum finding_cause fault = fault_of(in->session);

	tls_words_certificate(&s->words, h);
	s->more = "The certificate is {certificate}.";
	if (description == 45 && fault == CAUSE_TLS_HANDSHAKE_FAILED_CERTIFICATE_NOT_YET_VALID) {
		s->cause = fault;
		s->certainty = CERTAINTY_LIKELY;
	} else if (description == 45 && fault != CAUSE_TLS_HANDSHAKE_FAILED_CERTIFICATE_EXPIRED) {
		s->certainty = CERTAINTY_LIKELY;
		s->responsible = RESPONSIBLE_CLIENT;
		s->more = "The certificate is {certificate}. It was valid at the time of this session, so the "
			  "client's clock may be wrong.";
	} else if (s->cause == CAUSE_TLS_HANDSHAKE_FAILED_BAD_CERTIFICATE && description != 44 &&
		   fault != CAUSE_TLS_HANDSHAKE_FAILED_UNKNOWN) {
		s->cause = fault;
		s->certainty = CERTAINTY_LIKELY;
	}
}

/* The side that offers only what others have given up is responsible. */
static void judge_versions(struct suspicion *s, const struct tls_handshake *h)
{
	uint16_t newest = 0;

	for (size_t i = 0; i < h->client_hello.version_count; i++)
		if (h->client_hello.versions[i] > newest)
			newest = h->client_hello.versions[i];
	if (newest && newest < TLS_1_2)
		s->responsible = RESPONSIBLE_CLIENT;
}

/* Did a reply come inside TLS? Then the handshake did not fail. */
static bool is_used(const struct inspection *in, const struct state *state)
{
	return state->opened && in->ledger->replies > state->replies;
}

static void tell_alert(struct inspection *in, struct state *state)
{
	const struct tls_handshake *h = session_tls(in->session)->handshake;
	char value[96];
	struct suspicion s;

	if (!h || !h->alert.seen || state->told || is_used(in, state))
		return;
	state->told = true;
	suspicion_init(&s, in, cause_of(h->alert.description));
	snprintf(value, sizeof value, "the alert %s (%u) of %s", session_tls(in->session)->alert,
		 h->alert.description, who(h->alert.sender));
	words_text(&s.words, "value", value);
	tls_words_offer(&s.words, h);
	if (s.cause == CAUSE_TLS_HANDSHAKE_FAILED_PROTOCOL_VERSION)
		judge_versions(&s, h);
	if (objects(h->alert.description) && h->alert.sender == DIR_SERVER)
		s.responsible = RESPONSIBLE_CLIENT; /* its own certificate is meant */
	else if (objects(h->alert.description) && h->certificate)
		look_at_certificate(&s, in, h->alert.description);
	/* After a loss the reader guessed where the record starts; a record that was opened is proven by its tag. */
	if (h->side[h->alert.sender].lost && !h->alert.opened)
		s.certainty = CERTAINTY_LIKELY;
	suspicion_evidence(&s, &in->ledger->last_command);
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
	if (in->event->direction == DIR_CLIENT) {
		s.responsible = RESPONSIBLE_CLIENT;
		s.retry = RETRY_USELESS;
	}
	words_text(&s.words, "value", who(in->event->direction));
	words_wire(&s.words, "line", in->event->line);
	suspicion_evidence(&s, &in->ledger->last_command);
	inspection_raise(in, &s);
}

static void raise_end(struct inspection *in, const struct state *state, struct suspicion *s)
{
	const struct tls_handshake *h = session_tls(in->session)->handshake;

	s->frame = state->closed;
	tls_words_offer(&s->words, h);
	suspicion_evidence(s, &h->side[DIR_CLIENT].frame);
	suspicion_evidence(s, &h->side[DIR_SERVER].frame);
	inspection_raise(in, s);
}

/* The whole hello was sent, and nothing came back for so long that nothing would have come. */
static bool unanswered(const struct state *state, const struct tls_handshake *h)
{
	return h->client_hello_seen && !h->side[DIR_SERVER].begun &&
	       state->closed.time - h->hello_frame.time >= PATIENCE;
}

/*
 * Did the hello fit into one segment? What was captured may have been merged or split on its host, so the size that the server announced
 * counts; without that, what was captured.
 */
static bool fits_one_segment(const struct flow *flow, const struct tls_handshake *h)
{
	unsigned mss = flow->side[DIR_SERVER].mss;

	return mss ? h->client_hello.size <= mss : h->hello_segments == 1;
}

static void tell_unanswered(struct inspection *in, const struct state *state)
{
	const struct tls_handshake *h = session_tls(in->session)->handshake;
	size_t size = h->client_hello.size,
	       smaller = hello_book_smallest(&inspection_servers(in)->hellos, &in->session->flow->server);
	bool received = in->session->flow->side[DIR_CLIENT].acked >= h->hello_end;
	char value[WORDS_VALUE_KEPT], more[96] = "";
	struct suspicion s;

	/* A hello in one segment that arrived was not too large; what is missing may be the reply. */
	suspicion_init(&s, in,
		       received && fits_one_segment(in->session->flow, h)
			   ? CAUSE_TLS_HANDSHAKE_FAILED_NO_ANSWER
			   : CAUSE_TLS_HANDSHAKE_FAILED_HELLO_UNANSWERED);
	if (smaller && smaller < size)
		snprintf(more, sizeof more, " It answered a ClientHello of %zu bytes in another session.",
			 smaller);
	snprintf(value, sizeof value, "ClientHello of %zu bytes in %u segment%s%s, which it %s.%s", size,
		 h->hello_segments, h->hello_segments == 1 ? "" : "s",
		 h->client_hello.post_quantum ? ", with a post-quantum key" : "",
		 received ? "received" : "never acknowledged", more);
	words_text(&s.words, "value", value);
	words_duration(&s.words, "duration", state->closed.time - h->hello_frame.time);
	if (!received)
		s.responsible = RESPONSIBLE_NETWORK;
	if (more[0])
		s.retry = RETRY_USELESS;
	raise_end(in, state, &s);
}

/* The client left when it had seen the certificate, and before it took part in the key exchange (TLS 1.2 and older). */
static bool left_at_certificate(const struct state *state, const struct tls_handshake *h)
{
	return state->closer == DIR_CLIENT && h->side[DIR_SERVER].hello_done && h->certificate &&
	       !h->side[DIR_CLIENT].exchanged;
}

/*
 * The client completed the handshake and left silently, and its reason may be the certificate that it had seen. A probe does
 * the same, so a visible fault is needed.
 */
static bool left_after_handshake(const struct state *state, const struct session_facts *session)
{
	const struct tls_handshake *h = session_tls(session)->handshake;
	/* TLS 1.3 sends Finished as application data. */
	uint64_t quiet = h->server_hello.version >= TLS_1_3 ? 1 : 0;

	return tls_handshake_complete(h) && state->closer == DIR_CLIENT && !tls_handshake_resumed(h) &&
	       session_tls(session)->mode == TLS_STARTTLS && h->side[DIR_CLIENT].application <= quiet &&
	       fault_of(session) != CAUSE_TLS_HANDSHAKE_FAILED_UNKNOWN;
}

static void tell_refused(struct inspection *in, const struct state *state, const char *value)
{
	const struct tls_handshake *h = session_tls(in->session)->handshake;
	struct suspicion s;

	suspicion_init(&s, in, CAUSE_TLS_HANDSHAKE_FAILED_BAD_CERTIFICATE);
	s.certainty = CERTAINTY_LIKELY;
	words_text(&s.words, "value", value);
	if (h->certificate)
		look_at_certificate(&s, in, 0);
	s.at_most_warning = tls_handshake_complete(h);
	raise_end(in, state, &s);
}

static void tell_closed(struct inspection *in, const struct state *state)
{
	struct suspicion s;
	char value[WORDS_VALUE_KEPT];

	suspicion_init(&s, in, CAUSE_TLS_HANDSHAKE_FAILED_CLOSED);
	snprintf(value, sizeof value, "%s closed the connection before it was complete, without an alert",
		 who(state->closer));
	words_text(&s.words, "value", value);
	raise_end(in, state, &s);
}

static bool has(const char *name, const char *part)
{
	return name && strstr(name, part);
}

/* What is weak about a completed handshake: NULL if nothing is. */
static const char *weakness(const struct session_facts *session)
{
	const struct tls_handshake *h = session_tls(session)->handshake;
	const char *cipher = session_tls(session)->cipher;

	if (!h->server_hello_seen || h->server_hello.retry)
		return NULL;
	if (h->server_hello.version < TLS_1_2)
		return "a version older than TLS 1.2";
	if (has(cipher, "_NULL_") || has(cipher, "_EXPORT_") || has(cipher, "_RC4_") ||
	    has(cipher, "_DES_") || has(cipher, "_3DES_"))
		return "a weak cipher";
	if (h->certificate && has(h->certificate->key, "RSA") && h->certificate->key_bits < RSA_BITS_LEAST)
		return "an RSA key of less than 2,048 bits";
	return NULL;
}

static void tell_weak(struct inspection *in)
{
	const struct session_facts *session = in->session;
	const char *what = weakness(session);
	char value[WORDS_VALUE_KEPT];
	struct suspicion s;

	if (!what)
		return;
	suspicion_init(&s, in, CAUSE_TLS_HANDSHAKE_FAILED_WEAK);
	s.frame = session_tls(session)->handshake->hello_frame;
	s.harmless = true;
	snprintf(value, sizeof value, "%s (%s, %s)", what,
		 session_tls(session)->version ? session_tls(session)->version : "unknown version",
		 session_tls(session)->cipher ? session_tls(session)->cipher : "unknown cipher");
	words_text(&s.words, "value", value);
	tls_words_offer(&s.words, session_tls(session)->handshake);
	inspection_raise(in, &s);
}

/* Was everything seen that could explain the end? */
static bool seen_whole(const struct session_facts *session)
{
	static const unsigned losses = VISIBILITY_MIDSTREAM | VISIBILITY_GAP | VISIBILITY_TRUNCATED_PACKETS;
	const struct flow *flow = session->flow;

	return flow->closed != FLOW_OPEN && flow->side[DIR_CLIENT].seen && flow->side[DIR_SERVER].seen &&
	       !flow->side[DIR_CLIENT].missing && !flow->side[DIR_SERVER].missing && !session->unsure &&
	       !(session->visibility & losses);
}

/* Did the server announce the close in plain text? */
static bool said_farewell(const struct inspection *in)
{
	return in->history->newest.code == 221 || in->history->newest.code == 421;
}

/* The connection was closed before the handshake was complete, or before it was used, and no readable alert gives a reason. */
static void on_ended(struct inspection *in, void *opaque)
{
	struct state *state = opaque;
	const struct session_facts *session = in->session;
	const struct tls_handshake *h = session_tls(session)->handshake;

	if (!h)
		return;
	if (!state->told && tls_handshake_complete(h))
		tell_weak(in);
	if (state->told || said_farewell(in) || !state->closed.number || !seen_whole(session))
		return;
	if (left_after_handshake(state, session)) {
		tell_refused(in, state, "the client, which left as soon as the handshake was complete");
		return;
	}
	/* An orderly close_notify is not a failure, but a probe. */
	if (!tls_handshake_broken_off(h) || h->side[DIR_CLIENT].closing || h->side[DIR_SERVER].closing)
		return;
	if (unanswered(state, h))
		tell_unanswered(in, state);
	else if (tls_handshake_client_alerts(h))
		tell_refused(
		    in, state,
		    "a single encrypted record of the client, of the size of an alert, in reply to the certificate");
	else if (left_at_certificate(state, h))
		tell_refused(
		    in, state,
		    "the client, which closed the connection when it had the certificate, without an alert");
	else
		tell_closed(in, state);
}

static void on_note(struct inspection *in, void *opaque, enum smtp_note note)
{
	struct state *state = opaque;

	if (note == NOTE_TLS_ALERT)
		tell_alert(in, state);
	else if (note == NOTE_PLAINTEXT_FOR_TLS)
		tell_plaintext(in, state);
	if (note != NOTE_TLS_OPENED || state->opened)
		return;
	state->opened = true;
	state->replies = in->ledger->replies;
}

static void on_flow(struct inspection *in, void *opaque, const struct flow_event *event)
{
	struct state *state = opaque;

	if (state->closed.number)
		return;
	state->closed = in->event->frame;
	state->closer = event->direction;
}

const struct diagnosis diag_tls_handshake = {
	.name = "tls_handshake",
	.of_packets = true,
	.state_size = sizeof(struct state),
	.note = on_note,
	.flow = on_flow,
	.flows = FLOWS_ARE(FIN) | FLOWS_ARE(RST),
	.ended = on_ended,
};
