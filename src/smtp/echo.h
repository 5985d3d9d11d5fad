/* SPDX-License-Identifier: BSD-2-Clause */
/* echo: credentials that a server repeats in a refusal. */
#ifndef SMTPSCOPE_ECHO_H
#define SMTPSCOPE_ECHO_H

#include "reply.h"
#include "secret.h"

/* Words of |reply| that look like credentials are added to |secrets|, since the line they come from may not have been captured. */
void echo_hide(struct secret_set *secrets, const struct reply *reply);

#endif
