/* SPDX-License-Identifier: BSD-2-Clause */
/* redact: credentials taken out of a text before anybody sees it. */
#ifndef SMTPSCOPE_REDACT_H
#define SMTPSCOPE_REDACT_H

#include "buf.h"
#include "secret.h"

#define REDACTED "<redacted>"

/*
 * |text| with every place that holds a secret of |set|, and all from |secret_at| on (SIZE_MAX: nothing), replaced by
 * "<redacted>". Returns |text| itself where there is nothing to hide, else the content of |scratch|, which is overwritten
 * and has to be able to grow; what does not fit is left out, never shown. |set| may be NULL. Secrets that overlap or touch become one replacement.
 */
struct span redact(struct buf *scratch, const struct secret_set *set, struct span text, size_t secret_at);

#endif
