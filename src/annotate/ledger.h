/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ledger: the facts of one session that diagnoses and the verdict ask for: whose turn it was and for how long, who closed first
 * and how, what was accepted, and how far the message got. It is fed with every event before the diagnoses see it. Diagnoses keep
 * no clock of their own.
 */
#ifndef SMTPSCOPE_LEDGER_H
#define SMTPSCOPE_LEDGER_H

#include "account.h"
#include "event.h"

/* What the time of a session was spent on, in the order of a dialogue. */
enum ledger_phase {
	LEDGER_CONNECT, /* from the first SYN to the end of the TCP handshake (RFC 9293 3.5) */
	LEDGER_GREETING,
	LEDGER_HELLO,
	LEDGER_TLS,
	LEDGER_LOGIN,
	LEDGER_ENVELOPE,
	LEDGER_BODY,  /* from the go-ahead to the end of the data */
	LEDGER_FINAL, /* from the end of the data to its reply */
	LEDGER_CLOSE, /* from QUIT, the first FIN or RST on */
	LEDGER_PHASES
};

/* Who had to act. */
enum ledger_owner { LEDGER_CLIENT, LEDGER_NETWORK, LEDGER_SERVER, LEDGER_OWNERS };

/* How one side ended the connection. */
struct ledger_close {
	bool seen;
	bool reset; /* RST; otherwise FIN */
	bool foreign; /* a reset whose TTL does not fit the other packets of its sender, which all have the same, */
	bool foreign_id; /* or whose IP identification does not fit those of them, which count up */
	enum direction side;
	struct frame_ref frame;
	uint64_t body_bytes; /* of an unfinished message: bytes that had been delivered, */
	uint64_t body_acked; /* and acknowledged by the server */
};

/* What has been accepted, as the times of the replies; TSTAMP_NONE: never. */
struct ledger_accepted {
	tstamp hello, tls, login, message;
};

/* How a client can stop waiting for a reply. */
enum ledger_leaving { LEAVING_NOT, LEAVING_FIN, LEAVING_RST, LEAVING_QUIT, LEAVING_RSET };

/* The first time that the client stopped waiting for a reply that was owed, after it had waited for long. */
struct ledger_leave {
	enum ledger_leaving how; /* LEAVING_NOT: it never did */
	bool greeting;		 /* the greeting was owed */
	struct frame_ref frame;
	int64_t waited; /* ns since the reply was due */
	uint64_t sent;	/* client stream offset: commands before it are those that it gave up on */
};

/* Bytes of the message under way that only a lax reader takes for its end (LF.LF), and nothing but a leave behind them. */
struct ledger_lax_end {
	bool seen;
	bool waited;  /* the client went on, but only after it had waited for long */
	bool lf_only; /* no line of the message before ended with CR LF */
	bool bare_cr; /* the sequence holds no LF */
	struct frame_ref frame;
	uint64_t offset; /* client stream offset behind them */
};

/* How a session came to its end, and what is rare. */
struct ledger_end {
	struct ledger_close close; /* the first one */
	struct ledger_leave leave;
	struct ledger_lax_end lax;
};

/* What time was spent on: most of the sums are 0, and take no memory. Read it with ledger_spent. */
struct ledger_time {
	int64_t *sums;				      /* ns, in the order in which they began; NULL: none */
	uint8_t place[LEDGER_PHASES * LEDGER_OWNERS]; /* 1 + the index of its sum; 0: none */
	uint8_t count;
};

struct ledger {
	/* the clock */
	tstamp marked;	      /* all time before this is accounted for; TSTAMP_NONE: nothing was seen yet */
	tstamp network_until; /* the other side cannot have acted before this: the packet is still on its way */
	struct ledger_time time;
	bool stalled;	      /* the turn is the network's: the newest bytes are being sent again */
	bool in_body;	      /* a message is being sent */
	bool quit;	      /* QUIT was sent */
	bool spoke_otherwise; /* the server sent lines that are not replies */
	enum ledger_phase phase : 8;
	enum ledger_owner turn : 8;
	unsigned commands, replies, refusals, logins_refused;
	struct frame_ref last_command, last_reply;
	uint64_t group;	     /* client stream offset where the newest group of commands begins */
	uint64_t body_start; /* client stream offset where the text of the message under way begins */
	const struct ledger_end *end; /* never NULL; owned if it holds anything */
	struct ledger_accepted accepted;
	tstamp connected; /* when the TCP handshake was complete; TSTAMP_NONE: not seen */
};

/* Makes |l| empty. */
void ledger_init(struct ledger *l);
/* |account|, that of the session and always the same one, is charged with what |l| holds; NULL: none. */

/* Frees what |l| holds. */
void ledger_finish(struct ledger *l, struct account *account);
/* Adds |ns| to what |owner| spent on |phase|. If memory runs out, it is lost. */
void ledger_spend(struct ledger *l, enum ledger_phase phase, enum ledger_owner owner, int64_t ns,
		  struct account *account);
/* Returns what |l| notes about the end, to be changed; NULL if memory runs out. */
struct ledger_end *ledger_own_end(struct ledger *l, struct account *account);

/* Returns the ns that |owner| spent on |phase|. Once the session has ended, the sums equal its duration. */
static inline int64_t ledger_spent(const struct ledger *l, enum ledger_phase phase, enum ledger_owner owner)
{
	unsigned place = l->time.place[phase * LEDGER_OWNERS + owner];

	return place ? l->time.sums[place - 1] : 0;
}

/* Accounts for |event|. Its own effect is in the ledger when the diagnoses see it. */
void ledger_push(struct ledger *l, const struct smtp_event *event);
/* Has another device than the sender it names sent the reset that ended the connection first? */
static inline bool ledger_reset_is_foreign(const struct ledger *l)
{
	return l->end->close.foreign || l->end->close.foreign_id;
}

/* Bytes of the unfinished message that the client has sent (0: none is under way), and how many of them the server acknowledged. */
uint64_t ledger_body_bytes(const struct ledger *l, const struct flow *flow);
uint64_t ledger_body_acked(const struct ledger *l, const struct flow *flow);

/*
 * Does the client wait at |now| for a reply to the end of a message that the server has received but cannot read as an end, since
 * a line end is not CR LF?
 */
bool ledger_dot_unread(const struct ledger *l, const struct flow *flow, tstamp now);
/*
 * Is the oldest command without a reply a BDAT whose chunk is not complete, although all that was sent of it was received, and the
 * client had waited for long by the time of |event|?
 */
bool ledger_chunk_short(const struct smtp_event *event);

/* "connect", "greeting", ... and "client", "network", "server". */
const char *ledger_phase_name(enum ledger_phase phase);
const char *ledger_owner_name(enum ledger_owner owner);

#endif
