/* SPDX-License-Identifier: BSD-2-Clause */
#include "seccomp_library.h"

LIBRARY_NOTE(LIBSECCOMP_SONAME, "sandbox", "Restrict the system calls of watch and top");

bool seccomp_library_load(struct seccomp_library *library)
{
	static const struct library_function functions[] = {
		LIBRARY_FUNCTION(struct seccomp_library, seccomp_init),
		LIBRARY_FUNCTION(struct seccomp_library, seccomp_rule_add),
		LIBRARY_FUNCTION(struct seccomp_library, seccomp_load),
		LIBRARY_FUNCTION(struct seccomp_library, seccomp_release),
	};

	return library_load(library, LIBSECCOMP_SONAME, functions, sizeof functions / sizeof *functions);
}
