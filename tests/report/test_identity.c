/* SPDX-License-Identifier: BSD-2-Clause */
#include "flow.h"
#include "identity.h"

#include "harness.h"

static struct flow flow;

static const char *community(const char *client, uint16_t client_port, const char *server, uint16_t server_port)
{
	static char text[IDENTITY_COMMUNITY_SIZE];

	flow = (struct flow){ .client.port = client_port, .server.port = server_port };
	ck_assert(addr_parse(&flow.client.addr, client) && addr_parse(&flow.server.addr, server));
	identity_community(text, &flow.client, &flow.server);
	return text;
}

/* From the specification's baseline; the last one computed with an independent implementation. */
START_TEST(community_ids_are_those_of_other_tools)
{
	ck_assert_str_eq(community("128.232.110.120", 34855, "66.35.250.204", 80),
			 "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
	ck_assert_str_eq(community("66.35.250.204", 80, "128.232.110.120", 34855),
			 "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
	ck_assert_str_eq(community("2001:db8::10", 40000, "2001:db8::25", 25),
			 "1:QVozocwqkIbFK2OTon2F60SDXQs=");
	ck_assert_str_eq(community("192.0.2.1", 26, "192.0.2.1", 25),
			 community("192.0.2.1", 25, "192.0.2.1", 26));
}
END_TEST

START_TEST(uids_depend_on_ends_and_start)
{
	char one[IDENTITY_UID_SIZE], other[IDENTITY_UID_SIZE];

	community("192.0.2.1", 40000, "192.0.2.25", 25);
	flow.number = 1;
	flow.first.time = 1000;
	identity_uid(one, &flow.client, &flow.server, flow.first.time);
	ck_assert_uint_eq(strlen(one), 16);
	ck_assert_uint_eq(strspn(one, "0123456789abcdef"), 16);
	flow.number = 2; /* its place in this input */
	flow.first.number = 77;
	identity_uid(other, &flow.client, &flow.server, flow.first.time);
	ck_assert_str_eq(one, other);
	flow.first.time++;
	identity_uid(other, &flow.client, &flow.server, flow.first.time);
	ck_assert_str_ne(one, other);
	flow.first.time--;
	flow.client.port++;
	identity_uid(other, &flow.client, &flow.server, flow.first.time);
	ck_assert_str_ne(one, other);
}
END_TEST

SUITE("identity", community_ids_are_those_of_other_tools, uids_depend_on_ends_and_start)
