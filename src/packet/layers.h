/* SPDX-License-Identifier: BSD-2-Clause */
/* layers: all registered layers, from the list in meson.build. */
#ifndef SMTPSCOPE_LAYERS_H
#define SMTPSCOPE_LAYERS_H

#include "layer.h"

/* Ended by NULL. */
extern const struct layer *const layers[];

#endif
