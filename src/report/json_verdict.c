/* SPDX-License-Identifier: BSD-2-Clause */
#include "json_verdict.h"

#include "identity.h"
#include "names.h"

static void word(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	json_text(j, text);
}

static void texts(struct json *j, const char *key, const char *const *list, size_t count)
{
	json_key(j, key);
	json_array(j);
	for (size_t i = 0; i < count; i++)
		json_text(j, list[i]);
	json_end_array(j);
}

static void number_or_null(struct json *j, const char *key, uint64_t number)
{
	json_key(j, key);
	if (number)
		json_unsigned(j, number);
	else
		json_null(j);
}

/* Is there nothing to say about the outcome? Most mail is delivered. */
static bool is_silent(const struct verdict *v)
{
	return !v->finding && !v->id && !v->cause && !v->headline && !v->advice && !v->against_count &&
	       !v->unseen_count && !v->capture_next;
}

static void silent_verdict(struct json *j, const struct verdict *v, const char *outcome)
{
	json_object(j);
	JSON_PIECE(j, false, "\"outcome\":");
	json_word(j, outcome);
	JSON_PIECE(j, false,
		   ",\"finding\":null,\"id\":null,\"cause\":null,\"certainty\":\"certain\",\"responsible\":");
	json_word(j, responsible_names[v->responsible]);
	JSON_PIECE(j, false, ",\"retry\":");
	json_word(j, retry_names[v->retry]);
	JSON_PIECE(j, true,
		   ",\"headline\":null,\"advice\":null,\"against\":[],\"unseen\":[],\"capture_next\":null}");
}

void json_verdict(struct json *j, const struct verdict *v, const char *outcome)
{
	if (is_silent(v)) {
		silent_verdict(j, v, outcome);
		return;
	}
	json_object(j);
	word(j, "outcome", outcome);
	json_key(j, "finding");
	json_other_finding(j, v->finding);
	word(j, "id", v->id);
	word(j, "cause", v->cause);
	word(j, "certainty", name_certainty(v->id ? v->certainty : CERTAINTY_CERTAIN));
	word(j, "responsible", responsible_names[v->responsible]);
	word(j, "retry", retry_names[v->retry]);
	word(j, "headline", v->headline);
	word(j, "advice", v->advice);
	texts(j, "against", v->against, v->against_count);
	texts(j, "unseen", v->unseen, v->unseen_count);
	word(j, "capture_next", v->capture_next);
	json_end_object(j);
}

/* The time of each side in one phase; most phases take none. */
static void spent(struct json *j, const struct ledger *l, enum ledger_phase phase)
{
	static const int64_t shown = 1000; /* ns; less is written as 0 */
	const int64_t by[LEDGER_OWNERS] = { ledger_spent(l, phase, LEDGER_CLIENT),
					    ledger_spent(l, phase, LEDGER_NETWORK),
					    ledger_spent(l, phase, LEDGER_SERVER) };

	if (by[LEDGER_CLIENT] >= 0 && by[LEDGER_CLIENT] < shown && by[LEDGER_NETWORK] >= 0 &&
	    by[LEDGER_NETWORK] < shown && by[LEDGER_SERVER] >= 0 && by[LEDGER_SERVER] < shown) {
		JSON_PIECE(j, true, "{\"client\":0.000,\"network\":0.000,\"server\":0.000}");
		return;
	}
	json_object(j);
	json_key(j, "client");
	json_milliseconds(j, by[LEDGER_CLIENT]);
	json_key(j, "network");
	json_milliseconds(j, by[LEDGER_NETWORK]);
	json_key(j, "server");
	json_milliseconds(j, by[LEDGER_SERVER]);
	json_end_object(j);
}

void json_budget(struct json *j, const struct ledger *l)
{
	json_object(j);
	for (int phase = 0; phase < LEDGER_PHASES; phase++) {
		json_key(j, ledger_phase_name((enum ledger_phase)phase));
		spent(j, l, (enum ledger_phase)phase);
	}
	json_end_object(j);
}

static void attempt(struct json *j, const struct story_attempt *a)
{
	char text[ADDR_TEXT_SIZE + 8], address[ADDR_TEXT_SIZE];

	addr_format(address, &a->server.addr);
	snprintf(text, sizeof text, a->server.addr.version == 6 ? "[%s]:%u" : "%s:%u", address, a->server.port);
	json_object(j);
	json_key(j, "session");
	json_unsigned(j, a->session);
	json_key(j, "time");
	json_time(j, a->start.time, a->start.digits);
	word(j, "server", text);
	word(j, "outcome", name_session_outcome(a->outcome));
	number_or_null(j, "code", a->code);
	word(j, "id", a->id);
	word(j, "cause", a->cause);
	json_key(j, "waited_ms");
	json_milliseconds(j, a->waited);
	json_end_object(j);
}

/* Names of the sessions that are the same in every run, in the order of the attempts. */
static void identities(struct json *j, const struct story *s)
{
	json_key(j, "uids");
	json_array(j);
	for (size_t i = 0; i < s->attempt_count; i++) {
		const struct story_attempt *a = &s->attempts[i];
		char uid[IDENTITY_UID_SIZE];

		identity_uid(uid, &a->client, &a->server, a->start.time);
		json_text(j, uid);
	}
	json_end_array(j);
	json_key(j, "community_ids");
	json_array(j);
	for (size_t i = 0; i < s->attempt_count; i++) {
		char community[IDENTITY_COMMUNITY_SIZE];

		identity_community(community, &s->attempts[i].client, &s->attempts[i].server);
		json_text(j, community);
	}
	json_end_array(j);
}

void json_story(struct json *j, const struct story *s)
{
	json_object(j);
	word(j, "type", "story");
	json_key(j, "number");
	json_unsigned(j, s->number);
	word(j, "pattern", s->name);
	json_key(j, "sessions");
	json_array(j);
	for (size_t i = 0; i < s->attempt_count; i++)
		json_unsigned(j, s->attempts[i].session);
	json_end_array(j);
	json_key(j, "attempts");
	json_array(j);
	for (size_t i = 0; i < s->attempt_count; i++)
		attempt(j, &s->attempts[i]);
	json_end_array(j);
	identities(j, s);
	word(j, "mail_from", s->mail_from);
	if (s->recipients) {
		texts(j, "recipients", s->recipients, s->recipient_count);
	} else {
		json_key(j, "recipients");
		json_null(j);
	}
	word(j, "outcome", name_session_outcome(s->outcome));
	word(j, "certainty", name_certainty(s->certainty));
	word(j, "responsible", responsible_names[s->responsible]);
	word(j, "retry", retry_names[s->retry]);
	word(j, "headline", s->headline);
	word(j, "advice", s->advice);
	json_end_object(j);
	json_line_end(j);
}
