/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_keys.h"

#include "map.h"

#include <sys/mman.h>

/* Nodes are allocated in slabs, so that few calls protect their memory. */
enum { SLAB_NODES = 512, SLAB_COUNT_MAX = (TLS_KEYS_KEPT + SLAB_NODES - 1) / SLAB_NODES };

struct node {
	struct map_node map;
	struct node *next_free;
	struct tls_key_entry entry;
};

struct tls_keys {
	struct map map;
	size_t most;
	uint64_t added, claimed;
	struct node *free;
	struct node *slabs[SLAB_COUNT_MAX];
	size_t slab_count;
	struct account *account;
};

static struct node *node_of(struct map_node *map)
{
	return (struct node *)((char *)map - offsetof(struct node, map));
}

struct tls_keys *tls_keys_create_charged(size_t most, const uint64_t hash_secret[static 2],
					 struct account *account)
{
	struct tls_keys *k = account_take_zeroed(account, 1, sizeof *k);
	size_t share = account_share(account, TLS_KEYS_KEPT * sizeof(struct node), 8) / sizeof(struct node);

	if (!k)
		return NULL;
	k->account = account;
	k->most = most && most < TLS_KEYS_KEPT ? most : TLS_KEYS_KEPT;
	if (k->most > share)
		k->most = share > SLAB_NODES ? share : SLAB_NODES;
	if (!map_init_charged(&k->map, hash_secret, account)) {
		account_free(account, k);
		return NULL;
	}
	return k;
}

struct tls_keys *tls_keys_create(size_t most, const uint64_t hash_secret[static 2])
{
	return tls_keys_create_charged(most, hash_secret, NULL);
}

void tls_keys_destroy(struct tls_keys *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->slab_count; i++) {
		explicit_bzero(k->slabs[i], SLAB_NODES * sizeof *k->slabs[i]);
		munmap(k->slabs[i], SLAB_NODES * sizeof *k->slabs[i]);
		account_release(k->account, SLAB_NODES * sizeof *k->slabs[i]);
	}
	map_finish(&k->map);
	account_free(k->account, k);
}

static bool add_slab(struct tls_keys *k)
{
	size_t size = SLAB_NODES * sizeof *k->free;
	struct node *slab;

	if (k->slab_count == SLAB_COUNT_MAX)
		return false;
	slab = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (slab == MAP_FAILED)
		return false;
	/* Both may fail (RLIMIT_MEMLOCK); the store works without. */
	(void)madvise(slab, size, MADV_DONTDUMP);
	(void)mlock(slab, size);
	account_charge(k->account, size);
	k->slabs[k->slab_count++] = slab;
	for (size_t i = 0; i < SLAB_NODES; i++) {
		slab[i].next_free = k->free;
		k->free = &slab[i];
	}
	return true;
}

static void drop_oldest(struct tls_keys *k)
{
	struct node *node = node_of(k->map.oldest);

	map_remove(&k->map, &node->map);
	explicit_bzero(node, sizeof *node);
	node->next_free = k->free;
	k->free = node;
}

static struct node *take_node(struct tls_keys *k)
{
	struct node *node;

	if (k->map.count >= k->most || (!k->free && !add_slab(k) && k->map.count))
		drop_oldest(k);
	node = k->free;
	if (node)
		k->free = node->next_free;
	return node;
}

bool tls_key_id_make(struct tls_key_id *id, enum tls_key_name name, struct span bytes)
{
	if (bytes.length != 32 && (name == TLS_NAME_RANDOM || bytes.length != TLS_HASH_MAX))
		return false;
	*id = (struct tls_key_id){ .name = name, .length = (uint8_t)bytes.length };
	memcpy(id->bytes, bytes.at, bytes.length);
	return true;
}

static struct span id_bytes(const struct tls_key_id *id)
{
	return span_of(id->bytes, id->length);
}

static bool same(const struct map_node *map, const void *key)
{
	const struct node *node = (const struct node *)((const char *)map - offsetof(struct node, map));
	const struct tls_key_id *id = key;

	return node->entry.id.name == id->name && span_equal(id_bytes(&node->entry.id), id_bytes(id));
}

static struct node *find(const struct tls_keys *k, const struct tls_key_id *id, uint64_t hash)
{
	struct map_node *found = map_find(&k->map, hash, same, id);

	return found ? node_of(found) : NULL;
}

bool tls_keys_add(struct tls_keys *k, const struct tls_key_id *id, enum tls_secret_kind kind, struct span secret)
{
	uint64_t hash = map_hash(&k->map, id_bytes(id));
	struct node *node = find(k, id, hash);
	struct tls_secret *to;

	if (secret.length != 48 && (secret.length != 32 || kind == TLS_SECRET_MASTER))
		return false;
	if (node) {
		map_touch(&k->map, &node->map);
	} else {
		node = take_node(k);
		if (!node)
			return false;
		node->entry = (struct tls_key_entry){ .id = *id };
		map_insert(&k->map, &node->map, hash);
	}
	to = &node->entry.secret[kind];
	explicit_bzero(to, sizeof *to);
	to->length = (uint8_t)secret.length;
	memcpy(to->bytes, secret.at, secret.length);
	k->added++;
	return true;
}

const struct tls_key_entry *tls_keys_find(const struct tls_keys *k, const struct tls_key_id *id)
{
	struct node *node = find(k, id, map_hash(&k->map, id_bytes(id)));

	return node ? &node->entry : NULL;
}

void tls_keys_claim(struct tls_keys *k, const struct tls_key_id *id)
{
	struct node *node = find(k, id, map_hash(&k->map, id_bytes(id)));

	if (!node || node->entry.claimed)
		return;
	node->entry.claimed = true;
	k->claimed++;
}

const struct tls_key_entry *tls_keys_unclaimed(const struct tls_keys *k, const struct tls_key_entry *before)
{
	struct map_node *at = k->map.newest;

	if (before)
		at = ((const struct node *)((const char *)before - offsetof(struct node, entry)))->map.older;
	while (at && node_of(at)->entry.claimed)
		at = at->older;
	return at ? &node_of(at)->entry : NULL;
}

uint64_t tls_keys_added(const struct tls_keys *k)
{
	return k->added;
}

uint64_t tls_keys_claimed(const struct tls_keys *k)
{
	return k->claimed;
}

size_t tls_keys_count(const struct tls_keys *k)
{
	return k->map.count;
}
