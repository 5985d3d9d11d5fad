/* SPDX-License-Identifier: BSD-2-Clause */
#include "recall.h"
#include <stdlib.h>

enum { QUESTION_MOST = 24 };

struct recall_place {
	bool answered;
	unsigned code;
	size_t length;		      /* of |text| */
	char question[QUESTION_MOST]; /* "": NULL */
	char text[RECALL_TEXT];	      /* the lines, each with an LF */
	struct reply_cause answer;
};

struct recall {
	struct recall_place places[RECALL_PLACES];
	struct recall_place wanted; /* scratch: the reply that is looked for */
};

struct recall *recall_create(void)
{
	return calloc(1, sizeof(struct recall));
}

void recall_destroy(struct recall *r)
{
	free(r);
}

/* Copies |reply| to |p|. Returns false if it is too long. */
static bool copy(struct recall_place *p, const struct recall_reply *reply)
{
	size_t question = reply->question ? strlen(reply->question) : 0;

	if (question >= QUESTION_MOST)
		return false;
	p->code = reply->code;
	p->length = 0;
	memset(p->question, 0, sizeof p->question);
	memcpy(p->question, reply->question ? reply->question : "", question);
	for (size_t i = 0; i < reply->count; i++) {
		struct span line = reply->lines[i];

		if (line.length >= RECALL_TEXT - p->length)
			return false;
		if (line.length)
			memcpy(p->text + p->length, line.at, line.length);
		p->length += line.length;
		p->text[p->length++] = '\n';
	}
	return true;
}

/* Replies that differ share a place now and then; only the one that came last is remembered. */
static size_t hash(const struct recall_place *p)
{
	uint64_t sum = p->code + ((uint64_t)(uint8_t)p->question[0] << 32) + p->length;

	for (size_t i = 0; i < p->length; i += sizeof sum) {
		size_t rest = p->length - i;
		uint64_t part = 0;

		memcpy(&part, p->text + i, rest < sizeof part ? rest : sizeof part);
		sum = (sum ^ part) * UINT64_C(0x9e3779b97f4a7c15);
		sum ^= sum >> 29;
	}
	return sum % RECALL_PLACES;
}

static bool same(const struct recall_place *a, const struct recall_place *b)
{
	return a->code == b->code && a->length == b->length && memcmp(a->text, b->text, a->length) == 0 &&
	       memcmp(a->question, b->question, sizeof a->question) == 0;
}

const struct reply_cause *recall_find(struct recall *r, const struct recall_reply *reply,
				      struct recall_place **place)
{
	struct recall_place *p;

	*place = NULL;
	if (!copy(&r->wanted, reply))
		return NULL;
	p = &r->places[hash(&r->wanted)];
	if (p->answered && same(p, &r->wanted))
		return &p->answer;
	*p = r->wanted;
	p->answered = false;
	*place = p;
	return NULL;
}

void recall_keep(struct recall_place *place, const struct reply_cause *answer)
{
	place->answer = *answer;
	place->answered = true;
}
