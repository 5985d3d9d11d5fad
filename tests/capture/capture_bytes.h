/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * capture_bytes: builds capture files byte by byte. Each function appends to a buffer in the given byte
 * order.
 */
#ifndef SMTPSCOPE_CAPTURE_BYTES_H
#define SMTPSCOPE_CAPTURE_BYTES_H

#include "buf.h"

enum order { LITTLE, BIG };

/* Initializes a buffer for a small file; the caller calls buf_finish. */
struct buf new_bytes(void);
void put_u16(struct buf *b, enum order order, uint16_t value);
void put_u32(struct buf *b, enum order order, uint32_t value);
void put_u64(struct buf *b, enum order order, uint64_t value);

#define PCAP_MICROSECONDS 0xa1b2c3d4
#define PCAP_NANOSECONDS  0xa1b23c4d
#define PCAP_MODIFIED	  0xa1b2cd34

void put_pcap_header(struct buf *b, enum order order, uint32_t magic, uint32_t snaplen, uint32_t link_type);
/* |bytes| were captured of a packet of |wire| bytes. */
void put_pcap_packet(struct buf *b, enum order order, uint32_t seconds, uint32_t fraction, const char *bytes,
		     uint32_t wire);

/* A block of any type; the body is padded. */
void put_block(struct buf *b, enum order order, uint32_t type, struct span body);
void put_section(struct buf *b, enum order order);
/* |options| as in the file, without the end-of-options option; may be empty. */
void put_interface(struct buf *b, enum order order, uint16_t link_type, uint32_t snaplen, struct span options);
void put_option(struct buf *b, enum order order, uint16_t code, struct span value);
void put_enhanced(struct buf *b, enum order order, uint32_t interface, uint64_t ticks, const char *bytes,
		  uint32_t wire);
void put_old_packet(struct buf *b, enum order order, uint16_t interface, uint64_t ticks, const char *bytes,
		    uint32_t wire);
void put_simple(struct buf *b, enum order order, const char *bytes, uint32_t wire);
void put_secrets(struct buf *b, enum order order, uint32_t type, const char *text);

/* Compresses with "gzip", "zstd", "xz" or "lz4". */
struct buf compress(const char *kind, struct span bytes);
enum { PATH_SIZE = 200 };
/* Writes a file of that name into a directory of this process. Stores its path in |path| and returns it. */
const char *write_file(char path[static PATH_SIZE], const char *name, struct span bytes);
/* Removes those files and the directory. */
void remove_files(void);
/*
 * Makes |bytes| standard input through a pipe, written in pieces of |piece| bytes. Returns the process id of
 * the writer.
 */
int pipe_to_stdin(struct span bytes, size_t piece);

#endif
