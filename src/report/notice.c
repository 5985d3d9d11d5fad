/* SPDX-License-Identifier: BSD-2-Clause */
#include "notice.h"

#include "escape.h"

#include <stdarg.h>
#include <stdio.h>

void notice(const char *format, ...)
{
	size_t length = strlen(format);
	char text[NOTICE_MAX];
	struct buf shown;
	va_list arguments;
	int written;

	va_start(arguments, format);
	written = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (written < 0)
		return;
	length = length && format[length - 1] == '\n';
	if ((size_t)written >= sizeof text)
		written = sizeof text - 1;
	else
		written -= (int)length;
	/* An escape takes up to ten bytes. */
	buf_init(&shown, (size_t)10 * NOTICE_MAX);
	escape_append(&shown, span_of(text, (size_t)written), ESCAPE_WHOLE);
	if (length)
		buf_text(&shown, "\n");
	if (shown.length)
		fwrite(shown.at, 1, shown.length, stderr);
	buf_finish(&shown);
}
