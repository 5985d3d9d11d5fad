/* SPDX-License-Identifier: BSD-2-Clause */
#include "criteria.h"

#include "harness.h"

static struct criteria criteria;
static struct buf error;

static void good(criteria_setter *set, const char *text)
{
	criteria_init(&criteria);
	ck_assert(!criteria_given(&criteria));
	buf_init(&error, 512);
	ck_assert_msg(set(&criteria, text, &error), "%s: %s", text, buf_string(&error));
	ck_assert(criteria_given(&criteria));
	buf_finish(&error);
}

static void bad(criteria_setter *set, const char *text)
{
	criteria_init(&criteria);
	buf_init(&error, 512);
	ck_assert_msg(!set(&criteria, text, &error), "%s", text);
	ck_assert_msg(strncmp(buf_string(&error), "takes ", 6) == 0, "%s: %s", text, buf_string(&error));
	buf_finish(&error);
	criteria_finish(&criteria);
}

static bool in_network(const char *network, const char *address)
{
	struct addr a;

	ck_assert(addr_parse(&a, address));
	good(criteria_client, network);
	return network_has(&criteria.client, &a);
}

START_TEST(networks_are_compared_bit_by_bit)
{
	ck_assert(in_network("192.0.2.1", "192.0.2.1") && !in_network("192.0.2.1", "192.0.2.2"));
	ck_assert(in_network("192.0.2.0/24", "192.0.2.255") && !in_network("192.0.2.0/24", "192.0.3.0"));
	ck_assert(in_network("192.0.2.0/23", "192.0.3.7") && !in_network("192.0.2.0/23", "192.0.4.0"));
	ck_assert(in_network("0.0.0.0/0", "203.0.113.9") && !in_network("0.0.0.0/0", "2001:db8::1"));
	ck_assert(in_network("2001:db8::/33", "2001:db8:7fff::1") &&
		  !in_network("2001:db8::/33", "2001:db8:8000::1"));
}
END_TEST

START_TEST(wrong_values_are_told)
{
	static const char *const networks[] = { "",
						"mail",
						"192.0.2",
						"192.0.2.0/",
						"192.0.2.0/33",
						"192.0.2.0/x",
						"2001:db8::/129",
						"1.2.3.4/0x1" };

	for (size_t i = 0; i < sizeof networks / sizeof *networks; i++)
		bad(criteria_client, networks[i]);
	bad(criteria_server, "192.0.2");
	bad(criteria_server, "mx.example.com:25");
	bad(criteria_server, "");
	bad(criteria_from, "<a@example.com>");
	bad(criteria_code, "5");
	bad(criteria_match, "(");
	bad(criteria_since, "yesterday");
	bad(criteria_until, "15:00");
}
END_TEST

START_TEST(values_are_kept)
{
	good(criteria_server, "mx*.example.com");
	ck_assert_str_eq(criteria.server_name, "mx*.example.com");
	good(criteria_server, "192.0.2.7");
	ck_assert_uint_eq(criteria.server.bits, 32);
	good(criteria_from, "<>");
	ck_assert_str_eq(criteria.from, "");
	good(criteria_to, "*@example.com");
	good(criteria_code, "5.7.*");
	good(criteria_cause, "greylisted");
	good(criteria_queue_id, "4XyZ");
	good(criteria_until, "@7");
	ck_assert_int_eq(criteria.until, 7 * TSTAMP_SECOND);
	good(criteria_match, "x");
	criteria_finish(&criteria);
	ck_assert(!criteria_given(&criteria));
}
END_TEST

SUITE("criteria", networks_are_compared_bit_by_bit, wrong_values_are_told, values_are_kept)
