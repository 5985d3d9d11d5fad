/* SPDX-License-Identifier: BSD-2-Clause */
#include "figures.h"

#include <stdio.h>
#include <string.h>

void figure_count(char text[static FIGURE_SIZE], uint64_t count)
{
	char digits[24];
	int length = snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
	size_t to = 0;

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			text[to++] = ',';
		text[to++] = digits[i];
	}
	text[to] = 0;
}

void figure_many(char text[static FIGURE_SIZE], uint64_t count, const char *singular, const char *plural)
{
	size_t length;

	figure_count(text, count);
	length = strlen(text);
	if (count != 1 && plural)
		snprintf(text + length, FIGURE_SIZE - length, " %s", plural);
	else
		snprintf(text + length, FIGURE_SIZE - length, " %s%s", singular, count == 1 ? "" : "s");
}

void figure_duration(char text[static FIGURE_SIZE], int64_t ns)
{
	long long us = ns / 1000, s = ns / TSTAMP_SECOND;

	if (ns < 0)
		snprintf(text, FIGURE_SIZE, "?");
	else if (us < 1000)
		snprintf(text, FIGURE_SIZE, "%lld µs", us);
	else if (us < 10000)
		snprintf(text, FIGURE_SIZE, "%lld.%lld ms", us / 1000, us / 100 % 10);
	else if (us < 1000000)
		snprintf(text, FIGURE_SIZE, "%lld ms", us / 1000);
	else if (s < 60)
		snprintf(text, FIGURE_SIZE, "%lld.%02lld s", s, us / 10000 % 100);
	else if (s < 3600)
		snprintf(text, FIGURE_SIZE, "%lld min %lld s", s / 60, s % 60);
	else if (s < 86400)
		snprintf(text, FIGURE_SIZE, "%lld h %lld min", s / 3600, s / 60 % 60);
	else
		snprintf(text, FIGURE_SIZE, "%lld d %lld h", s / 86400, s / 3600 % 24);
}

void figure_seconds(char text[static FIGURE_SIZE], int64_t ns)
{
	int64_t ms = ns / TSTAMP_MILLISECOND;
	uint64_t size = ms < 0 ? -(uint64_t)ms : (uint64_t)ms;

	snprintf(text, FIGURE_SIZE, "%s%llu.%03u", ms < 0 ? "-" : "", (unsigned long long)(size / 1000),
		 (unsigned)(size % 1000));
}

void figure_moment(char text[static FIGURE_SIZE], tstamp t)
{
	char stamp[TSTAMP_TEXT_SIZE], *at;

	tstamp_format(stamp, t, 3);
	at = strchr(stamp, 'T');
	if (at)
		*at = ' ';
	at = strchr(stamp, 'Z');
	if (at)
		*at = 0;
	snprintf(text, FIGURE_SIZE, "%s UTC", stamp);
}

void figure_endpoint(char text[static FIGURE_SIZE], const struct endpoint *e)
{
	char addr[ADDR_TEXT_SIZE];

	addr_format(addr, &e->addr);
	snprintf(text, FIGURE_SIZE, e->addr.version == 6 ? "[%s]:%u" : "%s:%u", addr, (unsigned)e->port);
}
