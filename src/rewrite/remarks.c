/* SPDX-License-Identifier: BSD-2-Clause */
#include "remarks.h"

#include "escape.h"
#include "names.h"
#include "verdict.h"

#include <stdlib.h>

struct remark {
	struct frame_ref frame;
	size_t order; /* in which they came */
	char *text;   /* owned */
};

struct remarks {
	struct account *account;
	size_t most; /* REMARKS_BYTES, or less if the account is small */
	struct remark *list;
	size_t count, capacity;
	size_t bytes;
	struct buf line; /* the one being made */
	struct buf verdicts;
	uint64_t verdicts_omitted;
};

struct remarks *remarks_create(struct account *account)
{
	struct remarks *r = calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->account = account;
	r->most = account_share(account, REMARKS_BYTES, 16);
	buf_init(&r->line, REMARKS_VERDICTS);
	buf_init(&r->verdicts, REMARKS_VERDICTS);
	return r;
}

void remarks_destroy(struct remarks *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->count; i++)
		account_free(r->account, r->list[i].text);
	account_free(r->account, r->list);
	buf_finish(&r->line);
	buf_finish(&r->verdicts);
	free(r);
}

static bool reserve(struct remarks *r)
{
	size_t capacity = r->capacity ? r->capacity * 2 : 64;
	struct remark *grown;

	if (r->count < r->capacity)
		return true;
	grown = account_resize(r->account, r->list, capacity * sizeof *grown);
	if (!grown)
		return false;
	r->list = grown;
	r->capacity = capacity;
	return true;
}

static void put(struct buf *to, const char *before, const char *text)
{
	if (!text || !text[0])
		return;
	buf_text(to, before);
	escape_append(to, span_text(text), ESCAPE_WHOLE);
}

void remarks_finding(struct remarks *r, const struct record *record)
{
	const struct finding *f = record->finding;
	char *text;

	if (record->kind != RECORD_FINDING || !f->frame.number || !reserve(r))
		return;
	buf_clear(&r->line);
	buf_format(&r->line, "smtpscope: %s (%s) in session %llu: ", f->id, name_severity(f->severity),
		   (unsigned long long)record->event->session->number);
	put(&r->line, "", f->title);
	put(&r->line, ". ", f->why);
	put(&r->line, " ", f->fix);
	if (r->bytes + r->line.length > r->most)
		return;
	text = account_string(r->account, buf_span(&r->line));
	if (!text)
		return;
	r->bytes += r->line.length;
	r->list[r->count] = (struct remark){ .frame = f->frame, .order = r->count, .text = text };
	r->count++;
}

void remarks_verdict(struct remarks *r, const struct record *record)
{
	const struct verdict *v = record->verdict;

	if (!v || !v->failed)
		return;
	buf_clear(&r->line);
	buf_format(&r->line, "smtpscope: session %llu: ", (unsigned long long)record->event->session->number);
	put(&r->line, "", v->headline);
	put(&r->line, v->headline && v->headline[0] && v->headline[strlen(v->headline) - 1] == '.' ? " " : ". ",
	    v->advice);
	buf_text(&r->line, "\n");
	/* Room for the line that says how many there are. */
	if (r->verdicts.length + r->line.length + 80 > REMARKS_VERDICTS) {
		r->verdicts_omitted++;
		return;
	}
	buf_append(&r->verdicts, buf_span(&r->line));
}

static int compare_frames(const struct frame_ref *a, const struct frame_ref *b)
{
	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

static int compare(const void *a, const void *b)
{
	const struct remark *x = a, *y = b;
	int order = compare_frames(&x->frame, &y->frame);

	return order ? order : x->order < y->order ? -1 : x->order > y->order;
}

void remarks_sort(struct remarks *r)
{
	if (r->count)
		qsort(r->list, r->count, sizeof *r->list, compare);
}

size_t remarks_of(const struct remarks *r, const struct frame_ref *frame,
		  const char *texts[static REMARKS_A_PACKET])
{
	size_t low = 0, high = r->count, count = 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_frames(&r->list[middle].frame, frame) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (low < r->count && count < REMARKS_A_PACKET && compare_frames(&r->list[low].frame, frame) == 0)
		texts[count++] = r->list[low++].text;
	return count;
}

const char *remarks_verdicts(struct remarks *r)
{
	if (r->verdicts_omitted) {
		buf_format(&r->verdicts, "smtpscope: and %llu more failed sessions\n",
			   (unsigned long long)r->verdicts_omitted);
		r->verdicts_omitted = 0;
	}
	/* Without the last line end. */
	if (r->verdicts.length && r->verdicts.at[r->verdicts.length - 1] == '\n')
		r->verdicts.length--;
	return buf_string(&r->verdicts);
}
