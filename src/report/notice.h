/* SPDX-License-Identifier: BSD-2-Clause */
/* notice: messages to the person at the terminal, on standard error. */
#ifndef SMTPSCOPE_NOTICE_H
#define SMTPSCOPE_NOTICE_H

/*
 * Formats a message, or a part of one, as printf does, and writes it to standard error. What could change the terminal or the order of the text is
 * escaped (escape.h), so file names, option values and keys of files may be inserted unchecked. Only the line end that ends |format| is written as one.
 * A message longer than NOTICE_MAX bytes is cut.
 */
void notice(const char *format, ...) __attribute__((format(printf, 1, 2)));

enum { NOTICE_MAX = 16 * 1024 };

#endif
