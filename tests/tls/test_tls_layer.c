/* SPDX-License-Identifier: BSD-2-Clause */
/* The layer: what the dialogue inside sees of the flow, and what is held for keys. */
#include "connection.h"
#include "harness.h"
#include "tls_layer.h"

static struct connection c;
static struct tls_layer *layer;
static struct flow outer;
static const struct flow *view;
static char found[8192];
static uint64_t peer_acked; /* of the last chunk */
static bool begun;

static void note(const char *text)
{
	ck_assert_uint_lt(strlen(found) + strlen(text), sizeof found);
	strcat(found, text);
}

static void on_begin(void *context, const struct frame_ref *frame)
{
	(void)context;
	ck_assert(!begun && frame->number);
	begun = true;
	note("begin|");
}

static void on_view(void *context, const struct flow *flow)
{
	(void)context;
	view = flow;
}

static void on_chunk(void *context, const struct chunk *chunk)
{
	char text[200];

	(void)context;
	snprintf(text, sizeof text, "%c@%u %.*s|", "CS"[chunk->direction], (unsigned)chunk -> offset,
		 chunk -> gap ? 3 : (int)chunk -> length, chunk -> gap ? "gap" : (const char *)chunk->bytes);
	note(text);
	peer_acked = chunk->peer_acked;
	ck_assert_uint_eq(view->side[chunk->direction].delivered, chunk->offset + chunk->length);
}

static void on_event(void *context, const struct flow_event *event)
{
	char text[100];

	(void)context;
	snprintf(text, sizeof text, "%c event %d@%u+%u|", "CS"[event->direction], (int)event -> kind,
		 (unsigned)event -> offset, (unsigned)event -> length);
	note(text);
}

static void on_message(void *context, enum direction direction, uint8_t type, struct span bytes,
		       const struct frame_ref *frame)
{
	(void)context;
	(void)frame;
	ck_assert(direction <= DIR_SERVER && type != TLS_APPLICATION_DATA && bytes.at);
}

static void push(enum direction d, const uint8_t *bytes, size_t length)
{
	const struct chunk chunk = connection_chunk(&c, d, bytes, length);

	outer.side[d].delivered += length;
	if (!bytes)
		outer.side[d].missing += length;
	outer.side[!d].acked = outer.side[!d].delivered;
	outer.last = chunk.frame;
	tls_handshake_push(c.handshake, &chunk);
	tls_layer_chunk(layer, &chunk);
}

static void say(enum direction d, const char *text)
{
	uint8_t record[RECORD_ROOM];

	push(d, record, connection_seal(&c, d, text, record));
}

static void begin(enum sealed_kind kind, bool keys_may_come)
{
	static const struct tls_layer_sink sink = {
		.begin = on_begin, .view = on_view, .chunk = on_chunk, .event = on_event, .message = on_message
	};

	connection_init(&c, kind, keys_may_come);
	outer = (struct flow){ .opened = FLOW_HANDSHAKE };
	view = &outer;
	begun = false;
	found[0] = 0;
	layer = tls_layer_create(c.workspace, c.handshake, &outer, &sink);
	ck_assert_ptr_nonnull(layer);
}

static void shake_hands(void)
{
	struct sealed_handshake h;

	ck_assert(sealed_handshake_make(&h, c.kind));
	for (int i = 0; i < SEALED_HELLOS; i++)
		push(i == 1 ? DIR_SERVER : DIR_CLIENT, h.bytes[i], h.length[i]);
}

static void end(void)
{
	tls_layer_destroy(layer);
	connection_finish(&c);
}

/* The text goes on at the offset where TLS began. */
static void begin_behind(uint64_t client, uint64_t server)
{
	c.at[DIR_CLIENT] = outer.side[DIR_CLIENT].delivered = client;
	c.at[DIR_SERVER] = outer.side[DIR_SERVER].delivered = server;
}

START_TEST(test_offsets)
{
	begin(SEALED_13, false);
	begin_behind(100, 200);
	connection_add_keys(&c);
	shake_hands();
	say(DIR_SERVER, "220 mx");
	say(DIR_CLIENT, "EHLO a");
	say(DIR_CLIENT, "NOOP");
	ck_assert_str_eq(found, "begin|S@200 220 mx|C@100 EHLO a|C@106 NOOP|");
	ck_assert_ptr_ne(view, &outer);
	ck_assert_uint_eq(view->side[DIR_CLIENT].delivered, 110);
	ck_assert_uint_eq(view->side[DIR_SERVER].delivered, 206);
	ck_assert(tls_layer_begun(layer));
	end();
}
END_TEST

/* An acknowledgement inside a record acknowledges none of its text. */
START_TEST(test_acknowledgements_round_down)
{
	uint8_t record[RECORD_ROOM];
	uint64_t behind_first, length;

	begin(SEALED_12, false);
	connection_add_keys(&c);
	shake_hands();
	say(DIR_SERVER, "220 mx");
	behind_first = c.at[DIR_SERVER];
	length = connection_seal(&c, DIR_SERVER, "250 second", record);
	push(DIR_SERVER, record, length);
	for (uint64_t acked = behind_first; acked <= behind_first + length; acked++) {
		uint8_t other[RECORD_ROOM];
		struct chunk chunk =
		    connection_chunk(&c, DIR_CLIENT, other, connection_seal(&c, DIR_CLIENT, "x", other));

		chunk.peer_acked = acked;
		outer.side[DIR_CLIENT].delivered += chunk.length;
		outer.side[DIR_SERVER].acked = acked;
		tls_handshake_push(c.handshake, &chunk);
		tls_layer_chunk(layer, &chunk);
		ck_assert_uint_eq(peer_acked, acked < behind_first + length ? 6 : 16);
		ck_assert_uint_eq(view->side[DIR_SERVER].acked, acked < behind_first + length ? 6 : 16);
	}
	end();
}
END_TEST

