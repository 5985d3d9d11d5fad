/* SPDX-License-Identifier: BSD-2-Clause */
/* tls_page: the TLS handshake of a session on the page for people. */
#ifndef SMTPSCOPE_TLS_PAGE_H
#define SMTPSCOPE_TLS_PAGE_H

#include "page.h"
#include "record.h"

/*
 * Writes a line about what was negotiated and one about the certificate; nothing about what was not seen. Credentials in |secrets|
 * are masked.
 */
void tls_page_put(struct page *p, const struct session_facts *session, const struct secret_set *secrets);

#endif
