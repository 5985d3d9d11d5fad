/* SPDX-License-Identifier: BSD-2-Clause */
/* file_kind: tells captures from texts, for command lines that only name a file. */
#ifndef SMTPSCOPE_FILE_KIND_H
#define SMTPSCOPE_FILE_KIND_H

enum file_kind {
	FILE_KIND_NONE, /* there is no such file, or it is a directory */
	FILE_KIND_TEXT,
	FILE_KIND_CAPTURE, /* or anything else that is not a text */
};

/* Looks at the first bytes of |path|. */
enum file_kind file_kind(const char *path);

#endif
