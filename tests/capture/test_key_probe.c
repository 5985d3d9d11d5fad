/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The probes, on calls that this test makes itself. OpenSSL and Nettle are loaded at run time, so building needs neither. Without the
 * rights, the kernel or the libraries, the tests say so and pass.
 */
#include "key_probe.h"

#include "harness.h"

#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

enum { EVENTS_MAX = 16 };

struct heard {
	struct key_event event[EVENTS_MAX];
	size_t count;
};

/* Only what these tests derive: its bytes count up. Other processes of this machine may use TLS, too. */
static bool ours(const unsigned char *name)
{
	for (size_t i = 1; i < 32; i++)
		if (name[i] != (unsigned char)(name[0] + i))
			return false;
	return true;
}

static void hear(void *context, const struct key_event *event)
{
	struct heard *heard = context;

	if (!ours(event->name))
		return;
	if (heard->count < EVENTS_MAX)
		heard->event[heard->count] = *event;
	heard->count++;
}

/* NULL, after a message, if this machine has no probes. */
static struct key_probe *open_probe(struct heard *heard)
{
	struct buf error;
	struct key_probe *probe;

	buf_init(&error, 1024);
	probe = key_probe_open(hear, heard, &error);
	if (!probe) {
		printf("skipped: %s\n", buf_string(&error));
		ck_assert_uint_gt(error.length, 0);
	}
	buf_finish(&error);
	return probe;
}

/* Every library has a path and a build id to name it. */
static bool library_covered(const struct key_probe *probe, enum crypto_kind kind)
{
	const struct crypto_library *library;

	for (size_t i = 0; (library = key_probe_library(probe, i)); i++) {
		ck_assert_msg(strchr(library->path, '/') != NULL, "%s", library->path);
		ck_assert_uint_ge(strlen(library->build_id), 16);
		if (library->kind == kind)
			return true;
	}
	return false;
}

/************ OpenSSL ************/

struct parameter {
	const char *key;
	unsigned type;
	const void *data;
	size_t size, return_size;
};

enum { INTEGER = 1, TEXT = 4, OCTETS = 5 };

struct openssl {
	void *(*fetch)(void *, const char *, const char *);
	void *(*create)(void *);
	int (*derive)(void *, uint8_t *, size_t, const struct parameter *);
	void (*free_context)(void *);
	void (*free_kdf)(void *);
};

static void *function(void *library, const char *name)
{
	void *found = dlsym(library, name);

	ck_assert_msg(found != NULL, "%s", name);
	return found;
}

static bool load_openssl(struct openssl *o)
{
	void *library = dlopen("libcrypto.so.3", RTLD_NOW);
	void *found[5];

	if (!library)
		return false;
	found[3] = function(library, "EVP_KDF_CTX_free");
	found[4] = function(library, "EVP_KDF_free");
	memcpy(&o->free_context, &found[3], sizeof o->free_context);
	memcpy(&o->free_kdf, &found[4], sizeof o->free_kdf);
	found[0] = function(library, "EVP_KDF_fetch");
	found[1] = function(library, "EVP_KDF_CTX_new");
	found[2] = function(library, "EVP_KDF_derive");
	memcpy(&o->fetch, &found[0], sizeof o->fetch);
	memcpy(&o->create, &found[1], sizeof o->create);
	memcpy(&o->derive, &found[2], sizeof o->derive);
	return true;
}

static void fill(uint8_t *bytes, size_t size, uint8_t first)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(first + i);
}

static void derive(const struct openssl *o, const char *algorithm, uint8_t *out, size_t size,
		   const struct parameter *parameters)
{
	void *kdf = o->fetch(NULL, algorithm, NULL);
	void *context = o->create(kdf);

	ck_assert_int_eq(o->derive(context, out, size, parameters), 1);
	o->free_context(context);
	o->free_kdf(kdf);
}

static void derive_master(const struct openssl *o, const char *label)
{
	uint8_t secret[48], server[32], client[32], out[104];
	const struct parameter parameters[] = {
		{ "digest", TEXT, "SHA256", 6, 0 },	      { "secret", OCTETS, secret, sizeof secret, 0 },
		{ "seed", OCTETS, label, strlen(label), 0 },  { "seed", OCTETS, server, sizeof server, 0 },
		{ "seed", OCTETS, client, sizeof client, 0 }, { NULL, 0, NULL, 0, 0 }
	};

	fill(secret, sizeof secret, 1);
	fill(server, sizeof server, 70);
	fill(client, sizeof client, 120);
	derive(o, "TLS1-PRF", out, sizeof out, parameters);
}

static void derive_tls13(const struct openssl *o, const char *label, const char *digest, size_t size)
{
	uint8_t key[48], hash[48], out[48];
	int expand_only = 2;
	const struct parameter parameters[] = { { "mode", INTEGER, &expand_only, sizeof expand_only, 0 },
						{ "digest", TEXT, digest, strlen(digest), 0 },
						{ "key", OCTETS, key, size, 0 },
						{ "prefix", OCTETS, "tls13 ", 6, 0 },
						{ "label", OCTETS, label, strlen(label), 0 },
						{ "data", OCTETS, hash, size, 0 },
						{ NULL, 0, NULL, 0, 0 } };

	fill(key, sizeof key, 11);
	fill(hash, sizeof hash, 99);
	derive(o, "TLS13-KDF", out, size, parameters);
}

static void check_event(const struct key_event *event, enum key_event_kind kind, size_t name_size,
			uint8_t name, size_t secret_size, uint8_t secret)
{
	uint8_t expected[KEY_EVENT_BYTES];

	ck_assert_int_eq(event->kind, kind);
	ck_assert_uint_eq(event->name_size, name_size);
	ck_assert_uint_eq(event->secret_size, secret_size);
	fill(expected, sizeof expected, name);
	ck_assert_mem_eq(event->name, expected, name_size);
	fill(expected, sizeof expected, secret);
	ck_assert_mem_eq(event->secret, expected, secret_size);
}

