/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * full_screen: what smtpscope top shows, and what its keys do. It shows a roster, which others fill; it neither reads packets nor
 * writes files itself.
 */
#ifndef SMTPSCOPE_FULL_SCREEN_H
#define SMTPSCOPE_FULL_SCREEN_H

#include "screen_config.h"

struct screen;

/* Returns NULL if memory runs out. The terminal is open already. */
struct screen *screen_create(const struct screen_config *config);
void screen_destroy(struct screen *s);
/* Handles the keys that wait. Returns false once the user has ended the program. */
bool screen_keys(struct screen *s);
/* Draws what has changed. |reading|: the input has not ended. */
void screen_draw(struct screen *s, bool reading);
/* Shows |text| in the last line but one until the next key. Copies it. */
void screen_tell(struct screen *s, const char *text);

#endif
