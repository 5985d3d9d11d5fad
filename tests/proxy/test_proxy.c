/* SPDX-License-Identifier: BSD-2-Clause */
/* What reaches a session through the wrapper: offsets, acknowledgements, roles, order and numbers. */
#include "proxy.h"

#include "buf.h"
#include "harness.h"

#define BYTES(text) span_of(text, sizeof text - 1)

static struct {
	struct proxy *proxy;
	struct stream_sink sink;
	struct buf log;
	uint64_t frame;
	const struct flow *view[4];
	uint64_t missing[4][2]; /* in the gaps that were passed on */
	size_t sessions;
} rig;

static const uint16_t PORTS[] = { 25 };

/* A session is a place that holds its view. */
static void *log_open(void *context, const struct flow *view)
{
	(void)context;
	ck_assert_uint_lt(rig.sessions, sizeof rig.view / sizeof *rig.view);
	buf_format(&rig.log, "open#%u:%u ", (unsigned)view->number, (unsigned)view->server.port);
	rig.view[rig.sessions] = view;
	memset(rig.missing[rig.sessions], 0, sizeof rig.missing[rig.sessions]);
	return &rig.view[rig.sessions++];
}

static void log_view(void *session, const struct flow *view)
{
	const struct flow **place = session;

	*place = view;
}

static void log_chunk(void *session, const struct chunk *chunk)
{
	const struct flow *view = *(const struct flow **)session;

	/* What the view tells is what the session has been given, this chunk included. */
	ck_assert_uint_eq(view->side[chunk->direction].delivered, chunk->offset + chunk->length);
	ck_assert_uint_ge(view->side[direction_other(chunk->direction)].delivered, chunk->peer_acked);
	rig.missing[(const struct flow **)session - rig.view][chunk->direction] +=
	    chunk->gap ? chunk->length : 0;
	ck_assert_uint_eq(view->side[chunk->direction].missing,
			  rig.missing[(const struct flow **)session - rig.view][chunk->direction]);
	buf_format(&rig.log, "%c@%u", chunk->direction == DIR_CLIENT ? 'C' : 'S', (unsigned)chunk->offset);
	if (chunk->gap)
		buf_format(&rig.log, "gap%u", (unsigned)chunk->length);
	else
		buf_format(&rig.log, "'%.*s'", (int)chunk->length, (const char *)chunk->bytes);
	buf_format(&rig.log, "^%u ", (unsigned)chunk->peer_acked);
}

static void log_event(void *session, const struct flow_event *event)
{
	(void)session;
	buf_format(&rig.log, "%s%s@%u ", event->kind == FLOW_EVENT_FIN ? "fin" : "event",
		   event->direction == DIR_CLIENT ? "C" : "S", (unsigned)event->offset);
}

static void log_close(void *session, enum flow_end end, tstamp time)
{
	const struct flow *flow = *(const struct flow **)session;

	(void)end;
	(void)time;
	buf_format(&rig.log, "close%s ",
		   flow->closed == FLOW_CLIENT_FIN   ? "C"
		   : flow->closed == FLOW_SERVER_FIN ? "S"
						     : "");
}

static void log_proxied(void *session, const struct proxied_facts *facts, bool refused)
{
	(void)session;
	buf_format(&rig.log, "%s:%s%s ", facts->via, facts->target ? facts->target : "-",
		   refused ? ":refused" : "");
}

static void begin(bool any_port)
{
	struct proxy_config config = { .ports = PORTS, .port_count = 1, .any_port = any_port };
	struct proxy_sink sink = { .open = log_open,
				   .view = log_view,
				   .proxied = log_proxied,
				   .chunk = log_chunk,
				   .event = log_event,
				   .close = log_close };

	rig.proxy = proxy_create(&config, &sink);
	rig.sink = proxy_stream_sink(rig.proxy);
	rig.frame = 0;
	rig.sessions = 0;
	buf_init(&rig.log, 1 << 20);
}

static void finish(void)
{
	proxy_destroy(rig.proxy);
	buf_finish(&rig.log);
}

static void expect(const char *log)
{
	ck_assert_str_eq(buf_string(&rig.log), log);
	buf_clear(&rig.log);
}

struct peer {
	struct flow flow;
	void *carrier;
	uint64_t said[2];
};

static void open_flow(struct peer *p, uint16_t port, enum flow_opened opened)
{
	*p = (struct peer){ .flow = { .number = 1, .opened = opened, .roles_known = opened != FLOW_MIDSTREAM } };
	p->flow.server.port = port;
	p->flow.client.port = 40000;
	p->flow.first.time = (tstamp)++rig.frame;
	p->carrier = rig.sink.open(rig.sink.context, &p->flow);
}

