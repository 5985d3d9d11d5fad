/* SPDX-License-Identifier: BSD-2-Clause */
#include "dialogue.h"

#include <stdlib.h>

enum {
	SHOWN = 3, /* repetitions shown before the rest are folded */
	CONSEQUENCES_SHOWN = 1,
	LIKES_SHOWN = 4, /* findings of one id and cause shown one by one */
};

struct entry *entry_create(const struct dialogue *d, enum entry_kind kind, const struct frame_ref *frame,
			   struct span text)
{
	size_t length = kind != ENTRY_FINDING && text.length > ENTRY_TEXT_KEPT ? ENTRY_TEXT_KEPT : text.length;
	struct entry *e = account_take_zeroed(d->account, 1, sizeof *e + length + 1);

	if (!e)
		return NULL;
	e->kind = kind;
	e->frame = *frame;
	e->latency = -1;
	e->size = (uint32_t)(sizeof *e + length + 1);
	e->length = (uint32_t)length;
	if (length)
		memcpy(e->text, text.at, length);
	return e;
}

void entry_destroy(const struct dialogue *d, struct entry *e)
{
	if (!e)
		return;
	if (e->kind == ENTRY_REPLY)
		account_free(d->account, e->recipient);
	/* A fold never contains folds: this recurses only one level. */
	for (unsigned i = 0; e->kind == ENTRY_FOLD && i < 2; i++)
		entry_destroy(d, e->spare[i]);
	account_free(d->account, e);
}

const char *entry_finding_text(const struct entry *e, enum finding_text which)
{
	const char *at = e->text, *end = e->text + e->length;

	while (which-- > 0 && at < end)
		at += strlen(at) + 1;
	return at < end ? at : "";
}

void dialogue_finish(struct dialogue *d)
{
	struct entry *next;

	for (struct entry *e = d->first; e; e = next) {
		next = e->next;
		entry_destroy(d, e);
	}
	*d = (struct dialogue){ .account = d->account };
}

static void append(struct dialogue *d, struct entry *e)
{
	e->serial = ++d->serial;
	e->before = d->last;
	e->next = NULL;
	*(d->last ? &d->last->next : &d->first) = e;
	d->last = e;
	d->entries++;
	d->bytes += e->size;
	if (d->head_entries == d->entries - 1 && d->entries <= DIALOGUE_HEAD && d->omitted == 0) {
		d->head_entries++;
		d->head_end = e;
		e->head = true;
	}
}

/* Removes an entry, which then belongs to the caller. */
static struct entry *take(struct dialogue *d, struct entry *e)
{
	*(e->before ? &e->before->next : &d->first) = e->next;
	*(e->next ? &e->next->before : &d->last) = e->before;
	d->entries--;
	d->bytes -= e->size;
	if (e->head)
		d->head_entries--;
	if (e == d->head_end)
		d->head_end = e->before;
	e->head = false;
	e->before = e->next = NULL;
	return e;
}

static void omit(struct dialogue *d, struct entry *e)
{
	const struct frame_ref *last = e->kind == ENTRY_FOLD ? &e->last_frame : &e->frame;

	if (!d->omitted || e->frame.time < d->omitted_first.time)
		d->omitted_first = e->frame;
	if (!d->omitted || last->time > d->omitted_last.time)
		d->omitted_last = *last;
	d->omitted += e->kind == ENTRY_FOLD && e->period ? e->count * e->period : 1;
	if (e->kind == ENTRY_FINDING)
		d->omitted_findings += 1 + e->more;
	entry_destroy(d, take(d, e));
}

void dialogue_trim(struct dialogue *d, size_t bytes)
{
	while (d->bytes > bytes && d->entries) {
		struct entry *e = d->head_end ? d->head_end->next : d->first;
		omit(d, e ? e : d->last);
	}
}

static void bound(struct dialogue *d)
{
	while (d->entries > DIALOGUE_HEAD + DIALOGUE_TAIL)
		omit(d, d->head_end ? d->head_end->next : d->first);
	if (d->bytes > DIALOGUE_BYTES)
		dialogue_trim(d, DIALOGUE_BYTES);
}

/* Returns whether |b| adds nothing new after |a|. */
static bool same(const struct entry *a, const struct entry *b)
{
	if (!a || !b || a->kind != b->kind || a->consequence != b->consequence || a->code != b->code)
		return false;
	if (a->consequence)
		return true;
	if (a->mark || b->mark || a->truncated != b->truncated)
		return false;
	switch (a->kind) {
	case ENTRY_LINE:
		return true;
	case ENTRY_REMARK:
		/* |verb| identifies remarks that differ only in their figures */
		return strcmp(a->verb, b->verb) == 0 &&
		       (a->verb[0] || (a->length == b->length && memcmp(a->text, b->text, a->length) == 0));
	case ENTRY_COMMAND:
		return (a->body_text && b->body_text) || strcmp(a->verb, b->verb) == 0;
	case ENTRY_REPLY:
		return a->name == b->name && a->answers == b->answers && strcmp(a->verb, b->verb) == 0 &&
		       strcmp(a->enhanced, b->enhanced) == 0;
	case ENTRY_BODY:
	case ENTRY_FINDING:
	case ENTRY_FOLD:
		break;
	}
	return false;
}

