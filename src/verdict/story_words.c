/* SPDX-License-Identifier: BSD-2-Clause */
#include "story_words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SHORT = 64 };

static const char *const names[STORY_PATTERNS] = {
	[STORY_GREYLISTED_THEN_ACCEPTED] = "greylisted-then-accepted",
	[STORY_GREYLISTED_NO_RETRY] = "greylisted-no-retry",
	[STORY_RETRIED_THEN_ACCEPTED] = "retried-then-accepted",
	[STORY_RETRIED_SAME_FAILURE] = "retried-same-failure",
	[STORY_MX_FALLBACK] = "mx-fallback",
	[STORY_ADDRESS_FAMILY_FALLBACK] = "address-family-fallback",
	[STORY_TLS_THEN_CLEAR] = "tls-then-clear",
	[STORY_DUPLICATE_DELIVERY] = "duplicate-delivery",
	[STORY_BOUNCE] = "bounce",
	[STORY_CALLOUT] = "callout",
	[STORY_LOOP] = "loop",
	[STORY_LIMIT_OF_CONNECTIONS] = "limit-of-connections",
	[STORY_PASSWORD_GUESSING] = "password-guessing",
	[STORY_ONE_CAUSE_MANY] = "one-cause-many",
};

const char *story_pattern_name(enum story_pattern pattern)
{
	return names[pattern];
}

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

/* %1 first server, %2 last server, %3 reason of the first failure, %4 time between first and last, %5 number of sessions. */
struct words {
	const char *headline, *advice;
};

static const struct words words[STORY_PATTERNS] = {
	[STORY_GREYLISTED_THEN_ACCEPTED] = { "Greylisted at first; accepted by %2 %4 later.",
					     "No action is needed. Greylisting delays the first mail of a sender." },
	[STORY_GREYLISTED_NO_RETRY] = { "Greylisted by %1, and the capture shows no further attempt.",
					"Check that the client queues mail and retries. A script that sends directly needs a "
					"mail server with a queue in front of it. Retries from another address do not show here." },
	[STORY_RETRIED_THEN_ACCEPTED] = { "Accepted by %2 at attempt %5, %4 after the first failure: %3.",
					  "No action is needed for this mail." },
	[STORY_RETRIED_SAME_FAILURE] = { "Failed %5 times for the same reason: %3.",
					 "Further attempts will fail as well. Remove the cause that the verdict names." },
	[STORY_MX_FALLBACK] = { "Accepted by %2 %4 after %1 had failed: %3.",
				"The mail was delivered. If %1 is your server, find out why it failed." },
	[STORY_ADDRESS_FAMILY_FALLBACK] = { "Accepted by %2 over the other IP version, after %1 had failed: %3.",
					    "The mail was delivered. Repair the path to %1, or remove its address from DNS." },
	[STORY_TLS_THEN_CLEAR] = { "TLS failed, and the mail was then sent in clear text to %2: %3.",
				   "The mail was delivered without encryption. Repair TLS as the verdict of the first attempt says." },
	[STORY_DUPLICATE_DELIVERY] = { "Accepted twice: the client sent the mail again %4 later, although %1 had accepted it.",
				       "Raise the client's timeout at the end of data to 10 minutes (RFC 5321 4.5.3.2.6). The recipient "
				       "has two copies." },
	[STORY_BOUNCE] = { "%1 rejected the mail, and a bounce went back to the sender: %3.",
			   "The sender has been notified. See the verdict of the first session." },
	[STORY_CALLOUT] = { "While the mail waited, %1 verified the sender address at %2.",
			    "Sender verification is a policy of the receiver. If it fails, correct what the callout was told." },
	[STORY_LOOP] = { "Mail loop: within %5 sessions, a host received the same mail again.",
			 "Correct the forwarding or the routing on one of the hosts." },
	[STORY_LIMIT_OF_CONNECTIONS] = { "%1 refused further connections of a client that had others open (%5 sessions).",
					 "Lower the number of parallel connections of the client to this server." },
	[STORY_PASSWORD_GUESSING] = { "Logins were refused in %5 sessions of one client, and none was accepted.",
				      "If the client is yours, correct its password. Otherwise block its address." },
	[STORY_ONE_CAUSE_MANY] = { "%5 sessions failed at %1 for one reason: %3.",
				   "Remove this one cause. See the verdict of any of these sessions." },
};

static bool cause_is(const struct past *p, const char *cause)
{
	return p->cause && strcmp(p->cause, cause) == 0;
}

/* Advice that depends on more than the pattern; NULL: none does. */
static const char *special_advice(const struct story *story, struct past *const *sessions)
{
	const struct past *last = sessions[story->attempt_count - 1];

	if (story->pattern == STORY_RETRIED_SAME_FAILURE && cause_is(last, "greylisted"))
		return "The attempts came before the greylisting delay was over, or from changing addresses. Retry "
		       "after 15 minutes, from the same address.";
	if (story->pattern == STORY_RETRIED_SAME_FAILURE && last->retry == RETRY_AUTOMATIC)
		return "A mail queue will try again. If the failure persists, remove the cause that the verdict names.";
	if (story->pattern == STORY_RETRIED_SAME_FAILURE && last->retry == RETRY_LATER)
		return "Remove the cause that the verdict names, or wait until it is gone; then send the mail again.";
	for (size_t i = 0; i + 1 < story->attempt_count; i++)
		if (sessions[i]->doubtful_end && story->pattern == STORY_RETRIED_THEN_ACCEPTED)
			return "The server may have accepted an earlier attempt as well (RFC 1047): the recipient may "
			       "have two copies. Raise the client's timeout at the end of data to 10 minutes.";
	return NULL;
}

static const struct past *first_failed(const struct story *story, struct past *const *sessions)
{
	for (size_t i = 0; i < story->attempt_count; i++)
		if (sessions[i]->id)
			return sessions[i];
	return sessions[0];
}

static void append(char *out, const char *text)
{
	size_t length = strlen(out);

	snprintf(out + length, STORY_WORDS_MAX - length, "%s", text);
}

static void fill(char *out, const char *template, const char *const values[static 5])
{
	char one[2] = "";

	*out = 0;
	for (; *template; template ++) {
		if (*template == '%' && template[1] >= '1' && template[1] <= '5') {
			append(out, values[template[1] - '1']);
			template ++;
		} else {
			one[0] = *template;
			append(out, one);
		}
	}
}

void story_words_fill(struct story_words *w, struct story *story, struct past *const *sessions)
{
	const struct past *first = sessions[0], *last = sessions[story->attempt_count - 1];
	char server[ADDR_TEXT_SIZE], other[ADDR_TEXT_SIZE], time[SHORT], count[SHORT], reason[STORY_WORDS_MAX];
	const char *const values[] = { server, other, reason, time, count };
	const char *special = special_advice(story, sessions);

	write_host(server, &first->server);
	write_host(other, &last->server);
	write_reason(reason, first_failed(story, sessions));
	write_time(time, last->start.time - first->end.time);
	snprintf(count, sizeof count, "%zu", story->attempt_count);
	fill(w->headline, words[story->pattern].headline, values);
	fill(w->advice, special ? special : words[story->pattern].advice, values);
	story->headline = w->headline;
	story->advice = w->advice;
}
