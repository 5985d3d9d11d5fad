/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

#include "verdict.h"

#include <string.h>

const struct report_format *report_format_find(const char *name)
{
	for (const struct report_format *const *format = report_formats; *format; format++)
		if (strcmp((*format)->name, name) == 0)
			return *format;
	return NULL;
}

bool report_noteworthy(const struct record *ended)
{
	return (ended->verdict && ended->verdict->headline) || ended->findings[SEVERITY_WARNING] ||
	       ended->findings[SEVERITY_ERROR];
}
