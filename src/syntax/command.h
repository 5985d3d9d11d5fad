/* SPDX-License-Identifier: BSD-2-Clause */
/* command: one thing the client sent that the server must answer. A value; its holder documents how long |line| lives. */
#ifndef SMTPSCOPE_COMMAND_H
#define SMTPSCOPE_COMMAND_H

#include "frame_ref.h"
#include "span.h"
#include "verb.h"

enum {
	COMMAND_LINE_KEPT = 2048, /* bytes kept of a line; RFC 5321 4.5.3.1.4 allows 512, extensions allow more */
	COMMAND_VERB_SIZE = 32,
};

enum command_kind {
	COMMAND_LINE,	       /* a line in command position, whatever it says */
	COMMAND_END_OF_DATA,   /* the final dot of a message (RFC 5321 4.1.1.4) */
	COMMAND_BDAT,	       /* a BDAT line and its chunk (RFC 3030) */
	COMMAND_AUTH_RESPONSE, /* a line of a SASL dialogue (RFC 4954) */
	COMMAND_PROXY,	       /* a PROXY protocol header, v1 or v2 */
};

enum command_flag {
	COMMAND_BARE_LF = 0x001,    /* ended with LF alone */
	COMMAND_BARE_CR = 0x002,    /* contains a CR without an LF after it */
	COMMAND_NUL = 0x004,	    /* contains a NUL byte */
	COMMAND_CONTROL = 0x008,    /* contains a control byte other than tab */
	COMMAND_NON_ASCII = 0x010,  /* contains a byte above 127 */
	COMMAND_LONG = 0x020,	    /* longer than 512 bytes with its line end */
	COMMAND_CUT = 0x040,	    /* bytes of it were not captured */
	COMMAND_UNFINISHED = 0x080, /* the input or the connection ended before its line end */
	COMMAND_NO_VERB = 0x100,    /* does not begin with a word of letters */
	COMMAND_BODY_TEXT =
	    0x200, /* a line of a message or chunk that the server had refused, read as a command */
	COMMAND_ASSUMED = 0x400,   /* how it was read is an assumption: the reply that decides was not seen */
	COMMAND_PIPELINED = 0x800, /* sent before the reply to the one before it was acknowledged */
	COMMAND_LAST_CHUNK = 0x1000, /* BDAT ... LAST: the message ends with it */
	COMMAND_BYTES_ESTIMATED =
	    0x2000, /* END_OF_DATA: |body_bytes| is an estimate, because some were lost inside TLS */
};

struct command {
	enum command_kind kind;
	unsigned flags;	   /* of enum command_flag */
	enum verb verb_id; /* of a command line; AUTH_RESPONSE: VERB_AUTH; END_OF_DATA: VERB_NONE */
	char verb[COMMAND_VERB_SIZE]; /* the same as text: upper case; END_OF_DATA: "."; an empty line: "(empty)"; never "" */
	struct span line; /* as sent, without line end, at most COMMAND_LINE_KEPT bytes; empty for END_OF_DATA */
	size_t secret_at;	/* from here on |line| is a credential; SIZE_MAX: none is */
	uint64_t line_length;	/* bytes of the line on the wire, line end included */
	uint64_t start, end;	/* stream offsets of the client direction (BDAT: the chunk's end) */
	struct frame_ref frame; /* packet whose arrival completed it */
	bool seen_known;
	uint64_t seen;	     /* server bytes the client had acknowledged when it sent its last byte */
	uint64_t body_bytes; /* END_OF_DATA and BDAT: message bytes before it in this stage */
	/*
	 * While it waits for its reply: when its last byte came, of BDAT that of its chunk; TSTAMP_NONE: not yet, or not
	 * seen
	 */
	tstamp asked;
};

/* Returns whether |line| is complete. If not, bytes were lost or left out, and its last word may be longer. */
static inline bool command_is_whole(const struct command *command)
{
	return !(command->flags & (COMMAND_CUT | COMMAND_UNFINISHED)) &&
	       command->line_length <= COMMAND_LINE_KEPT;
}

/* Is |verb| (upper case, not "") its verb? */
static inline bool command_is(const struct command *command, const char *verb)
{
	return command->verb[0] == verb[0] && strcmp(command->verb, verb) == 0;
}

#endif
