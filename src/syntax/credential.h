/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * credential: credentials in lines that are not a well-formed AUTH: a mistyped AUTH, a login of another protocol, a password in a URL or in a
 * header, the response of a login as an argument of any command. It is better to hide a word too many than to show a password.
 */
#ifndef SMTPSCOPE_CREDENTIAL_H
#define SMTPSCOPE_CREDENTIAL_H

#include "verb.h"

struct credential {
	size_t at; /* offset in the line from which nothing may be shown; SIZE_MAX: there is no credential */
	struct span value; /* the credential itself, a view of the line behind |at| */
};

/* The first credential in a command line. |verb| is the line's; AUTH itself is left to command_parse. Linear in the line's length. */
struct credential credential_in_command(struct span line, enum verb verb);
/*
 * The first word of |text| at or after |from| that is the response of a login: base64 of SASL PLAIN (RFC 4616 2), or of a bearer token (RFC 7628
 * 3.1). Empty, with |at| NULL: there is none.
 */
struct span credential_response(struct span text, size_t from);

#endif
