/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_search: the part of the opener that finds the keys and the sequence number of a record. This header is for tls_opener.c
 * alone.
 */
#ifndef SMTPSCOPE_TLS_SEARCH_H
#define SMTPSCOPE_TLS_SEARCH_H

#include "tls_collector.h"
#include "tls_handshake.h"
#include "tls_opened.h"
#include "tls_transcript.h"

enum {
	TLS_TRIES_GAP = 65536, /* sequence numbers tried after one loss */
	TLS_GUESSED_KEYS = 64, /* connections whose keys are tried if the handshake was not captured */
	TLS_GUESSES = 4,       /* records for which the keys of other connections are tried */
};

enum tls_stage {
	TLS_STAGE_CLEAR,
	TLS_STAGE_HANDSHAKE, /* TLS 1.3: under the handshake traffic secret */
	TLS_STAGE_APPLICATION,
};

struct tls_opener_side {
	struct tls_collector collector;
	struct tls_protection protection; /* the keys of |stage|, if they are known */
	struct tls_secret secret;	  /* TLS 1.3: of these keys */
	enum tls_stage stage;
	uint64_t sequence; /* of the next record in this stage */
	uint64_t slack;	   /* by which it may be larger: records that were lost or not opened */
	unsigned tries_left;
	bool reported;	      /* the secret of this stage was passed to the workspace's |used| */
	bool opened;	      /* a record of this side was opened */
	bool dead;	      /* the place is lost for good, or until the next gap */
	uint64_t unopened;    /* records that could not be opened since one was */
	uint64_t lost_before; /* bytes that were lost before the first text */
	uint64_t closed; /* bytes of records that were the handshake's, or text, when no secret was known */
	uint64_t asked;	 /* tls_keys_added when keys were last looked for; 0: never */
	uint8_t message[4]; /* header of the handshake message that is being read */
	unsigned have;	    /* bytes of it */
	uint32_t left;	    /* bytes of its body */
	bool wanted;	    /* its body is kept in |body|: the handshake reads it */
	struct buf body;
};

struct tls_opener {
	struct tls_workspace *workspace;
	struct tls_handshake *handshake;
	tls_opened_sink *sink;
	void *context;
	struct tls_transcript transcript;
	uint16_t version; /* 0: not known yet */
	struct tls_suite suite;
	bool encrypt_then_mac;
	bool unsupported;
	bool opened;  /* a record was opened */
	bool refused; /* a record did not fit the secrets of |id| */
	bool id_known;
	struct tls_key_id id; /* of the connection's secrets */
	unsigned guesses_left;
	struct tls_opener_side side[2];
};

/* The next records of |side| are of |stage|. */
void tls_search_stage(struct tls_opener_side *side, enum tls_stage stage);
/* A KeyUpdate: the next records have new keys. */
void tls_search_update(struct tls_opener *o, struct tls_opener_side *side);
/* Gets the keys of the next records, if the store has them. */
void tls_search_load(struct tls_opener *o, enum direction d);
/* TLS 1.3: returns whether the store has secrets for the handshake's encrypted records. */
bool tls_search_has_handshake_keys(struct tls_opener *o);
/* Returns whether the store has secrets for the next records. */
bool tls_search_has_keys(struct tls_opener *o);
/* Opens |r|, and sets stage and sequence to those of the next record. */
bool tls_search_open(struct tls_opener *o, enum direction d, const struct tls_collected *r,
		     struct tls_plain *plain);

#endif
