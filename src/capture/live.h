/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * live: frames from network interfaces as they arrive, from several interfaces at once, each through a ring
 * shared with the kernel (TPACKET_V3); or frames of a capture file, treated as if they arrived now. Once
 * open, it needs no privileges and opens nothing more.
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
	/*
	 * Milliseconds after which the kernel delivers a block that is not full. A packet may be this old
	 * when it is seen.
	 */
	LIVE_BLOCK_TIME = 40,
};

struct live_options {
	const char *const *interfaces; /* names, may include "any"; at most LIVE_INTERFACES_MAX */
	size_t interface_count;
	/* a capture file to read instead of interfaces; "-" is standard input; NULL: none */
	const char *replay;
	struct filter_options filter; /* for interfaces only */
	size_t buffer_size;	      /* bytes of each ring; 0: 64 MiB */
	uint32_t snaplen;	      /* bytes kept of a packet; 0: 262144, enough for any packet */
	bool promiscuous;
};

/* Why live_open failed. */
enum live_failure { LIVE_FAILED, LIVE_NOT_PERMITTED, LIVE_NO_INTERFACE, LIVE_BAD_FILTER };

/*
 * Opens all interfaces. |options| need only be valid during the call, except |replay|, which must stay valid
 * until live_close. Returns NULL, and the reason as one line in |error|, if an interface cannot be opened.
 * LIVE_NOT_PERMITTED: CAP_NET_RAW is missing.
 */
struct live *live_open(const struct live_options *options, struct buf *error, enum live_failure *failure);
/* Accepts NULL. */
void live_close(struct live *l);

/*
 * Fills |fds| with what to poll for, at most LIVE_INTERFACES_MAX entries. Returns their number; 0 means that
 * live_read never needs to wait.
 */
size_t live_poll(const struct live *l, struct pollfd *fds);
/*
 * Passes up to about |most| frames of each interface to |sink|; never waits. Returns the number of frames: 0
 * means that all rings are empty, or that the file has ended.
 */
size_t live_read(struct live *l, size_t most, frame_sink *sink, void *context);
/* Returns whether the last live_read emptied the rings. Always false for a file. */
bool live_drained(const struct live *l);
/*
 * Estimates how full the fullest ring is with unread packets, in percent. Asks the kernel how many packets
 * wait and assumes that they are as long as those read last. On a loopback interface each packet is in the
 * ring twice and libpcap skips one of them: until the ring is empty once, skipped packets count as waiting
 * too.
 */
unsigned live_fill(struct live *l);
/*
 * Returns how many frames to read at once, so that even with full-size segments a ring does not fill up much
 * meanwhile.
 */
size_t live_batch(const struct live *l);
/*
 * Returns for how many milliseconds (at most 4) the rings can be left alone at 4 GB/s; 0 if a ring is too
 * small.
 */
int live_pause(const struct live *l);
/* Returns whether no interface is left, or the file has ended. */
bool live_ended(const struct live *l);

/*
 * Queries the kernel. Returns the packets dropped since live_open because a ring was full, for all interfaces
 * together.
 */
uint64_t live_dropped(struct live *l);
/*
 * For interface |index|: its name (NULL past the last), packets delivered, packets dropped as of the last
 * live_dropped.
 */
const char *live_name(const struct live *l, size_t index);
uint64_t live_packets(const struct live *l, size_t index);
uint64_t live_dropped_of(const struct live *l, size_t index);
/* The LINKTYPE_ number of its frames; -1 if they differ or none has been read. */
int live_link_type(const struct live *l, size_t index);
/* Returns what went wrong since the last call, as one line, or NULL. Valid until the next call. */
const char *live_error(struct live *l);

/*
 * Writes the interfaces that can be opened, one per line with a description. Returns false, and a line in
 * |error|, if they cannot be listed.
 */
bool live_list(FILE *to, struct buf *error);

#endif
