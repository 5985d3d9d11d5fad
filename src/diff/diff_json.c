/* SPDX-License-Identifier: BSD-2-Clause */
#include "diff_report.h"

#include "json_parts.h"
#include "names.h"

enum { DIGITS = 6 };

static void end_record(struct diff_report *r)
{
	json_end_object(&r->json);
	json_line_end(&r->json);
}

static void begin_record(struct diff_report *r, const char *type)
{
	json_object(&r->json);
	json_key(&r->json, "type");
	json_word(&r->json, type);
}

/* What identifies a session. */
static void put_session(struct json *j, const char *key, const struct sighting *s)
{
	char uid[IDENTITY_UID_SIZE];

	identity_uid(uid, &s->marks.side[DIR_CLIENT].sender, &s->marks.side[DIR_SERVER].sender,
		     s->marks.first.time);
	json_key(j, key);
	json_object(j);
	json_key(j, "session");
	json_unsigned(j, s->marks.number);
	json_key(j, "uid");
	json_word(j, uid);
	json_key(j, "client");
	json_endpoint(j, &s->marks.side[DIR_CLIENT].sender);
	json_key(j, "server");
	json_endpoint(j, &s->marks.side[DIR_SERVER].sender);
	json_key(j, "start");
	json_time(j, s->start, DIGITS);
	json_key(j, "end");
	json_time(j, s->end, DIGITS);
	json_key(j, "outcome");
	json_word(j, name_session_outcome(s->outcome));
	json_end_object(j);
}

/* Divides; rounds towards minus infinity, so that a limit stays one. */
static int64_t floor_us(int64_t ns)
{
	return ns / 1000 - (ns % 1000 < 0);
}

static void put_offset(struct json *j, const struct clock_offset *clock)
{
	json_key(j, "clock_offset");
	if (!clock->known) {
		json_null(j);
		return;
	}
	json_object(j);
	json_key(j, "low_us");
	json_number(j, floor_us(clock->low));
	json_key(j, "high_us");
	json_number(j, -floor_us(-clock->high));
	json_end_object(j);
}

static void put_hops(struct json *j, const struct comparison *c)
{
	static const char *const keys[] = { "client_hops", "server_hops" };

	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++) {
		json_key(j, keys[d]);
		if (c->hops_known[d])
			json_number(j, c->hops[d]);
		else
			json_null(j);
	}
}

static void put_side(struct json *j, const char *key, const struct difference *d, int which)
{
	json_key(j, key);
	json_object(j);
	json_key(j, "frame");
	if (d->frames[which])
		json_unsigned(j, d->frames[which]);
	else
		json_null(j);
	json_key(j, "time");
	json_time(j, d->times[which], DIGITS);
	json_key(j, "text");
	json_text(j, d->texts[which]);
	json_end_object(j);
}

static void put_difference(struct diff_report *r, const struct difference *d)
{
	struct json *j = &r->json;

	begin_record(r, "difference");
	json_key(j, "pair");
	json_unsigned(j, r->pairs);
	json_key(j, "kind");
	json_word(j, difference_word(d->kind));
	json_key(j, "sender");
	json_word(j, d->direction == DIR_CLIENT ? "client" : "server");
	json_key(j, "certainty");
	json_word(j, name_certainty(d->certainty));
	json_key(j, "matters");
	json_bool(j, d->matters);
	json_key(j, "title");
	json_text(j, d->title);
	json_key(j, "why");
	json_text(j, d->why);
	put_side(j, "a", d, 0);
	put_side(j, "b", d, 1);
	end_record(r);
}

