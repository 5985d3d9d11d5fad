/* SPDX-License-Identifier: BSD-2-Clause */
#include "crypto_library.h"

#include "harness.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

START_TEST(names)
{
	enum crypto_kind kind = CRYPTO_NETTLE;

	ck_assert(crypto_library_name("/usr/lib/libcrypto.so.3", &kind) && kind == CRYPTO_OPENSSL);
	ck_assert(crypto_library_name("/usr/lib/libcrypto.so.3.0.7 (deleted)", &kind) && kind == CRYPTO_OPENSSL);
	ck_assert(crypto_library_name("/usr/lib/libcrypto.so.3 (deleted)", &kind));
	ck_assert(crypto_library_name("libnettle.so.8.6", &kind) && kind == CRYPTO_NETTLE);
	ck_assert(!crypto_library_name("/usr/lib/libcrypto.so.1.1", &kind));
	ck_assert(!crypto_library_name("/usr/lib/libcrypto.so.30", &kind));
	ck_assert(!crypto_library_name("/libcrypto.so.3/other", &kind));
	ck_assert(!crypto_library_name("/usr/lib/libcrypt.so.1", &kind));
	ck_assert(!crypto_library_name("", &kind));
}
END_TEST

/* A file that this process has mapped is found once, under the name that its process knows, also when it is deleted. */
START_TEST(mapped)
{
	static struct crypto_libraries found;
	char folder[] = "/tmp/test-crypto-XXXXXX", path[64], link[64];
	struct stat status;
	size_t seen = 0;
	void *twice[2];
	int fd, other;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/libcrypto.so.3", folder);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, 16384), 0);
	ck_assert_int_eq(fstat(fd, &status), 0);
	twice[0] = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
	twice[1] = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 8192);
	unlink(path);
	rmdir(folder);
	crypto_libraries_find(&found);
	for (size_t i = 0; i < found.count; i++) {
		const struct crypto_library *library = &found.library[i];

		if (library->device != status.st_dev || library->inode != status.st_ino)
			continue;
		seen++;
		ck_assert_msg(strncmp(library->path, path, strlen(path)) == 0, "%s", library->path);
		ck_assert_str_eq(library->build_id, "");
		ck_assert_int_eq(library->kind, CRYPTO_OPENSSL);
	}
	crypto_libraries_finish(&found);
	/* Without the right to follow this link, only the usual directories are searched. */
	snprintf(link, sizeof link, "/proc/self/map_files/%lx-%lx", (unsigned long)(uintptr_t)twice[0],
		 (unsigned long)(uintptr_t)twice[0] + 4096);
	other = open(link, O_RDONLY | O_CLOEXEC);
	ck_assert_uint_eq(seen, other >= 0);
	if (other >= 0)
		close(other);
	munmap(twice[0], 4096);
	munmap(twice[1], 4096);
	close(fd);
}
END_TEST

SUITE("crypto library", names, mapped)
