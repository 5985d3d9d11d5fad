/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pcapng: parses the blocks of a pcapng file (draft-ietf-opsawg-pcapng) from bytes that the caller reads.
 * This is not libpcap's parser, because libpcap rejects files with different link types and hides TLS
 * secrets, timestamp resolution and time offsets.
 */
#ifndef SMTPSCOPE_PCAPNG_H
#define SMTPSCOPE_PCAPNG_H

#include "description.h"
#include "frame.h"

#define PCAPNG_BLOCK_LIMIT     ((uint32_t)16 << 20) /* most bytes of a block */
#define PCAPNG_INTERFACE_LIMIT 65536		    /* interfaces of one section */
/* Timestamps are clamped to plus or minus this (ns), so that differences never overflow. */
#define PCAPNG_TIME_LIMIT (INT64_C(1) << 62)

/*
 * Receives TLS secrets as lines in the format of SSLKEYLOGFILE (RFC 9850). |lines| is valid during the call
 * only.
 */
typedef void pcapng_secrets(void *context, struct span lines);

struct pcapng_interface {
	int link_type;	  /* a LINKTYPE_ number */
	uint32_t snaplen; /* bytes; 0: no limit */
	int64_t offset;	  /* if_tsoffset: seconds to add */
	uint8_t digits;	  /* 6 or 9, as in struct frame_ref */
	/*
	 * if_tsresol, the length of a tick. If |binary|, a tick is 2^-power s. Otherwise a second has
	 * |per_second| ticks (0: more than 64 bits can hold), and the rest times |multiply| divided by
	 * |divide| (0: always less than 1) gives nanoseconds.
	 */
	bool binary;
	uint8_t power;
	uint64_t per_second, multiply, divide;
};

struct pcapng {
	pcapng_secrets *secrets; /* may be NULL */
	void *secrets_context;
	description_sink *describe; /* NULL: not wanted; set it after pcapng_init */
	void *describe_context;
	uint32_t file;			     /* for descriptions */
	uint32_t earlier_interfaces;	     /* of earlier sections */
	bool big_endian;		     /* byte order of the section */
	bool in_section;		     /* a section header was read */
	struct pcapng_interface *interfaces; /* of the section */
	size_t interface_count, interface_capacity;
	uint64_t packets; /* number delivered */
	tstamp newest;	  /* time of the packet delivered last */
	char error[120];  /* after PCAPNG_DAMAGED: the reason, without file, packet and offset */
};

enum pcapng_result {
	PCAPNG_DAMAGED, /* |error| gives the reason; reading ends here */
	PCAPNG_MORE,	/* |*count| bytes are needed, counted from the start of the block */
	PCAPNG_SKIP,	/* consumed a block of |*count| bytes without a packet */
	PCAPNG_PACKET,	/* consumed a block of |*count| bytes that gave |*frame| */
};

/* Returns whether a file that begins with |head| claims to be pcapng. Four bytes are enough. */
bool pcapng_recognize(struct span head);

void pcapng_init(struct pcapng *p, pcapng_secrets *secrets, void *secrets_context);
void pcapng_finish(struct pcapng *p);

/*
 * Parses the block at the start of |bytes|. PCAPNG_PACKET sets all of |*frame| except ref.file; its bytes
 * point into |bytes|. Other results leave |*frame| unchanged. A simple packet block has no timestamp; it gets
 * that of the previous packet, or 0.
 */
enum pcapng_result pcapng_read(struct pcapng *p, struct span bytes, size_t *count, struct frame *frame);

#endif
