/* SPDX-License-Identifier: BSD-2-Clause */
#include "capture_bytes.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "the test cannot go on: %s\n", what);
	abort();
}

struct buf new_bytes(void)
{
	struct buf b;

	buf_init(&b, 64 << 20);
	return b;
}

void put_u16(struct buf *b, enum order order, uint16_t value)
{
	const uint8_t high = (uint8_t)(value >> 8), low = (uint8_t)value;
	const uint8_t bytes[2] = { order == BIG ? high : low, order == BIG ? low : high };

	buf_append(b, span_of(bytes, 2));
}

void put_u32(struct buf *b, enum order order, uint32_t value)
{
	put_u16(b, order, (uint16_t)(order == BIG ? value >> 16 : value));
	put_u16(b, order, (uint16_t)(order == BIG ? value : value >> 16));
}

void put_u64(struct buf *b, enum order order, uint64_t value)
{
	put_u32(b, order, (uint32_t)(order == BIG ? value >> 32 : value));
	put_u32(b, order, (uint32_t)(order == BIG ? value : value >> 32));
}

void put_pcap_header(struct buf *b, enum order order, uint32_t magic, uint32_t snaplen, uint32_t link_type)
{
	put_u32(b, order, magic);
	put_u16(b, order, 2);
	put_u16(b, order, 4);
	put_u64(b, order, 0);
	put_u32(b, order, snaplen);
	put_u32(b, order, link_type);
}

void put_pcap_packet(struct buf *b, enum order order, uint32_t seconds, uint32_t fraction, const char *bytes,
		     uint32_t wire)
{
	put_u32(b, order, seconds);
	put_u32(b, order, fraction);
	put_u32(b, order, (uint32_t)strlen(bytes));
	put_u32(b, order, wire);
	buf_text(b, bytes);
}

static void pad(struct buf *b)
{
	while (b->length % 4)
		buf_append(b, span_of("", 1));
}

void put_block(struct buf *b, enum order order, uint32_t type, struct span body)
{
	uint32_t length = (uint32_t)((body.length + 3) & ~(size_t)3) + 12;

	put_u32(b, order, type);
	put_u32(b, order, length);
	buf_append(b, body);
	while (b->length % 4)
		buf_append(b, span_of("", 1));
	put_u32(b, order, length);
}

/* Adds the block and frees |body|. */
static void put_body(struct buf *b, enum order order, uint32_t type, struct buf *body)
{
	put_block(b, order, type, buf_span(body));
	buf_finish(body);
}

void put_section(struct buf *b, enum order order)
{
	struct buf body = new_bytes();

	put_u32(&body, order, 0x1a2b3c4d);
	put_u16(&body, order, 1);
	put_u16(&body, order, 0);
	put_u64(&body, order, UINT64_MAX);
	put_body(b, order, 0x0a0d0d0a, &body);
}

void put_interface(struct buf *b, enum order order, uint16_t link_type, uint32_t snaplen, struct span options)
{
	struct buf body = new_bytes();

	put_u16(&body, order, link_type);
	put_u16(&body, order, 0);
	put_u32(&body, order, snaplen);
	buf_append(&body, options);
	if (options.length)
		put_u32(&body, order, 0);
	put_body(b, order, 1, &body);
}

void put_option(struct buf *b, enum order order, uint16_t code, struct span value)
{
	put_u16(b, order, code);
	put_u16(b, order, (uint16_t)value.length);
	buf_append(b, value);
	pad(b);
}

static void put_packet_tail(struct buf *body, enum order order, uint64_t ticks, const char *bytes, uint32_t wire)
{
	put_u32(body, order, (uint32_t)(ticks >> 32));
	put_u32(body, order, (uint32_t)ticks);
	put_u32(body, order, (uint32_t)strlen(bytes));
	put_u32(body, order, wire);
	buf_text(body, bytes);
}

void put_enhanced(struct buf *b, enum order order, uint32_t interface, uint64_t ticks, const char *bytes,
		  uint32_t wire)
{
	struct buf body = new_bytes();

	put_u32(&body, order, interface);
	put_packet_tail(&body, order, ticks, bytes, wire);
	/* an option (inbound flags) and the end of options */
	pad(&body);
	put_option(&body, order, 2, span_of("\x01\0\0\0", 4));
	put_u32(&body, order, 0);
	put_body(b, order, 6, &body);
}

