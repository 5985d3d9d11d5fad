/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pairing: which reply answers which command. Every command takes a place in a queue and is answered in order (RFC 5321 4.1,
 * RFC 2920); an acknowledgement at or below a command's start proves that a reply is not its answer. Losses take places
 * too: what was lost may have held commands, and replies to those in the queue.
 */
#ifndef SMTPSCOPE_PAIRING_H
#define SMTPSCOPE_PAIRING_H

#include "account.h"
#include "doubt.h"
#include "exchange.h"

enum { PAIRING_OPEN_MAX = 4096, PLACES_SPARE = 1024 };

struct place {
	struct place *next;
	bool loss;	      /* client bytes that were not captured; may stand for any number of commands */
	bool before_start;    /* the loss is what went before the capture */
	uint8_t aside;	      /* enum pairing_aside, of a place that is kept aside */
	uint64_t server_at;   /* of a loss: what the server had sent when it was found */
	unsigned doubt;	      /* DOUBT_REPLY_LOST, DOUBT_REPLY_MAY_BE_LOST */
	unsigned replies_due; /* LMTP: replies it gets, one a recipient; else 1 */
	unsigned replies_seen;
	uint64_t reply_end;  /* server offset behind the last of them */
	uint64_t start, end; /* client stream offsets that acknowledgements are held against */
	tstamp asked; /* when its last byte came, of BDAT that of the chunk; TSTAMP_NONE: not yet, or not seen */
	struct command command; /* not of a loss; its line is the copy below */
	bool spare_room;	/* |line| has room for most commands, so the place can be used again */
	uint8_t line[];
};

/* Is it a command line with this verb? NULL is not. */
static inline bool place_is(const struct place *place, enum verb verb)
{
	return place && !place->loss && place->command.kind == COMMAND_LINE && place->command.verb_id == verb;
}

/* Places that are in no queue, but may still be answered. */
enum pairing_aside {
	PAIRING_UNFINISHED, /* the line within which the client closed */
	PAIRING_BROKEN,	    /* answered by a reply that broke off: the next line may belong to it */
	PAIRING_ASIDE_COUNT,
};

struct pairing; /* the queue of one session */

/*
 * Places that wait to be used again, shared by the queues of all sessions, so that a command needs no allocation. Zeroed: empty.
 */
struct place_pool {
	struct place *first;
	unsigned count;		 /* at most PLACES_SPARE */
	struct account *account; /* charged with all places and queues; NULL: none */
};

void place_pool_finish(struct place_pool *pool);

/* Returns a copy of |command| outside the queue, which the caller releases; NULL if memory runs out. */
struct place *pairing_copy(struct pairing *p, const struct command *command);
/* Releases a place that is in no queue, or NULL. */
void pairing_release(struct pairing *p, struct place *place);

/* |doubt| is the dialogue's: losses and guesses add to it. It and |pool| must outlive the queue. Returns NULL if memory runs out. */
struct pairing *pairing_create(struct doubt *doubt, struct place_pool *pool);
void pairing_destroy(struct pairing *p);

/* The queue will be used soon: fetches its ends into the cache. */
void pairing_expect(const struct pairing *p);
/* The first and the last place; NULL: there is none. They stay valid until they are removed. */
struct place *pairing_head(const struct pairing *p);
struct place *pairing_tail(const struct pairing *p);
/* The first place that is a command; NULL: none is open. */
const struct place *pairing_oldest(const struct pairing *p);
/* The number of places that are commands. */
unsigned pairing_open(const struct pairing *p);
/* The server offset after the last loss of server bytes; 0: there was none. */
uint64_t pairing_gap_end(const struct pairing *p);

/*
 * Adds a copy of |command| at the end of the queue. Returns it, or NULL if memory runs out or too many are
 * open.
 */
struct place *pairing_add(struct pairing *p, const struct command *command);
/* Client bytes [start, end) were not captured; the server had sent |server_at| bytes by then. */
void pairing_add_loss(struct pairing *p, uint64_t start, uint64_t end, uint64_t server_at, bool before_start);
/* Server bytes up to |end| were lost; |at_boundary|: not within a reply. */
void pairing_server_loss(struct pairing *p, uint64_t end, bool at_boundary);

/* Keeps |place|, which is in no queue (NULL: none), instead of the one kept before, which is destroyed. */
void pairing_keep_aside(struct pairing *p, enum pairing_aside which, struct place *place);
/* Returns NULL if none is kept. */
struct place *pairing_aside(const struct pairing *p, enum pairing_aside which);
/* The replies to all open commands may have been taken for other ones. */
void pairing_doubt_replies(struct pairing *p);

/*
 * A command is about to take its place, sent by a client that had seen the server up to |seen|, all that it has sent being
 * |delivered|. What such a client has left behind is settled: takes out the places whose replies were lost, one a call (the
 * caller gives it back), NULL when there is none left; and where nothing else is open, the dialogue is sure again.
 */
struct place *pairing_settle(struct pairing *p, uint64_t seen, uint64_t delivered);

struct pairing_result {
	enum answers answers; /* COMMAND (of any kind of command), NONE or UNSEEN */
	struct place *place;  /* COMMAND: the place, still in the queue */
	bool crossed;
	unsigned doubt; /* of enum doubt_reason: those of this answer */
};

/*
 * Finds what |reply| answers. Removes no place, except that earlier ones are known to be lost: see
 * pairing_drop.
 */
struct pairing_result pairing_match(struct pairing *p, const struct reply *reply);

/* Removes the first place; the caller releases it (pairing_release). NULL: none. */
struct place *pairing_pop(struct pairing *p);

#endif
