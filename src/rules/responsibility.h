/* SPDX-License-Identifier: BSD-2-Clause */
/* responsibility: which side has to act on a failure, and whether sending the same again can succeed. */
#ifndef SMTPSCOPE_RESPONSIBILITY_H
#define SMTPSCOPE_RESPONSIBILITY_H

enum responsible {
	RESPONSIBLE_UNKNOWN,
	RESPONSIBLE_SENDER,    /* person, domain or address that sends: reputation, content, account, quota */
	RESPONSIBLE_CLIENT,    /* the sending program or its settings */
	RESPONSIBLE_RECIPIENT, /* the mailbox or its owner */
	RESPONSIBLE_RECEIVER,  /* a policy of the receiving organization */
	RESPONSIBLE_SERVER,    /* the receiving program, its settings or resources */
	RESPONSIBLE_NETWORK,   /* path, firewall, NAT */
	RESPONSIBLE_MIDDLEBOX, /* a device that changes what is said */
	RESPONSIBLE_NOBODY,
};

enum retry {
	RETRY_UNKNOWN,
	RETRY_USELESS, /* the same mail, sent the same way, is refused again; a 4yz reply does not change that */
	RETRY_AUTOMATIC, /* time or the receiving side heals it, and a mail queue retries */
	RETRY_LATER,	 /* time or the receiving side heals it, but nothing retries by itself */
	RETRY_UNNEEDED,
};

/* The names used in rule files and reports, in the order of the enums; both end with NULL. */
extern const char *const responsible_names[];
extern const char *const retry_names[];

/* For sentences: "the sender", "the sending program", ..., "nobody in particular". */
const char *responsible_words(enum responsible responsible);
/* A sentence: "A mail queue retries by itself.", ... */
const char *retry_words(enum retry retry);

#endif
