/* SPDX-License-Identifier: BSD-2-Clause */
#include "story_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SHORT = 64 };

/* "12 s", "5 min", "2 h". */
static void write_time(char out[static SHORT], int64_t ns)
{
	int64_t seconds = ns > 0 ? ns / TSTAMP_SECOND : 0;

	if (seconds < 120)
		snprintf(out, SHORT, "%" PRId64 " s", seconds);
	else if (seconds < 7200)
		snprintf(out, SHORT, "%" PRId64 " min", seconds / 60);
	else
		snprintf(out, SHORT, "%" PRId64 " h", seconds / 3600);
}

static void write_host(char out[static ADDR_TEXT_SIZE], const struct endpoint *e)
{
	addr_format(out, &e->addr);
}

/* The title of the finding behind the verdict of |p|, otherwise its cause. */
static void write_reason(char out[static STORY_WORDS_MAX], const struct past *p)
{
	if (p->title)
		snprintf(out, STORY_WORDS_MAX, "%s", p->title);
	else if (p->id && p->cause)
		snprintf(out, STORY_WORDS_MAX, "%s/%s", p->id, p->cause);
	else
		snprintf(out, STORY_WORDS_MAX, "the capture does not show why");
}

static bool cause_is(const struct past *p, const char *cause)
{
	return p->cause && strcmp(p->cause, cause) == 0;
}

/* Was an earlier attempt perhaps accepted as well? */
static bool in_doubt(const struct story *story, struct past *const *sessions)
{
	for (size_t i = 0; i + 1 < story->attempt_count; i++)
		if (sessions[i]->doubtful_end)
			return true;
	return false;
}

static const char *choose_advice(const struct rule_story *words, const struct story *story,
				 struct past *const *sessions)
{
	const struct past *last = sessions[story->attempt_count - 1];

	if (words->if_greylisted && cause_is(last, "greylisted"))
		return words->if_greylisted;
	if (words->if_automatic && last->retry == RETRY_AUTOMATIC)
		return words->if_automatic;
	if (words->if_later && last->retry == RETRY_LATER)
		return words->if_later;
	if (words->if_in_doubt && in_doubt(story, sessions))
		return words->if_in_doubt;
	return words->advice;
}

static const struct past *first_failed(const struct story *story, struct past *const *sessions)
{
	for (size_t i = 0; i < story->attempt_count; i++)
		if (sessions[i]->id)
			return sessions[i];
	return sessions[0];
}

/* Appends to the |used| characters of |out| what has room. Returns how many characters there are then. */
static size_t append(char *out, size_t used, const char *text, size_t length)
{
	size_t room = STORY_WORDS_MAX - 1 - used;

	if (length > room)
		length = room;
	memcpy(out + used, text, length);
	return used + length;
}

/* The value of the placeholder |name|, "" if there is none. */
static const char *value_of(const char *name, size_t length, const char *const values[static 5])
{
	for (size_t i = 0; rule_story_placeholders[i]; i++)
		if (strlen(rule_story_placeholders[i]) == length &&
		    memcmp(rule_story_placeholders[i], name, length) == 0)
			return values[i];
	return "";
}

/* |values| are in the order of rule_story_placeholders. */
static void fill(char *out, const char *template, const char *const values[static 5])
{
	size_t used = 0;

	while (*template) {
		size_t plain = strcspn(template, "{"), length = 0;

		used = append(out, used, template, plain);
		template += plain;
		if (*template)
			length = strcspn(template + 1, "}");
		if (length && template[1 + length]) {
			const char *value = value_of(template + 1, length, values);

			used = append(out, used, value, strlen(value));
			template += length + 2;
		} else if (*template) {
			used = append(out, used, template ++, 1);
		}
	}
	out[used] = 0;
}

void story_words_fill(struct story_words *w, struct story *story, const struct rules *rules,
		      struct past *const *sessions)
{
	const struct rule_story *words = &rules->stories[story->pattern];
	const struct past *first = sessions[0], *last = sessions[story->attempt_count - 1];
	char server[ADDR_TEXT_SIZE], other[ADDR_TEXT_SIZE], time[SHORT], count[SHORT], reason[STORY_WORDS_MAX];
	const char *const values[] = { server, other, reason, time, count };

	write_host(server, &first->server);
	write_host(other, &last->server);
	write_reason(reason, first_failed(story, sessions));
	write_time(time, last->start.time - first->end.time);
	snprintf(count, sizeof count, "%zu", story->session_count);
	fill(w->headline, words->headline, values);
	fill(w->advice, choose_advice(words, story, sessions), values);
	story->name = words->name;
	story->headline = w->headline;
	story->advice = w->advice;
}
