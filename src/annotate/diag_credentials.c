/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * credentials: a password that anybody on the path could read: AUTH PLAIN or LOGIN outside TLS (RFC 4954 4,
 * RFC 8314 3). Disproved by TLS, and by responses that do not contain a password.
 */
#include "diagnosis.h"

struct state {
	bool told;
};

static void on_reply(struct inspection *in, void *opaque, const struct exchange *x)
{
	struct state *state = opaque;
	const struct session_facts *session = in->session;
	const struct login *login = session->login_count ? &session->logins[session->login_count - 1] : NULL;
	enum sasl_mechanism mechanism;
	struct suspicion s;

	if (state->told || !login || login->encrypted ||
	    (x->answers != ANSWERS_AUTH_RESPONSE &&
	     (x->answers != ANSWERS_COMMAND || x->command->verb_id != VERB_AUTH)))
		return;
	mechanism = sasl_mechanism_of(login->mechanism);
	/* LOGIN sends the user name first. */
	if (!sasl_sends_password(mechanism) || login->responses < (mechanism == SASL_LOGIN ? 2u : 1u) ||
	    (login->shape != SASL_FITS && login->shape != SASL_UNJUDGED))
		return;
	state->told = true;
	suspicion_init(&s, in, CAUSE_CLEARTEXT_CREDENTIALS_LOGIN_WITHOUT_TLS);
	/* After a loss the line may be no response: its AUTH may have been rejected. */
	if (x->likely || session->unsure)
		s.certainty = CERTAINTY_LIKELY;
	/* Within a host, a private network or a test network the password did not cross the Internet. */
	s.harmless =
	    !addr_is_global(&session->flow->client.addr) && !addr_is_global(&session->flow->server.addr);
	words_wire(&s.words, "value", span_text(login->mechanism));
	suspicion_evidence(&s, &login->frame);
	suspicion_evidence(&s, &x->command->frame);
	inspection_raise(in, &s);
}

const struct diagnosis diag_credentials = {
	.name = "credentials",
	.of_packets = true,
	.state_size = sizeof(struct state),
	.reply = on_reply,
	.calm_replies = SUBJECTS_ARE(LOGIN),
};