/* What the stream stage writes down before it hands a chunk on. */
static void note_said(struct peer *p, enum direction d, const struct frame_ref *frame)
{
	p->flow.last = *frame;
	p->flow.side[d].seen = true;
	p->flow.side[d].delivered = p->said[d];
	p->flow.side[direction_other(d)].acked = p->said[direction_other(d)];
}

static void say(struct peer *p, enum direction d, struct span bytes)
{
	struct chunk chunk = { .direction = d,
			       .offset = p->said[d],
			       .length = bytes.length,
			       .bytes = bytes.at,
			       .acked_known = true,
			       .peer_acked = p->said[direction_other(d)] };

	chunk.frame.number = ++rig.frame & FRAME_NUMBER_MAX;
	chunk.frame.time = (tstamp)rig.frame;
	p->said[d] += bytes.length;
	note_said(p, d, &chunk.frame);
	if (!p->flow.ignored)
		rig.sink.chunk(p->carrier, &chunk);
}

static void lose(struct peer *p, enum direction d, uint64_t length)
{
	struct chunk chunk = { .direction = d, .gap = true, .offset = p->said[d], .length = length };

	p->said[d] += length;
	p->flow.side[d].missing += length;
	note_said(p, d, &chunk.frame);
	rig.sink.chunk(p->carrier, &chunk);
}

static void close_flow(struct peer *p)
{
	struct flow_event fin = { .kind = FLOW_EVENT_FIN,
				  .direction = DIR_SERVER,
				  .offset = p->said[DIR_SERVER] };

	p->flow.closed = FLOW_SERVER_FIN;
	rig.sink.event(p->carrier, &fin);
	rig.sink.close(p->carrier, FLOW_END_CLOSED, (tstamp)rig.frame);
}

START_TEST(plain_bytes_go_straight_through)
{
	struct peer p;

	begin(false);
	open_flow(&p, 25, FLOW_HANDSHAKE);
	expect("open#1:25 ");
	say(&p, DIR_SERVER, BYTES("220 hi"));
	expect("S@0'220 hi'^0 ");
	say(&p, DIR_CLIENT, BYTES("CONNECT"));
	expect("C@0'CONNECT'^6 ");
	close_flow(&p);
	expect("finS@6 closeS ");
	finish();
}
END_TEST

START_TEST(a_proxy_is_removed_from_both_sides)
{
	struct peer p;

	begin(false);
	open_flow(&p, 25, FLOW_HANDSHAKE);
	say(&p, DIR_CLIENT, BYTES("CONNECT a:25 HTTP/1.0\r\n\r\n"));
	say(&p, DIR_SERVER, BYTES("HTTP/1.0 200 Ok\r\n\r"));
	expect("open#1:25 ");
	say(&p, DIR_SERVER, BYTES("\n220 hi"));
	expect("http-connect:a:25 S@0'220 hi'^0 ");
	say(&p, DIR_CLIENT, BYTES("EHLO x"));
	expect("C@0'EHLO x'^6 ");
	say(&p, DIR_SERVER, BYTES("250 x"));
	expect("S@6'250 x'^6 ");
	close_flow(&p);
	expect("finS@11 closeS ");
	finish();
}
END_TEST

START_TEST(what_only_began_like_a_wrapper_is_given_back)
{
	struct peer p;

	begin(false);
	open_flow(&p, 25, FLOW_HANDSHAKE);
	say(&p, DIR_CLIENT, BYTES("CONNECT a:25 HTTP/1.0\r\n\r\n"));
	say(&p, DIR_SERVER, BYTES("220 hi"));
	expect("open#1:25 C@0'CONNECT a:25 HTTP/1.0\r\n\r\n'^0 S@0'220 hi'^25 ");
	close_flow(&p);
	open_flow(&p, 25, FLOW_HANDSHAKE);
	buf_clear(&rig.log);
	say(&p, DIR_CLIENT, BYTES("\5\1"));
	close_flow(&p);
	expect("C@0'\5\1'^0 finS@0 closeS ");
	finish();
}
END_TEST

START_TEST(a_refusal_is_no_dialogue)
{
	struct peer p;

	begin(false);
	open_flow(&p, 25, FLOW_HANDSHAKE);
	say(&p, DIR_CLIENT, BYTES("\5\1\0\5\1\0\3\1a\0\x19"));
	say(&p, DIR_SERVER, BYTES("\5\0\5\2\0\1\0\0\0\0\0\0"));
	close_flow(&p);
	expect("open#1:25 socks:a:25:refused finS@12 closeS ");
	finish();
	begin(true);
	open_flow(&p, 1080, FLOW_HANDSHAKE);
	say(&p, DIR_CLIENT, BYTES("\5\1\0\5\1\0\3\1a\0\x19"));
	say(&p, DIR_SERVER, BYTES("\5\0\5\2\0\1\0\0\0\0\0\0"));
	close_flow(&p);
	expect("");
	finish();
}
END_TEST