void put_old_packet(struct buf *b, enum order order, uint16_t interface, uint64_t ticks, const char *bytes,
		    uint32_t wire)
{
	struct buf body = new_bytes();

	put_u16(&body, order, interface);
	put_u16(&body, order, 7); /* drops */
	put_packet_tail(&body, order, ticks, bytes, wire);
	put_body(b, order, 2, &body);
}

void put_simple(struct buf *b, enum order order, const char *bytes, uint32_t wire)
{
	struct buf body = new_bytes();

	put_u32(&body, order, wire);
	buf_text(&body, bytes);
	put_body(b, order, 3, &body);
}

void put_secrets(struct buf *b, enum order order, uint32_t type, const char *text)
{
	struct buf body = new_bytes();

	put_u32(&body, order, type);
	put_u32(&body, order, (uint32_t)strlen(text));
	buf_text(&body, text);
	put_body(b, order, 10, &body);
}

static la_ssize_t collect(struct archive *archive, void *context, const void *at, size_t length)
{
	(void)archive;
	return (la_ssize_t)buf_append(context, span_of(at, length));
}

struct buf compress(const char *kind, struct span bytes)
{
	struct buf out = new_bytes();
	struct archive *archive;
	struct archive_entry *entry;

	if (bytes.length == 0 && strcmp(kind, "lz4") == 0) {
		/* libarchive 3.6 crashes when it writes this: a frame without blocks */
		buf_append(&out, span_of("\x04\x22\x4d\x18\x64\x40\xa7\0\0\0\0\x05\x5d\xcc\x02", 15));
		return out;
	}
	archive = archive_write_new();
	entry = archive_entry_new();
	must(archive_write_add_filter_by_name(archive, kind) == ARCHIVE_OK, kind);
	must(archive_write_set_format_raw(archive) == ARCHIVE_OK, "raw format");
	archive_write_set_bytes_per_block(archive, 0);
	must(archive_write_open(archive, &out, NULL, collect, NULL) == ARCHIVE_OK, "opening");
	archive_entry_set_filetype(entry, AE_IFREG);
	must(archive_write_header(archive, entry) == ARCHIVE_OK, "header");
	if (bytes.length)
		must(archive_write_data(archive, bytes.at, bytes.length) == (la_ssize_t)bytes.length, "data");
	must(archive_write_close(archive) == ARCHIVE_OK, "closing");
	archive_entry_free(entry);
	archive_write_free(archive);
	return out;
}

/* Returns the directory of this process; creates it if |make|. */
static const char *directory(char text[static 64])
{
	snprintf(text, 64, "/tmp/smtpscope-capture-%ld", (long)getpid());
	mkdir(text, 0700);
	return text;
}

const char *write_file(char path[static PATH_SIZE], const char *name, struct span bytes)
{
	char base[64];
	FILE *file;

	snprintf(path, PATH_SIZE, "%s/%s", directory(base), name);
	file = fopen(path, "wb");
	must(file != NULL, path);
	must(bytes.length == 0 || fwrite(bytes.at, 1, bytes.length, file) == bytes.length, path);
	must(fclose(file) == 0, path);
	return path;
}

void remove_files(void)
{
	char base[64], command[100];

	snprintf(command, sizeof command, "rm -rf %s", directory(base));
	must(system(command) == 0, command);
}

int pipe_to_stdin(struct span bytes, size_t piece)
{
	const struct timespec pause = { .tv_nsec = 200000 };
	int ends[2], child;

	must(pipe(ends) == 0, "pipe");
	fflush(NULL);
	child = fork();
	must(child >= 0, "fork");
	if (child == 0) {
		close(ends[0]);
		for (; bytes.length; bytes = span_from(bytes, piece)) {
			struct span part = span_first(bytes, piece);
			if (write(ends[1], part.at, part.length) < 0)
				break;
			nanosleep(&pause, NULL);
		}
		_exit(0);
	}
	close(ends[1]);
	must(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO, "dup2");
	close(ends[0]);
	return child;
}
