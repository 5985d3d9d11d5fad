/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter.h"

#include <pcap/pcap.h>

#include "harness.h"

static const uint16_t PORTS[] = { 25, 587 };
static const struct filter_options MAIL = { .ports = PORTS, .port_count = 2 };

struct packet {
	uint8_t bytes[256];
	size_t length;
};

static void put(struct packet *p, const void *bytes, size_t length)
{
	memcpy(p->bytes + p->length, bytes, length);
	p->length += length;
}

#define PUT(p, ...) put(p, (const uint8_t[]){ __VA_ARGS__ }, sizeof(const uint8_t[]){ __VA_ARGS__ })

/* The addresses of an Ethernet frame, |tags| tags, and the type of what follows. */
static void ethernet(struct packet *p, unsigned tags, uint16_t type)
{
	*p = (struct packet){ 0 };
	PUT(p, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2);
	if (tags > 1)
		PUT(p, 0x88, 0xa8, 0, 7);
	if (tags > 0)
		PUT(p, 0x81, 0x00, 0, 9);
	PUT(p, (uint8_t)(type >> 8), (uint8_t)type);
}

static void ipv4(struct packet *p, uint8_t protocol, uint16_t fragment)
{
	PUT(p, 0x45, 0, 0, 40, 0, 1, (uint8_t)(fragment >> 8), (uint8_t)fragment, 64, protocol, 0, 0, 192, 0,
	    2, 1, 198, 51, 100, 1);
}

static void ipv6(struct packet *p, uint8_t next)
{
	PUT(p, 0x60, 0, 0, 0, 0, 20, next, 64);
	for (int i = 0; i < 32; i++)
		PUT(p, 0x20);
}

static void tcp(struct packet *p, uint16_t from, uint16_t to)
{
	PUT(p, (uint8_t)(from >> 8), (uint8_t)from, (uint8_t)(to >> 8), (uint8_t)to, 0, 0, 0, 1, 0, 0, 0, 0,
	    0x50, 2, 0, 0, 0, 0, 0, 0);
}

static bool passes(const struct filter_options *options, int dlt, const struct packet *p)
{
	pcap_t *handle = pcap_open_dead(dlt, 262144);
	struct pcap_pkthdr header = { .caplen = (uint32_t)p->length, .len = (uint32_t)p->length };
	struct bpf_program program;
	struct buf text;
	bool result;

	buf_init(&text, FILTER_TEXT_LIMIT);
	ck_assert(filter_text(&text, options, filter_vlan_of(dlt)));
	ck_assert_msg(pcap_compile(handle, &program, buf_string(&text), 1, PCAP_NETMASK_UNKNOWN) == 0,
		      "%s: %s", pcap_geterr(handle), buf_string(&text));
	result = pcap_offline_filter(&program, &header, p->bytes) != 0;
	pcap_freecode(&program);
	pcap_close(handle);
	buf_finish(&text);
	return result;
}

START_TEST(mail_passes_behind_any_number_of_tags)
{
	for (unsigned tags = 0; tags < 3; tags++) {
		struct packet p;

		ethernet(&p, tags, 0x0800);
		ipv4(&p, 6, 0);
		tcp(&p, 40000, 25);
		ck_assert(passes(&MAIL, DLT_EN10MB, &p));
		ethernet(&p, tags, 0x86dd);
		ipv6(&p, 6);
		tcp(&p, 587, 40000);
		ck_assert(passes(&MAIL, DLT_EN10MB, &p));
		ethernet(&p, tags, 0x0800);
		ipv4(&p, 6, 0);
		tcp(&p, 40000, 80);
		ck_assert(!passes(&MAIL, DLT_EN10MB, &p));
		ethernet(&p, tags, 0x86dd);
		ipv6(&p, 6);
		tcp(&p, 40000, 80);
		ck_assert(!passes(&MAIL, DLT_EN10MB, &p));
	}
}
END_TEST

START_TEST(fragments_and_extension_headers_pass)
{
	struct packet p;

	ethernet(&p, 1, 0x0800);
	ipv4(&p, 6, 185);
	tcp(&p, 80, 80); /* arbitrary payload bytes */
	ck_assert(passes(&MAIL, DLT_EN10MB, &p));
	ethernet(&p, 1, 0x0800);
	ipv4(&p, 17, 185);
	tcp(&p, 25, 25);
	ck_assert(!passes(&MAIL, DLT_EN10MB, &p));
	for (size_t i = 0; i < 4; i++) {
		ethernet(&p, 0, 0x86dd);
		ipv6(&p, (const uint8_t[]){ 0, 43, 44, 60 }[i]);
		PUT(&p, 6, 0, 0, 0, 0, 0, 0, 0);
		tcp(&p, 40000, 25);
		ck_assert(passes(&MAIL, DLT_EN10MB, &p));
	}
}
END_TEST

