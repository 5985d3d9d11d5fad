/* SPDX-License-Identifier: BSD-2-Clause */
#include "tstamp.h"

#include "decimal.h"

#include <string.h>

enum { SECONDS_OF_DAY = 24 * 60 * 60 };

struct date {
	unsigned year, month, day;
};

/*
 * Converts days since 1970-01-01 to a date of the Gregorian calendar. Counts from 0000-03-01: with March as the first month, the leap day is the
 * last day of its year, and all cycles of 400 years are alike.
 */
static struct date date_of(int64_t days)
{
	enum {
		TO_1970 = 719468,
		OF_CYCLE = 146097,
		OF_CENTURY = 36524,
		OF_FOUR_YEARS = 1461,
		OF_FIVE_MONTHS = 153
	};
	unsigned from_start = (unsigned)(days + TO_1970), cycle = from_start / OF_CYCLE,
		 day = from_start % OF_CYCLE;
	/* Leap days that lie before |day| are taken out, so that all years have 365 days. */
	unsigned year = (day - day / (OF_FOUR_YEARS - 1) + day / OF_CENTURY - day / (OF_CYCLE - 1)) / 365;
	unsigned month;

	day -= 365 * year + year / 4 - year / 100;
	/* Months have 31, 30, 31, 30, 31 days, and again; February ends the year. */
	month = (5 * day + 2) / OF_FIVE_MONTHS;
	day -= (OF_FIVE_MONTHS * month + 2) / 5;
	return (struct date){ .year = 400 * cycle + year + (month >= 10),
			      .month = month < 10 ? month + 3 : month - 9,
			      .day = day + 1 };
}

/* Writes two digits and |behind|. */
static char *field(char *to, unsigned value, char behind)
{
	decimal_pair(to, value);
	to[2] = behind;
	return to + 3;
}

/* The years of a tstamp are 1677 to 2262. */
void tstamp_format(char text[static TSTAMP_TEXT_SIZE], tstamp t, unsigned digits)
{
	int64_t seconds = t / TSTAMP_SECOND, fraction = t % TSTAMP_SECOND, days;
	char room[TSTAMP_TEXT_SIZE + DECIMAL_SIZE], *to = room;
	unsigned of_day;
	struct date date;

	if (fraction < 0) {
		fraction += TSTAMP_SECOND;
		seconds--;
	}
	days = (seconds - (seconds < 0 ? SECONDS_OF_DAY - 1 : 0)) / SECONDS_OF_DAY;
	of_day = (unsigned)(seconds - days * SECONDS_OF_DAY);
	date = date_of(days);
	decimal_pair(to, date.year / 100);
	to = field(to + 2, date.year % 100, '-');
	to = field(to, date.month, '-');
	to = field(to, date.day, 'T');
	to = field(to, of_day / 3600, ':');
	to = field(to, of_day / 60 % 60, ':');
	to = field(to, of_day % 60, '.');
	if (digits)
		to = decimal_write(to, (uint64_t)fraction, 9) - (digits < 9 ? 9 - digits : 0);
	else
		to--;
	*to++ = 'Z';
	*to = 0;
	memcpy(text, room, (size_t)(to - room) + 1);
}
