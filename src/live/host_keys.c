/* SPDX-License-Identifier: BSD-2-Clause */
#include "host_keys.h"

#include "key_probe.h"
#include "notice.h"

#include <stdio.h>
#include <stdlib.h>

struct host_keys {
	struct key_probe *probe;
	struct tls_keys *keys;
	uint64_t handshakes;
};

bool host_keys_store(struct tls_keys *keys, const struct key_event *event)
{
	static const struct {
		enum tls_key_name name;
		enum tls_secret_kind secret;
		bool first; /* of a handshake */
	} kinds[] = {
		[KEY_EVENT_MASTER] = { TLS_NAME_RANDOM, TLS_SECRET_MASTER, true },
		[KEY_EVENT_HANDSHAKE] = { TLS_NAME_TRANSCRIPT, TLS_SECRET_HANDSHAKE, true },
		[KEY_EVENT_CLIENT_HANDSHAKE] = { TLS_NAME_TRANSCRIPT, TLS_SECRET_CLIENT_HANDSHAKE, true },
		[KEY_EVENT_SERVER_HANDSHAKE] = { TLS_NAME_TRANSCRIPT, TLS_SECRET_SERVER_HANDSHAKE, true },
		[KEY_EVENT_CLIENT_APPLICATION] = { TLS_NAME_TRANSCRIPT, TLS_SECRET_CLIENT_APPLICATION, false },
		[KEY_EVENT_SERVER_APPLICATION] = { TLS_NAME_TRANSCRIPT, TLS_SECRET_SERVER_APPLICATION, false },
	};
	struct tls_key_id id;
	bool known;

	if (!event->kind || event->kind >= sizeof kinds / sizeof *kinds ||
	    !tls_key_id_make(&id, kinds[event->kind].name, span_of(event->name, event->name_size)))
		return false;
	known = tls_keys_find(keys, &id) != NULL;
	return tls_keys_add(keys, &id, kinds[event->kind].secret, span_of(event->secret, event->secret_size)) &&
	       !known && kinds[event->kind].first;
}

static void take(void *context, const struct key_event *event)
{
	struct host_keys *h = context;

	h->handshakes += host_keys_store(h->keys, event);
}

static void print_coverage(const struct key_probe *probe)
{
	const struct crypto_library *library;
	const char *failure;

	for (size_t i = 0; (library = key_probe_library(probe, i)); i++)
		notice("smtpscope: --keys-from-host covers %s (%s, build id %s)\n", library->path,
		       library->kind == CRYPTO_OPENSSL ? "OpenSSL" : "GnuTLS with TLS 1.3",
		       *library->build_id ? library->build_id : "unknown");
	for (size_t i = 0; (failure = key_probe_failure(probe, i)); i++)
		notice("smtpscope: --keys-from-host does not cover %s\n", failure);
}

struct host_keys *host_keys_open(struct tls_keys *keys, struct buf *error)
{
	struct host_keys *h = calloc(1, sizeof *h);

	if (!h) {
		buf_text(error, "out of memory");
		return NULL;
	}
	h->keys = keys;
	buf_text(error, "--keys-from-host: ");
	h->probe = key_probe_open(take, h, error);
	if (!h->probe) {
		free(h);
		return NULL;
	}
	buf_clear(error);
	print_coverage(h->probe);
	return h;
}

void host_keys_read(struct host_keys *h)
{
	key_probe_consume(h->probe);
}

void host_keys_count(const struct host_keys *h, struct host_keys_counts *counts)
{
	counts->handshakes = h->handshakes;
	counts->lost = key_probe_lost(h->probe);
}

void host_keys_close(struct host_keys *h)
{
	if (!h)
		return;
	key_probe_close(h->probe);
	free(h);
}
