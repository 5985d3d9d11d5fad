/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * crypto_library: the crypto libraries that processes of this host use, those in chroots and containers included. A library is
 * a file: two paths to one file are one library, and an updated package is another one.
 */
#ifndef SMTPSCOPE_CRYPTO_LIBRARY_H
#define SMTPSCOPE_CRYPTO_LIBRARY_H

#include "elf_file.h"

#include <stddef.h>
#include <sys/types.h>

enum {
	CRYPTO_LIBRARIES_MAX = 64,
	CRYPTO_PATH_SIZE = 256,
};

enum crypto_kind {
	CRYPTO_OPENSSL, /* libcrypto.so.3 */
	CRYPTO_NETTLE,	/* libnettle.so, which GnuTLS uses */
};

struct crypto_library {
	enum crypto_kind kind;
	int fd; /* open for reading */
	dev_t device;
	ino_t inode;
	char path[CRYPTO_PATH_SIZE]; /* as a process that uses it names it; cut if it is longer */
	char build_id[ELF_BUILD_ID_TEXT];
};

struct crypto_libraries {
	struct crypto_library library[CRYPTO_LIBRARIES_MAX];
	size_t count;
	size_t more;   /* that were found after the table was full */
	size_t hidden; /* processes whose libraries this process may not list */
};

/*
 * Finds the libraries that running processes have mapped, and those in the usual directories of each root directory that
 * processes have: a server may load them later. Needs root for processes of other users. |found| has to be zeroed; finish
 * it with crypto_libraries_finish.
 */
void crypto_libraries_find(struct crypto_libraries *found);
/* Closes the files. */
void crypto_libraries_finish(struct crypto_libraries *found);

/* Returns whether the last part of |path| is the name of such a library. */
bool crypto_library_name(const char *path, enum crypto_kind *kind);

#endif
