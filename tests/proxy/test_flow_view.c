/* SPDX-License-Identifier: BSD-2-Clause */
#include "flow_view.h"

#include "harness.h"

static struct flow outer;
static struct flow_view view;

static void begin(uint64_t ahead_client, uint64_t ahead_server, bool turned)
{
	outer =
	    (struct flow){ .closed = FLOW_CLIENT_FIN,
			   .client.port = 40000,
			   .server.port = 25,
			   .side = { { .delivered = 100, .acked = 90, .packets = 7, .missing = 10, .fin = true },
				     { .delivered = 200, .acked = 20, .packets = 8, .retransmissions = 3 } } };
	flow_view_init(&view, &outer);
	ck_assert(flow_view_shift(
	    &view, &(struct flow_shift){ .turned = turned, .ahead = { ahead_client, ahead_server } }, NULL));
}

START_TEST(nothing_ahead_costs_no_copy)
{
	struct flow_moment now;

	begin(0, 0, false);
	now = flow_moment_of(&outer);
	ck_assert(flow_view_show(&view, NULL, NULL));
	ck_assert_ptr_eq(view.flow, &outer);
	ck_assert(flow_view_show(&view, &now, NULL));
	ck_assert_ptr_eq(view.flow, &outer);
	ck_assert_ptr_null(view.copy);
	flow_view_finish(&view, NULL);
}
END_TEST

START_TEST(offsets_count_from_the_dialogue_and_packets_do_not)
{
	begin(30, 50, false);
	ck_assert(flow_view_show(&view, NULL, NULL));
	ck_assert_uint_eq(view.flow->side[DIR_CLIENT].delivered, 70);
	ck_assert_uint_eq(view.flow->side[DIR_CLIENT].acked, 60);
	ck_assert_uint_eq(view.flow->side[DIR_CLIENT].packets, 7);
	ck_assert_uint_eq(view.flow->side[DIR_SERVER].delivered, 150);
	ck_assert_uint_eq(view.flow->side[DIR_SERVER].acked, 0);
	ck_assert_uint_eq(view.flow->side[DIR_SERVER].retransmissions, 3);
	flow_view_finish(&view, NULL);
}
END_TEST

START_TEST(turned_roles_turn_everything)
{
	struct chunk chunk = {
		.direction = DIR_CLIENT, .offset = 100, .length = 1, .bytes = (const uint8_t *)"x"
	};
	struct flow_event fin = { .kind = FLOW_EVENT_FIN, .direction = DIR_CLIENT, .offset = 101 };

	begin(30, 50, true);
	ck_assert(flow_view_show(&view, NULL, NULL));
	ck_assert_uint_eq(view.flow->server.port, 40000);
	ck_assert_uint_eq(view.flow->side[DIR_SERVER].delivered, 70);
	ck_assert_int_eq(view.flow->closed, FLOW_SERVER_FIN);
	ck_assert(flow_view_chunk(&view, &chunk, &chunk));
	ck_assert_int_eq(chunk.direction, DIR_SERVER);
	ck_assert_uint_eq(chunk.offset, 70);
	ck_assert(flow_view_event(&view, &fin, &fin));
	ck_assert_int_eq(fin.direction, DIR_SERVER);
	ck_assert_uint_eq(fin.offset, 71);
	flow_view_finish(&view, NULL);
}
END_TEST

START_TEST(an_earlier_moment_is_shown_as_it_was)
{
	struct flow_moment then;

	begin(0, 0, false);
	then = flow_moment_of(&outer);
	outer.side[DIR_CLIENT].delivered = 500;
	outer.closed = FLOW_SERVER_RST;
	ck_assert(flow_view_show(&view, &then, NULL));
	ck_assert_uint_eq(view.flow->side[DIR_CLIENT].delivered, 100);
	ck_assert_int_eq(view.flow->closed, FLOW_CLIENT_FIN);
	ck_assert(flow_view_show(&view, NULL, NULL));
	ck_assert_ptr_eq(view.flow, &outer);
	flow_view_finish(&view, NULL);
}
END_TEST

/* A chunk of |length| bytes at |offset| with 30 bytes ahead: what the session sees of it. */
static bool chunk_at(uint64_t offset, uint64_t length, bool gap, struct chunk *inner)
{
	static const uint8_t bytes[64];
	struct chunk chunk = {
		.gap = gap, .offset = offset, .length = length, .bytes = gap ? NULL : bytes, .peer_acked = 60
	};
	bool seen = flow_view_chunk(&view, &chunk, inner);

	if (seen && !gap)
		ck_assert_ptr_eq(inner->bytes, bytes + (length - inner->length));
	return seen;
}

START_TEST(a_chunk_is_cut_where_the_dialogue_begins)
{
	struct chunk inner;

	begin(30, 50, false);
	ck_assert(!chunk_at(0, 30, false, &inner));
	ck_assert(chunk_at(0, 31, false, &inner));
	ck_assert_uint_eq(inner.offset, 0);
	ck_assert_uint_eq(inner.length, 1);
	ck_assert_uint_eq(inner.peer_acked, 10);
	ck_assert(chunk_at(29, 2, false, &inner));
	ck_assert_uint_eq(inner.offset, 0);
	ck_assert_uint_eq(inner.length, 1);
	ck_assert(chunk_at(30, 2, false, &inner));
	ck_assert_uint_eq(inner.offset, 0);
	ck_assert_uint_eq(inner.length, 2);
	ck_assert(flow_view_show(&view, NULL, NULL));
	ck_assert_uint_eq(view.flow->side[DIR_CLIENT].missing, outer.side[DIR_CLIENT].missing);
	flow_view_finish(&view, NULL);
}
END_TEST

START_TEST(bytes_missing_ahead_are_not_missing_in_the_dialogue)
{
	struct chunk inner;

	begin(30, 50, false);
	ck_assert(chunk_at(26, 10, true, &inner));
	ck_assert_uint_eq(inner.length, 6);
	ck_assert(flow_view_show(&view, NULL, NULL));
	ck_assert_uint_eq(view.flow->side[DIR_CLIENT].missing, 6);
	flow_view_finish(&view, NULL);
}
END_TEST

START_TEST(what_is_sent_again_ahead_of_the_dialogue_is_not_its_concern)
{
	struct flow_event again = { .kind = FLOW_EVENT_RETRANSMIT, .offset = 20, .length = 10 }, inner;

	begin(30, 50, false);
	ck_assert(!flow_view_event(&view, &again, &inner));
	again.length = 11;
	ck_assert(flow_view_event(&view, &again, &inner));
	ck_assert_uint_eq(inner.offset, 0);
	ck_assert_uint_eq(inner.length, 1);
	again.kind = FLOW_EVENT_CONFLICT;
	again.length = 10;
	ck_assert(flow_view_event(&view, &again, &inner));
	ck_assert_uint_eq(inner.length, 10);
	flow_view_finish(&view, NULL);
}
END_TEST

SUITE("flow_view", nothing_ahead_costs_no_copy, offsets_count_from_the_dialogue_and_packets_do_not,
      turned_roles_turn_everything, an_earlier_moment_is_shown_as_it_was,
      a_chunk_is_cut_where_the_dialogue_begins, bytes_missing_ahead_are_not_missing_in_the_dialogue,
      what_is_sent_again_ahead_of_the_dialogue_is_not_its_concern)
