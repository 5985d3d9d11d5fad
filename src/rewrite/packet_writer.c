/* SPDX-License-Identifier: BSD-2-Clause */
#include "packet_writer.h"

#include <stdlib.h>
#include <strings.h>

enum {
	BLOCK_SECTION = 0x0a0d0d0a,
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 6,
	BLOCK_SECRETS = 10,
	OPTION_COMMENT = 1,
	OPTION_IF_NAME = 2,
	OPTION_EPB_FLAGS = 2,
	OPTION_SHB_USERAPPL = 4,
	OPTION_IF_TSRESOL = 9,
	OPTION_IF_FILTER = 11,
	SNAPLEN = 262144,
	SECRETS_MAX = 8 * 1024 * 1024,
	BLOCK_MAX = 16 * 1024 * 1024,
};

#define SECRETS_TLS UINT32_C(0x544c534b)

/* An interface of an input. */
struct interface {
	uint32_t file, number;
	int link_type;
	uint32_t snaplen, digits;
	uint8_t *options; /* owned, as they will be written */
	size_t options_length;
	bool written;
	uint32_t id; /* in the output; valid if |written| */
};

struct packet_writer {
	struct packet_writer_config config;
	struct interface *interfaces;
	size_t count, capacity;
	size_t recent;	    /* index of the interface used last */
	struct buf comment; /* the file's own comments, as options */
	struct buf secrets;
	struct buf block; /* the one being made */
	size_t described; /* bytes kept from the inputs */
	uint32_t ids;
	int link_type; /* pcap */
};

struct packet_writer *packet_writer_create(const struct packet_writer_config *config)
{
	struct packet_writer *w = calloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->config = *config;
	buf_init(&w->comment, WRITER_DESCRIPTIONS);
	buf_init(&w->secrets, SECRETS_MAX);
	buf_init(&w->block, 2 * BLOCK_MAX);
	return w;
}

void packet_writer_destroy(struct packet_writer *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->count; i++)
		account_free(w->config.account, w->interfaces[i].options);
	account_free(w->config.account, w->interfaces);
	buf_finish(&w->comment);
	if (w->secrets.at)
		explicit_bzero(w->secrets.at, w->secrets.length);
	buf_finish(&w->secrets);
	buf_finish(&w->block);
	free(w);
}

void packet_writer_configure(struct packet_writer *w, const struct packet_writer_config *config)
{
	w->config = *config;
}

bool packet_writer_is_pcapng(const char *path)
{
	size_t length = strlen(path);

	return (length > 7 && strcasecmp(path + length - 7, ".pcapng") == 0) ||
	       (length > 5 && strcasecmp(path + length - 5, ".ntar") == 0);
}

/************ numbers and options ************/

static void put_u16(struct buf *b, unsigned value)
{
	buf_append(b, span_of(&(uint16_t){ (uint16_t)value }, 2));
}

static void put_u32(struct buf *b, uint32_t value)
{
	buf_append(b, span_of(&value, sizeof value));
}

static void pad(struct buf *b)
{
	static const uint8_t zeros[4] = { 0 };

	buf_append(b, span_of(zeros, (4 - b->length % 4) % 4));
}

static void put_option(struct buf *b, unsigned code, struct span value)
{
	value = span_first(value, UINT16_MAX);
	put_u16(b, code);
	put_u16(b, (unsigned)value.length);
	buf_append(b, value);
	pad(b);
}

static bool read_u16(struct span s, size_t at, bool big_endian, uint16_t *value)
{
	return big_endian ? span_get_be16(s, at, value) : span_get_le16(s, at, value);
}

/* Passes on the options of an input of whose codes |wanted| has the bit; they have no byte order. */
static void copy_options(struct buf *to, struct span options, bool big_endian, uint32_t wanted)
{
	uint16_t code, length;

	while (read_u16(options, 0, big_endian, &code) && read_u16(options, 2, big_endian, &length) && code) {
		if (!span_has(options, 4, length))
			return;
		if (code < 32 && wanted >> code & 1)
			put_option(to, code, span_first(span_from(options, 4), length));
		options = span_from(options, ((size_t)length + 7) & ~(size_t)3);
	}
}

