/* SPDX-License-Identifier: BSD-2-Clause */
#include "link_type.h"

#include <pcap/dlt.h>

#include "harness.h"

START_TEST(numbers_of_files)
{
	ck_assert_int_eq(link_type_of_dlt(DLT_NULL), 0);
	ck_assert_int_eq(link_type_of_dlt(DLT_EN10MB), 1);
	ck_assert_int_eq(link_type_of_dlt(DLT_PPP), 9);
	ck_assert_int_eq(link_type_of_dlt(DLT_RAW), 101);
	ck_assert_int_eq(link_type_of_dlt(DLT_LOOP), 108);
	ck_assert_int_eq(link_type_of_dlt(DLT_LINUX_SLL), 113);
	ck_assert_int_eq(link_type_of_dlt(DLT_IPV4), 228);
	ck_assert_int_eq(link_type_of_dlt(DLT_IPV6), 229);
	ck_assert_int_eq(link_type_of_dlt(DLT_LINUX_SLL2), 276);
	/* LINKTYPE_ numbers from files pass unchanged */
	ck_assert_int_eq(link_type_of_dlt(101), 101);
	ck_assert_int_eq(link_type_of_dlt(100000), 100000);
}
END_TEST

SUITE("link_type", numbers_of_files)