/* The same for a command and its reply. In a run of consequences, the commands may differ. */
static bool same_pair(const struct entry *question, const struct entry *reply, const struct entry *c,
		      const struct entry *r)
{
	return same(reply, r) && reply->direct && r->direct && question && question->kind == ENTRY_COMMAND &&
	       c->kind == ENTRY_COMMAND && (reply->consequence || same(question, c));
}

static void replace(struct dialogue *d, struct entry *fold, unsigned which, struct entry *e)
{
	if (fold->spare[which]) {
		fold->size -= fold->spare[which]->size;
		d->bytes -= fold->spare[which]->size;
		entry_destroy(d, fold->spare[which]);
	}
	if (strcmp(fold->verb, e->verb) != 0)
		fold->verb[0] = 0; /* several verbs */
	fold->spare[which] = e;
	fold->size += e->size;
	d->bytes += e->size;
}

static struct entry *fold_create(struct dialogue *d, unsigned period, const struct entry *e)
{
	struct entry *fold = entry_create(d, ENTRY_FOLD, &e->frame, span_of(NULL, 0));

	if (!fold)
		return NULL;
	fold->period = period;
	fold->first_frame = e->frame;
	memcpy(fold->verb, e->verb, sizeof fold->verb);
	append(d, fold);
	return fold;
}

static unsigned shown(const struct entry *e)
{
	return e->consequence ? CONSEQUENCES_SHOWN : SHOWN;
}

/* Folds the newest entry into earlier ones if it repeats them. */
static void fold_one(struct dialogue *d)
{
	struct entry *e = d->last, *fold = e->before;
	bool going_on = fold && fold->kind == ENTRY_FOLD && fold->period == 1 && same(fold->spare[0], e);

	if (!going_on) {
		const struct entry *at = e->before;
		for (unsigned i = 0; i < shown(e); i++, at = at->before)
			if (!same(at, e))
				return;
	}
	take(d, e);
	if (!going_on)
		fold = fold_create(d, 1, e);
	if (!fold) {
		entry_destroy(d, e);
		return;
	}
	fold->count++;
	fold->last_frame = e->frame;
	replace(d, fold, 0, e);
}

/* The same for the newest command and reply. Returns whether it was folded. */
static bool fold_pair(struct dialogue *d)
{
	struct entry *reply = d->last, *question = reply->before, *fold = question ? question->before : NULL;
	bool going_on;

	if (reply->kind != ENTRY_REPLY || !reply->direct || !question || question->kind != ENTRY_COMMAND)
		return false;
	going_on = fold && fold->kind == ENTRY_FOLD && fold->period == 2 &&
		   same_pair(fold->spare[0], fold->spare[1], question, reply);
	if (!going_on) {
		const struct entry *at = fold;
		for (unsigned i = 0; i < shown(reply); i++) {
			if (!at || !same_pair(at->before, at, question, reply))
				return false;
			at = at->before->before;
		}
	}
	take(d, reply);
	take(d, question);
	if (!going_on)
		fold = fold_create(d, 2, question);
	if (!fold) {
		entry_destroy(d, question);
		entry_destroy(d, reply);
		return true;
	}
	fold->count++;
	fold->last_frame = reply->frame;
	replace(d, fold, 0, question);
	replace(d, fold, 1, reply);
	return true;
}

void dialogue_add(struct dialogue *d, struct entry *e)
{
	if (!e)
		return;
	append(d, e);
	if (!fold_pair(d))
		fold_one(d);
	bound(d);
}

/* As in FNV-1a: a collision would only fold too much of the output. */
static uint64_t mix(uint64_t hash, uint64_t value)
{
	return (hash ^ value) * UINT64_C(1099511628211);
}

static uint64_t mix_text(uint64_t hash, const char *text)
{
	for (; *text; text++)
		hash = mix(hash, (uint8_t)*text);
	return mix(hash, 0);
}

/*
 * Returns a signature of the entries since the last message, without their figures; 0 if one of them must be
 * shown.
 */
static uint64_t signature(const struct dialogue *d)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (const struct entry *e = d->last; e && e->serial > d->message_start; e = e->before) {
		if (e->kind == ENTRY_FINDING || e->kind == ENTRY_LINE || (e->mark && !e->consequence))
			return 0;
		hash = mix(mix(mix(hash, e->kind), e->code), e->answers);
		hash = mix(mix(mix(hash, e->period), e->truncated), e->consequence);
		hash = mix_text(mix_text(hash, e->verb), e->enhanced);
	}
	return hash ? hash : 1;
}

