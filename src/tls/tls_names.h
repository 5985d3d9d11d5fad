/* SPDX-License-Identifier: BSD-2-Clause */
/* tls_names: what the numbers of TLS are called. Static strings; NULL where a number has no name here. */
#ifndef SMTPSCOPE_TLS_NAMES_H
#define SMTPSCOPE_TLS_NAMES_H

#include <stdint.h>

/* "TLSv1.2" of 0x0303: the name in records. */
const char *tls_version_name(uint16_t version);
/* "TLS 1.2" of 0x0303: the name in sentences. */
const char *tls_version_words(uint16_t version);
/* "TLS_AES_128_GCM_SHA256" of 0x1301: the cipher suites in common use, by their IANA names. */
const char *tls_cipher_name(uint16_t suite);
/* "unknown_ca" of 48 (RFC 8446 6, RFC 5246 7.2). */
const char *tls_alert_name(uint8_t description);

#endif
