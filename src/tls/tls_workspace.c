/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_workspace.h"

#include "openssl_library.h"

struct tls_workspace *tls_workspace_create(struct tls_keys *keys, bool keys_may_come, struct account *account)
{
	struct tls_workspace *w = account_take_zeroed(account, 1, sizeof *w);

	if (!w)
		return NULL;
	w->openssl = account_take_zeroed(account, 1, sizeof *w->openssl);
	if (!w->openssl) {
		account_free(account, w);
		return NULL;
	}
	w->keys = keys;
	w->keys_may_come = keys_may_come;
	w->account = account;
	w->buffered_most = account_share(account, TLS_BUFFERED_SUM, 8);
	return w;
}

void tls_workspace_destroy(struct tls_workspace *w)
{
	struct account *account = w ? w->account : NULL;

	if (!w)
		return;
	tls_crypto_destroy(w->crypto);
	account_free(account, w->openssl);
	account_free(account, w->missed);
	explicit_bzero(w, sizeof *w);
	account_free(account, w);
}

bool tls_workspace_prepare(struct tls_workspace *w)
{
	if (!w->crypto && !w->no_crypto) {
		w->crypto = openssl_library_load(w->openssl) ? tls_crypto_create(w->openssl) : NULL;
		w->no_crypto = !w->crypto;
		if (w->crypto)
			tls_crypto_charge(w->crypto, w->account);
	}
	return w->crypto != NULL;
}

void tls_workspace_missed(struct tls_workspace *w, const uint8_t random[static TLS_RANDOM_SIZE])
{
	if (!w->missed)
		w->missed = account_take_zeroed(w->account, TLS_MISSED_KEPT, sizeof *w->missed);
	if (w->missed)
		memcpy(w->missed[w->missed_count++ % TLS_MISSED_KEPT], random, TLS_RANDOM_SIZE);
}

uint64_t tls_workspace_late(const struct tls_workspace *w)
{
	uint64_t late = 0;
	struct tls_key_id id;

	for (size_t i = 0; i < w->missed_count && i < TLS_MISSED_KEPT; i++)
		late += tls_key_id_make(&id, TLS_NAME_RANDOM, span_of(w->missed[i], TLS_RANDOM_SIZE)) &&
			tls_keys_find(w->keys, &id);
	return late;
}

bool tls_workspace_try(struct tls_workspace *w, tstamp now)
{
	int64_t second = now / TSTAMP_SECOND;

	if (second != w->second) {
		w->second = second;
		w->tries = 0;
	}
	if (w->tries >= TLS_TRIES_SECOND)
		return false;
	w->tries++;
	return true;
}
