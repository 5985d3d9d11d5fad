/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "tls_start.h"

START_TEST(records_begin_with_type_and_version)
{
	ck_assert(tls_starts(span_of("\x14\x03", 2)));
	ck_assert(tls_starts(span_of("\x16\x03\x01", 3)));
	ck_assert(tls_starts(span_of("\x17\x03", 2)));
	ck_assert(!tls_starts(span_of("\x13\x03", 2)));
	ck_assert(!tls_starts(span_of("\x18\x03", 2)));
	ck_assert(!tls_starts(span_of("\x16\x02", 2)));
	ck_assert(!tls_starts(span_of("\x16\x04", 2)));
}
END_TEST

START_TEST(the_first_byte_alone_may_be_one)
{
	ck_assert(tls_starts(span_of("\x15", 1)));
	ck_assert(!tls_starts(span_of("E", 1)));
	ck_assert(!tls_starts(span_of("", 0)));
}
END_TEST

SUITE("syntax/tls_start", records_begin_with_type_and_version, the_first_byte_alone_may_be_one)
