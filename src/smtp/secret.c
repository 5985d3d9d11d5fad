/* SPDX-License-Identifier: BSD-2-Clause */
#include "secret.h"

#include <stdlib.h>
#include <strings.h>

static bool same_text(const uint8_t *a, const uint8_t *b, size_t length)
{
	return strncasecmp((const char *)a, (const char *)b, length) == 0;
}

void secret_set_add(struct secret_set *set, struct span secret)
{
	struct span *slot = &set->held[set->next];
	uint8_t *copy;

	secret = span_first(secret, SECRET_LENGTH_KEPT);
	if (secret.length < SECRET_LENGTH_MIN || memchr(secret.at, 0, secret.length))
		return;
	for (size_t i = 0; i < set->count; i++)
		if (set->held[i].length == secret.length && memcmp(set->held[i].at, secret.at, secret.length) == 0)
			return;
	copy = malloc(secret.length);
	if (!copy)
		return;
	memcpy(copy, secret.at, secret.length);
	free((void *)(uintptr_t)slot->at);
	*slot = span_of(copy, secret.length);
	set->next = (set->next + 1) % SECRETS_KEPT;
	if (set->count < SECRETS_KEPT)
		set->count++;
}

bool secret_set_find(const struct secret_set *set, struct span text, size_t from, size_t *at, size_t *length)
{
	for (size_t start = from; start < text.length; start++) {
		size_t best = 0;

		for (size_t i = 0; i < set->count; i++) {
			struct span held = set->held[i];

			if (held.length > best && held.length <= text.length - start &&
			    same_text(held.at, text.at + start, held.length))
				best = held.length;
		}
		if (best) {
			*at = start;
			*length = best;
			return true;
		}
	}
	return false;
}

void secret_set_finish(struct secret_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		free((void *)(uintptr_t)set->held[i].at);
	*set = (struct secret_set){ 0 };
}
