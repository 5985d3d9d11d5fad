/* SPDX-License-Identifier: BSD-2-Clause */
#include "diagnosis.h"
#include "farewell.h"
#include "text_rules.h"

#include <stdlib.h>

static const char *phase_words(enum phase phase)
{
	static const char *const words[] = {
		[PHASE_CONNECT] = "the greeting",	    [PHASE_HELLO] = "EHLO",
		[PHASE_TLS] = "the TLS handshake",	    [PHASE_AUTH] = "authentication",
		[PHASE_ENVELOPE] = "the envelope",	    [PHASE_BODY] = "the message",
		[PHASE_FINAL] = "the reply to the message", [PHASE_QUIT] = "QUIT",
		[PHASE_UNKNOWN] = "an unknown phase",
	};

	return words[phase];
}

void suspicion_init(struct suspicion *s, const struct inspection *in, enum finding_cause cause)
{
	const struct session_facts *session = in->session;

	s->cause = cause;
	s->cause_name = NULL;
	s->certainty = CERTAINTY_CERTAIN;
	s->root = 0;
	s->frame = in->event->frame;
	s->frame_count = 0;
	s->crossed = s->at_most_warning = s->harmless = false;
	s->fix = s->reference = s->more = s->recipient = NULL;
	s->code = 0;
	s->enhanced[0] = 0;
	s->message = session->message_count + (size_t)session->messages_omitted + 1;
	s->responsible = RESPONSIBLE_UNKNOWN;
	s->retry = RETRY_UNKNOWN;
	words_init(&s->words, session->secrets);
	words_address(&s->words, "client", &session->flow->client);
	words_address(&s->words, "server", &session->flow->server);
	words_text(&s->words, "phase", phase_words(in->event->phase));
}

void suspicion_reply(struct suspicion *s, const struct reply *reply)
{
	s->code = reply->code;
	s->reply = reply->start;
	enhanced_text(s->enhanced, &reply->enhanced);
	words_reply(&s->words, reply);
}

void suspicion_evidence(struct suspicion *s, const struct frame_ref *frame)
{
	if (frame->number && s->frame_count < EVIDENCE_MAX)
		s->frames[s->frame_count++] = *frame;
}

void suspicion_reason(struct suspicion *s, const struct inspection *in)
{
	const struct reply_cause *reason = in->annotation->reason;
	const char *id = rules_builtin()->findings[s->cause].id;
	const struct rule_finding *known;

	/* A basic code alone says too little about why. */
	if (!reason || !reason->cause || (!reason->rule && !s->enhanced[0]))
		return;
	known = rules_finding(in->rules, id, reason->cause);
	if (known && strcmp(known->cause, reason->cause) == 0)
		s->cause_name = known->cause;
	if (reason->certainty < s->certainty)
		s->certainty = reason->certainty;
	suspicion_advice(s, in);
}

void suspicion_advice(struct suspicion *s, const struct inspection *in)
{
	const struct reply_cause *reason = in->annotation->reason;

	if (!reason || !reason->rule || !reason->fix)
		return;
	s->fix = reason->fix;
	s->responsible = reason->responsible;
	s->retry = reason->retry;
	if (reason->url)
		s->reference = reason->url;
}

void suspicion_closing(struct suspicion *s, const struct inspection *in)
{
	static const struct {
		enum phrase phrase;
		const char *cause;
	} reasons[] = {
		{ PHRASE_SESSION_LIMIT, "session-limit" },
		{ PHRASE_SERVER_SHUTDOWN, "server-shutdown" },
		{ PHRASE_OVERLOAD, "overload" },
	};
	const struct reply *reply = in->event->exchange->reply;
	const char *id = rules_builtin()->findings[s->cause].id;

	for (size_t i = 0; reply->code == 421 && i < sizeof reasons / sizeof *reasons; i++) {
		const struct rule_finding *known = rules_finding(in->rules, id, reasons[i].cause);

		if (!reply_says(in->rules, reply, reasons[i].phrase) || !known ||
		    strcmp(known->cause, reasons[i].cause) != 0)
			continue;
		s->cause_name = known->cause;
		s->fix = s->reference = NULL;
		s->responsible = RESPONSIBLE_UNKNOWN;
		s->retry = RETRY_UNKNOWN;
		return;
	}
}

static int by_time(const void *a, const void *b)
{
	const struct frame_ref *x = a, *y = b;

	if (x->file != y->file && x->time != y->time)
		return x->time < y->time ? -1 : 1;
	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

size_t suspicion_frames(const struct suspicion *s, struct frame_ref frames[static EVIDENCE_MAX + 1])
{
	size_t count = 0, unique = 0;

	for (; count < s->frame_count; count++)
		frames[count] = s->frames[count];
	if (s->frame.number)
		frames[count++] = s->frame;
	qsort(frames, count, sizeof *frames, by_time);
	for (size_t i = 0; i < count; i++)
		if (unique == 0 || frames[unique - 1].number != frames[i].number ||
		    frames[unique - 1].file != frames[i].file)
			frames[unique++] = frames[i];
	return unique;
}
