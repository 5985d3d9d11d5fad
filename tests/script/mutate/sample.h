/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SMTPSCOPE_SAMPLE_H
#define SMTPSCOPE_SAMPLE_H

#include <stdbool.h>

bool sample_tested(int a, int b);
bool sample_untested(int a, int b);

#endif
