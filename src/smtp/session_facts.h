/* SPDX-License-Identifier: BSD-2-Clause */
/* session_facts: what is known of one SMTP session. Owned by the smtp stage; others read it while they are called. */
#ifndef SMTPSCOPE_SESSION_FACTS_H
#define SMTPSCOPE_SESSION_FACTS_H

#include "account.h"
#include "exchange.h"
#include "flow.h"
#include "message.h"
#include "offers.h"
#include "proxied.h"
#include "sasl.h"
#include "secret.h"

struct tls_handshake;

enum protocol { PROTOCOL_NONE, PROTOCOL_SMTP, PROTOCOL_LMTP, PROTOCOL_TLS, PROTOCOL_OTHER };

enum visibility { /* bits; none: full */
		  VISIBILITY_MIDSTREAM = 0x01,
		  VISIBILITY_CLIENT_ONLY = 0x02,
		  VISIBILITY_SERVER_ONLY = 0x04,
		  VISIBILITY_GAP = 0x08,
		  VISIBILITY_TRUNCATED_PACKETS = 0x10,
		  VISIBILITY_ENCRYPTED = 0x20,
		  VISIBILITY_UNFINISHED = 0x40,
		  VISIBILITY_EVICTED = 0x80,
};

enum session_outcome {
	SESSION_NO_MAIL,
	SESSION_DELIVERED,
	SESSION_PARTIAL,
	SESSION_DEFERRED,
	SESSION_REJECTED,
	SESSION_ABORTED,
	SESSION_UNKNOWN,
};

enum tls_mode { TLS_NONE, TLS_STARTTLS, TLS_IMPLICIT };

struct tls_facts {
	enum tls_mode mode;
	const char *version, *cipher; /* names, NULL: not seen */
	const char *sni;	      /* bytes from the wire, or NULL */
	bool decrypted;		      /* records were opened */
	const char *sealed; /* why records were not opened ("no-key"), or NULL; settled when the session ends */
	const char *alert;		       /* name of the first fatal alert, or NULL */
	const struct tls_handshake *handshake; /* all that was seen of it (tls_handshake.h), NULL: nothing */
};

/* Counts of one session stop here: the sum of two fits as well. */
#define SESSION_COUNT_MAX (UINT32_MAX / 2)

enum { LOGINS_KEPT = 16, LOGIN_MECHANISM_SIZE = 32 };

/* One AUTH command and its dialogue (RFC 4954). Nothing of the credentials is kept here. */
struct login {
	char mechanism[LOGIN_MECHANISM_SIZE]; /* as the client wrote it */
	unsigned code;			      /* of the reply that ended it, 0: none */
	unsigned responses;		      /* of the client, an initial one included */
	enum sasl_shape shape;		      /* of its responses: the fault, where one has one */
	bool encrypted;			      /* inside TLS */
	struct frame_ref frame;		      /* of the AUTH command */
};

struct session_facts {
	struct account *account; /* charged with all that is kept of the session; NULL: none */
	const struct flow *flow; /* the dialogue's view of it (flow_view.h); may move between events */
	uint64_t number;	 /* as the flow's */
	unsigned visibility;	 /* of enum visibility */
	enum protocol protocol : 8;
	enum session_outcome outcome : 8; /* settled when the session ends */
	bool over;			  /* no more bytes will come; what is open stays so */
	bool unsure;			  /* bytes were lost, and the dialogue has not come to rest since */
	bool partly_omitted;   /* a message that is not kept was accepted for a part of its recipients only */
	uint32_t login_count;  /* of |logins| */
	struct tls_facts *tls; /* owned; NULL: no TLS was seen (session_tls) */
	struct proxied_facts *proxied; /* owned, with its target; NULL: no proxy was seen (session_proxied) */
	char *greeting;		       /* texts of its lines joined by LF, NULL: not seen */
	char *helo;		       /* argument of the last HELO, EHLO or LHLO; NULL: not seen */
	char **capabilities; /* EHLO keywords with their parameters, as last offered: the lines of one of the next two */
	uint32_t capability_count;
	unsigned open;			  /* commands without a reply */
	struct offers offers;		  /* in force now: of the last hello in this state of TLS */
	struct offers *offers_before_tls; /* what was offered before STARTTLS; owned; NULL: TLS did not begin */
	struct login *logins;		  /* in order; the last one is the newest; at most LOGINS_KEPT */
	struct message *messages;
	/* These counts stop at SESSION_COUNT_MAX. */
	uint32_t message_count;
	uint32_t messages_omitted; /* beyond SESSION_MESSAGES_KEPT; they count in the next field */
	uint32_t outcomes[5];	   /* messages by enum outcome */
	uint32_t only_asked;	   /* messages that were probes; all of them are OUTCOME_ABORTED */
	uint64_t reply_count;
	uint64_t command_count;
	const struct secret_set *secrets; /* credentials seen, to be redacted wherever they turn up */
	tstamp client_spoke;  /* when the client's newest payload was sent; TSTAMP_NONE: there is none */
	int64_t client_pause; /* ns between that and its payload before */
};

/* What is known of TLS; all zero if there is none. Never NULL. */
static inline const struct tls_facts *session_tls(const struct session_facts *s)
{
	static const struct tls_facts none;

	return s->tls ? s->tls : &none;
}

/* The same, to be changed by the smtp stage; NULL if memory runs out. */
static inline struct tls_facts *session_facts_own_tls(struct session_facts *s)
{
	if (!s->tls)
		s->tls = account_take_zeroed(s->account, 1, sizeof *s->tls);
	return s->tls;
}

/* TLS was agreed on, or begins. If memory runs out, that is not noted. */
static inline void session_facts_set_tls_mode(struct session_facts *s, enum tls_mode mode)
{
	if (session_facts_own_tls(s))
		s->tls->mode = mode;
}

/* What is known of the proxy; all zero if there is none. Never NULL. */
static inline const struct proxied_facts *session_proxied(const struct session_facts *s)
{
	static const struct proxied_facts none;

	return s->proxied ? s->proxied : &none;
}

/* The same, to be changed by the smtp stage; NULL if memory runs out. */
static inline struct proxied_facts *session_facts_own_proxied(struct session_facts *s)
{
	if (!s->proxied)
		s->proxied = account_take_zeroed(s->account, 1, sizeof *s->proxied);
	return s->proxied;
}

static inline void session_facts_drop_proxied(struct session_facts *s)
{
	if (s->proxied)
		account_free(s->account, s->proxied->target);
	account_free(s->account, s->proxied);
	s->proxied = NULL;
}

#endif