START_TEST(a_lost_packet_of_the_wrapper_is_mended)
{
	struct peer p;

	begin(false);
	open_flow(&p, 25, FLOW_HANDSHAKE);
	say(&p, DIR_CLIENT, BYTES("\5\1\0"));
	say(&p, DIR_SERVER, BYTES("\5\0"));
	lose(&p, DIR_CLIENT, 11);
	say(&p, DIR_SERVER, BYTES("\5\0\0\1\0\0\0\0\0\0"));
	expect("open#1:25 ");
	say(&p, DIR_SERVER, BYTES("220 hi"));
	expect("socks:- S@0'220 hi'^0 ");
	say(&p, DIR_CLIENT, BYTES("EHLO x"));
	expect("C@0'EHLO x'^6 ");
	close_flow(&p);
	finish();
}
END_TEST

START_TEST(content_changes_client_and_server_over)
{
	struct peer p;

	begin(true);
	open_flow(&p, 2000, FLOW_MIDSTREAM);
	say(&p, DIR_CLIENT, BYTES("250 ok\r\n"));
	expect("");
	say(&p, DIR_SERVER, BYTES("RCPT TO:<a@b>\r\n"));
	expect("open#1:40000 S@0'250 ok\r\n'^0 C@0'RCPT TO:<a@b>\r\n'^8 ");
	close_flow(&p);
	expect("finC@15 closeC ");
	finish();
}
END_TEST

START_TEST(others_are_given_up_at_their_first_bytes)
{
	struct peer p;

	begin(true);
	open_flow(&p, 8080, FLOW_HANDSHAKE);
	say(&p, DIR_CLIENT, BYTES("GET / HTTP/1.1\r\n"));
	ck_assert(p.flow.ignored);
	close_flow(&p);
	expect("");
	finish();
}
END_TEST

START_TEST(numbers_follow_the_first_packets)
{
	struct peer a, b, c;

	begin(true);
	open_flow(&a, 1001, FLOW_HANDSHAKE);
	open_flow(&b, 1002, FLOW_HANDSHAKE);
	open_flow(&c, 1003, FLOW_HANDSHAKE);
	say(&c, DIR_SERVER, BYTES("220 c ESMTP\r\n"));
	expect("");
	say(&b, DIR_SERVER, BYTES("SSH-2.0"));
	expect("");
	say(&a, DIR_SERVER, BYTES("220 a ESMTP\r\n"));
	expect("open#1:1001 S@0'220 a ESMTP\r\n'^0 open#2:1003 S@0'220 c ESMTP\r\n'^0 ");
	close_flow(&a);
	close_flow(&b);
	close_flow(&c);
	finish();
}
END_TEST

START_TEST(who_does_not_speak_loses_the_turn)
{
	struct peer a, b;

	begin(true);
	open_flow(&a, 1001, FLOW_HANDSHAKE);
	open_flow(&b, 1002, FLOW_HANDSHAKE);
	say(&b, DIR_SERVER, BYTES("220 b ESMTP\r\n"));
	expect("");
	rig.frame += (uint64_t)(6 * TSTAMP_SECOND);
	say(&b, DIR_SERVER, BYTES("x"));
	expect("open#1:1002 S@0'220 b ESMTP\r\n'^0 S@13'x'^0 ");
	say(&a, DIR_SERVER, BYTES("220 a ESMTP\r\n"));
	expect("open#2:1001 S@0'220 a ESMTP\r\n'^0 ");
	close_flow(&b);
	close_flow(&a);
	finish();
}
END_TEST

START_TEST(the_view_counts_from_the_dialogue)
{
	const struct flow *view;
	struct peer p;

	begin(false);
	open_flow(&p, 25, FLOW_HANDSHAKE);
	say(&p, DIR_CLIENT, BYTES("CONNECT a:25 HTTP/1.0\r\n\r\n"));
	say(&p, DIR_SERVER, BYTES("HTTP/1.0 200 Ok\r\n\r\n220 hi"));
	say(&p, DIR_CLIENT, BYTES("EHLO x"));
	lose(&p, DIR_SERVER, 4);
	say(&p, DIR_CLIENT, BYTES("QUIT"));
	view = rig.view[0];
	ck_assert_uint_eq(view->side[DIR_CLIENT].delivered, 10);
	ck_assert_uint_eq(view->side[DIR_CLIENT].acked, 6);
	ck_assert_uint_eq(view->side[DIR_SERVER].delivered, 10);
	ck_assert_uint_eq(view->side[DIR_SERVER].acked, 10);
	ck_assert_uint_eq(view->side[DIR_SERVER].missing, 4);
	ck_assert_uint_eq(p.flow.side[DIR_SERVER].delivered, 29);
	close_flow(&p);
	finish();
}
END_TEST

