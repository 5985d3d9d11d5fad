/* SPDX-License-Identifier: BSD-2-Clause */
/* reply_mask: puts marks in the place of what a reply quotes, and spells words one way. See reply_text.h. */
#ifndef SMTPSCOPE_REPLY_MASK_H
#define SMTPSCOPE_REPLY_MASK_H

#include "span.h"

/* Masks |text| (folded, case kept: "denied.Please" is no host) into |out| of |size| bytes, without NUL; returns the length. */
size_t reply_mask(struct span text, char *out, size_t size);

#endif
