/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * display_filter: a Wireshark display filter that finds exactly the packets of one session, in this capture and in
 * every file cut from it: by endpoints, and by time, because a later connection may have the same endpoints.
 */
#ifndef SMTPSCOPE_DISPLAY_FILTER_H
#define SMTPSCOPE_DISPLAY_FILTER_H

#include "flow.h"

enum { DISPLAY_FILTER_SIZE = 1200 };

/*
 * Writes the filter. It includes ICMP errors, and IP fragments if there were some: those of TCP between the two
 * addresses during the session, because Wireshark shows the ports only in the packet that completes a datagram.
 */
void display_filter_write(char text[static DISPLAY_FILTER_SIZE], const struct flow *flow);

#endif
