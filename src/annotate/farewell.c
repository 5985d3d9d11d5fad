/* SPDX-License-Identifier: BSD-2-Clause */
#include "farewell.h"

#include <ctype.h>
#include <strings.h>

static bool line_says(struct span line, const char *word)
{
	size_t length = strlen(word);

	for (size_t at = 0; at + length <= line.length; at++) {
		size_t same = 0;

		/* All words begin with a letter, and nearly no place does with this one. */
		if ((line.at[at] | 0x20) != word[0])
			continue;
		while (same < length && tolower(line.at[at + same]) == word[same])
			same++;
		if (same == length)
			return true;
	}
	return false;
}

bool reply_says(const struct reply *reply, const char *word)
{
	for (size_t i = 0; i < reply->line_count; i++)
		if (line_says(reply->lines[i], word))
			return true;
	return false;
}

/* Is there a host's name at |at|, a word with a dot in it? What a server is called says nothing of why it leaves. */
static bool is_name(struct span line, size_t at)
{
	size_t end = at;

	while (at > 0 && line.at[at - 1] > ' ')
		at--;
	while (end < line.length && line.at[end] > ' ')
		end++;
	for (size_t i = at + 1; i + 1 < end; i++)
		if (line.at[i] == '.' && isalnum(line.at[i - 1]) && isalpha(line.at[i + 1]))
			return true;
	return false;
}

/* Does the line hold one of |phrases|, where a word begins and no name stands? */
static bool line_tells(struct span line, const char *const phrases[])
{
	for (size_t at = 0; at < line.length; at++) {
		uint8_t letter = line.at[at] | 0x20;

		if (at > 0 && isalnum(line.at[at - 1]))
			continue;
		for (size_t k = 0; phrases[k]; k++) {
			size_t length;

			if (phrases[k][0] != letter)
				continue;
			length = strlen(phrases[k]);
			if (length <= line.length - at &&
			    strncasecmp((const char *)line.at + at, phrases[k], length) == 0 &&
			    !is_name(line, at))
				return true;
		}
	}
	return false;
}

static bool says_any(const struct reply *reply, const char *const phrases[])
{
	for (size_t i = 0; i < reply->line_count; i++)
		if (line_tells(reply->lines[i], phrases))
			return true;
	return false;
}

enum farewell farewell_of(const struct reply *reply)
{
	static const char *const shutdown[] = {
		"shutting down",   "shutdown",	  "shut down",	     "going down",	    "restarting",
		"being restarted", "maintenance", "server stopping", "terminating service", NULL
	};
	static const char *const idle[] = { "timeout",	   "timed out", "time out",	    "time-out",
					    "idle",	   "inactiv",	"too long without", "waited too long",
					    "no activity", NULL };
	static const char *const errors[] = { "too many error",
					      "too many bad",
					      "too many unrecognized",
					      "too many unknown",
					      "too many invalid",
					      "too many syntax",
					      "too many protocol",
					      "too many unrecognised",
					      "too many failed",
					      "too many wrong",
					      "error limit",
					      "too many nonmail",
					      "too many non-mail",
					      "bad command limit",
					      "too many rejected",
					      "too many mistakes",
					      NULL };

	static const char *const foreign[] = { "break rules", NULL };

	if (says_any(reply, shutdown))
		return FAREWELL_SHUTDOWN;
	if (says_any(reply, idle))
		return FAREWELL_IDLE;
	if (says_any(reply, errors))
		return FAREWELL_ERRORS;
	if (says_any(reply, foreign))
		return FAREWELL_NOT_SMTP;
	return FAREWELL_UNSAID;
}
