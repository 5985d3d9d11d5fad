/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"
#include "tls_collector.h"

#include <stdio.h>

static struct tls_workspace *workspace;
static struct tls_collector collector;
static uint64_t reached;
static char found[4096];

static void begin(void)
{
	static const uint64_t secret[2] = { 1, 2 };

	workspace = tls_workspace_create(tls_keys_create(0, secret), false, NULL);
	tls_collector_init(&collector, workspace);
	reached = 0;
	found[0] = 0;
}

static void end(void)
{
	tls_collector_finish(&collector);
	ck_assert_uint_eq(workspace->buffered, 0);
	tls_keys_destroy(workspace->keys);
	tls_workspace_destroy(workspace);
}

/* "type:content@end-of-record", "?" if content is missing, "!" if its header was searched for, "+N" if N bytes were skipped. */
static void note(const struct tls_collected *r)
{
	size_t at = strlen(found);
	int length = snprintf(found + at, sizeof found - at, "%u:%.*s%s%s@%u", r->sealed.header[0],
			      (int)r->sealed.content.length, (const char *)r->sealed.content.at,
			      r->missing ? "?" : "", r->found ? "!" : "", (unsigned)r->wire_end);

	ck_assert(r->missing == !r->sealed.content.length || !r->length);
	at += (size_t)length;
	if (r->skipped)
		at += (size_t)snprintf(found + at, sizeof found - at, "+%u", (unsigned)r->skipped);
	snprintf(found + at, sizeof found - at, " ");
}

static void push(const char *text, size_t length)
{
	/* Of just that size, so that a sanitizer sees a read past it. */
	uint8_t *copy = malloc(length ? length : 1);
	struct chunk chunk = { .bytes = copy, .length = length, .offset = reached };
	struct span bytes = span_of(copy, length);
	struct tls_collected record;

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, text, length);
	reached += length;
	while (tls_collector_next(&collector, &chunk, &bytes, &record))
		note(&record);
	ck_assert_uint_eq(bytes.length, 0);
	free(copy);
}

static void gap(uint64_t length)
{
	struct chunk chunk = { .gap = true, .length = length, .offset = reached };
	struct tls_collected record;

	reached += length;
	if (tls_collector_gap(&collector, &chunk, &record))
		note(&record);
}

#define RECORD(c, n, text) c "\3\3\0" n text
#define PUSH(text)	   push(text, sizeof(text) - 1)

static const char THREE[] = RECORD("\27", "\5", "first") RECORD("\27", "\0", "") RECORD("\25", "\4", "more");

START_TEST(test_however_it_is_cut)
{
	for (size_t a = 0; a < sizeof THREE; a++) {
		for (size_t b = a; b < sizeof THREE; b++) {
			begin();
			push(THREE, a);
			push(THREE + a, b - a);
			push(THREE + b, sizeof THREE - 1 - b);
			ck_assert_str_eq(found, "23:first@10 23:@15 21:more@24 ");
			end();
		}
	}
}
END_TEST

START_TEST(test_gap_inside_a_record)
{
	begin();
	PUSH("\27\3\3\0\12abc");
	gap(3);
	PUSH("ghij");
	PUSH("\27\3\3\0\2kl");
	ck_assert_str_eq(found, "23:?@15 23:kl@22 ");
	end();
	/* It ends with the record. */
	begin();
	PUSH("\27\3\3\0\12abc");
	gap(7);
	PUSH("\27\3\3\0\2kl");
	ck_assert_str_eq(found, "23:?@15 23:kl@22 ");
	end();
}
END_TEST

START_TEST(test_gap_over_a_header)
{
	begin();
	PUSH("\27\3\3\0\12abc");
	gap(20);
	ck_assert(collector.lost);
	/* The rest of a record, in which a header is looked for. */
	PUSH("....\27...\27\3\3\0\2kl");
	ck_assert_str_eq(found, "23:kl!@43+8 ");
	end();
	/* Within the header. */
	begin();
	PUSH("\27\3\3");
	gap(1);
	ck_assert(collector.lost);
	PUSH("\27\3\3\0\1x");
	ck_assert_str_eq(found, "23:x!@10 ");
	end();
}
END_TEST

START_TEST(test_search_again)
{
	begin();
	gap(9);
	PUSH("\27\3\3\0\4\27\3\3\0");
	ck_assert_str_eq(found, "23:\27\3\3!@18 ");
	tls_collector_search(&collector);
	PUSH("zzz\27\3\3\0\1x");
	ck_assert_ptr_nonnull(strstr(found, "23:x!@27+3 "));
	end();
}
END_TEST

START_TEST(test_not_records)
{
	begin();
	PUSH("220 this is not TLS\r\n");
	ck_assert_str_eq(found, "");
	ck_assert(collector.lost);
	/* Longer than a record can be (RFC 5246 6.2.3). */
	PUSH("\27\3\3\110\1");
	ck_assert(collector.lost);
	PUSH("\27\3\3\0\1x");
	ck_assert_ptr_nonnull(strstr(found, "23:x!"));
	end();
}
END_TEST

/* Beyond the limit for all sessions, content is counted and not kept. */
START_TEST(test_memory_is_bounded)
{
	begin();
	PUSH("\27\3\3\0\12abc");
	ck_assert_uint_eq(workspace->buffered, 10);
	PUSH("defghij");
	workspace->buffered = TLS_BUFFERED_SUM;
	PUSH("\27\3\3\0\3ab");
	PUSH("c\27\3\3\0\3xyz");
	ck_assert_str_eq(found, "23:abcdefghij@15 23:?@23 23:xyz@31 ");
	workspace->buffered -= TLS_BUFFERED_SUM;
	end();
}
END_TEST

SUITE("tls_collector", test_however_it_is_cut, test_gap_inside_a_record, test_gap_over_a_header,
      test_search_again, test_not_records, test_memory_is_bounded)