void dialogue_end_message(struct dialogue *d)
{
	uint64_t now = signature(d), start = d->message_start;
	bool again = now && now == d->signature;
	struct frame_ref last = { 0 }, first = { 0 };
	struct entry *fold;

	d->signature = now;
	d->message_start = d->serial;
	if (!again || !d->last || d->last->serial <= start)
		return;
	last = d->last->frame;
	while (d->last && d->last->serial > start) {
		first = d->last->kind == ENTRY_FOLD ? d->last->first_frame : d->last->frame;
		entry_destroy(d, take(d, d->last));
	}
	fold = d->last;
	if (!fold || fold->kind != ENTRY_FOLD || fold->period != 0) {
		fold = entry_create(d, ENTRY_FOLD, &first, span_of(NULL, 0));
		if (!fold)
			return;
		fold->first_frame = first;
		append(d, fold);
		d->message_start = d->serial;
	}
	fold->count++;
	fold->last_frame = last;
}

/* Restores the newest folded entries, because a finding is about them. */
static void unfold(struct dialogue *d, const struct frame_ref *frame)
{
	struct entry *fold = d->last, *newest;

	if (!fold || fold->kind != ENTRY_FOLD || fold->period == 0)
		return;
	newest = fold->spare[fold->period - 1];
	if (!newest || newest->frame.number != frame->number || newest->frame.file != frame->file)
		return;
	fold->count--;
	for (unsigned i = 0; i < fold->period; i++) {
		struct entry *spare = fold->spare[i];
		fold->spare[i] = NULL;
		fold->size -= spare->size;
		d->bytes -= spare->size;
		append(d, spare);
	}
	if (fold->count == 0)
		entry_destroy(d, take(d, fold));
}

/* Marks the newest line of the finding's packet. */
static struct entry *mark(struct dialogue *d, const struct entry *finding)
{
	struct entry *e = d->last;

	for (unsigned i = 0; e && i < 64; i++, e = e->before) {
		if (e->kind == ENTRY_FINDING || e->kind == ENTRY_FOLD ||
		    e->frame.number != finding->frame.number || e->frame.file != finding->frame.file)
			continue;
		if (e->mark < finding->severity + 1u)
			e->mark = finding->severity + 1u;
		return e;
	}
	return NULL;
}

static void count_at(const struct dialogue *d, struct entry *root, struct entry *e)
{
	if (root->more++ == 0)
		root->first_frame = e->frame;
	root->last_frame = e->frame;
	entry_destroy(d, e);
}

static bool alike(const struct entry *a, const struct entry *b)
{
	return strcmp(entry_finding_text(a, FINDING_ID), entry_finding_text(b, FINDING_ID)) == 0 &&
	       strcmp(entry_finding_text(a, FINDING_CAUSE), entry_finding_text(b, FINDING_CAUSE)) == 0;
}

/* The finding is counted elsewhere: fold the line it is about with similar ones. */
static void fold_consequence(struct dialogue *d, const struct entry *finding, struct entry *marked)
{
	struct entry *fold = d->last;

	if (marked)
		marked->consequence = true;
	if (marked && marked == d->last && !fold_pair(d))
		fold_one(d);
	if (!marked && fold && fold->kind == ENTRY_FOLD && fold->mark < finding->severity + 1u)
		fold->mark = finding->severity + 1u;
}

void dialogue_add_finding(struct dialogue *d, struct entry *e, uint64_t root)
{
	struct entry *at_root = NULL, *first = NULL, *marked, *counts;
	unsigned likes = 0;

	if (!e)
		return;
	for (struct entry *at = d->first; at; at = at->next) {
		if (at->kind != ENTRY_FINDING)
			continue;
		if (root && at->number == root)
			at_root = at;
		if (alike(at, e) && likes++ == 0)
			first = at;
	}
	counts = at_root ? at_root : likes >= LIKES_SHOWN ? first : NULL;
	if (!counts)
		unfold(d, &e->frame);
	marked = mark(d, e);
	if (counts) {
		fold_consequence(d, e, marked);
		count_at(d, counts, e);
		return;
	}
	e->brief = likes > 0;
	append(d, e);
	bound(d);
}

static struct entry *find_finding(struct dialogue *d, uint64_t number)
{
	for (struct entry *e = d->first; e && number; e = e->next)
		if (e->kind == ENTRY_FINDING && e->number == number)
			return e;
	return NULL;
}

void dialogue_settle_finding(struct dialogue *d, const struct finding *finding)
{
	struct entry *e = find_finding(d, finding->number), *root = find_finding(d, finding->root);

	if (!e)
		return;
	for (struct entry *line = d->first; line && e->severity != finding->severity; line = line->next)
		if (line->mark == e->severity + 1u && line->kind != ENTRY_FINDING &&
		    line->frame.number == e->frame.number && line->frame.file == e->frame.file)
			line->mark = finding->severity + 1u;
	e->severity = finding->severity;
	if (root)
		count_at(d, root, take(d, e));
}
