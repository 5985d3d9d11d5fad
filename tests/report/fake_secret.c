/* SPDX-License-Identifier: BSD-2-Clause */
/* A stand-in for the smtp stage's secret set, so that the report stage is tested alone. */
#include "secret.h"

#include <stdlib.h>
#include <strings.h>

void secret_set_add(struct secret_set *set, struct span secret)
{
	uint8_t *copy = malloc(secret.length);

	memcpy(copy, secret.at, secret.length);
	set->held[set->count++] = span_of(copy, secret.length);
}

bool secret_set_find(const struct secret_set *set, struct span text, size_t from, size_t *at, size_t *length)
{
	for (*at = from; *at < text.length; ++*at) {
		*length = 0;
		for (size_t i = 0; i < set->count; i++)
			if (span_has(text, *at, set->held[i].length) && set->held[i].length > *length &&
			    strncasecmp((const char *)text.at + *at, (const char *)set->held[i].at,
					set->held[i].length) == 0)
				*length = set->held[i].length;
		if (*length)
			return true;
	}
	return false;
}

void secret_set_finish(struct secret_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		union {
			const uint8_t *from;
			void *to;
		} cast = { .from = set->held[i].at };
		free(cast.to);
	}
	*set = (struct secret_set){ 0 };
}
