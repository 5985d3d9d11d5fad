/* SPDX-License-Identifier: BSD-2-Clause */
#include "found_list.h"

#include "hash_secret.h"
#include "log_marks.h"

#include <stdio.h>
#include <stdlib.h>

enum { WORDS_KEPT = 4096 };

bool found_list_init(struct found_list *l)
{
	uint64_t secret[2];

	*l = (struct found_list){ .count = 0 };
	hash_secret_make(secret);
	l->list = calloc(FOUND_LIST_KEPT, sizeof *l->list);
	return l->list && map_init(&l->map, secret);
}

void found_list_finish(struct found_list *l)
{
	for (size_t i = 0; i < l->count; i++) {
		free((void *)(uintptr_t)l->list[i]->key.at);
		free((void *)(uintptr_t)l->list[i]->reply.at);
		free(l->list[i]);
	}
	free(l->list);
	map_finish(&l->map);
	l->list = NULL;
	l->count = 0;
}

bool found_is_success(struct span reply)
{
	return reply.length && (reply.at[0] == '2' || reply.at[0] == '3');
}

/* The reply in lower case, with each run of blanks, line ends and quotes as one blank. */
static void squeeze(struct span reply, struct buf *out)
{
	bool blank = false, any = false;

	for (size_t i = 0; i < reply.length && i < WORDS_KEPT; i++) {
		uint8_t c = reply.at[i];

		if (c <= ' ' || c == '"' || c == '\'') {
			blank = true;
			continue;
		}
		if (blank && any)
			buf_text(out, " ");
		c = c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
		buf_append(out, span_of(&c, 1));
		any = true;
		blank = false;
	}
}

/* The address in the first angle brackets of the reply that hold one. */
static struct span address_in(struct span reply)
{
	const uint8_t *open = reply.length ? memchr(reply.at, '<', reply.length) : NULL;
	struct span rest = open ? span_from(reply, (size_t)(open - reply.at) + 1) : (struct span){ 0 };
	const uint8_t *close = rest.length ? memchr(rest.at, '>', rest.length) : NULL;
	struct span inside = close ? span_first(rest, (size_t)(close - rest.at)) : (struct span){ 0 };

	if (!inside.length || inside.length >= FOUND_RECIPIENT_SIZE ||
	    !memchr(inside.at, '@', inside.length) || memchr(inside.at, ' ', inside.length))
		return (struct span){ 0 };
	return inside;
}

static struct span copy(struct span text)
{
	uint8_t *at = malloc(text.length + 1);

	if (at && text.length)
		memcpy(at, text.at, text.length);
	return at ? span_of(at, text.length) : (struct span){ 0 };
}

static bool same_key(const struct map_node *node, const void *key)
{
	const struct found_entry *e = (const struct found_entry *)(const void *)node;

	return span_equal(e->key, *(const struct span *)key);
}

static struct found_entry *find(const struct found_list *l, struct span key)
{
	return (struct found_entry *)(void *)map_find(&l->map, map_hash(&l->map, key), same_key, &key);
}

static void set_question(struct found_entry *e, const char *question)
{
	if (question && !e->question[0])
		snprintf(e->question, sizeof e->question, "%s", question);
}

static void add_new(struct found_list *l, const struct found *found, struct span recipient, struct span key,
		    size_t words)
{
	struct found_entry *e = NULL;

	if (l->count < FOUND_LIST_KEPT && l->bytes + key.length + found->reply.length <= FOUND_LIST_BYTES)
		e = calloc(1, sizeof *e);
	if (!e) {
		l->left_out++;
		return;
	}
	e->key = copy(key);
	e->reply = copy(found->reply);
	if (!e->key.at || !e->reply.at) {
		free((void *)(uintptr_t)e->key.at);
		free((void *)(uintptr_t)e->reply.at);
		free(e);
		l->left_out++;
		return;
	}
	e->words = words;
	e->line = found->line;
	e->times = 1;
	set_question(e, found->question);
	if (recipient.length && recipient.length < sizeof e->recipient)
		memcpy(e->recipient, recipient.at, recipient.length);
	l->bytes += key.length + found->reply.length;
	l->list[l->count++] = e;
	map_insert(&l->map, &e->node, map_hash(&l->map, e->key));
}

