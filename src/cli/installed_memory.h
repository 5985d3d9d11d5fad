/* SPDX-License-Identifier: BSD-2-Clause */
/* installed_memory: how much memory this process could use, so that a default limit fits the machine. */
#ifndef SMTPSCOPE_INSTALLED_MEMORY_H
#define SMTPSCOPE_INSTALLED_MEMORY_H

#include <stdint.h>

/*
 * Returns the bytes of memory of this machine, or less if a control group (cgroups(7), version 1 or 2) or RLIMIT_AS allows this process less.
 * |root| is put in front of the paths of /proc and /sys; "" except in tests.
 */
uint64_t installed_memory(const char *root);

#endif