START_TEST(icmp_errors_about_tcp_pass_and_nothing_else_of_icmp)
{
	struct packet p;

	for (int kind = 0; kind < 3; kind++) {
		ethernet(&p, 0, 0x0800);
		ipv4(&p, 1, 0);
		PUT(&p, kind == 1 ? 8 : 3, 1, 0, 0, 0, 0, 0, 0);
		ipv4(&p, kind == 2 ? 17 : 6, 0);
		tcp(&p, 40000, 25);
		ck_assert_int_eq(passes(&MAIL, DLT_EN10MB, &p), kind == 0);
		ethernet(&p, 0, 0x86dd);
		ipv6(&p, 58);
		PUT(&p, kind == 1 ? 135 : 1, 0, 0, 0, 0, 0, 0, 0);
		ipv6(&p, kind == 2 ? 17 : 6);
		tcp(&p, 40000, 25);
		ck_assert_int_eq(passes(&MAIL, DLT_EN10MB, &p), kind == 0);
	}
}
END_TEST

START_TEST(cooked_captures_have_a_filter_too)
{
	static const int types[] = { DLT_LINUX_SLL, DLT_LINUX_SLL2 };

	for (size_t i = 0; i < 2; i++)
		for (int tagged = 0; tagged < 2; tagged++)
			for (int mail = 0; mail < 2; mail++) {
				struct packet p = { 0 };
				const uint8_t type[2] = { tagged ? 0x81 : 0x08, 0 };

				if (types[i] == DLT_LINUX_SLL) {
					PUT(&p, 0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0);
					put(&p, type, 2);
				} else {
					put(&p, type, 2);
					PUT(&p, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0);
				}
				if (tagged)
					PUT(&p, 0, 9, 8, 0);
				ipv4(&p, 6, 0);
				tcp(&p, 40000, mail ? 25 : 80);
				/* Later stages check what follows a tag. */
				ck_assert_int_eq(passes(&MAIL, types[i], &p), mail || tagged);
			}
}
END_TEST

START_TEST(raw_ip_compiles)
{
	struct packet p = { 0 };

	ipv4(&p, 6, 0);
	tcp(&p, 25, 40000);
	ck_assert(passes(&MAIL, DLT_RAW, &p));
}
END_TEST

START_TEST(an_expression_of_the_user_narrows_behind_tags_too)
{
	struct filter_options narrow = MAIL;

	for (unsigned tags = 0; tags < 3; tags++) {
		struct packet p;

		ethernet(&p, tags, 0x0800);
		ipv4(&p, 6, 0);
		tcp(&p, 40000, 25);
		narrow.extra = "host 192.0.2.1";
		ck_assert(passes(&narrow, DLT_EN10MB, &p));
		narrow.extra = "host 192.0.2.9 or host 192.0.2.8";
		ck_assert(!passes(&narrow, DLT_EN10MB, &p));
	}
}
END_TEST

START_TEST(neighbouring_ports_become_a_range_and_any_port_is_all_of_tcp)
{
	const uint16_t ports[] = { 27, 25, 26, 465, 26 };
	struct filter_options options = { .ports = ports, .port_count = 5 };
	struct buf text;

	buf_init(&text, FILTER_TEXT_LIMIT);
	ck_assert(filter_text(&text, &options, FILTER_VLAN_NONE));
	ck_assert_ptr_nonnull(strstr(buf_string(&text), "((tcp portrange 25-27 or tcp port 465 or "));
	options.any_port = true;
	buf_clear(&text);
	ck_assert(filter_text(&text, &options, FILTER_VLAN_NONE));
	ck_assert_ptr_nonnull(strstr(buf_string(&text), "((tcp or "));
	buf_finish(&text);
	buf_init(&text, 20);
	ck_assert(!filter_text(&text, &options, FILTER_VLAN_NONE));
	buf_finish(&text);
}
END_TEST

SUITE("filter", mail_passes_behind_any_number_of_tags, fragments_and_extension_headers_pass,
      icmp_errors_about_tcp_pass_and_nothing_else_of_icmp, cooked_captures_have_a_filter_too, raw_ip_compiles,
      an_expression_of_the_user_narrows_behind_tags_too,
      neighbouring_ports_become_a_range_and_any_port_is_all_of_tcp)
