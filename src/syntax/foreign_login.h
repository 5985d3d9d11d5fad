/* SPDX-License-Identifier: BSD-2-Clause */
/* foreign_login: credentials in the lines of other protocols that clients send to a mail port by mistake. */
#ifndef SMTPSCOPE_FOREIGN_LOGIN_H
#define SMTPSCOPE_FOREIGN_LOGIN_H

#include "span.h"

/*
 * Returns where in |line| the credentials begin if it is a login of POP3 or FTP (PASS, APOP; RFC 1939 7, RFC 959 4.1.1), of IMAP (LOGIN,
 * AUTHENTICATE; RFC 9051 6.2), or a header of HTTP that holds credentials (RFC 9110 11.6); SIZE_MAX: it is none of these.
 */
size_t foreign_login_secret(struct span line);
/* Is |line| a command of IMAP: a tag and a known verb? */
bool foreign_login_is_imap(struct span line);

#endif
