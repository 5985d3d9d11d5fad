/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_workspace.h"

#include <stdlib.h>

struct tls_workspace *tls_workspace_create(struct tls_keys *keys, bool keys_may_come)
{
	struct tls_workspace *w = calloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->keys = keys;
	w->keys_may_come = keys_may_come;
	return w;
}

void tls_workspace_destroy(struct tls_workspace *w)
{
	if (!w)
		return;
	tls_crypto_destroy(w->crypto);
	explicit_bzero(w, sizeof *w);
	free(w);
}

bool tls_workspace_prepare(struct tls_workspace *w)
{
	if (!w->crypto && !w->no_crypto) {
		w->crypto = tls_crypto_create();
		w->no_crypto = !w->crypto;
	}
	return w->crypto != NULL;
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
