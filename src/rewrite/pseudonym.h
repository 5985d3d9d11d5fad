/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pseudonym: replaces addresses and names by keyed ones of the same length. The same key gives the same
 * replacement, so captures of both sides of a connection still fit together; without the key nothing leads back.
 * The only file of this stage that uses libcrypto.
 */
#ifndef SMTPSCOPE_PSEUDONYM_H
#define SMTPSCOPE_PSEUDONYM_H

#include "layout.h"

struct pseudonym;

/* Derives all keys from |key|, at least 16 bytes. Returns NULL if libcrypto is not installed or memory runs out. */
struct pseudonym *pseudonym_create(struct span key);
/* Accepts NULL. Clears the keys. */
void pseudonym_destroy(struct pseudonym *p);

/*
 * Replaces an address in place. IP addresses keep common prefixes: two that share their first n bits still do
 * (Crypto-PAn: Xu, Fan, Ammar, Moon 2002), except that addresses that are not globally reachable stay so: they get
 * the first byte of a private network. A MAC address keeps its group bit and becomes a local one; those for all
 * or for none stay.
 */
void pseudonym_address(struct pseudonym *p, enum layout_kind kind, uint8_t *address);
/*
 * Replaces the letters and digits of |word|, in place, by others of the same kind. The letters' case counts only for
 * the result: it stays at each position. A word of hexadecimal letters stays one. Bytes above 127 stay UTF-8 if they were.
 */
void pseudonym_word(struct pseudonym *p, uint8_t *word, size_t length);
/*
 * Replaces the bytes above 127 at |text|, in place, by a character of as many bytes; what is not UTF-8 stays not UTF-8. |choice| selects
 * the character. Returns how many bytes that were.
 */
size_t pseudonym_high(uint8_t *text, size_t length, uint8_t choice);
/* Replaces a decimal number in place by one of as many digits, at most 255, that depends on |before| too. */
void pseudonym_octet(struct pseudonym *p, struct span before, uint8_t *digits, size_t length);

#endif
