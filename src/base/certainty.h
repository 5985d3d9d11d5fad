/* SPDX-License-Identifier: BSD-2-Clause */
/* certainty: how far a statement is proven. CERTAIN is what the captured bytes prove, and nothing less. */
#ifndef SMTPSCOPE_CERTAINTY_H
#define SMTPSCOPE_CERTAINTY_H

/* In rising order, so that the lower of two is the weaker one. */
enum certainty { CERTAINTY_POSSIBLE, CERTAINTY_LIKELY, CERTAINTY_CERTAIN };

#endif
