/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recognition: whether two captures can show the same session. Sessions of one server resemble each other, so common lines are not enough.
 */
#ifndef SMTPSCOPE_RECOGNITION_H
#define SMTPSCOPE_RECOGNITION_H

#include "sighting.h"

/*
 * Is it the same session? Yes, if the handshakes have a sequence number or a TCP timestamp in common; if both have a segment with the same
 * sequence and acknowledgment numbers; if a reply names the same identifier; if the streams have the same bytes at the same sequence numbers; or if most lines are the same, and the times between them, too.
 */
bool recognition_is_same(const struct sighting *a, const struct sighting *b);

#endif
