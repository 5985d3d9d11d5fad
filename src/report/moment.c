/* SPDX-License-Identifier: BSD-2-Clause */
#include "moment.h"

#include <stddef.h>
#include <stdint.h>

/* Reads |digits| digits at |*text| and advances it; -1 if there are fewer. */
static int64_t number(const char **text, unsigned digits)
{
	int64_t value = 0;

	for (unsigned i = 0; i < digits; i++, (*text)++) {
		if (**text < '0' || **text > '9')
			return -1;
		value = 10 * value + (**text - '0');
	}
	return value;
}

/* "." and up to nine digits: nanoseconds. */
static bool fraction(const char **text, int64_t *ns)
{
	int64_t unit = TSTAMP_SECOND;

	*ns = 0;
	if (**text != '.')
		return true;
	for ((*text)++; **text >= '0' && **text <= '9' && unit > 1; (*text)++) {
		unit /= 10;
		*ns += (**text - '0') * unit;
	}
	return unit < TSTAMP_SECOND;
}

static bool leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days since 1970-01-01; false if the date does not exist. */
static bool date(const char **text, int64_t *days)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t year = number(text, 4), month, day, length;

	if (year < 1970 || year >= 2200 || *(*text)++ != '-')
		return false;
	month = number(text, 2);
	if (month < 1 || month > 12 || *(*text)++ != '-')
		return false;
	day = number(text, 2);
	length = lengths[month - 1] + (month == 2 && leap(year));
	if (day < 1 || day > length)
		return false;
	*days = day - 1;
	for (int64_t y = 1970; y < year; y++)
		*days += 365 + leap(y);
	for (int64_t m = 1; m < month; m++)
		*days += lengths[m - 1] + (m == 2 && leap(year));
	return true;
}

/* "15:04" or "15:04:05.25" */
static bool clock_time(const char **text, int64_t *ns)
{
	int64_t hour = number(text, 2), minute, second = 0, rest = 0;

	if (hour < 0 || hour > 23 || *(*text)++ != ':')
		return false;
	minute = number(text, 2);
	if (minute < 0 || minute > 59)
		return false;
	if (**text == ':') {
		(*text)++;
		second = number(text, 2);
		if (second < 0 || second > 60 || !fraction(text, &rest))
			return false;
	}
	*ns = ((hour * 60 + minute) * 60 + second) * TSTAMP_SECOND + rest;
	return true;
}

/* "", "Z", "+01:00": the offset of the zone from UTC. */
static bool zone(const char **text, int64_t *ns)
{
	int64_t sign = **text == '-' ? -1 : 1, hour, minute;

	*ns = 0;
	if (**text == 'Z' || **text == 'z') {
		(*text)++;
		return true;
	}
	if (**text != '+' && **text != '-')
		return true;
	(*text)++;
	hour = number(text, 2);
	if (hour < 0 || hour > 23 || *(*text)++ != ':')
		return false;
	minute = number(text, 2);
	if (minute < 0 || minute > 59)
		return false;
	*ns = sign * (hour * 60 + minute) * 60 * TSTAMP_SECOND;
	return true;
}

/* The part after "@". */
static bool epoch(const char *text, tstamp *time)
{
	int64_t seconds = 0, rest;
	const char *begin = text;

	for (; *text >= '0' && *text <= '9' && text - begin < 10; text++)
		seconds = 10 * seconds + (*text - '0');
	if (text == begin || !fraction(&text, &rest) || *text || seconds >= INT64_C(7258118400))
		return false;
	*time = seconds * TSTAMP_SECOND + rest;
	return true;
}

bool moment_parse(const char *text, tstamp *time)
{
	int64_t days, ns = 0, ahead = 0;

	if (*text == '@')
		return epoch(text + 1, time);
	if (!date(&text, &days))
		return false;
	if (*text == 'T' || *text == 't' || *text == ' ') {
		text++;
		if (!clock_time(&text, &ns))
			return false;
	}
	if (!zone(&text, &ahead) || *text)
		return false;
	*time = days * 86400 * TSTAMP_SECOND + ns - ahead;
	return true;
}
