/* SPDX-License-Identifier: BSD-2-Clause */
#include "file_kind.h"

#include "guess.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEAD_SIZE = 512 };

enum file_kind file_kind(const char *path)
{
	char head[HEAD_SIZE];
	struct stat facts;
	const char *words;
	ssize_t length;
	int fd;

	if (stat(path, &facts) != 0 || S_ISDIR(facts.st_mode))
		return FILE_KIND_NONE;
	/* What a pipe delivers can be read only once. */
	if (!S_ISREG(facts.st_mode))
		return FILE_KIND_CAPTURE;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return FILE_KIND_CAPTURE;
	length = read(fd, head, sizeof head);
	close(fd);
	words = length > 0 ? guess_content(span_of(head, (size_t)length)) : NULL;
	return words && strcmp(words, "text") == 0 ? FILE_KIND_TEXT : FILE_KIND_CAPTURE;
}
