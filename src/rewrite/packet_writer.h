/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet_writer: writes packets as a pcap file, or as a pcapng file (draft-ietf-opsawg-pcapng) with the interfaces
 * and comments of the files that they come from. It never writes TLS secrets unless it is given some.
 */
#ifndef SMTPSCOPE_PACKET_WRITER_H
#define SMTPSCOPE_PACKET_WRITER_H

#include "buf.h"
#include "description.h"
#include "frame.h"

#include <stdio.h>

enum {
	WRITER_DESCRIPTIONS = 4 * 1024 * 1024, /* bytes of interface options and comments kept from the inputs */
	WRITER_INTERFACES = 65536,
	WRITER_COMMENT = 16 * 1024, /* bytes of one comment */
};

struct packet_writer;

struct packet_writer_config {
	bool pcapng;	     /* otherwise pcap: one link type, no comments */
	bool nanoseconds;    /* pcap: timestamps have nanoseconds */
	bool bare;	     /* pcapng: no names, comments and options of the inputs */
	const char *program; /* pcapng: what wrote the file; must outlive it */
	struct account *account; /* charged with the interfaces; must outlive it, and stays the same; NULL: none */
};

/* Returns NULL if memory runs out. */
struct packet_writer *packet_writer_create(const struct packet_writer_config *config);
/* Accepts NULL. */
void packet_writer_destroy(struct packet_writer *w);
/* Changes the configuration; to be called before packet_writer_begin. */
void packet_writer_configure(struct packet_writer *w, const struct packet_writer_config *config);
/* A description_sink; |writer| is a struct packet_writer. Keeps the first description of each interface. */
void packet_writer_describe(void *writer, const struct description *description);
/* Adds a comment on the file. Copies it. To be called before packet_writer_begin. */
void packet_writer_comment(struct packet_writer *w, const char *text);
/* Adds TLS secrets (lines of SSLKEYLOGFILE) that are written before the packets. Copies them. pcapng only. */
void packet_writer_secrets(struct packet_writer *w, struct span lines);

/*
 * Writes the start of the file to |out|, for packets of |link_type|. Errors of these calls are those of the stream
 * (ferror).
 */
void packet_writer_begin(struct packet_writer *w, int link_type, FILE *out);
/*
 * Writes a packet with |count| comments in addition to its own. Returns false, and writes nothing, if a pcap file
 * cannot hold it because its link type differs from that of the others.
 */
bool packet_writer_packet(struct packet_writer *w, const struct frame *frame, const char *const *comments,
			  size_t count, FILE *out);
/* Returns whether |path| asks for pcapng by its ending. */
bool packet_writer_is_pcapng(const char *path);

#endif
