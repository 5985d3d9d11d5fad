/* SPDX-License-Identifier: BSD-2-Clause */
/* reply_mask: replaces what a reply quotes by marks, and spells words in one way. See reply_text.h. */
#ifndef SMTPSCOPE_REPLY_MASK_H
#define SMTPSCOPE_REPLY_MASK_H

#include "span.h"

/*
 * Masks |text|, which is folded but has kept its case, because "denied.Please" is not a host name. Writes at most |size| bytes to |out|,
 * without NUL; returns their number.
 */
size_t reply_mask(struct span text, char *out, size_t size);

#endif