/* Returns the flags of a packet block (direction, reception type), or 0. */
static uint32_t flags_of(struct span options, bool big_endian)
{
	uint16_t code, length;
	uint32_t flags = 0;

	while (read_u16(options, 0, big_endian, &code) && read_u16(options, 2, big_endian, &length) && code) {
		if (code == OPTION_EPB_FLAGS && length == 4) {
			if (big_endian)
				span_get_be32(options, 4, &flags);
			else
				span_get_le32(options, 4, &flags);
		}
		options = span_from(options, ((size_t)length + 7) & ~(size_t)3);
	}
	return flags;
}

/* Begins a block in w->block. */
static void begin_block(struct packet_writer *w, uint32_t type)
{
	buf_clear(&w->block);
	put_u32(&w->block, type);
	put_u32(&w->block, 0);
}

static void end_block(struct packet_writer *w, bool options, FILE *out)
{
	uint32_t length;

	if (options)
		put_u32(&w->block, 0);
	length = (uint32_t)w->block.length + 4;
	put_u32(&w->block, length);
	memcpy(w->block.at + 4, &length, sizeof length);
	fwrite(w->block.at, 1, w->block.length, out);
}

/************ the inputs ************/

void packet_writer_comment(struct packet_writer *w, const char *text)
{
	put_option(&w->comment, OPTION_COMMENT, span_first(span_text(text), WRITER_COMMENT));
}

void packet_writer_secrets(struct packet_writer *w, struct span lines)
{
	if (w->secrets.length + lines.length <= SECRETS_MAX)
		buf_append(&w->secrets, lines);
}

static struct interface *find(struct packet_writer *w, uint32_t file, uint32_t number)
{
	struct interface *i = w->recent < w->count ? w->interfaces + w->recent : NULL;

	if (i && i->file == file && i->number == number)
		return i;
	for (w->recent = 0; w->recent < w->count; w->recent++) {
		i = w->interfaces + w->recent;
		if (i->file == file && i->number == number)
			return i;
	}
	return NULL;
}

static struct interface *add(struct packet_writer *w, const struct interface *i)
{
	if (w->count == WRITER_INTERFACES)
		return NULL;
	if (w->count == w->capacity) {
		size_t capacity = w->capacity ? w->capacity * 2 : 4;
		struct interface *grown =
		    account_resize(w->config.account, w->interfaces, capacity * sizeof *grown);

		if (!grown)
			return NULL;
		w->interfaces = grown;
		w->capacity = capacity;
	}
	w->interfaces[w->count] = *i;
	return &w->interfaces[w->count++];
}

void packet_writer_describe(void *writer, const struct description *d)
{
	/* Comment, name, description, filter, operating system, hardware. */
	const uint32_t wanted = 1u << 1 | 1u << 2 | 1u << 3 | 1u << OPTION_IF_FILTER | 1u << 12 | 1u << 15;
	struct packet_writer *w = writer;
	struct interface i = { .file = d->file,
			       .number = d->interface,
			       .link_type = d->link_type,
			       .snaplen = d->snaplen,
			       .digits = d->digits };
	struct buf options;

	if (w->config.bare && d->section)
		return;
	if (d->section) {
		copy_options(&w->comment, d->options, d->big_endian, 1u << OPTION_COMMENT);
		return;
	}
	if (find(w, d->file, d->interface))
		return;
	buf_init_charged(&options, WRITER_DESCRIPTIONS, w->config.account);
	if (!w->config.bare)
		copy_options(&options, d->options, d->big_endian, wanted);
	if (w->described + options.length <= WRITER_DESCRIPTIONS) {
		i.options = account_take(w->config.account, options.length);
		i.options_length = i.options ? options.length : 0;
		span_copy(buf_span(&options), 0, i.options, i.options_length);
		w->described += i.options_length;
	}
	if (!add(w, &i))
		account_free(w->config.account, i.options);
	buf_finish(&options);
}

/************ the output ************/

static void begin_pcap(struct packet_writer *w, int link_type, FILE *out)
{
	w->link_type = link_type;
	buf_clear(&w->block);
	put_u32(&w->block, w->config.nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4);
	put_u16(&w->block, 2);
	put_u16(&w->block, 4);
	put_u32(&w->block, 0);
	put_u32(&w->block, 0);
	put_u32(&w->block, SNAPLEN);
	put_u32(&w->block, (uint32_t)link_type);
	fwrite(w->block.at, 1, w->block.length, out);
}

