/* SPDX-License-Identifier: BSD-2-Clause */
#include "option_values.h"

#include "nearest.h"
#include "notice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool option_number(const char *option, const char *text, uint64_t least, uint64_t most, uint64_t *value)
{
	char *end;
	unsigned long long read;

	errno = 0;
	read = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || read < least || read > most) {
		if (most == UINT64_MAX)
			notice("smtpscope: --%s takes a number from %llu, not '%s'\n", option,
			       (unsigned long long)least, text);
		else
			notice("smtpscope: --%s takes a number from %llu to %llu, not '%s'\n", option,
			       (unsigned long long)least, (unsigned long long)most, text);
		return false;
	}
	*value = read;
	return true;
}

/* A number and at most one letter of |units|; |factors| has the factor without a unit first, then one for each letter. */
static bool scaled(const char *option, const char *text, const char *units, const uint64_t *factors,
		   uint64_t *value)
{
	char *end;
	unsigned long long read = strtoull(text, &end, 10);
	uint64_t factor = factors[0];
	const char *unit = *end ? strchr(units, *end) : NULL;

	if (unit)
		factor = factors[unit - units + 1];
	if (*text < '0' || *text > '9' || (*end && (!unit || end[1])) || read == 0 ||
	    read > UINT64_MAX / 4 / factor) {
		notice("smtpscope: --%s takes a number, alone or followed by one of %s, not '%s'\n", option,
		       units, text);
		return false;
	}
	*value = read * factor;
	return true;
}

bool option_size(const char *option, const char *text, uint64_t *value)
{
	static const uint64_t factors[] = { 1, 1 << 10, 1 << 20, 1 << 30, UINT64_C(1) << 40, 1 << 10 };

	return scaled(option, text, "KMGTk", factors, value);
}

bool option_duration(const char *option, const char *text, tstamp *value)
{
	static const uint64_t factors[] = { 1, 1, 60, 3600, 86400 };
	uint64_t seconds;

	if (!scaled(option, text, "smhd", factors, &seconds))
		return false;
	if (seconds > 1000000000) {
		notice("smtpscope: --%s: '%s' is too long\n", option, text);
		return false;
	}
	*value = (tstamp)seconds * TSTAMP_SECOND;
	return true;
}

bool option_word(const char *option, const char *text, option_words *words, size_t *index)
{
	struct nearest nearest = { .word = text };
	const char *word;

	for (size_t i = 0; (word = words(i)); i++) {
		if (strcmp(text, word) == 0) {
			*index = i;
			return true;
		}
		nearest_offer(&nearest, word);
	}
	notice("smtpscope: --%s does not know '%s'; it takes", option, text);
	for (size_t i = 0; (word = words(i)); i++)
		notice("%s %s", i ? "," : "", word);
	if (nearest.best)
		notice("; did you mean %s?", nearest.best);
	notice("\n");
	return false;
}
