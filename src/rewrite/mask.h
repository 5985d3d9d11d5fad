/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mask: replaces a credential by one of the same length that says nothing but has the same form, so that the
 * analysis of a login (sasl.h) finds the same in it.
 */
#ifndef SMTPSCOPE_MASK_H
#define SMTPSCOPE_MASK_H

#include "buf.h"

enum { MASK_KEPT = 16 * 1024 }; /* bytes of a credential that is decoded; a longer one is blanked */

/* Puts the replacement of |secret|, as it is on the wire, into |to|, which it empties first. */
void mask_credential(struct buf *to, struct span secret);

#endif