void packet_writer_begin(struct packet_writer *w, int link_type, FILE *out)
{
	if (!w->config.pcapng) {
		begin_pcap(w, link_type, out);
		return;
	}
	w->ids = 0;
	for (size_t i = 0; i < w->count; i++)
		w->interfaces[i].written = false;
	begin_block(w, BLOCK_SECTION);
	put_u32(&w->block, 0x1a2b3c4d);
	put_u16(&w->block, 1);
	put_u16(&w->block, 0);
	put_u32(&w->block, UINT32_MAX); /* the length of the section is not given */
	put_u32(&w->block, UINT32_MAX);
	put_option(&w->block, OPTION_SHB_USERAPPL, span_text(w->config.program));
	buf_append(&w->block, buf_span(&w->comment));
	end_block(w, true, out);
	if (!w->secrets.length)
		return;
	begin_block(w, BLOCK_SECRETS);
	put_u32(&w->block, SECRETS_TLS);
	put_u32(&w->block, (uint32_t)w->secrets.length);
	buf_append(&w->block, buf_span(&w->secrets));
	pad(&w->block);
	end_block(w, false, out);
}

/* The interface of a packet, described in the output; NULL if memory runs out. */
static struct interface *interface_of(struct packet_writer *w, const struct frame *frame, FILE *out)
{
	struct interface *i = find(w, frame->ref.file, frame->interface);
	uint8_t resolution;

	if (!i)
		i = add(w, &(struct interface){ .file = frame->ref.file,
						.number = frame->interface,
						.link_type = frame->link_type,
						.digits = frame->ref.digits });
	if (!i || i->written)
		return i;
	resolution = i->digits == 9 ? 9 : 6;
	begin_block(w, BLOCK_INTERFACE);
	put_u16(&w->block, (unsigned)i->link_type);
	put_u16(&w->block, 0);
	put_u32(&w->block, i->snaplen);
	buf_append(&w->block, span_of(i->options, i->options_length));
	put_option(&w->block, OPTION_IF_TSRESOL, span_of(&resolution, 1));
	end_block(w, true, out);
	i->written = true;
	i->id = w->ids++;
	return i;
}

static bool write_pcap(struct packet_writer *w, const struct frame *frame, FILE *out)
{
	tstamp second = frame->ref.time / TSTAMP_SECOND, rest = frame->ref.time % TSTAMP_SECOND;

	if (frame->link_type != w->link_type)
		return false;
	if (rest < 0) {
		rest += TSTAMP_SECOND;
		second--;
	}
	buf_clear(&w->block);
	put_u32(&w->block, (uint32_t)second);
	put_u32(&w->block, (uint32_t)(w->config.nanoseconds ? rest : rest / 1000));
	put_u32(&w->block, (uint32_t)frame->bytes.length);
	put_u32(&w->block, frame->wire_length);
	fwrite(w->block.at, 1, w->block.length, out);
	if (frame->bytes.length)
		fwrite(frame->bytes.at, 1, frame->bytes.length, out);
	return true;
}

bool packet_writer_packet(struct packet_writer *w, const struct frame *frame, const char *const *comments,
			  size_t count, FILE *out)
{
	const struct interface *i;
	uint64_t ticks;
	uint32_t flags = flags_of(frame->options, frame->options_big_endian);

	if (!w->config.pcapng)
		return write_pcap(w, frame, out);
	i = interface_of(w, frame, out);
	if (!i)
		return false;
	ticks = (uint64_t)(i->digits == 9 ? frame->ref.time : frame->ref.time / 1000);
	begin_block(w, BLOCK_PACKET);
	put_u32(&w->block, i->id);
	put_u32(&w->block, (uint32_t)(ticks >> 32));
	put_u32(&w->block, (uint32_t)ticks);
	put_u32(&w->block, (uint32_t)frame->bytes.length);
	put_u32(&w->block, frame->wire_length);
	buf_append(&w->block, frame->bytes);
	pad(&w->block);
	if (!w->config.bare)
		copy_options(&w->block, frame->options, frame->options_big_endian, 1u << OPTION_COMMENT);
	if (flags)
		put_option(&w->block, OPTION_EPB_FLAGS, span_of(&flags, sizeof flags));
	for (size_t k = 0; k < count; k++)
		put_option(&w->block, OPTION_COMMENT, span_first(span_text(comments[k]), WRITER_COMMENT));
	end_block(w, true, out);
	return true;
}