START_TEST(test_losses_count_as_text)
{
	begin(SEALED_12, false);
	connection_add_keys(&c);
	shake_hands();
	say(DIR_CLIENT, "EHLO a");
	found[0] = 0;
	push(DIR_CLIENT, NULL, 5 + 8 + 20 + 16);
	c.sealers[DIR_CLIENT].sequence++;
	ck_assert_str_eq(found, "C@6 gap|");
	ck_assert_uint_eq(view->side[DIR_CLIENT].missing, 20);
	ck_assert_uint_eq(view->side[DIR_CLIENT].delivered, 26);
	say(DIR_CLIENT, "QUIT");
	ck_assert_str_eq(found, "C@6 gap|C@26 QUIT|");
	end();
}
END_TEST

static void event(enum flow_event_kind kind, enum direction d, uint64_t offset, uint32_t length)
{
	const struct flow_event e = {
		.kind = kind, .direction = d, .offset = offset, .length = length, .frame = outer.last
	};

	tls_layer_event(layer, &e);
}

START_TEST(test_events)
{
	char wanted[100];
	uint64_t before, after;

	begin(SEALED_12, false);
	connection_add_keys(&c);
	shake_hands();
	say(DIR_SERVER, "220 mx");
	before = c.at[DIR_CLIENT];
	say(DIR_CLIENT, "EHLO a");
	after = c.at[DIR_CLIENT];
	found[0] = 0;
	/* A record that is sent again is its text; a part of one is none. */
	event(FLOW_EVENT_RETRANSMIT, DIR_CLIENT, before, (uint32_t)(after - before));
	event(FLOW_EVENT_RETRANSMIT, DIR_CLIENT, before + 3, 4);
	event(FLOW_EVENT_FIN, DIR_CLIENT, after, 0);
	snprintf(wanted, sizeof wanted, "C event %d@0+6|C event %d@6+0|", (int)FLOW_EVENT_RETRANSMIT,
		 (int)FLOW_EVENT_FIN);
	ck_assert_str_eq(found, wanted);
	end();
}
END_TEST

START_TEST(test_held_for_keys)
{
	begin(SEALED_13, true);
	shake_hands();
	say(DIR_SERVER, "220 mx");
	say(DIR_CLIENT, "EHLO a");
	event(FLOW_EVENT_FIN, DIR_CLIENT, c.at[DIR_CLIENT], 0);
	ck_assert_str_eq(found, "");
	ck_assert_uint_gt(c.workspace->buffered, 0);
	connection_add_keys(&c);
	tls_layer_flush(layer, c.now);
	ck_assert_ptr_nonnull(strstr(found, "begin|S@0 220 mx|C@0 EHLO a|C event "));
	ck_assert_uint_eq(c.workspace->buffered, 0);
	ck_assert_uint_eq(view->side[DIR_CLIENT].delivered, 6);
	end();
}
END_TEST

static void check_given_up(void)
{
	ck_assert_str_eq(found, "");
	ck_assert_ptr_eq(view, &outer);
	ck_assert_uint_eq(c.workspace->buffered, 0);
	ck_assert_int_eq(tls_layer_sealed(layer), TLS_SEALED_NO_KEY);
}

START_TEST(test_waiting_is_bounded)
{
	char text[4096];

	/* In time. */
	begin(SEALED_13, true);
	shake_hands();
	say(DIR_SERVER, "220 mx");
	tls_layer_flush(layer, c.now + TLS_HELD_TIME / 2);
	ck_assert_uint_gt(c.workspace->buffered, 0);
	tls_layer_flush(layer, c.now + TLS_HELD_TIME + TSTAMP_SECOND);
	check_given_up();
	end();
	/* In bytes of a connection. */
	begin(SEALED_13, true);
	shake_hands();
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = 0;
	for (size_t sum = 0; sum <= TLS_HELD; sum += sizeof text)
		say(DIR_SERVER, text);
	check_given_up();
	end();
	/* In bytes of all connections. */
	begin(SEALED_13, true);
	shake_hands();
	c.workspace->buffered += TLS_BUFFERED_SUM;
	say(DIR_SERVER, "220 mx");
	c.workspace->buffered -= TLS_BUFFERED_SUM;
	check_given_up();
	end();
}
END_TEST

START_TEST(test_end_without_keys)
{
	begin(SEALED_12, true);
	shake_hands();
	say(DIR_SERVER, "220 mx");
	tls_layer_end(layer);
	tls_layer_end(layer);
	check_given_up();
	ck_assert_uint_eq(c.workspace->missed_count, 1);
	ck_assert_uint_eq(tls_workspace_late(c.workspace), 0);
	connection_add_keys(&c);
	ck_assert_uint_eq(tls_workspace_late(c.workspace), 1);
	end();
}
END_TEST

/* Nothing is held if no keys can come, or the suite cannot be opened with any. */
START_TEST(test_nothing_to_wait_for)
{
	begin(SEALED_12, false);
	shake_hands();
	say(DIR_SERVER, "220 mx");
	check_given_up();
	tls_layer_end(layer);
	ck_assert_uint_eq(c.workspace->missed_count, 0);
	end();
}
END_TEST

SUITE("tls_layer", test_offsets, test_acknowledgements_round_down, test_losses_count_as_text, test_events,
      test_held_for_keys, test_waiting_is_bounded, test_end_without_keys, test_nothing_to_wait_for)
