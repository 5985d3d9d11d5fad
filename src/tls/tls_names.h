/* SPDX-License-Identifier: BSD-2-Clause */
/* tls_names: names of TLS numbers, as static strings. Returns NULL for unknown numbers. */
#ifndef SMTPSCOPE_TLS_NAMES_H
#define SMTPSCOPE_TLS_NAMES_H

#include <stdbool.h>
#include <stdint.h>

/* The name used in records: "TLSv1.2" for 0x0303. */
const char *tls_version_name(uint16_t version);
/* The name used in sentences: "TLS 1.2" for 0x0303. */
const char *tls_version_words(uint16_t version);
/* The IANA names of common cipher suites: "TLS_AES_128_GCM_SHA256" for 0x1301. */
const char *tls_cipher_name(uint16_t suite);
/* The IANA names of groups: "x25519" for 0x001d, "X25519MLKEM768" for 0x11ec. */
const char *tls_group_name(uint16_t group);
/* Returns whether the group uses ML-KEM or its draft, Kyber. */
bool tls_group_post_quantum(uint16_t group);
/* "unknown_ca" for 48 (RFC 8446 6, RFC 5246 7.2). */
const char *tls_alert_name(uint8_t description);

#endif
