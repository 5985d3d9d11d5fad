/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * parameters: the parameters after the address of MAIL and RCPT: "SIZE=1000 BODY=8BITMIME SMTPUTF8" (RFC 5321 4.1.1.11). All are
 * kept, known or not, as far as there is room.
 */
#ifndef SMTPSCOPE_PARAMETERS_H
#define SMTPSCOPE_PARAMETERS_H

#include "account.h"
#include "command.h"

enum { PARAMETERS_KEPT = 32 };

struct parameter {
	const char *keyword; /* upper case; bytes that no keyword may have (RFC 5321 4.1.2) are "?" */
	const char *value;   /* as sent (xtext is not decoded); NULL: none. NUL bytes are "?" */
};

/* Zeroed: none. Owns its memory. */
struct parameters {
	struct parameter *list; /* in order; of the same keyword only the first */
	size_t count;
	size_t omitted; /* beyond PARAMETERS_KEPT */
};

/* The parameters of a MAIL or RCPT line; empty if it has none, or does not have that form. */
struct span parameters_in(struct span line);
/* The same for |command|; if it is incomplete, omits the last parameter, which may be cut. */
struct span parameters_of(const struct command *command);
/* Parses |text|; the memory is charged to |account| (NULL: none), with which it is freed. Returns false if memory runs out. */
bool parameters_read(struct parameters *p, struct span text, struct account *account);
void parameters_finish(struct parameters *p, struct account *account);
/* NULL: not among them. |keyword| in upper case. */
const struct parameter *parameters_find(const struct parameters *p, const char *keyword);

/* The EHLO keyword that offers |parameter| of |verb| (MAIL or RCPT); NULL if no known standard defines it. */
const char *parameter_extension(const char *verb, const struct parameter *parameter);
/*
 * Has |parameter| a value that its standard allows (RFC 1870 3, RFC 3030 3, RFC 3461 4.1, 4.3, RFC 6152 3, RFC 6531 3.4)? True for those of
 * no known standard, and where the values are not a fixed set.
 */
bool parameter_value_fits(const struct parameter *parameter);

#endif
