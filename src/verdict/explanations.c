/* SPDX-License-Identifier: BSD-2-Clause */
#include "explanations.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 160 };

/* Whether one entry explains another, as far as it was asked before. */
enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

struct explanations {
	struct explanation *list; /* sorted by name */
	size_t count;
	uint8_t *answers; /* count * count of enum answer: matching patterns is slow */
};

static int find_name(const char *const *names, const char *name, int otherwise)
{
	for (int i = 0; name && names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return otherwise;
}

static unsigned read_outcomes(const char *words)
{
	static const char *const names[] = { "delivered", "partial", "deferred", "rejected",
					     "aborted",	  "no-mail", "unknown",	 NULL };
	unsigned bits = 0;

	for (size_t length; *words; words += length + strspn(words + length, " ")) {
		length = strcspn(words, " ");
		for (unsigned i = 0; names[i]; i++)
			if (strlen(names[i]) == length && memcmp(names[i], words, length) == 0)
				bits |= 1u << i;
	}
	return bits;
}

static const char *either(const char *own, const char *general)
{
	return own ? own : general;
}

/* The entry of the cause, and that of the id for what it does not say. */
static void read_one(struct explanation *to, const struct rules *rules, const char *id)
{
	static const char *const healed[] = { "never", "hello", "login", "tls", "message", NULL };
	static const struct rule_explanation nothing = { .finding = "" };
	const struct rule_explanation *own = rules_explanation(rules, to->name);
	const struct rule_explanation *general = rules_explanation(rules, id);
	const char *text;

	own = own ? own : &nothing;
	general = general ? general : &nothing;
	text = either(own->explains, general->explains);
	to->explains = text ? text : "";
	text = either(own->outcomes, general->outcomes);
	to->outcomes = text ? read_outcomes(text) : 0;
	text = either(own->lasting, general->lasting);
	to->lasting = text && strcmp(text, "yes") == 0;
	to->healed = (enum healed)find_name(healed, either(own->healed_by, general->healed_by), HEALED_NEVER);
	to->responsible = (enum responsible)find_name(
	    responsible_names, either(own->responsible, general->responsible), RESPONSIBLE_UNKNOWN);
	to->retry = (enum retry)find_name(retry_names, either(own->retry, general->retry), RETRY_UNKNOWN);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct explanation *)a)->name, ((const struct explanation *)b)->name);
}

/* "id/cause", to be freed; NULL if memory is short. Every start makes hundreds, so they are not formatted. */
static char *name_of(const char *id, const char *cause)
{
	size_t id_length = strlen(id), cause_length = strlen(cause);
	char *name = malloc(id_length + cause_length + 2);

	if (!name)
		return NULL;
	memcpy(name, id, id_length);
	name[id_length] = '/';
	memcpy(name + id_length + 1, cause, cause_length + 1);
	return name;
}

struct explanations *explanations_create(const struct rules *rules)
{
	struct explanations *e = calloc(1, sizeof *e);

	if (e)
		e->list = calloc(rules->finding_count + 1, sizeof *e->list);
	if (!e || !e->list) {
		free(e);
		return NULL;
	}
	for (size_t i = 0; i < rules->finding_count; i++) {
		struct explanation *to = &e->list[e->count];

		to->name = name_of(rules->findings[i].id, rules->findings[i].cause);
		if (!to->name) {
			explanations_destroy(e);
			return NULL;
		}
		e->count++;
		read_one(to, rules, rules->findings[i].id);
	}
	qsort(e->list, e->count, sizeof *e->list, by_name);
	e->answers = calloc(e->count + 1, e->count + 1);
	if (!e->answers) {
		explanations_destroy(e);
		return NULL;
	}
	for (size_t i = 0; i < e->count; i++) {
		e->list[i].index = i;
		e->list[i].answers = e->answers + i * e->count;
	}
	return e;
}

void explanations_destroy(struct explanations *e)
{
	if (!e)
		return;
	for (size_t i = 0; i < e->count; i++)
		free(e->list[i].name);
	free(e->list);
	free(e->answers);
	free(e);
}

const struct explanation *explanations_find(const struct explanations *e, const char *id, const char *cause)
{
	static const struct explanation nothing = { .explains = "" };
	char name[NAME_SIZE];
	const struct explanation key = { .name = name }, *found;

	snprintf(name, sizeof name, "%s/%s", id, cause);
	found = bsearch(&key, e->list, e->count, sizeof *e->list, by_name);
	return found ? found : &nothing;
}

static bool lists(const char *patterns, const char *name)
{
	char pattern[NAME_SIZE];

	for (size_t length; *patterns; patterns += length + strspn(patterns + length, " ")) {
		length = strcspn(patterns, " ");
		if (length >= sizeof pattern)
			continue;
		memcpy(pattern, patterns, length);
		pattern[length] = 0;
		if (fnmatch(pattern, name, 0) == 0)
			return true;
	}
	return false;
}

bool explanation_covers(const struct explanation *cause, const struct explanation *effect)
{
	uint8_t *answer;

	if (!*cause->explains || !cause->answers || !effect->name)
		return false;
	answer = &cause->answers[effect->index];
	if (*answer == ANSWER_UNKNOWN)
		*answer = lists(cause->explains, effect->name) ? ANSWER_YES : ANSWER_NO;
	return *answer == ANSWER_YES;
}
