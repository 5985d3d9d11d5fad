/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pcapng: reads the blocks of a pcapng file (draft-ietf-opsawg-pcapng) out of bytes that somebody else
 * fetches. libpcap refuses interfaces of different link types and hides TLS secrets, precision and time
 * offsets, so this is the project's own.
 */
#ifndef SMTPSCOPE_PCAPNG_H
#define SMTPSCOPE_PCAPNG_H

#include "frame.h"

#define PCAPNG_BLOCK_LIMIT     ((uint32_t)16 << 20) /* bytes of the largest block that is read */
#define PCAPNG_INTERFACE_LIMIT 65536		    /* interfaces of one section */
#define PCAPNG_TIME_LIMIT                                                                                    \
	(INT64_C(1) << 62) /* times are held between minus and plus this, so differences never overflow */

/* Takes TLS secrets, lines in the format of SSLKEYLOGFILE (RFC 9850); |lines| live for the time of the call.
 */
typedef void pcapng_secrets(void *context, struct span lines);

struct pcapng_interface {
	int link_type;	  /* a LINKTYPE_ number */
	uint32_t snaplen; /* bytes; 0: no limit */
	int64_t offset;	  /* if_tsoffset: seconds to add */
	uint8_t digits;	  /* 6 or 9, as in struct frame_ref */
	/* if_tsresol, a tick of the clock. Binary: 2^-power s. Else a second has |per_second| ticks (0: more
	 * than 64 bits count), and the rest times |multiply| by |divide| (0: always less than one) is
	 * nanoseconds. */
	bool binary;
	uint8_t power;
	uint64_t per_second, multiply, divide;
};

struct pcapng {
	pcapng_secrets *secrets; /* may be NULL */
	void *secrets_context;
	bool big_endian;		     /* byte order of the section */
	bool in_section;		     /* a section header was read */
	struct pcapng_interface *interfaces; /* of the section */
	size_t interface_count, interface_capacity;
	uint64_t packets; /* handed out */
	tstamp newest;	  /* time of the packet handed out last */
	char error[120];  /* after PCAPNG_DAMAGED: what is wrong, without file, packet and byte */
};

enum pcapng_result {
	PCAPNG_DAMAGED, /* |error| says how; reading ends here */
	PCAPNG_MORE,	/* |*count| bytes are needed from the start of the block */
	PCAPNG_SKIP,	/* a block of |*count| bytes without a packet was read */
	PCAPNG_PACKET,	/* a block of |*count| bytes gave |*frame| */
};

/* Does a file that begins so claim to be pcapng? Four bytes are enough. */
bool pcapng_recognize(struct span head);

void pcapng_init(struct pcapng *p, pcapng_secrets *secrets, void *secrets_context);
void pcapng_finish(struct pcapng *p);

/*
 * Reads the block at the start of |bytes|. Of |*frame|, which is changed only with PCAPNG_PACKET, all but
 * ref.file is set; its bytes lie in |bytes|. A simple packet block has no time: it gets that of the packet
 * before it, 0 where there is none.
 */
enum pcapng_result pcapng_read(struct pcapng *p, struct span bytes, size_t *count, struct frame *frame);

#endif
