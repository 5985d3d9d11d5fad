/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * packet_filter: applies a pcap-filter(7) expression to frames. What an expression means depends on the link
 * type, so it is compiled for each link type that occurs.
 */
#ifndef SMTPSCOPE_PACKET_FILTER_H
#define SMTPSCOPE_PACKET_FILTER_H

#include "buf.h"
#include "frame.h"

enum { PACKET_FILTER_LINKS = 32 }; /* link types compiled for; packets of further ones do not match */

struct packet_filter;

/*
 * Checks |expression|, which must outlive the filter. Returns NULL, and what is wrong with it and where in
 * |error| ("'tcp prot 25': syntax error at 'prot' (character 5)"), if no link type accepts it.
 */
struct packet_filter *packet_filter_create(const char *expression, struct buf *error);
/* Accepts NULL. */
void packet_filter_destroy(struct packet_filter *f);
/*
 * Returns whether |frame| matches. Does not match if the expression cannot be compiled for its link type; see
 * packet_filter_error.
 */
bool packet_filter_matches(struct packet_filter *f, const struct frame *frame);
/*
 * Returns one line for each link type for which the expression could not be compiled, by index from 0; NULL
 * past the last. Valid as long as |f|.
 */
const char *packet_filter_error(struct packet_filter *f, size_t index);

#endif
