/* SPDX-License-Identifier: BSD-2-Clause */
#include "tstamp.h"

#include "decimal.h"

#include <string.h>
#include <time.h>

static char *field(char *to, int value, unsigned width, char behind)
{
	to = decimal_write(to, (uint64_t)value, width);
	*to++ = behind;
	return to;
}

/* The years of a tstamp are 1677 to 2262. */
void tstamp_format(char text[static TSTAMP_TEXT_SIZE], tstamp t, unsigned digits)
{
	int64_t seconds = t / TSTAMP_SECOND, fraction = t % TSTAMP_SECOND;
	char room[TSTAMP_TEXT_SIZE + DECIMAL_SIZE], *to = room;
	time_t moment;
	struct tm tm;

	if (fraction < 0) {
		fraction += TSTAMP_SECOND;
		seconds--;
	}
	moment = (time_t)seconds;
	if (!gmtime_r(&moment, &tm))
		memset(&tm, 0, sizeof tm);
	to = field(to, tm.tm_year + 1900, 4, '-');
	to = field(to, tm.tm_mon + 1, 2, '-');
	to = field(to, tm.tm_mday, 2, 'T');
	to = field(to, tm.tm_hour, 2, ':');
	to = field(to, tm.tm_min, 2, ':');
	to = field(to, tm.tm_sec, 2, '.');
	if (digits)
		to = decimal_write(to, (uint64_t)fraction, 9) - (digits < 9 ? 9 - digits : 0);
	else
		to--;
	*to++ = 'Z';
	*to = 0;
	memcpy(text, room, (size_t)(to - room) + 1);
}