void found_list_add(struct found_list *l, const struct found *found)
{
	bool for_sender = found->question && strcmp(found->question, "MAIL") == 0;
	struct span recipient =
	    found->recipient.length || for_sender ? found->recipient : address_in(found->reply);
	struct found_entry *known;
	struct buf key;
	size_t words;

	buf_init(&key, FOUND_RECIPIENT_SIZE + WORDS_KEPT + 1);
	squeeze(recipient, &key);
	buf_text(&key, "\n");
	words = key.length;
	squeeze(found->reply, &key);
	known = find(l, buf_span(&key));
	if (known) {
		known->times++;
		set_question(known, found->question);
	} else {
		add_new(l, found, recipient, buf_span(&key), words);
	}
	buf_finish(&key);
}

/* One entry for each word looked up: what represents the others with it. */
struct representative {
	struct map_node node;
	struct span word;
	struct found_entry *entry;
};

static bool same_word(const struct map_node *node, const void *key)
{
	const struct representative *r = (const struct representative *)(const void *)node;

	return span_equal(r->word, *(const struct span *)key);
}

static struct span words_of(const struct found_entry *e)
{
	return span_from(e->key, e->words);
}

/* Folds |less| into |more|. */
static void fold(struct found_entry *more, struct found_entry *less)
{
	more->times += less->times;
	set_question(more, less->question);
	if (less->line < more->line)
		more->line = less->line;
	less->folded = true;
}

/* Do both tell of the same refusal of one recipient, |less| with fewer words? */
static bool says_less(const struct found_entry *less, const struct found_entry *more)
{
	struct span a = words_of(less), b = words_of(more);

	if (found_is_success(less->reply) != found_is_success(more->reply))
		return false;
	/* A status of the sender's own server, beside the reply that it stands for. */
	if (!words_are_reply(less->reply) && words_are_reply(more->reply))
		return true;
	return a.length <= b.length && span_equal(a, span_first(b, a.length));
}

/*
 * Folds entries by one word of theirs: their reply, where those without a recipient belong to one with it; or their recipient, where one
 * says less than another.
 */
static void fold_by(struct found_list *l, struct representative *all, bool by_recipient)
{
	struct map map = { 0 };

	if (!map_init(&map, l->map.secret))
		return;
	for (size_t i = 0; i < l->count; i++) {
		struct found_entry *e = l->list[i], *other;
		struct span word = by_recipient ? span_first(e->key, e->words) : words_of(e);
		struct representative *r;

		if (e->folded || (by_recipient && !e->recipient[0]))
			continue;
		r = (struct representative *)(void *)map_find(&map, map_hash(&map, word), same_word, &word);
		if (!r) {
			all[i] = (struct representative){ .word = word, .entry = e };
			map_insert(&map, &all[i].node, map_hash(&map, word));
			continue;
		}
		other = r->entry;
		if (by_recipient ? says_less(e, other) : !e->recipient[0]) {
			fold(other, e);
		} else if (by_recipient ? says_less(other, e) : !other->recipient[0]) {
			fold(e, other);
			r->entry = e;
		}
	}
	map_finish(&map);
}

/* Refusals first, otherwise as they stood in the text. */
static int by_success(const void *a, const void *b)
{
	const struct found_entry *x = *(struct found_entry *const *)a, *y = *(struct found_entry *const *)b;
	int order = found_is_success(x->reply) - found_is_success(y->reply);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

void found_list_settle(struct found_list *l)
{
	struct representative *all = calloc(l->count + 1, sizeof *all);

	if (all) {
		fold_by(l, all, false);
		fold_by(l, all, true);
	}
	free(all);
	qsort(l->list, l->count, sizeof *l->list, by_success);
}
