/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * option_values: reads values of options. Each function returns false if the value is wrong, and then one line on standard error
 * names the option and says what it takes.
 */
#ifndef SMTPSCOPE_OPTION_VALUES_H
#define SMTPSCOPE_OPTION_VALUES_H

#include "tstamp.h"

#include <stdbool.h>
#include <stddef.h>

/* The words that an option takes, by index; NULL ends them. */
typedef const char *option_words(size_t index);

/* A whole number from |least| to |most|. */
bool option_number(const char *option, const char *text, uint64_t least, uint64_t most, uint64_t *value);
/* A number of bytes such as 100, 64K, 1G. */
bool option_size(const char *option, const char *text, uint64_t *value);
/* A duration such as 30s, 15m, 24h, 7d, in nanoseconds. */
bool option_duration(const char *option, const char *text, tstamp *value);
/* One of |words|; |*index| becomes its index. */
bool option_word(const char *option, const char *text, option_words *words, size_t *index);

#endif
