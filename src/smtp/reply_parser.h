/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reply_parser: the server's bytes in, replies out (RFC 5321 4.2.1):
 *
 *   reply      = *( code "-" [ text ] CRLF ) code [ SP text ] CRLF
 *
 * It never rejects input: oddities become flags on the reply, other lines are passed on as such, and after a gap it
 * resumes at the next line that can only be a reply.
 */
#ifndef SMTPSCOPE_REPLY_PARSER_H
#define SMTPSCOPE_REPLY_PARSER_H

#include "buf.h"
#include "chunk.h"
#include "patterns.h"
#include "reply.h"

struct reply_parser_sink {
	void (*reply)(void *context, const struct reply *reply);
	/* A complete line (without its end) that is not a reply line. */
	void (*not_reply)(void *context, struct span line, const struct frame_ref *frame, uint64_t offset);
};

/* Where the client continued although the reply lacked its end. */
struct reply_mark {
	bool set;
	uint64_t at;		/* server offset */
	uint64_t client;	/* client offset of what it sent */
	struct frame_ref last;	/* packet with the last byte before the mark */
	struct frame_ref first; /* packet with the first byte behind it */
	bool acked_known;
	uint64_t acked; /* client bytes acknowledged by that byte's sender */
};

/*
 * Where a parser works. Most of the time, no reply of a session is half read, so all parsers of a stage share one room; one that waits for more
 * bytes takes its content along. Zeroed: empty.
 */
struct reply_room {
	bool lent; /* of the common one: a parser works in it */
	bool line_acked_known;
	bool line_overlong;	     /* bytes of it were left out */
	bool open;		     /* |reply| has lines and no end yet */
	bool cut;		     /* a gap followed while it was open; it may go on behind it */
	struct buf line;	     /* the incomplete line */
	uint64_t line_start;	     /* its stream offset */
	struct frame_ref line_first; /* packet with its first byte */
	struct frame_ref line_last;  /* packet with its last byte so far */
	uint64_t line_acked;
	struct reply_mark mark;
	struct reply reply;
	struct buf text;    /* texts of its lines, one after the other */
	struct span *lines; /* into |text| by offset until passed on */
	uint64_t *offsets;  /* of each line's text in the stream; as long as |lines| */
	size_t line_capacity;
};

/* Frees the buffers of a room that no parser works in. |account|: that of the parsers. */
void reply_room_finish(struct reply_room *room, struct account *account);

/* What parsers share. The caller owns all of it, and must finish the room. */
struct reply_parser_common {
	struct account *account; /* charged with what is kept; NULL: none */
	struct patterns *patterns;
	struct reply_parser_sink sink;
	struct reply_room *room;
};

struct reply_parser {
	const struct reply_parser_common *common;
	void *context;		 /* of the calls of the sink */
	struct reply_room *room; /* the common one, or its own; NULL: nothing waits for more bytes */
	bool at_work;		 /* bytes are being read */
	bool resync; /* after a gap: a line that is not a reply line is the rest of one that began in the gap */
	bool after_gap; /* the next reply comes right behind a gap */
	/* Written by server.c, which has no room of its own for them. */
	bool begun; /* bytes or a gap have arrived */
	bool ended; /* reply_parser_end was called */
};

/* |common| must outlive the parser. */
void reply_parser_init(struct reply_parser *p, const struct reply_parser_common *common, void *context);
/* Bytes or a gap of the server direction, in order. */
void reply_parser_push(struct reply_parser *p, const struct chunk *chunk);
/* Whether no byte of a reply is waiting for the rest. */
bool reply_parser_idle(const struct reply_parser *p);
/* The client is known to have continued: a reply cut by a gap will not be completed. */
void reply_parser_interrupt(struct reply_parser *p);
/*
 * The client sends something, at |client_offset|, having acknowledged the server's bytes up to |acked|. True: that is exactly
 * where a reply stands that could be whole but for its end (a last line without its line end, or lines that all end in a
 * hyphen). The parser then ends the reply there if another reply begins behind it.
 */
bool reply_parser_mark(struct reply_parser *p, uint64_t acked, uint64_t client_offset);
/* The unfinished line will not continue: what the server sends next is something else. Uses the line as it is. */
void reply_parser_end_line(struct reply_parser *p);
/* Ends the direction: passes on what is there. |complete|: it was closed and captured to the end. */
void reply_parser_end(struct reply_parser *p, bool complete);
void reply_parser_finish(struct reply_parser *p);

#endif
