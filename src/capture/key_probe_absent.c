/* SPDX-License-Identifier: BSD-2-Clause */
/* key_probe_absent: takes the place of key_probe.c in a program that was built without libbpf or clang. */
#include "key_probe.h"

struct key_probe *key_probe_open(key_event_sink *sink, void *context, struct buf *error)
{
	(void)sink;
	(void)context;
	buf_text(error,
		 "this program was built without probes (meson option key_probe; needs libbpf and clang)");
	return NULL;
}

void key_probe_consume(struct key_probe *p)
{
	(void)p;
}

uint64_t key_probe_lost(const struct key_probe *p)
{
	(void)p;
	return 0;
}

const struct crypto_library *key_probe_library(const struct key_probe *p, size_t index)
{
	(void)p;
	(void)index;
	return NULL;
}

const char *key_probe_failure(const struct key_probe *p, size_t index)
{
	(void)p;
	(void)index;
	return NULL;
}

void key_probe_close(struct key_probe *p)
{
	(void)p;
}
