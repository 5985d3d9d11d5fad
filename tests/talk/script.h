/* SPDX-License-Identifier: BSD-2-Clause */
/* script: state shared by the files that read a talk: its sessions, and the position in the text. */
#ifndef SMTPSCOPE_TALK_SCRIPT_H
#define SMTPSCOPE_TALK_SCRIPT_H

#include "buf.h"
#include "talk.h"
#include <setjmp.h>

enum {
	SCRIPT_SEGMENTS_MAX = 200000,
	SCRIPT_BYTES_MAX = 256 * 1024 * 1024,
	SCRIPT_BLOCKS_MAX = 8,
	SCRIPT_SPLITS_MAX = 4096,
	SCRIPT_SESSIONS_MAX = 8192,
};

enum { SIDE_CLIENT, SIDE_SERVER };

/* One endpoint of a session, as seen by its TCP. */
struct side {
	struct endpoint endpoint;
	uint32_t isn;
	bool syn, fin, rst; /* sent */
	uint64_t next;	    /* stream bytes sent; a FIN counts as one */
	uint64_t data;	    /* stream bytes sent, without the FIN */
	uint64_t acked;	    /* highest acknowledgement sent for the other side's bytes */
	uint64_t *ends;	    /* |next| after each line it sent */
	size_t end_count, end_capacity;
	uint16_t window;
	uint8_t ttl;
	uint16_t ip_id;
};

struct session {
	char *name;
	struct side side[2];
	bool opened;	 /* a SYN was sent or implied */
	bool closed;	 /* a FIN or RST was sent */
	bool capture[2]; /* whether packets of this side are captured */
	uint32_t snap;	 /* payload bytes captured of each packet; UINT32_MAX: all */
	uint32_t mss;
};

/* What is between "C" and ":" of a line. */
struct modifiers {
	unsigned crossing; /* lines of the other side not yet seen */
	bool lost, twice, again, bytewise, fin, rst, syn;
	unsigned late; /* captured after this many further packets */
	uint32_t cut;  /* payload bytes captured; UINT32_MAX: all */
	bool has_at;
	int64_t at; /* offset from the end of what was sent before; the stream does not advance */
};

enum block_kind { BLOCK_REPEAT, BLOCK_GROUP };

struct block {
	enum block_kind kind;
	size_t first;	       /* REPEAT: index of the first line inside */
	unsigned index, count; /* REPEAT: current iteration, from 1; iterations */
	unsigned line;	       /* of its "{" */
	int sender;	       /* GROUP */
	struct modifiers modifiers;
};

struct late_segment {
	struct talk_segment segment;
	unsigned left; /* captured packets to wait for */
};

struct script {
	/* the text */
	struct span *lines;
	size_t line_count;
	size_t at; /* index of the line being read */
	struct block blocks[SCRIPT_BLOCKS_MAX];
	size_t block_count;
	/* settings of the header */
	tstamp now, step;
	enum { CLOSE_SERVER, CLOSE_CLIENT, CLOSE_NONE } close;
	struct endpoint client, server;
	uint32_t isn[2], mss;
	/* the sessions */
	struct session *sessions;
	size_t session_count, current;
	int last_sender; /* the side that sent last; -1: none */
	/* text of the current line or group */
	struct buf text;
	size_t splits[SCRIPT_SPLITS_MAX]; /* offsets in |text| at which a new segment begins */
	size_t split_count;
	/* the output */
	struct talk *talk;
	size_t segment_capacity, expect_capacity, bytes_used;
	struct late_segment late[16];
	size_t late_count;
	/* how errors leave the parser */
	char *error;
	jmp_buf bail;
};

/* Ends the parse with "line N: ...". */
_Noreturn void script_fail(struct script *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Memory that lives as long as the talk. */
void *script_alloc(struct script *s, size_t size);
char *script_text(struct script *s, struct span text);
/* Memory that grows, like realloc; the holder frees it. */
void *script_grow(struct script *s, void *at, size_t *capacity, size_t count, size_t size);

/* text.c: appends the bytes that |source| stands for to s->text (escapes, ${...}, splits). */
void text_expand(struct script *s, struct span source);
/* Appends |count| bytes that look random and are the same in every run. */
void text_random(struct script *s, size_t count);
/* tls_text.c: append a record with a handshake message; |rest| is what follows the name in ${...}. */
void text_tls_hello(struct script *s, struct span rest);
void text_tls_server_hello(struct script *s, struct span rest);
void text_tls_certificate(struct script *s, struct span rest);
/* Replaces only ${i} and ${j}. */
char *text_variables(struct script *s, struct span source);

/* header.c */
size_t header_read(struct script *s);
bool word_is(struct span word, const char *text);
struct span word_next(struct span *rest);
uint64_t word_number(struct script *s, struct span word, uint64_t max);
struct endpoint word_endpoint(struct script *s, struct span word, uint16_t port);
tstamp word_duration(struct script *s, struct span word);
/* A line "expect ...", without that word. */
void script_expect(struct script *s, struct span text, bool in_header);

/* send.c: what is sent over the wire */
struct session *session_current(struct script *s);
void session_select(struct script *s, struct span name);
void session_open(struct script *s);
void session_close(struct script *s, size_t index);
/* Sends s->text, then empties it. */
void send_text(struct script *s, int sender, const struct modifiers *m);
void send_flags(struct script *s, int sender, uint8_t flags, const struct modifiers *m);
/* Sends the last |count| segments with payload of |sender| again. */
void send_again(struct script *s, int sender, size_t count);
void send_probe(struct script *s, int sender);
void send_icmp(struct script *s, uint8_t type, uint8_t code, uint32_t mtu, const struct addr *from);
/* Outputs segments that wait for later packets. */
void send_late_rest(struct script *s);

#endif
