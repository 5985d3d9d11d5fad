/* SPDX-License-Identifier: BSD-2-Clause */
#include "json_reply.h"

#include "names.h"
#include "redact.h"

_Static_assert((int)ENHANCED_SIZE >= (int)JSON_SHORT, "json_short can read so many bytes");

/* Hot path: constant parts are written as literal pieces. Ends the lines; the caller ends the object. */
static void write_answers(struct json_report *r, const struct session_facts *session, const struct exchange *x)
{
	struct json *j = &r->json;
	const struct command *c = x->command;
	bool hidden = c && !r->config.show_secrets && c->secret_at == 0;

	JSON_PIECE(j, false, "],\"answers\":{\"kind\":");
	json_word(j, name_answers(x->answers));
	JSON_PIECE(j, false, ",\"verb\":");
	if (!c || (x->answers != ANSWERS_COMMAND && x->answers != ANSWERS_BDAT))
		json_null(j);
	else if (hidden)
		json_text(j, REDACTED); /* a line that is entirely a credential has one as its verb */
	else
		json_wire_text(r, session, c->verb);
	JSON_PIECE(j, false, ",\"line\":");
	if (!c || x->answers == ANSWERS_END_OF_DATA)
		json_null(j);
	else
		json_wire(r, session, c->line, c->secret_at);
	if (c && c->line.length && !command_is_whole(c))
		JSON_PIECE(j, true, ",\"cut\":true");
	json_frame(r, c ? &c->frame : NULL);
	json_moment(r, "time", c ? &c->frame : NULL);
	if (x->recipient) {
		JSON_PIECE(j, false, ",\"recipient\":");
		json_wire_text(r, session, x->recipient);
	} else {
		JSON_PIECE(j, true, ",\"recipient\":null");
	}
}

/* Writes the end of the record. */
static void write_meaning(struct json *j, const struct json_meaning *m)
{
	JSON_PIECE(j, false, ",\"name\":");
	json_text(j, m->name);
	JSON_PIECE(j, false, ",\"category\":");
	json_word(j, m->category);
	JSON_PIECE(j, false, ",\"expected\":");
	json_word(j, name_expected(m->expected));
	JSON_PIECE(j, false, ",\"phase\":");
	json_word(j, name_phase(m->phase));
	JSON_PIECE(j, false, ",\"truncated\":");
	json_bool(j, m->truncated);
	JSON_PIECE(j, false, ",\"rule\":");
	json_text(j, m->rule);
	JSON_PIECE(j, false, ",\"cause\":");
	json_text(j, m->cause);
	/* The certainty of the pairing. */
	JSON_PIECE(j, false, ",\"pairing\":");
	json_word(j, m->pairing);
	JSON_PIECE(j, false, ",\"tls\":");
	json_bool(j, m->inside_tls);
	json_end_object(j);
	json_line_end(j);
}

static bool same_meaning(const struct json_meaning *a, const struct json_meaning *b)
{
	return a->name == b->name && a->category == b->category && a->rule == b->rule &&
	       a->cause == b->cause && a->expected == b->expected && a->phase == b->phase &&
	       a->pairing == b->pairing && a->truncated == b->truncated && a->inside_tls == b->inside_tls;
}

/* Replaces what |slot| remembers by |m|, and returns its text. */
static struct span remember(struct json_meaning *slot, const struct json_meaning *m)
{
	struct buf text = slot->text;
	struct output into = { .into = &text };
	struct json j;

	buf_clear(&text);
	text.limit = SIZE_MAX;
	json_init(&j, &into);
	write_meaning(&j, m);
	*slot = *m;
	slot->text = text;
	return buf_span(&text);
}

/* There are few different meanings, so their texts are remembered. */
static void end_reply(struct json_report *r, const struct annotation *a, const struct exchange *x)
{
	struct json_meaning m = { .name = a->name,
				  .category = a->category,
				  .rule = a->rule,
				  .cause = a->cause,
				  .pairing = x->answers == ANSWERS_UNSEEN ? NULL
					     : x->likely		  ? "likely"
									  : "certain",
				  .expected = a->expected,
				  .phase = x->phase,
				  .truncated = x->reply->flags & REPLY_TRUNCATED,
				  .inside_tls = x->inside_tls };
	/* The texts lie close together, so neighbors must get places far apart. */
	uint64_t hash = ((uintptr_t)a->name ^ (uintptr_t)a->rule << 20 ^ (uint64_t)x->phase << 56) *
			UINT64_C(0x9e3779b97f4a7c15);
	struct json_meaning *slot = &r->meanings[(hash >> 32) % JSON_MEANINGS];
	struct span text =
	    slot->text.length && same_meaning(slot, &m) ? buf_span(&slot->text) : remember(slot, &m);

	json_last_piece(&r->json, text);
}

void json_reply(struct json_report *r, const struct record *record)
{
	static const struct annotation none = { .expected = EXPECTED_UNKNOWN };
	struct json *j = &r->json;
	const struct session_facts *session = record->event->session;
	const struct exchange *x = record->event->exchange;
	const struct reply *reply = x->reply;
	char enhanced[ENHANCED_SIZE] = "";
	size_t enhanced_length = enhanced_text(enhanced, &reply->enhanced);

	JSON_PIECE(j, false, "{\"type\":\"reply\",\"session\":");
	json_identity(r, session);
	json_frame(r, &reply->frame);
	json_moment(r, "time", &reply->frame);
	JSON_UNSIGNED(j, ",\"code\":", reply->code);
	if (enhanced_length) {
		JSON_PIECE(j, false, ",\"enhanced\":");
		json_short(j, enhanced, enhanced_length);
		JSON_PIECE(j, false, ",\"lines\":[");
	} else {
		JSON_PIECE(j, false, ",\"enhanced\":null,\"lines\":[");
	}
	for (size_t i = 0; i < reply->line_count; i++)
		json_wire(r, session, reply->lines[i], SIZE_MAX);
	write_answers(r, session, x);
	JSON_PIECE(j, false, "},\"latency_ms\":");
	json_milliseconds(j, x->latency);
	end_reply(r, record->annotation ? record->annotation : &none, x);
}
