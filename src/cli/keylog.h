/* SPDX-License-Identifier: BSD-2-Clause */
/* keylog: the key log that `read` is given, read before the packets. */
#ifndef SMTPSCOPE_KEYLOG_H
#define SMTPSCOPE_KEYLOG_H

#include "pipeline.h"

/* Reads the whole key log at |path| (NULL: none). Returns false if that fails; standard error says why. */
bool keylog_read(struct pipeline *p, const char *path);

#endif
