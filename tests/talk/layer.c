/* SPDX-License-Identifier: BSD-2-Clause */
/* The known layers, one per row. */
#include "layer.h"

static const struct talk_layer layers[] = {
	{ "ethernet", 1, IP_PLAIN, { STEP_ETHERNET } },
	{ "vlan", 1, IP_PLAIN, { STEP_VLAN, STEP_ETHERNET } },
	{ "qinq", 1, IP_PLAIN, { STEP_VLAN, STEP_VLAN_OUTER, STEP_ETHERNET } },
	{ "vlan3", 1, IP_PLAIN, { STEP_VLAN, STEP_VLAN, STEP_VLAN_OUTER, STEP_ETHERNET } },
	{ "802.1ah", 1, IP_PLAIN, { STEP_ETHERNET, STEP_ITAG, STEP_VLAN_OUTER, STEP_ETHERNET } },
	{ "ipv6", 1, IP_AS_V6, { STEP_ETHERNET } },
	{ "ipv6-extended", 1, IP_V6_EXTENDED, { STEP_ETHERNET } },
	{ "ip-options", 1, IP_OPTIONS, { STEP_ETHERNET } },
	{ "ip-length-0", 1, IP_LENGTH_0, { STEP_ETHERNET } },
	{ "ip-fragments", 1, IP_FRAGMENTS, { STEP_ETHERNET } },
	{ "sll", 113, IP_PLAIN, { STEP_SLL } },
	{ "sll2", 276, IP_PLAIN, { STEP_SLL2 } },
	{ "sll-vlan", 113, IP_PLAIN, { STEP_VLAN, STEP_SLL } },
	{ "null", 0, IP_PLAIN, { STEP_NULL_LE } },
	{ "null-big", 0, IP_PLAIN, { STEP_NULL_BE } },
	{ "null-ipv6", 0, IP_AS_V6, { STEP_NULL_LE } },
	{ "loop", 108, IP_PLAIN, { STEP_NULL_BE } },
	{ "raw", 101, IP_PLAIN, { STEP_END } },
	{ "raw-ipv6", 101, IP_AS_V6, { STEP_END } },
	{ "linktype-ipv4", 228, IP_PLAIN, { STEP_END } },
	{ "linktype-ipv6", 229, IP_AS_V6, { STEP_END } },
	{ "ppp", 9, IP_PLAIN, { STEP_PPP } },
	{ "hdlc", 104, IP_PLAIN, { STEP_HDLC } },
	{ "pppoe", 1, IP_PLAIN, { STEP_PPPOE, STEP_ETHERNET } },
	{ "mpls", 1, IP_PLAIN, { STEP_MPLS, STEP_ETHERNET } },
	{ "mpls-two", 1, IP_PLAIN, { STEP_MPLS_TWO, STEP_ETHERNET } },
	{ "ipip", 1, IP_PLAIN, { STEP_OUTER_IPV4, STEP_ETHERNET } },
	{ "6in4", 1, IP_AS_V6, { STEP_OUTER_IPV4, STEP_ETHERNET } },
	{ "4in6", 1, IP_PLAIN, { STEP_OUTER_IPV6, STEP_ETHERNET } },
	{ "gre", 1, IP_PLAIN, { STEP_GRE, STEP_OUTER_IPV4, STEP_ETHERNET } },
	{ "gre-key", 1, IP_PLAIN, { STEP_GRE_KEY, STEP_OUTER_IPV4, STEP_ETHERNET } },
	{ "nvgre", 1, IP_PLAIN, { STEP_ETHERNET, STEP_NVGRE, STEP_OUTER_IPV4, STEP_ETHERNET } },
	{ "erspan2", 1, IP_PLAIN, { STEP_ETHERNET, STEP_ERSPAN2, STEP_OUTER_IPV4, STEP_ETHERNET } },
	{ "erspan3", 1, IP_PLAIN, { STEP_ETHERNET, STEP_ERSPAN3, STEP_OUTER_IPV4, STEP_ETHERNET } },
	{ "vxlan", 1, IP_PLAIN, { STEP_ETHERNET, STEP_VXLAN, STEP_OUTER_IPV4, STEP_ETHERNET } },
	{ "geneve", 1, IP_PLAIN, { STEP_ETHERNET, STEP_GENEVE, STEP_OUTER_IPV4, STEP_ETHERNET } },
	{ "gtpu", 1, IP_PLAIN, { STEP_GTPU, STEP_OUTER_IPV4, STEP_ETHERNET } },
	{ "nflog", 239, IP_PLAIN, { STEP_NFLOG } },
	{ "pktap", 258, IP_PLAIN, { STEP_ETHERNET, STEP_PKTAP } },
	{ "radiotap", 127, IP_PLAIN, { STEP_WLAN, STEP_RADIOTAP } },
	{ "vxlan-vlan-gre",
	  1,
	  IP_PLAIN,
	  { STEP_GRE, STEP_OUTER_IPV4, STEP_VLAN, STEP_ETHERNET, STEP_VXLAN, STEP_OUTER_IPV4, STEP_VLAN,
	    STEP_ETHERNET } },
};

const struct talk_layer *talk_layer_find(const char *name)
{
	for (size_t i = 0; i < sizeof layers / sizeof *layers; i++)
		if (!strcmp(layers[i].name, name))
			return &layers[i];
	return NULL;
}

const char *talk_layer_name(size_t index)
{
	return index < sizeof layers / sizeof *layers ? layers[index].name : NULL;
}

int talk_layer_link_type(const struct talk_layer *layer)
{
	return layer->link_type;
}
