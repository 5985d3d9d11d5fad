/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * library: a shared library that is loaded when a rarely used feature needs it. Loading it with the program would cost every start the
 * time to link it and all libraries that it needs in turn.
 *
 * A file that uses such a library declares a struct of pointers to its functions, lists them with LIBRARY_FUNCTION, calls library_load,
 * and contains one LIBRARY_NOTE, so that packaging tools find the dependency.
 */
#ifndef SMTPSCOPE_LIBRARY_H
#define SMTPSCOPE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct library_function {
	const char *name;
	size_t offset; /* of the pointer in the struct that library_load fills */
};

/* The declaration of a member that points to |function|. The header of the library gives its type. */
#define LIBRARY_POINTER(function) __typeof__(function) *function
/* The entry for the member |function| of |table|, a struct type. */
#define LIBRARY_FUNCTION(table, function)                                                                    \
	{                                                                                                    \
#function, offsetof(table, function)                                                         \
	}

/*
 * Loads the library |soname| ("libz.so.1") from the usual places and stores the addresses of |count| functions in |table|. The library
 * stays loaded until the program ends; loading it again costs little. Returns false if the library or one of the functions is missing,
 * or if memory is short; |table| is then partly filled.
 */
bool library_load(void *table, const char *soname, const struct library_function *functions, size_t count);

/*
 * Records in the program that it may load |soname|, for |feature|, as the note section ".note.dlopen" (ELF dlopen metadata of the UAPI
 * group). dh_dlopenlibdeps of Debian 13 makes a recommended package of it; dpkg-shlibdeps alone does not see libraries that are not
 * linked. |soname|, |feature| and |description| are string literals.
 */
#define LIBRARY_NOTE(soname, feature, description)                                                           \
	__attribute__((used, section(".note.dlopen"))) static const _Alignas(4) struct {                     \
		uint32_t name_size, size, type;                                                              \
		char name[4];                                                                                \
		_Alignas(4) char text[sizeof LIBRARY_NOTE_TEXT(soname, feature, description)];               \
	} library_note = { 4, sizeof LIBRARY_NOTE_TEXT(soname, feature, description), 0x407c0c0a, "FDO",     \
			   LIBRARY_NOTE_TEXT(soname, feature, description) }
#define LIBRARY_NOTE_TEXT(soname, feature, description)                                                      \
	"[{\"soname\":[\"" soname "\"],\"feature\":\"" feature "\",\"description\":\"" description           \
	"\",\"priority\":\"recommended\"}]"

#endif
