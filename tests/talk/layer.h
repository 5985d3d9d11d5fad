/* SPDX-License-Identifier: BSD-2-Clause */
/* layer: how an IP packet is encapsulated, as a list of steps from the inside to the outside. */
#ifndef SMTPSCOPE_TALK_LAYER_H
#define SMTPSCOPE_TALK_LAYER_H

#include "talk.h"

enum layer_step {
	STEP_END,
	STEP_ETHERNET,
	STEP_VLAN,
	STEP_VLAN_OUTER, /* 802.1ad service tag */
	STEP_ITAG,	 /* 802.1ah, with an Ethernet frame inside */
	STEP_MPLS,
	STEP_MPLS_TWO,
	STEP_PPPOE,
	STEP_PPP,
	STEP_HDLC,
	STEP_SLL,
	STEP_SLL2,
	STEP_NULL_LE,
	STEP_NULL_BE,
	STEP_WLAN, /* 802.11 data frame */
	STEP_RADIOTAP,
	STEP_NFLOG,
	STEP_PKTAP,
	STEP_OUTER_IPV4,
	STEP_OUTER_IPV6,
	STEP_GRE,
	STEP_GRE_KEY,
	STEP_NVGRE,
	STEP_ERSPAN2,
	STEP_ERSPAN3,
	STEP_VXLAN,
	STEP_GENEVE,
	STEP_GTPU,
};

enum { LAYER_STEPS = 10 };

/* How the IP packet itself is built. */
enum layer_ip { IP_PLAIN, IP_AS_V6, IP_V6_EXTENDED, IP_OPTIONS, IP_LENGTH_0, IP_FRAGMENTS };

struct talk_layer {
	const char *name;
	int link_type;
	enum layer_ip ip;
	enum layer_step steps[LAYER_STEPS];
};

#endif
