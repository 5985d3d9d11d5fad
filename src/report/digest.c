/* SPDX-License-Identifier: BSD-2-Clause */
#include "digest.h"

#include "decimal.h"

#include <string.h>

enum { PARTS_SHOWN = 12, PART_SIZE = COMMAND_VERB_SIZE + 32 };

/* The parts so far. Equal ones in a row are counted. */
struct digest {
	struct buf *text;
	char part[PART_SIZE];
	uint64_t count;
	unsigned shown;
	uint64_t rest; /* parts that are not shown */
};

static void put_part(struct digest *d)
{
	if (!d->count)
		return;
	if (d->shown == PARTS_SHOWN) {
		d->rest += d->count;
		return;
	}
	if (d->shown++)
		buf_text(d->text, " · ");
	buf_text(d->text, d->part);
	if (d->count > 1) {
		buf_text(d->text, " ×");
		buf_number(d->text, d->count);
	}
}

/* |part| is shorter than PART_SIZE. */
static void add(struct digest *d, const char *part, uint64_t count)
{
	if (strcmp(part, d->part) != 0) {
		put_part(d);
		memcpy(d->part, part, strlen(part) + 1);
		d->count = 0;
	}
	d->count += count;
}

/* A verb that can be shown as it is, otherwise "line". */
static const char *plain_verb(const struct entry *e)
{
	return strspn(e->verb, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == strlen(e->verb) && e->verb[0] ? e->verb
											      : "line";
}

static void add_reply(struct digest *d, const struct entry *e, uint64_t count)
{
	char part[PART_SIZE], *end;
	const char *to = e->answers == ANSWERS_CONNECT	     ? "greeting"
			 : e->answers == ANSWERS_END_OF_DATA ? "message"
			 : e->answers == ANSWERS_NONE	     ? "unasked"
			 : e->answers == ANSWERS_UNSEEN	     ? "reply"
							     : plain_verb(e);

	end = stpcpy(stpcpy(part, to), " ");
	*decimal_write(end, e->code, 1) = 0;
	add(d, part, count);
}

/* A command is told by the reply that follows it. */
static bool answered_next(const struct entry *e, const struct entry *last)
{
	return e != last && e->next && e->next->kind == ENTRY_REPLY && e->next->direct;
}

static void add_fold(struct digest *d, const struct entry *e)
{
	const struct entry *spare = e->period ? e->spare[e->period - 1] : NULL;

	if (spare && spare->kind == ENTRY_REPLY)
		add_reply(d, spare, e->count);
	else if (spare && spare->kind == ENTRY_COMMAND)
		add(d, plain_verb(spare), e->count);
	else if (e->period == 0)
		add(d, "message like it", e->count);
}

void digest_text(struct buf *text, const struct entry *first, const struct entry *last)
{
	struct digest d = { .text = text };

	for (const struct entry *e = first; e; e = e == last ? NULL : e->next) {
		if (e->kind == ENTRY_REPLY)
			add_reply(&d, e, 1);
		else if (e->kind == ENTRY_FOLD)
			add_fold(&d, e);
		else if (e->kind == ENTRY_BODY && !answered_next(e, last))
			add(&d, "message", 1);
		else if (e->kind == ENTRY_COMMAND && !answered_next(e, last))
			add(&d, plain_verb(e), 1);
	}
	put_part(&d);
	if (d.rest) {
		buf_text(text, " · and ");
		buf_number(text, d.rest);
		buf_text(text, " more");
	}
}
