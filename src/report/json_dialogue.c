/* SPDX-License-Identifier: BSD-2-Clause */
#include "json_dialogue.h"

static void number(struct json *j, const char *key, uint64_t value)
{
	json_key(j, key);
	json_unsigned(j, value);
}

static void word(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	json_text(j, text);
}

static void duration(struct json *j, const char *key, int64_t ns)
{
	json_key(j, key);
	json_milliseconds(j, ns);
}

static const char *kind_name(enum entry_kind kind)
{
	switch (kind) {
	case ENTRY_COMMAND:
		return "command";
	case ENTRY_BODY:
		return "body";
	case ENTRY_REPLY:
		return "reply";
	case ENTRY_LINE:
		return "line";
	case ENTRY_REMARK:
		return "remark";
	case ENTRY_FINDING:
		return "finding";
	case ENTRY_FOLD:
		break;
	}
	return "fold";
}

static void reply(struct json *j, const struct entry *e)
{
	number(j, "code", e->code);
	word(j, "name", e->name);
	duration(j, "latency_ms", e->latency);
	if (e->recipient)
		word(j, "recipient", e->recipient);
	if (e->more_lines || e->truncated) {
		json_key(j, "more_lines");
		json_bool(j, true);
	}
}

static void fold(struct json *j, const struct entry *e)
{
	number(j, "count", e->count);
	if (!e->first_frame.number)
		return;
	number(j, "first_frame", e->first_frame.number);
	number(j, "last_frame", e->last_frame.number);
}

static void details(struct json *j, const struct entry *e)
{
	switch (e->kind) {
	case ENTRY_BODY:
		number(j, "bytes", e->bytes);
		if (e->estimated) {
			json_key(j, "bytes_estimated");
			json_bool(j, true);
		}
		duration(j, "took_ms", e->latency);
		break;
	case ENTRY_REPLY:
		reply(j, e);
		break;
	case ENTRY_FINDING:
		number(j, "number", e->number);
		number(j, "more", e->more);
		break;
	case ENTRY_FOLD:
		fold(j, e);
		break;
	case ENTRY_COMMAND:
	case ENTRY_LINE:
	case ENTRY_REMARK:
		break;
	}
}

/* |behind|: entries before it were dropped. */
static void entry(struct json *j, const struct entry *e, tstamp start, bool behind)
{
	json_object(j);
	word(j, "kind", kind_name(e->kind));
	json_key(j, "ms");
	if (e->frame.number && e->frame.time >= start)
		json_milliseconds(j, e->frame.time - start);
	else
		json_null(j);
	if (e->frame.number)
		number(j, "frame", e->frame.number);
	if (e->kind != ENTRY_FINDING && e->kind != ENTRY_FOLD) {
		json_key(j, "text");
		json_string(j, span_of(e->text, e->length));
	}
	if (e->mark)
		number(j, "mark", e->mark);
	if (behind) {
		json_key(j, "after_omitted");
		json_bool(j, true);
	}
	details(j, e);
	json_end_object(j);
}

void json_dialogue(struct json *j, const struct dialogue *d, uint64_t session, tstamp start)
{
	json_object(j);
	word(j, "type", "dialogue");
	number(j, "session", session);
	number(j, "omitted", d->omitted);
	json_key(j, "entries");
	json_array(j);
	for (const struct entry *e = d->first; e; e = e->next)
		entry(j, e, start, d->omitted && e->before && e->before == d->head_end);
	json_end_array(j);
	json_end_object(j);
	json_line_end(j);
}
