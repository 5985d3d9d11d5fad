/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

void options_init(struct options *o)
{
	static const uint16_t ports[] = { 24, 25, 465, 587, 2525 };

	*o = (struct options){ .format = report_format_find("text"),
			       .port_count = sizeof ports / sizeof *ports,
			       .max_memory = 512 << 20,
			       .max_sessions = 65536,
			       .rotate_keep = 10,
			       .write_what = REPORT_ONLY_FINDINGS };
	criteria_init(&o->criteria);
	memcpy(o->ports, ports, sizeof ports);
}

bool options_use_color(const struct options *o, FILE *out)
{
	const char *no_color = getenv("NO_COLOR");

	if (o->color != COLOR_AUTO)
		return o->color == COLOR_ALWAYS;
	return isatty(fileno(out)) && !(no_color && *no_color);
}

unsigned options_width(FILE *out)
{
	const char *columns = getenv("COLUMNS");
	unsigned long given = columns ? strtoul(columns, NULL, 10) : 0;
	struct winsize size;

	if (given > 0 && given <= 10000)
		return (unsigned)given;
	if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	return 80;
}
