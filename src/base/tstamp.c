/* SPDX-License-Identifier: BSD-2-Clause */
#include "tstamp.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

void tstamp_format(char text[static TSTAMP_TEXT_SIZE], tstamp t, unsigned digits)
{
	int64_t seconds = t / TSTAMP_SECOND, fraction = t % TSTAMP_SECOND;
	time_t moment;
	struct tm tm;
	char digits_text[10];

	if (fraction < 0) {
		fraction += TSTAMP_SECOND;
		seconds--;
	}
	moment = (time_t)seconds;
	if (!gmtime_r(&moment, &tm))
		memset(&tm, 0, sizeof tm);
	snprintf(text, TSTAMP_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1,
		 tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	if (digits > 9)
		digits = 9;
	snprintf(digits_text, sizeof digits_text, "%09d", (int)fraction);
	if (digits)
		snprintf(text + strlen(text), TSTAMP_TEXT_SIZE - strlen(text), ".%.*s", (int)digits,
			 digits_text);
	snprintf(text + strlen(text), TSTAMP_TEXT_SIZE - strlen(text), "Z");
}
