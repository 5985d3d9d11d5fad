/* SPDX-License-Identifier: BSD-2-Clause */
#include "secret.h"

#include <ctype.h>
#include <stdlib.h>

/* How many bytes of |secret| the text begins with; 0 where they are too few to be it. */
static size_t matching(struct span secret, struct span text)
{
	size_t most = secret.length < text.length ? secret.length : text.length, same = 0;

	while (same < most && tolower(secret.at[same]) == tolower(text.at[same]))
		same++;
	if (same < secret.length)
		return same >= SECRET_PREFIX_MIN ? same : 0;
	while (same >= SECRET_LENGTH_KEPT && same < text.length && text.at[same] > ' ')
		same++;
	return same;
}

void secret_set_add(struct secret_set *set, struct span secret)
{
	struct span *slot;
	uint8_t *copy;

	secret = span_first(secret, SECRET_LENGTH_KEPT);
	if (secret.length < SECRET_LENGTH_MIN || memchr(secret.at, 0, secret.length))
		return;
	for (size_t i = 0; i < set->count; i++)
		if (set->held[i].length == secret.length &&
		    memcmp(set->held[i].at, secret.at, secret.length) == 0)
			return;
	if (!set->held && !(set->held = calloc(SECRETS_KEPT, sizeof *set->held)))
		return;
	slot = &set->held[set->next];
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
			size_t same = matching(set->held[i], span_from(text, start));

			if (same > best)
				best = same;
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
	free(set->held);
	*set = (struct secret_set){ 0 };
}
