/* SPDX-License-Identifier: BSD-2-Clause */
/* layers: all registered layers, from the list in meson.build. */
#ifndef SMTPSCOPE_LAYERS_H
#define SMTPSCOPE_LAYERS_H

#include "layer.h"

/* Ended by NULL. */
extern const struct layer *const layers[];
/* Those of usual.c. */
extern const struct layer layer_ethernet, layer_ipv4, layer_tcp;

#endif
