/* SPDX-License-Identifier: BSD-2-Clause */
#include "alignment.h"

#include "recognition.h"

#include <stdlib.h>

enum {
	KEY_MAX = 1024,
	FIRST_LINES = 2,
	VOTE_LENGTH = 8, /* shorter lines are too common */
	ORDER_MIN = 3,	 /* sessions that are all alike, to be paired by their order alone */
	VOTES_SHARE = 3, /* of the lines of the shorter dialogue, one in three must vote */
};

/* How much the clocks of two captures may drift apart. */
#define DRIFT_MAX (100 * TSTAMP_MILLISECOND)

const char *aligned_by_word(enum aligned_by by)
{
	static const char *const words[] = { "sequence", "addresses", "content", "order", "user" };

	return words[by];
}

/* A session, or a line of one, under a key. */
struct keyed {
	uint64_t hash;
	struct sighting *sighting;
	bool second; /* it is one of the second capture */
};

struct keyed_list {
	struct keyed *list;
	size_t count, capacity;
	bool short_of_memory;
};

static uint64_t hash_of(struct span key)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < key.length; i++)
		hash = (hash ^ key.at[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static void add_keyed(struct keyed_list *e, struct keyed entry)
{
	size_t capacity = e->capacity ? e->capacity * 2 : 256;
	struct keyed *grown;

	if (e->count == e->capacity) {
		grown = realloc(e->list, capacity * sizeof *grown);
		if (!grown) {
			e->short_of_memory = true;
			return;
		}
		e->list = grown;
		e->capacity = capacity;
	}
	e->list[e->count++] = entry;
}

static int compare_keyed(const void *a, const void *b)
{
	const struct keyed *one = a, *other = b;

	if (one->hash != other->hash)
		return one->hash < other->hash ? -1 : 1;
	if (one->second != other->second)
		return one->second ? 1 : -1;
	return (one->sighting->marks.number > other->sighting->marks.number) -
	       (one->sighting->marks.number < other->sighting->marks.number);
}

/************ keys ************/

static void put_endpoints(struct buf *key, const struct sighting *s)
{
	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++) {
		const struct endpoint *e = &s->marks.side[d].sender;

		buf_append(key, span_of(e->addr.bytes, sizeof e->addr.bytes));
		buf_append(key, span_of(&e->port, sizeof e->port));
	}
}

/* The first lines of the server, or of a dialogue without any, of the client. */
static void put_first_lines(struct buf *key, const struct sighting *s)
{
	size_t put = 0;

	for (size_t i = 0; i < s->line_count && put < FIRST_LINES; i++)
		if (s->lines[i].direction == DIR_SERVER) {
			buf_text(key, s->lines[i].text);
			buf_text(key, "\n");
			put++;
		}
}

typedef bool put_key(struct buf *key, const struct sighting *s);

static bool put_sequence(struct buf *key, const struct sighting *s)
{
	for (int d = DIR_CLIENT; d <= DIR_SERVER; d++)
		buf_append(key, span_of(&s->side[d].syn.seq, sizeof s->side[d].syn.seq));
	return s->side[DIR_CLIENT].syn.seen && s->side[DIR_SERVER].syn.seen;
}

/* A SYN that nobody answered, or whose answer is missing. */
static bool put_syn(struct buf *key, const struct sighting *s)
{
	put_endpoints(key, s);
	buf_append(key, span_of(&s->side[DIR_CLIENT].syn.seq, sizeof s->side[DIR_CLIENT].syn.seq));
	return s->side[DIR_CLIENT].syn.seen;
}

static bool put_addresses(struct buf *key, const struct sighting *s)
{
	put_endpoints(key, s);
	put_first_lines(key, s);
	return true;
}

/* All lines: for sessions that nothing else distinguishes. */
static bool put_dialogue(struct buf *key, const struct sighting *s)
{
	for (size_t i = 0; i < s->line_count; i++) {
		buf_text(key, s->lines[i].text);
		buf_text(key, "\n");
	}
	return s->line_count > 0;
}

/************ pairs ************/

static void join(struct alignment *l, const struct aligned *pair)
{
	pair->a->partner = pair->b;
	pair->b->partner = pair->a;
	l->list[l->count++] = *pair;
}

static void collect_keys(struct keyed_list *e, const struct sightings *from, bool second, put_key *put)
{
	struct buf key;

	buf_init(&key, SIGHTING_LINES * 64);
	for (size_t i = 0; i < from->count; i++) {
		struct sighting *s = from->list[i];

		buf_clear(&key);
		if (!s->partner && put(&key, s))
			add_keyed(e, (struct keyed){ hash_of(buf_span(&key)), s, second });
	}
	buf_finish(&key);
}

/* Do the second sessions begin as long after one another as the first ones? */
static bool has_same_distances(const struct keyed *group, size_t count)
{
	int64_t offset = group[count].sighting->start - group[0].sighting->start;

	for (size_t i = 1; i < count; i++) {
		int64_t drift = group[i + count].sighting->start - group[i].sighting->start - offset;

		if (drift > DRIFT_MAX || drift < -DRIFT_MAX)
			return false;
	}
	return true;
}

/* Joins |count| sessions of the first capture with the |count| sessions of the second one behind them, if they are the same. */
static void join_group(struct alignment *l, const struct keyed *group, size_t count, enum aligned_by by)
{
	bool all = by == ALIGNED_BY_ORDER && count >= ORDER_MIN && has_same_distances(group, count);

	for (size_t i = 0; i < count; i++) {
		struct aligned pair = { group[i].sighting, group[i + count].sighting, by };

		if (by == ALIGNED_BY_SEQUENCE || all || recognition_is_same(pair.a, pair.b))
			join(l, &pair);
	}
}

/* Pairs sessions with the same key. |several|: also if several have it, as long as there are as many in both captures. */
static bool pair_by_key(struct alignment *l, const struct sightings *a, const struct sightings *b,
			put_key *put, enum aligned_by by, bool several)
{
	struct keyed_list e = { 0 };
	size_t end;

	collect_keys(&e, a, false, put);
	collect_keys(&e, b, true, put);
	if (e.count)
		qsort(e.list, e.count, sizeof *e.list, compare_keyed);
	for (size_t at = 0; at < e.count; at = end) {
		size_t firsts = 0;

		for (end = at; end < e.count && e.list[end].hash == e.list[at].hash; end++)
			firsts += !e.list[end].second;
		if (end - at != 2 * firsts || (firsts > 1 && !several))
			continue;
		join_group(l, &e.list[at], firsts, by);
	}
	free(e.list);
	return !e.short_of_memory;
}

/************ lines ************/

/* Lines of sessions without a partner; each line of a session once. */
static void collect_lines(struct keyed_list *e, const struct sightings *from, bool second)
{
	for (size_t i = 0; i < from->count; i++) {
		struct sighting *s = from->list[i];

		for (size_t j = 0; !s->partner && j < s->line_count; j++)
			if (strlen(s->lines[j].text) >= VOTE_LENGTH)
				add_keyed(e, (struct keyed){ hash_of(span_text(s->lines[j].text)), s, second });
	}
}

/* Two sessions that share a line no other session has. */
struct vote {
	struct sighting *a, *b;
};

static int compare_votes(const void *a, const void *b)
{
	const struct vote *one = a, *other = b;

	if (one->a != other->a)
		return one->a->marks.number < other->a->marks.number ? -1 : 1;
	return (one->b->marks.number > other->b->marks.number) -
	       (one->b->marks.number < other->b->marks.number);
}

/* Turns groups of equal lines into votes. Returns their number. */
static size_t make_votes(const struct keyed_list *e, struct vote *votes)
{
	size_t count = 0, end;

	for (size_t at = 0; at < e->count; at = end) {
		const struct sighting *first = NULL, *second = NULL;
		bool shared = false;

		for (end = at; end < e->count && e->list[end].hash == e->list[at].hash; end++) {
			const struct sighting **one = e->list[end].second ? &second : &first;

			shared |= *one && *one != e->list[end].sighting;
			*one = e->list[end].sighting;
		}
		if (first && second && !shared)
			votes[count++] = (struct vote){ e->list[at].sighting, e->list[end - 1].sighting };
	}
	return count;
}

static bool is_enough(const struct vote *v, size_t votes)
{
	size_t lines = v->a->line_count < v->b->line_count ? v->a->line_count : v->b->line_count;

	return votes * VOTES_SHARE >= lines || votes >= 8;
}

static bool pair_by_lines(struct alignment *l, const struct sightings *a, const struct sightings *b)
{
	struct keyed_list e = { 0 };
	struct vote *votes;
	size_t count, end;

	collect_lines(&e, a, false);
	collect_lines(&e, b, true);
	votes = e.count ? calloc(e.count, sizeof *votes) : NULL;
	if (!votes) {
		free(e.list);
		return !e.count && !e.short_of_memory;
	}
	qsort(e.list, e.count, sizeof *e.list, compare_keyed);
	count = make_votes(&e, votes);
	if (count)
		qsort(votes, count, sizeof *votes, compare_votes);
	/* A session whose lines are found in two others is paired with neither. */
	for (size_t at = 0; at < count; at = end) {
		for (end = at; end < count && !compare_votes(&votes[at], &votes[end]);)
			end++;
		if (is_enough(&votes[at], end - at) && recognition_is_same(votes[at].a, votes[at].b) &&
		    !votes[at].a->partner && !votes[at].b->partner &&
		    (at == 0 || votes[at - 1].a != votes[at].a) &&
		    (end == count || votes[end].a != votes[at].a))
			join(l, &(struct aligned){ votes[at].a, votes[at].b, ALIGNED_BY_CONTENT });
	}
	free(votes);
	free(e.list);
	return !e.short_of_memory;
}

static int by_number(const void *a, const void *b)
{
	const struct aligned *one = a, *other = b;

	return (one->a->marks.number > other->a->marks.number) -
	       (one->a->marks.number < other->a->marks.number);
}

bool alignment_find(struct alignment *l, const struct sightings *a, const struct sightings *b)
{
	size_t most = a->count < b->count ? a->count : b->count;

	l->list = calloc(most + 1, sizeof *l->list);
	if (!l->list || !pair_by_key(l, a, b, put_sequence, ALIGNED_BY_SEQUENCE, false) ||
	    !pair_by_key(l, a, b, put_syn, ALIGNED_BY_SEQUENCE, false) ||
	    !pair_by_key(l, a, b, put_addresses, ALIGNED_BY_ADDRESSES, false) || !pair_by_lines(l, a, b) ||
	    !pair_by_key(l, a, b, put_dialogue, ALIGNED_BY_ORDER, true) ||
	    !pair_by_key(l, a, b, put_addresses, ALIGNED_BY_ADDRESSES, true))
		return false;
	qsort(l->list, l->count, sizeof *l->list, by_number);
	return true;
}

bool alignment_force(struct alignment *l, const struct sightings *a, const struct sightings *b)
{
	l->list = calloc(1, sizeof *l->list);
	if (l->list && a->count && b->count)
		join(l, &(struct aligned){ a->list[0], b->list[0], ALIGNED_BY_USER });
	return l->list != NULL;
}

void alignment_finish(struct alignment *l)
{
	free(l->list);
	*l = (struct alignment){ 0 };
}
