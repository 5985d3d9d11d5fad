/* SPDX-License-Identifier: BSD-2-Clause */
/* made_sighting: sessions made by hand, as the passes over a capture would leave them. */
#ifndef SMTPSCOPE_MADE_SIGHTING_H
#define SMTPSCOPE_MADE_SIGHTING_H

#include "sightings.h"

#include <stdint.h>

enum { MADE_SESSIONS = 16 };

/*
 * A session of a capture that saw it from its beginning. Sessions of other numbers have other initial sequence numbers and another client
 * port. The caller frees it with sighting_destroy.
 */
struct sighting *made_session(unsigned number);
/* Puts offset 0 of both streams at other sequence numbers. To be called before anything is added. */
void made_place(struct sighting *s, uint32_t client_seq, uint32_t server_seq);
/* Adds SYN and SYN-ACK at |time| and a millisecond later. */
void made_handshake(struct sighting *s, tstamp time);
/* Adds a segment with |text| at |offset| of direction |d|. It acknowledges what the other side has sent. */
void made_segment(struct sighting *s, enum direction d, tstamp time, int64_t offset, const char *text);
/* Adds a segment without payload, with |flags| and these sequence numbers. */
void made_bare(struct sighting *s, enum direction d, tstamp time, uint8_t flags, uint32_t seq, uint32_t ack);
/* Adds a segment with the line |text| and a line end behind what |d| has sent, and the line of the dialogue. */
void made_line(struct sighting *s, enum direction d, tstamp time, const char *text);

/* A capture of |count| sessions, MADE_SESSIONS at most. Owns them; made_capture_finish frees them. */
struct made_capture {
	struct sighting *list[MADE_SESSIONS];
	struct sightings sightings;
};

void made_capture_add(struct made_capture *c, struct sighting *s);
void made_capture_finish(struct made_capture *c);

#endif
