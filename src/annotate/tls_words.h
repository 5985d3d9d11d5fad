/* SPDX-License-Identifier: BSD-2-Clause */
/* tls_words: what a TLS handshake shows, in words for findings; and what a certificate shows to be wrong. */
#ifndef SMTPSCOPE_TLS_WORDS_H
#define SMTPSCOPE_TLS_WORDS_H

#include "finding_causes.h"
#include "tls_handshake.h"
#include "words.h"

/* {offer}: "TLS 1.2 and older with 28 ciphers"; "TLS 1.3, TLS 1.2 with 3 ciphers". */
void tls_words_offer(struct words *w, const struct tls_handshake *h);
/* {certificate}: its names, issuer and validity, and the name asked for. */
void tls_words_certificate(struct words *w, const struct tls_handshake *h);

/*
 * The first thing that a client can object to in the certificate at |now|, in seconds since 1970; unknown if nothing is visible.
 * Its authority and its signatures are not checked: only the client knows what it trusts.
 */
enum finding_cause tls_words_fault(const struct tls_certificate *c, int64_t now);

#endif
