/* SPDX-License-Identifier: BSD-2-Clause */
/* loaded_openssl: libcrypto for tests and fuzzers. */
#ifndef SMTPSCOPE_LOADED_OPENSSL_H
#define SMTPSCOPE_LOADED_OPENSSL_H

#include <stdlib.h>

#include "openssl_library.h"

static inline struct openssl_library *loaded_openssl(void)
{
	static struct openssl_library library;

	if (!openssl_library_load(&library))
		abort();
	return &library;
}

#endif
