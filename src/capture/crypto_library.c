/* SPDX-License-Identifier: BSD-2-Clause */
#include "crypto_library.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	LINE_SIZE = 4096 + 128, /* of /proc/PID/maps: a path and the columns before it */
	ROOTS_MAX = 256,	/* root directories that are examined */
};

/* Where servers load them from. */
static const char *const DIRECTORIES[] = { "/usr/lib/x86_64-linux-gnu",
					   "/usr/lib/aarch64-linux-gnu",
					   "/usr/lib64",
					   "/lib/x86_64-linux-gnu",
					   "/lib/aarch64-linux-gnu",
					   "/lib64",
					   "/usr/lib",
					   "/lib" };

/* Root directories that were examined. */
struct roots {
	struct {
		dev_t device;
		ino_t inode;
	} root[ROOTS_MAX];
	size_t count;
};

bool crypto_library_name(const char *path, enum crypto_kind *kind)
{
	static const struct {
		const char *name;
		enum crypto_kind kind;
	} names[] = { { "libcrypto.so.3", CRYPTO_OPENSSL }, { "libnettle.so", CRYPTO_NETTLE } };
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		size_t length = strlen(names[i].name);

		/* Versions follow, and " (deleted)" if the package was updated meanwhile. */
		if (strncmp(name, names[i].name, length) != 0 || !strchr(". ", name[length]))
			continue;
		*kind = names[i].kind;
		return true;
	}
	return false;
}

/* Takes the file |from|, which processes know as |path|. */
static void take(struct crypto_libraries *found, enum crypto_kind kind, const char *from, const char *path)
{
	int fd = open(from, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct crypto_library *library = &found->library[found->count];
	struct stat status;
	bool known;

	if (fd < 0)
		return;
	known = fstat(fd, &status) != 0 || !S_ISREG(status.st_mode);
	for (size_t i = 0; i < found->count && !known; i++)
		known = found->library[i].device == status.st_dev && found->library[i].inode == status.st_ino;
	if (!known && found->count == CRYPTO_LIBRARIES_MAX)
		found->more++;
	if (known || found->count == CRYPTO_LIBRARIES_MAX) {
		close(fd);
		return;
	}
	*library =
	    (struct crypto_library){ .kind = kind, .fd = fd, .device = status.st_dev, .inode = status.st_ino };
	/* A path can contain anything, and is printed. */
	for (size_t i = 0; path[i] && i + 1 < sizeof library->path; i++)
		library->path[i] = isprint((unsigned char)path[i]) ? path[i] : '?';
	elf_file_build_id(fd, library->build_id);
	found->count++;
}

/* What a process has mapped. The link in map_files leads to the file itself, whatever its path now means. */
static void look_at_maps(struct crypto_libraries *found, const char *process)
{
	char path[64], line[LINE_SIZE], file[128], last[40] = "";
	FILE *maps;

	snprintf(path, sizeof path, "/proc/%.20s/maps", process);
	maps = fopen(path, "re");
	found->hidden += !maps && (errno == EACCES || errno == EPERM);
	while (maps && fgets(line, sizeof line, maps)) {
		char *name = strchr(line, '/');
		uint64_t begin, end, inode;
		char device[16], mapped[40];
		enum crypto_kind kind;

		if (!name)
			continue;
		name[strcspn(name, "\n")] = 0;
		/* A file has several mappings one after the other. */
		if (!crypto_library_name(name, &kind) ||
		    sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %15s %" SCNu64, &begin, &end, device,
			   &inode) != 4)
			continue;
		snprintf(mapped, sizeof mapped, "%s %" PRIu64, device, inode);
		if (strcmp(mapped, last) == 0)
			continue;
		memcpy(last, mapped, sizeof last);
		snprintf(file, sizeof file, "/proc/%.20s/map_files/%" PRIx64 "-%" PRIx64, process, begin, end);
		take(found, kind, file, name);
	}
	if (maps)
		fclose(maps);
}

/* The names in the usual directories. */
static void look_at_root(struct crypto_libraries *found, struct roots *roots, const char *process)
{
	static const char *const names[] = { "libcrypto.so.3", "libnettle.so.8", "libnettle.so.7" };
	char file[128], root[40];
	struct stat status;
	enum crypto_kind kind;

	snprintf(root, sizeof root, "/proc/%.20s/root", process);
	if (stat(root, &status) != 0 || roots->count == ROOTS_MAX)
		return;
	for (size_t i = 0; i < roots->count; i++)
		if (roots->root[i].device == status.st_dev && roots->root[i].inode == status.st_ino)
			return;
	roots->root[roots->count].device = status.st_dev;
	roots->root[roots->count++].inode = status.st_ino;
	for (size_t d = 0; d < sizeof DIRECTORIES / sizeof *DIRECTORIES; d++)
		for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
			snprintf(file, sizeof file, "%s%s/%s", root, DIRECTORIES[d], names[n]);
			if (crypto_library_name(file, &kind))
				take(found, kind, file, file + strlen(root));
		}
}

void crypto_libraries_find(struct crypto_libraries *found)
{
	struct roots roots = { .count = 0 };
	DIR *processes = opendir("/proc");
	const struct dirent *entry;

	while (processes && (entry = readdir(processes))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		look_at_maps(found, entry->d_name);
		look_at_root(found, &roots, entry->d_name);
	}
	if (processes)
		closedir(processes);
}

void crypto_libraries_finish(struct crypto_libraries *found)
{
	for (size_t i = 0; i < found->count; i++)
		close(found->library[i].fd);
	found->count = 0;
}