void diff_json_pair(struct diff_report *r, const struct comparison *c)
{
	static const char *const connections[] = { "same", "separate", "unknown" };
	struct json *j = &r->json;

	begin_record(r, "pair");
	json_key(j, "pair");
	json_unsigned(j, r->pairs);
	put_session(j, "a", c->captures[0]);
	put_session(j, "b", c->captures[1]);
	json_key(j, "aligned_by");
	json_word(j, aligned_by_word(c->pair.by));
	json_key(j, "connection");
	json_word(j, connections[c->connection]);
	json_key(j, "nearer_to_client");
	json_word(j, c->nearer < 0 ? NULL : c->nearer ? "b" : "a");
	put_hops(j, c);
	put_offset(j, &c->clock);
	json_key(j, "translated");
	json_bool(j, c->translated);
	json_key(j, "renumbered");
	json_bool(j, c->renumbered);
	json_key(j, "differences");
	json_unsigned(j, c->differences.count);
	json_key(j, "omitted");
	json_unsigned(j, c->differences.omitted);
	json_key(j, "complete");
	json_bool(j, comparison_is_complete(c));
	end_record(r);
	for (size_t i = 0; i < c->differences.count; i++)
		put_difference(r, &c->differences.list[i]);
}

void diff_json_unpaired(struct diff_report *r, int which, const struct sighting *s)
{
	begin_record(r, "unpaired");
	put_session(&r->json, which ? "b" : "a", s);
	json_key(&r->json, which ? "a" : "b");
	json_null(&r->json);
	end_record(r);
}

void diff_json_summary(struct diff_report *r, const struct sightings *a, const struct sightings *b)
{
	struct json *j = &r->json;

	begin_record(r, "diff-summary");
	json_key(j, "a_sessions");
	json_unsigned(j, a->seen);
	json_key(j, "b_sessions");
	json_unsigned(j, b->seen);
	json_key(j, "pairs");
	json_unsigned(j, r->pairs);
	json_key(j, "differences");
	json_unsigned(j, r->differences);
	json_key(j, "complete");
	json_bool(j, !a->incomplete && !b->incomplete);
	end_record(r);
}

/************ two sessions of one capture ************/

static void put_turn(struct json *j, const char *key, const struct entry *e)
{
	json_key(j, key);
	if (!e) {
		json_null(j);
		return;
	}
	json_object(j);
	json_key(j, "frame");
	json_unsigned(j, e->frame.number);
	json_key(j, "kind");
	json_word(j, e->kind == ENTRY_COMMAND ? "command"
		     : e->kind == ENTRY_BODY  ? "message"
		     : e->kind == ENTRY_REPLY ? "reply"
					      : "line");
	json_code_or_null(j, e->kind == ENTRY_REPLY ? e->code : 0);
	json_key(j, "text");
	json_string(j, span_of(e->text, e->length));
	json_end_object(j);
}

static void put_offer(void *json, struct span offer)
{
	json_string(json, offer);
}

static void put_offers(struct json *j, const char *key, const struct sighting *a, const struct sighting *b)
{
	const struct entry *one = sighting_hello(a), *other = sighting_hello(b);

	json_key(j, key);
	json_array(j);
	if (one && other)
		turn_offers(one, other, put_offer, j);
	json_end_array(j);
}

void diff_json_sessions(struct diff_report *r, const struct sighting *a, const struct sighting *b,
			const struct dialogue_parting *p)
{
	struct json *j = &r->json;

	begin_record(r, "contrast");
	put_session(j, "a", a);
	put_session(j, "b", b);
	json_key(j, "a_headline");
	json_text(j, a->headline);
	json_key(j, "b_headline");
	json_text(j, b->headline);
	json_key(j, "turn");
	if (p)
		json_unsigned(j, p->turn);
	else
		json_null(j);
	put_turn(j, "a_before", p ? p->before[0] : NULL);
	put_turn(j, "b_before", p ? p->before[1] : NULL);
	put_turn(j, "a_turn", p ? p->different[0] : NULL);
	put_turn(j, "b_turn", p ? p->different[1] : NULL);
	put_offers(j, "a_offers", a, b);
	put_offers(j, "b_offers", b, a);
	end_record(r);
}