START_TEST(openssl_secrets)
{
	static struct heard heard;
	struct openssl o;
	struct key_probe *probe;

	if (!load_openssl(&o) || !(probe = open_probe(&heard)))
		return;
	ck_assert(library_covered(probe, CRYPTO_OPENSSL));
	derive_master(&o, "key expansion");
	derive_master(&o, "master secret");
	derive_master(&o, "key expansioN");
	derive_tls13(&o, "s hs traffic", "SHA256", 32);
	derive_tls13(&o, "c hs traffic", "SHA256", 32);
	derive_tls13(&o, "s hs traffic", "SHA384", 48);
	derive_tls13(&o, "s ap traffic", "SHA256", 32);
	derive_tls13(&o, "derived", "SHA256", 32);
	key_probe_consume(probe);
	ck_assert_uint_eq(heard.count, 3);
	check_event(&heard.event[0], KEY_EVENT_MASTER, 32, 120, 48, 1);
	check_event(&heard.event[1], KEY_EVENT_HANDSHAKE, 32, 99, 32, 11);
	check_event(&heard.event[2], KEY_EVENT_HANDSHAKE, 48, 99, 48, 11);
	ck_assert_uint_eq(key_probe_lost(probe), 0);
	key_probe_close(probe);
}
END_TEST

/* More handshakes than the ring has room for. */
START_TEST(many_and_lost)
{
	enum { CALLS = 6000 };
	static struct heard heard;
	struct openssl o;
	struct key_probe *probe;

	if (!load_openssl(&o) || !(probe = open_probe(&heard)))
		return;
	for (int i = 0; i < CALLS; i++)
		derive_tls13(&o, "s hs traffic", "SHA256", 32);
	key_probe_consume(probe);
	ck_assert_uint_gt(heard.count, 1000);
	ck_assert_uint_gt(key_probe_lost(probe), 0);
	ck_assert_uint_lt(heard.count, CALLS);
	ck_assert_uint_ge(heard.count + key_probe_lost(probe), CALLS);
	key_probe_close(probe);
	derive_tls13(&o, "s hs traffic", "SHA256", 32); /* the library is as before */
}
END_TEST

/************ Nettle ************/

struct nettle {
	void (*set_key)(void *, size_t, const uint8_t *);
	void *update, *digest;
	void (*expand)(void *, void *, void *, size_t, size_t, const uint8_t *, size_t, uint8_t *);
};

static bool load_nettle(struct nettle *n)
{
	void *library = dlopen("libnettle.so.8", RTLD_NOW);
	void *found[2];

	if (!library)
		return false;
	found[0] = function(library, "nettle_hmac_sha256_set_key");
	found[1] = function(library, "nettle_hkdf_expand");
	memcpy(&n->set_key, &found[0], sizeof n->set_key);
	memcpy(&n->expand, &found[1], sizeof n->expand);
	n->update = function(library, "nettle_hmac_sha256_update");
	n->digest = function(library, "nettle_hmac_sha256_digest");
	return true;
}

static void expand(const struct nettle *n, const char *label, uint8_t secret[static 32])
{
	static _Alignas(16) uint8_t context[4096]; /* an hmac_sha256_ctx, whose size is not public */
	uint8_t info[128], key[32];
	size_t length = strlen(label);

	fill(key, sizeof key, 5);
	n->set_key(context, sizeof key, key);
	info[0] = 0;
	info[1] = 32;
	info[2] = (uint8_t)length;
	memcpy(info + 3, label, length);
	info[3 + length] = 32;
	fill(info + 4 + length, 32, 200);
	n->expand(context, n->update, n->digest, 32, 4 + length + 32, info, 32, secret);
}

START_TEST(nettle_secrets)
{
	static const char *const labels[] = { "tls13 c hs traffic", "tls13 derived",
					      "tls13 s hs traffic", "tls13 c ap traffic",
					      "tls13 s ap traffic", "tls13 exp master",
					      "tls13 x hs traffic" };
	static const enum key_event_kind kinds[] = { KEY_EVENT_CLIENT_HANDSHAKE,
						     0,
						     KEY_EVENT_SERVER_HANDSHAKE,
						     KEY_EVENT_CLIENT_APPLICATION,
						     KEY_EVENT_SERVER_APPLICATION,
						     0,
						     0 };
	static struct heard heard;
	struct nettle n;
	struct key_probe *probe;
	size_t seen = 0;

	if (!load_nettle(&n) || !(probe = open_probe(&heard)))
		return;
	ck_assert(library_covered(probe, CRYPTO_NETTLE));
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		uint8_t secret[32], name[32];

		expand(&n, labels[i], secret);
		key_probe_consume(probe);
		if (!kinds[i])
			continue;
		ck_assert_uint_eq(heard.count, seen + 1);
		ck_assert_int_eq(heard.event[seen].kind, kinds[i]);
		ck_assert_uint_eq(heard.event[seen].secret_size, 32);
		ck_assert_mem_eq(heard.event[seen].secret, secret, 32);
		fill(name, sizeof name, 200);
		ck_assert_uint_eq(heard.event[seen].name_size, 32);
		ck_assert_mem_eq(heard.event[seen].name, name, 32);
		seen++;
	}
	ck_assert_uint_eq(heard.count, seen);
	key_probe_close(probe);
}
END_TEST

SUITE("key probe", openssl_secrets, many_and_lost, nettle_secrets)
