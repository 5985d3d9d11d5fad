/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sha1: the hash of FIPS 180-4, for identifiers that other tools compute with it (Community ID). It is broken as a protection against
 * forgery: use it for nothing else.
 */
#ifndef SMTPSCOPE_SHA1_H
#define SMTPSCOPE_SHA1_H

#include "span.h"

enum { SHA1_SIZE = 20 };

/* Writes the digest of |text|. */
void sha1(uint8_t digest[static SHA1_SIZE], struct span text);

#endif
