/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter.h"

#include <pcap/dlt.h>
#include <stdlib.h>

enum filter_vlan filter_vlan_of(int dlt)
{
	switch (dlt) {
	case DLT_EN10MB:
		return FILTER_VLAN_WORD;
	case DLT_LINUX_SLL:
	case DLT_LINUX_SLL2:
		return FILTER_VLAN_PROTOCOL;
	default:
		return FILTER_VLAN_NONE;
	}
}

static int by_number(const void *a, const void *b)
{
	const uint16_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/*
 * This many ranges compile within milliseconds and fit into the kernel; a thousand would take minutes. With
 * more, the filter accepts all of TCP.
 */
enum { RANGES_MAX = 128 };

/*
 * Writes "tcp port 25 or tcp portrange 465-466". Merges adjacent ports into ranges, because the kernel
 * accepts at most 4096 instructions.
 */
static bool write_ports(struct buf *out, const struct filter_options *o)
{
	uint16_t *sorted = malloc((o->port_count + 1) * sizeof *sorted);
	bool whole = sorted != NULL;
	size_t before, ranges = 0;

	if (!sorted)
		return false;
	memcpy(sorted, o->ports, o->port_count * sizeof *sorted);
	qsort(sorted, o->port_count, sizeof *sorted, by_number);
	before = out->length;
	for (size_t i = 0, end; i < o->port_count && whole; i = end) {
		const char *glue = i ? " or " : "";

		for (end = i + 1; end < o->port_count && sorted[end] - sorted[end - 1] <= 1; end++)
			;
		if (ranges++ == RANGES_MAX) {
			out->length = before;
			whole = buf_format(out, "tcp");
			break;
		}
		if (sorted[i] == sorted[end - 1])
			whole = buf_format(out, "%stcp port %u", glue, sorted[i]);
		else
			whole = buf_format(out, "%stcp portrange %u-%u", glue, sorted[i], sorted[end - 1]);
	}
	free(sorted);
	return whole;
}

/* Writes the conditions for an IP packet, at whatever offset it begins. */
static bool write_packets(struct buf *out, const struct filter_options *o)
{
	bool whole = buf_format(out, "(");

	if (o->any_port || o->port_count == 0)
		whole = whole && buf_format(out, "tcp");
	else
		whole = whole && write_ports(out, o);
	/* Fragments after the first have no ports. */
	whole = whole && buf_format(out, " or (ip[9] == 6 and ip[6:2] & 0x1fff != 0)");
	/*
	 * Hop-by-hop, routing, fragment, authentication, destination options, mobility: the packet stage
	 * looks behind them.
	 */
	whole = whole &&
		buf_format(out, " or (ip6 and (ip6[6] == 0 or ip6[6] == 43 or ip6[6] == 44 or ip6[6] == 51 or "
				"ip6[6] == 60 or ip6[6] == 135))");
	/*
	 * ICMP errors quote the packet they report (RFC 792, RFC 4443). Accept those that quote TCP, if that
	 * is visible.
	 */
	whole =
	    whole &&
	    buf_format(out, " or (icmp and (icmp[0] == 3 or icmp[0] == 4 or icmp[0] == 5 or icmp[0] == 11 or "
			    "icmp[0] == 12) and icmp[17] == 6)");
	whole = whole && buf_format(out, " or (icmp6 and ip6[40] < 128 and ip6[54] != 17)");
	return whole && buf_format(out, ")");
}

static bool write_variant(struct buf *out, const struct filter_options *o)
{
	bool whole = write_packets(out, o);

	if (o->extra)
		whole = whole && buf_format(out, " and (%s)", o->extra);
	return whole;
}

bool filter_text(struct buf *out, const struct filter_options *o, enum filter_vlan vlan)
{
	bool whole = buf_format(out, "(") && write_variant(out, o) && buf_format(out, ")");

	if (vlan == FILTER_VLAN_WORD) {
		/*
		 * `vlan` shifts all offsets after it by one tag, so the second `vlan` matches the second tag.
		 */
		whole = whole && buf_format(out, " or (vlan and (") && write_variant(out, o) &&
			buf_format(out, " or (vlan and ") && write_variant(out, o) && buf_format(out, ")))");
	} else if (vlan == FILTER_VLAN_PROTOCOL) {
		/*
		 * The kernel strips the outer tag; the first part of the filter covers that case. Packets
		 * with more tags all pass.
		 */
		whole = whole &&
			buf_format(out, " or ether proto 0x8100 or ether proto 0x88a8 or ether proto 0x9100");
	}
	return whole;
}
