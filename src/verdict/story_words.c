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

static const char *reason(const struct past *p)
{
	return p->cause && strcmp(p->cause, "unknown") != 0 ? p->cause : p->id ? p->id : "an unknown reason";
}

/* What is said of every pattern; %1 first server, %2 last server, %3 reason of the first, %4 time between, %5 attempts. */
struct words {
	const char *headline, *advice;
};

static const struct words words[STORY_PATTERNS] = {
	[STORY_GREYLISTED_THEN_ACCEPTED] = { "Greylisted at first; accepted by %2 %4 later.",
					     "Nothing has to be done. Greylisting delays the first mail of a sender." },
	[STORY_GREYLISTED_NO_RETRY] = { "Greylisted by %1, and the capture shows no further attempt.",
					"Check whether the client has a queue and retries. A script that sends directly needs a "
					"mail server with a queue in front of it." },
	[STORY_RETRIED_THEN_ACCEPTED] = { "Failed at first (%3); accepted by %2 %4 later, at attempt %5.",
					  "Nothing has to be done for this mail." },
	[STORY_RETRIED_SAME_FAILURE] = { "Failed %5 times for the same reason: %3.",
					 "Further attempts will fail as well. Remove the cause that the verdict names." },
	[STORY_MX_FALLBACK] = { "%1 failed (%3); %2 accepted the mail %4 later.",
				"The mail was delivered. If %1 is yours, find out why it did not take it." },
	[STORY_ADDRESS_FAMILY_FALLBACK] = { "%1 could not be reached; %2 accepted the mail over the other IP version.",
					    "The mail was delivered late. Repair the path to %1, or remove its address from DNS." },
	[STORY_TLS_THEN_CLEAR] = { "TLS failed (%3); the mail was then sent in clear text to %2.",
				   "The mail was delivered without encryption. Repair TLS: see the verdict of the first attempt." },
	[STORY_DUPLICATE_DELIVERY] = { "The mail was accepted twice: the client sent it again %4 later, although %1 had accepted it.",
				       "Raise the client's timeout at the end of data to 10 minutes (RFC 5321 4.5.3.2.6). The recipient "
				       "has two copies." },
	[STORY_BOUNCE] = { "%1 rejected the mail (%3), and a bounce went back to the sender.",
			   "The sender has been told. See the verdict of the first session." },
	[STORY_CALLOUT] = { "While the mail waited, %1 checked the sender address at %2.",
			    "Sender verification is the receiver's policy. If it fails, see the verdict of the callout." },
	[STORY_LOOP] = { "The mail goes round: a host received it again after %5 hops.",
			 "Correct the forwarding or the routing on one of the hosts." },
	[STORY_LIMIT_OF_CONNECTIONS] = { "%1 refused a further connection of a client that had others open.",
					 "Lower the number of parallel connections of the client to this server." },
	[STORY_PASSWORD_GUESSING] = { "Logins were refused in %5 sessions of one client, and none was accepted.",
				      "If the client is yours, correct its password. Otherwise block its address." },
	[STORY_ONE_CAUSE_MANY] = { "%5 sessions failed at %1 for one reason: %3.",
				   "Remove this one cause; see the verdict of any of them." },
};

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
	char server[ADDR_TEXT_SIZE], other[ADDR_TEXT_SIZE], time[SHORT], count[SHORT];
	const char *const values[] = { server, other, reason(first), time, count };

	write_host(server, &first->server);
	write_host(other, &last->server);
	write_time(time, last->start.time - first->end.time);
	snprintf(count, sizeof count, "%zu", story->attempt_count);
	fill(w->headline, words[story->pattern].headline, values);
	fill(w->advice, words[story->pattern].advice, values);
	story->headline = w->headline;
	story->advice = w->advice;
}
