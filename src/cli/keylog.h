/* SPDX-License-Identifier: BSD-2-Clause */
/* keylog: the key log that `read` is given, read before the packets. */
#ifndef SMTPSCOPE_KEYLOG_H
#define SMTPSCOPE_KEYLOG_H

#include "pipeline.h"

/* Reads the whole key log at |path| (NULL: none). Returns false if that fails; standard error says why. */
bool keylog_read(struct pipeline *p, const char *path);
/* Is libcrypto installed, which |option| needs to open TLS? If not, standard error says so. */
bool keylog_possible(const char *option);

#endif
