/* SPDX-License-Identifier: BSD-2-Clause */
/* loop: the minimum cost of reading a capture with libpcap: every packet is delivered, none is examined. */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>

struct counts {
	uint64_t packets, bytes;
};

static void count(u_char *context, const struct pcap_pkthdr *header, const u_char *bytes)
{
	struct counts *counts = (void *)context;

	(void)bytes;
	counts->packets++;
	counts->bytes += header->len;
}

int main(int argc, char **argv)
{
	struct counts counts = { 0 };
	char error[PCAP_ERRBUF_SIZE];
	pcap_t *pcap;

	if (argc != 2) {
		fputs("usage: loop FILE\n", stderr);
		return 2;
	}
	pcap = pcap_open_offline(argv[1], error);
	if (!pcap) {
		fprintf(stderr, "loop: %s\n", error);
		return 1;
	}
	if (pcap_loop(pcap, -1, count, (u_char *)&counts) < 0) {
		fprintf(stderr, "loop: %s: %s\n", argv[1], pcap_geterr(pcap));
		pcap_close(pcap);
		return 1;
	}
	pcap_close(pcap);
	printf("%" PRIu64 " packets, %" PRIu64 " bytes\n", counts.packets, counts.bytes);
	return 0;
}
