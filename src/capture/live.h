/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * live: frames of network interfaces as they come, several interfaces at once, each through a ring shared with the kernel
 * (TPACKET_V3). Or those of a capture file, as if they came now. Once opened it needs no privilege and opens nothing more.
 */
#ifndef SMTPSCOPE_LIVE_H
#define SMTPSCOPE_LIVE_H

#include "filter.h"
#include "frame.h"

#include <stdio.h>

struct pollfd;
struct live;

enum {
	LIVE_INTERFACES_MAX = 64,
	/* Milliseconds after which the kernel hands on a block that is not full: a packet may be this old when it is seen. */
	LIVE_BLOCK_TIME = 40,
};

struct live_options {
	const char *const *interfaces; /* names, "any" among them; at most LIVE_INTERFACES_MAX */
	size_t interface_count;
	const char *replay; /* instead of interfaces: a capture file, "-" is standard input; NULL: none */
	struct filter_options filter; /* for interfaces; a file is read whole */
	size_t buffer_size;	      /* bytes of each ring; 0: 64 MiB */
	uint32_t snaplen;	      /* bytes kept of a packet; 0: 262144, which is all of it */
	bool promiscuous;
};

/* Why live_open failed. */
enum live_failure { LIVE_FAILED, LIVE_NOT_PERMITTED, LIVE_NO_INTERFACE, LIVE_BAD_FILTER };

/*
 * Opens all interfaces. What |options| points to has to outlive the call only (the replayed file's name: the live). NULL, and
 * the reason as one line in |error|, where one cannot be opened; LIVE_NOT_PERMITTED: CAP_NET_RAW is missing.
 */
struct live *live_open(const struct live_options *options, struct buf *error, enum live_failure *failure);
/* Takes NULL too. */
void live_close(struct live *l);

/* Fills in what to poll for, at most LIVE_INTERFACES_MAX entries; returns how many. None: live_read has more at once. */
size_t live_poll(const struct live *l, struct pollfd *fds);
/*
 * Hands up to about |most| frames of each interface to |sink|; never waits. Returns how many there were: 0 means that all
 * rings are empty (or the file has ended).
 */
size_t live_read(struct live *l, size_t most, frame_sink *sink, void *context);
/* The last live_read left nothing in the rings that could be read. Never so of a file. */
bool live_drained(const struct live *l);
/*
 * Percent of the fullest ring that is taken by packets that were not read yet, 0 to 100, as far as it can be told: the kernel says
 * how many packets wait (it is asked), and those read last say how long they are. A loopback's packets stand in its ring twice
 * and libpcap leaves out half: as long as its ring is never empty, what was left out counts as waiting, too.
 */
unsigned live_fill(struct live *l);
/* How many frames to read at once so that a ring, were they full segments, does not fill up by much meanwhile. */
size_t live_batch(const struct live *l);
/* For how many milliseconds the rings may be left alone at 4 GB/s, 4 at most; 0 where a ring is too small for that. */
int live_pause(const struct live *l);
/* No interface is left, or the file has ended. */
bool live_ended(const struct live *l);

/* Packets that the kernel dropped since live_open because the ring was full, all interfaces together; asks the kernel. */
uint64_t live_dropped(struct live *l);
/* Of interface |index|: its name (NULL past the last), packets handed up, packets dropped as of the last live_dropped. */
const char *live_name(const struct live *l, size_t index);
uint64_t live_packets(const struct live *l, size_t index);
uint64_t live_dropped_of(const struct live *l, size_t index);
/* The LINKTYPE_ number of its frames; -1 where they differ or are not known yet. */
int live_link_type(const struct live *l, size_t index);
/* What went wrong since the last call, one line; NULL: nothing. Lives until the next call. */
const char *live_error(struct live *l);

/* Writes the interfaces that could be opened, one a line with what is known of it. False, and a line in |error|, where none
 * can be listed. */
bool live_list(FILE *to, struct buf *error);

#endif
