/* SPDX-License-Identifier: BSD-2-Clause */
#include "cut_table.h"

#include <stdlib.h>

enum { KEY_SIZE = 38 };

/* Two endpoints, and the sessions between them. */
struct pair {
	struct map_node node; /* first, because the map casts */
	uint8_t key[KEY_SIZE];
	const struct session_marks **sessions;
	size_t count, capacity;
	size_t next;			  /* index of the first that has not begun */
	const struct session_marks *open; /* the one whose packets are passing; NULL: none */
	bool ending;			  /* its last packet was seen */
};

static bool same(const struct map_node *node, const void *key)
{
	return memcmp(((const struct pair *)(const void *)node)->key, key, KEY_SIZE) == 0;
}

static void put_end(uint8_t *at, const struct endpoint *e)
{
	memcpy(at, e->addr.bytes, 16);
	at[16] = e->addr.version;
	at[17] = (uint8_t)(e->port >> 8);
	at[18] = (uint8_t)e->port;
}

/* Puts the lower endpoint first, so that both directions have the same key. */
static void make_key(uint8_t key[static KEY_SIZE], const struct endpoint *a, const struct endpoint *b)
{
	uint8_t one[KEY_SIZE / 2], other[KEY_SIZE / 2];
	bool in_order;

	put_end(one, a);
	put_end(other, b);
	in_order = memcmp(one, other, sizeof one) <= 0;
	memcpy(key, in_order ? one : other, sizeof one);
	memcpy(key + sizeof one, in_order ? other : one, sizeof one);
}

bool cut_table_init(struct cut_table *t, const uint64_t secret[static 2], struct account *account)
{
	t->account = account;
	return map_init_charged(&t->pairs, secret, account);
}

void cut_table_finish(struct cut_table *t)
{
	while (t->pairs.oldest) {
		struct pair *p = (struct pair *)t->pairs.oldest;

		map_remove(&t->pairs, &p->node);
		account_free(t->account, p->sessions);
		account_free(t->account, p);
	}
	map_finish(&t->pairs);
}

static struct pair *find(const struct cut_table *t, const struct endpoint *a, const struct endpoint *b,
			 uint8_t key[static KEY_SIZE], uint64_t *hash)
{
	make_key(key, a, b);
	*hash = map_hash(&t->pairs, span_of(key, KEY_SIZE));
	return (struct pair *)map_find(&t->pairs, *hash, same, key);
}

bool cut_table_add(struct cut_table *t, const struct session_marks *marks)
{
	uint8_t key[KEY_SIZE];
	uint64_t hash;
	struct pair *p = find(t, &marks->side[0].sender, &marks->side[1].sender, key, &hash);

	if (!p) {
		p = account_take_zeroed(t->account, 1, sizeof *p);
		if (!p)
			return false;
		memcpy(p->key, key, KEY_SIZE);
		map_insert(&t->pairs, &p->node, hash);
	}
	if (p->count == p->capacity) {
		size_t capacity = p->capacity ? p->capacity * 2 : 1;
		const struct session_marks **grown =
		    account_resize(t->account, p->sessions, capacity * sizeof *grown);

		if (!grown)
			return false;
		p->sessions = grown;
		p->capacity = capacity;
	}
	p->sessions[p->count++] = marks;
	return true;
}

static bool is_packet(const struct frame_ref *a, const struct frame_ref *b)
{
	return a->number == b->number && a->file == b->file;
}

const struct session_marks *cut_table_find(struct cut_table *t, const struct segment *segment,
					   enum direction *d)
{
	uint8_t key[KEY_SIZE];
	uint64_t hash;
	struct pair *p;

	if (!t->pairs.count)
		return NULL;
	p = find(t, &segment->source, &segment->target, key, &hash);
	if (!p)
		return NULL;
	if (p->ending && !is_packet(&p->open->last, &segment->frame)) {
		p->open = NULL;
		p->ending = false;
	}
	while (p->next < p->count && (p->sessions[p->next]->from_start ||
				      is_packet(&p->sessions[p->next]->first, &segment->frame))) {
		p->open = p->sessions[p->next++];
		p->ending = false;
	}
	if (!p->open)
		return NULL;
	p->ending = p->ending || is_packet(&p->open->last, &segment->frame);
	*d = endpoint_equal(&p->open->side[DIR_CLIENT].sender, &segment->source) ? DIR_CLIENT : DIR_SERVER;
	return p->open;
}
