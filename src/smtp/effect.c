/* SPDX-License-Identifier: BSD-2-Clause */
#include "effect.h"

#include "encrypted.h"
#include "login.h"
#include "session.h"
#include "transaction.h"

#include <stdlib.h>

static bool is_hello(const struct place *place)
{
	return place->command.kind == COMMAND_LINE && verb_is_hello(place->command.verb_id);
}

static bool says_lmtp(const struct reply *reply)
{
	return reply_first_line_has(reply, "LMTP");
}

static char *join(struct account *account, const struct reply *reply)
{
	struct buf text;
	char *joined;

	buf_init(&text, REPLY_TEXT_KEPT);
	for (size_t i = 0; i < reply->line_count; i++) {
		if (i)
			buf_text(&text, "\n");
		buf_append(&text, reply->lines[i]);
	}
	joined = account_string(account, span_text(buf_string(&text)));
	buf_finish(&text);
	return joined;
}

/* Shows the latest offers, even if they are no longer in force. */
static void show_capabilities(struct session *s)
{
	struct session_facts *f = &s->parts.facts;
	bool before_tls =
	    session_tls(f)->mode == TLS_STARTTLS && f->offers.state == OFFERS_UNKNOWN && !f->offers.count;
	const struct offers *shown = before_tls && f->offers_before_tls ? f->offers_before_tls : &f->offers;

	f->capabilities = shown->lines;
	f->capability_count = shown->count;
}

static void drop_offers_before_tls(struct session_facts *f)
{
	if (f->offers_before_tls)
		offers_finish(f->offers_before_tls, f->account);
	account_free(f->account, f->offers_before_tls);
	f->offers_before_tls = NULL;
}

/* The client must discard what it learned before TLS, and send EHLO again (RFC 3207 4.2). */
static void offers_end_with_plaintext(struct session *s)
{
	struct session_facts *f = &s->parts.facts;

	drop_offers_before_tls(f);
	f->offers_before_tls = account_take(f->account, sizeof *f->offers_before_tls);
	if (f->offers_before_tls)
		*f->offers_before_tls = f->offers;
	else
		offers_finish(&f->offers, f->account);
	f->offers = (struct offers){ 0 };
	show_capabilities(s);
}

static void hello_answered(struct session *s, const struct place *place, const struct reply *reply, bool sure)
{
	if (reply->code >= 300)
		return;
	s->parts.progress.hello_done = true;
	s->parts.progress.lmtp = place_is(place, VERB_LHLO);
	if (s->parts.progress.lmtp) {
		s->parts.facts.protocol = PROTOCOL_LMTP;
	}
	if (place_is(place, VERB_HELO))
		offers_none(&s->parts.facts.offers, reply, s->parts.facts.account);
	else
		offers_read(&s->parts.facts.offers, reply, s->shared->offers, s->parts.facts.account);
	/* Draw no conclusions from a reply that may answer something else. */
	if (!sure)
		s->parts.facts.offers.state = OFFERS_UNKNOWN;
	show_capabilities(s);
}

void effect_of_reply(struct session *s, const struct place *place, const struct reply *reply, bool sure)
{
	if (!place) {
		s->parts.progress.greeting_done = true;
		s->parts.progress.greeting_open = (reply->flags & REPLY_NO_END) != 0;
		if (!s->parts.facts.greeting)
			s->parts.facts.greeting = join(s->parts.facts.account, reply);
		/* Until EHLO or HELO says otherwise (it may be lost). */
		s->parts.progress.lmtp = !s->parts.progress.hello_done &&
					 (s->parts.facts.flow->server.port == LMTP_PORT || says_lmtp(reply));
		return;
	}
	transaction_answered(s->parts.transaction, place, reply);
	if (is_hello(place)) {
		hello_answered(s, place, reply, sure);
	} else if (place_is(place, VERB_QUIT) && reply->code == 221) {
		s->parts.progress.quit_done = true;
	} else if (place_is(place, VERB_STARTTLS) && reply->code == 220) {
		encrypted_agreed(&s->parts.encrypted, reply->end);
		s->parts.progress.hello_done = false;
		offers_end_with_plaintext(s);
	} else if (place_is(place, VERB_XCLIENT) && reply->code == 220) {
		/* The session restarts for another client. */
		s->parts.progress.hello_done = false;
		offers_finish(&s->parts.facts.offers, s->parts.facts.account);
		show_capabilities(s);
	} else if (place_is(place, VERB_AUTH) || place->command.kind == COMMAND_AUTH_RESPONSE) {
		login_answered(&s->parts.facts, reply);
	}
}

void effect_finish(struct session *s)
{
	offers_finish(&s->parts.facts.offers, s->parts.facts.account);
	drop_offers_before_tls(&s->parts.facts);
	account_free(s->parts.facts.account, s->parts.facts.greeting);
	account_free(s->parts.facts.account, s->parts.facts.helo);
}
