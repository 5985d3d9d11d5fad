/* SPDX-License-Identifier: BSD-2-Clause */
/* seccomp_library: the functions of libseccomp that sandbox.c calls; the library is loaded for `watch` and `top`. */
#ifndef SMTPSCOPE_SECCOMP_LIBRARY_H
#define SMTPSCOPE_SECCOMP_LIBRARY_H

#include <seccomp.h>

#include "library.h"

struct seccomp_library {
	LIBRARY_POINTER(seccomp_init);
	LIBRARY_POINTER(seccomp_rule_add);
	LIBRARY_POINTER(seccomp_load);
	LIBRARY_POINTER(seccomp_release);
};

/* Returns false if the library is not installed or has another interface. */
bool seccomp_library_load(struct seccomp_library *library);

#endif