START_TEST(a_lost_answer_of_the_proxy_leaves_a_doubt)
{
	struct peer p;

	begin(false);
	open_flow(&p, 25, FLOW_HANDSHAKE);
	say(&p, DIR_CLIENT, BYTES("CONNECT a:25 HTTP/1.0\r\n\r\n"));
	lose(&p, DIR_SERVER, 10);
	lose(&p, DIR_SERVER, 9);
	expect("open#1:25 ");
	say(&p, DIR_CLIENT, BYTES("EHLO x\r\n"));
	/* The gap may hold the greeting: the session must not take the next reply for one. */
	expect("http-connect:a:25 C@0'EHLO x\r\n'^0 ");
	ck_assert(rig.view[0]->side[DIR_SERVER].guessed);
	ck_assert(!rig.view[0]->side[DIR_CLIENT].guessed);
	ck_assert_uint_eq(rig.view[0]->side[DIR_SERVER].missing, 0);
	close_flow(&p);
	finish();
}
END_TEST

START_TEST(an_early_client_behind_a_lost_request_is_doubted)
{
	struct peer p;

	begin(false);
	open_flow(&p, 25, FLOW_HANDSHAKE);
	say(&p, DIR_CLIENT, BYTES("\5\1\0"));
	say(&p, DIR_SERVER, BYTES("\5\0"));
	lose(&p, DIR_CLIENT, 11);
	say(&p, DIR_SERVER, BYTES("\5\0\0\1\0\0\0\0\0\0"));
	say(&p, DIR_CLIENT, BYTES("EHLO x\r\n"));
	say(&p, DIR_SERVER, BYTES("220 hi"));
	expect("open#1:25 socks:- S@0'220 hi'^0 ");
	ck_assert(rig.view[0]->side[DIR_CLIENT].guessed);
	close_flow(&p);
	finish();
}
END_TEST

START_TEST(a_session_without_a_proxy_reads_the_flow_itself)
{
	struct peer p;

	begin(true);
	open_flow(&p, 25, FLOW_HANDSHAKE);
	say(&p, DIR_SERVER, BYTES("220 hi"));
	ck_assert_ptr_eq(rig.view[0], &p.flow);
	close_flow(&p);
	finish();
}
END_TEST

START_TEST(what_waited_is_shown_as_it_was)
{
	struct peer a, b;

	/* log_chunk compares the view with each chunk. */
	begin(true);
	open_flow(&a, 1001, FLOW_HANDSHAKE);
	open_flow(&b, 1002, FLOW_HANDSHAKE);
	say(&b, DIR_SERVER, BYTES("220 b ESMTP\r\n"));
	say(&b, DIR_CLIENT, BYTES("EHLO x\r\n"));
	say(&b, DIR_SERVER, BYTES("250 b\r\n"));
	b.flow.closed = FLOW_SERVER_FIN;
	expect("");
	say(&a, DIR_SERVER, BYTES("SSH-2.0"));
	expect("open#1:1002 S@0'220 b ESMTP\r\n'^0 C@0'EHLO x\r\n'^13 S@13'250 b\r\n'^8 ");
	say(&b, DIR_SERVER, BYTES("x"));
	ck_assert_ptr_eq(rig.view[0], &b.flow);
	close_flow(&a);
	close_flow(&b);
	finish();
}
END_TEST

START_TEST(nothing_is_held_without_bound)
{
	static uint8_t block[1024];
	struct peer p;

	begin(false);
	open_flow(&p, 25, FLOW_HANDSHAKE);
	memset(block, 'x', sizeof block);
	say(&p, DIR_CLIENT, BYTES("CONNECT a:25 HTTP/1.0\r\n"));
	buf_clear(&rig.log);
	for (int i = 0; i < 15; i++)
		say(&p, DIR_CLIENT, span_of(block, sizeof block));
	expect("");
	say(&p, DIR_CLIENT, span_of(block, sizeof block));
	ck_assert_uint_gt(rig.log.length, 16 * sizeof block);
	close_flow(&p);
	finish();
}
END_TEST

SUITE("proxy", plain_bytes_go_straight_through, a_proxy_is_removed_from_both_sides,
      what_only_began_like_a_wrapper_is_given_back, a_refusal_is_no_dialogue,
      a_lost_packet_of_the_wrapper_is_mended, content_changes_client_and_server_over,
      others_are_given_up_at_their_first_bytes, numbers_follow_the_first_packets,
      who_does_not_speak_loses_the_turn, the_view_counts_from_the_dialogue,
      a_lost_answer_of_the_proxy_leaves_a_doubt, an_early_client_behind_a_lost_request_is_doubted,
      a_session_without_a_proxy_reads_the_flow_itself, what_waited_is_shown_as_it_was,
      nothing_is_held_without_bound)
