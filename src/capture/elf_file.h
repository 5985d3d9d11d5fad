/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * elf_file: finds an exported function and the build id in a shared library. The file may belong to a container, so it is as
 * hostile as a capture: every read is checked and bounded.
 */
#ifndef SMTPSCOPE_ELF_FILE_H
#define SMTPSCOPE_ELF_FILE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	ELF_BUILD_ID_TEXT = 2 * 32 + 1, /* hexadecimal digits and the NUL */
	ELF_SYMBOLS_MAX = 1 << 18,
	ELF_STRINGS_MAX = 16 << 20,
};

/*
 * Stores where the exported function |name| begins in the 64-bit ELF file open as |fd|, in bytes from the beginning of the
 * file. Returns false if there is none, or the file is damaged.
 */
bool elf_file_function(int fd, const char *name, uint64_t *offset);
/* Stores the build id in hexadecimal. Returns false, and "", if the file has none. */
bool elf_file_build_id(int fd, char text[static ELF_BUILD_ID_TEXT]);

#endif
