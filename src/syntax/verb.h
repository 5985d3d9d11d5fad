/* SPDX-License-Identifier: BSD-2-Clause */
/* verb: the first word of a command line, as a value that can be compared and switched on. */
#ifndef SMTPSCOPE_VERB_H
#define SMTPSCOPE_VERB_H

#include "span.h"

enum { VERB_NAME_SIZE = 16 }; /* bytes of the longest name, NUL included */

enum verb {
	VERB_NONE,  /* the line does not begin with a word */
	VERB_OTHER, /* a word that is none of the following */
	VERB_ATRN,
	VERB_AUTH,
	VERB_BDAT,
	VERB_BURL,
	VERB_CHECKPOINT,
	VERB_DATA,
	VERB_EHLO,
	VERB_EMAL,
	VERB_ESAM,
	VERB_ESND,
	VERB_ESOM,
	VERB_ETRN,
	VERB_EVFY,
	VERB_EXPN,
	VERB_HELO,
	VERB_HELP,
	VERB_LHLO,
	VERB_MAIL,
	VERB_NOOP,
	VERB_ONEX,
	VERB_PROXY, /* a PROXY protocol header; not an SMTP command */
	VERB_QHLO,
	VERB_QUIT,
	VERB_RCPT,
	VERB_REQA,
	VERB_RSET,
	VERB_SAML,
	VERB_SEND,
	VERB_SOML,
	VERB_STARTTLS,
	VERB_TIME,
	VERB_TURN,
	VERB_VERB,
	VERB_VRFY,
	VERB_X_ADAT,
	VERB_X_ANONYMOUSTLS,
	VERB_X_DRCP,
	VERB_X_EXCH50,
	VERB_X_EXPS,
	VERB_X_LINK2STATE,
	VERB_XADR,
	VERB_XAUTH,
	VERB_XCLIENT,
	VERB_XEXCH50,
	VERB_XEXPS,
	VERB_XFORWARD,
	VERB_XQUE,
	VERB_XSTA,
	VERB_XTRN,
	VERB_XUSR,
	VERB_COUNT,
};

/* The verb that |word| spells, in any letter case: VERB_OTHER where it spells none, VERB_NONE where it is empty. */
enum verb verb_of(struct span word);
/* In upper case; "" for VERB_NONE and VERB_OTHER. VERB_NAME_SIZE bytes can be read from there. */
const char *verb_name(enum verb verb);
/* Is it a verb of RFC 5321 or of a standardized SMTP extension? A server may lack it, but the client may try it. */
bool verb_is_standard(enum verb verb);
/* Is it standard, or a verb that servers are known to have? */
bool verb_is_known(enum verb verb);
/* Is it EHLO, HELO or LHLO? */
static inline bool verb_is_hello(enum verb verb)
{
	return verb == VERB_EHLO || verb == VERB_HELO || verb == VERB_LHLO;
}

#endif
