/* SPDX-License-Identifier: BSD-2-Clause */
/* The rules of pairing.h, one by one. */
#include "harness.h"
#include "pairing.h"

static struct doubt doubt;
static struct place_pool pool;
static struct pairing *made;
static uint64_t at; /* client offset */

static struct pairing *queue(void)
{
	if (!made)
		made = pairing_create(&doubt, &pool);
	ck_assert_ptr_nonnull(made);
	return made;
}

/* A command line of 10 bytes, sent by a client that had seen |seen| bytes of the server. */
static struct place *ask(const char *verb, uint64_t seen)
{
	struct command c = { .kind = COMMAND_LINE,
			     .start = at,
			     .end = at + 10,
			     .seen_known = true,
			     .seen = seen,
			     .line = span_text(verb) };

	strcpy(c.verb, verb);
	c.verb_id = verb_of(span_text(verb));
	if (strcmp(verb, ".") == 0)
		c.kind = COMMAND_END_OF_DATA;
	at += 10;
	return pairing_add(queue(), &c);
}

static void lose_client(uint64_t length)
{
	pairing_add_loss(queue(), at, at + length, 0, false);
	at += length;
}

static struct pairing_result reply(unsigned code, uint64_t acked, uint64_t start)
{
	struct reply r = {
		.code = code, .acked_known = true, .peer_acked = acked, .start = start, .end = start + 10
	};

	return pairing_match(queue(), &r);
}

static void pop(void)
{
	pairing_release(queue(), pairing_pop(queue()));
}

static void clear(void)
{
	pairing_destroy(made);
	place_pool_finish(&pool);
	made = NULL;
	doubt = (struct doubt){ 0 };
	at = 0;
}

static void expect(struct pairing_result r, enum answers answers, const char *verb)
{
	ck_assert_int_eq(r.answers, answers);
	if (verb)
		ck_assert_str_eq(r.place->command.verb, verb);
	else
		ck_assert_ptr_null(r.place);
}

START_TEST(test_in_order)
{
	ask("MAIL", 0);
	ask("RCPT", 0);
	ask("FOO", 0);
	ck_assert_uint_eq(pairing_open(queue()), 3);
	expect(reply(250, 30, 0), ANSWERS_COMMAND, "MAIL");
	/* It stays in the queue until it is taken out. */
	expect(reply(250, 30, 10), ANSWERS_COMMAND, "MAIL");
	pop();
	expect(reply(550, 30, 10), ANSWERS_COMMAND, "RCPT");
	pop();
	expect(reply(500, 30, 20), ANSWERS_COMMAND, "FOO");
	pop();
	ck_assert_uint_eq(pairing_open(queue()), 0);
	expect(reply(221, 30, 30), ANSWERS_NONE, NULL);
	ck_assert_ptr_null(pairing_pop(queue()));
	clear();
}
END_TEST

START_TEST(test_line_is_a_copy)
{
	char line[] = "NOOP abc";
	struct command c = {
		.kind = COMMAND_LINE, .verb = "NOOP", .verb_id = VERB_NOOP, .line = span_text(line)
	};
	struct place *place = pairing_add(queue(), &c);

	memset(line, 'x', sizeof line - 1);
	ck_assert(span_equal(place->command.line, span_text("NOOP abc")));
	clear();
}
END_TEST

/* An acknowledgement at or below a command's start proves that the reply is not its answer. */
START_TEST(test_proof)
{
	struct pairing_result r;

	ask("EHLO", 0);
	expect(reply(250, 10, 0), ANSWERS_COMMAND, "EHLO");
	pop();
	ask("MAIL", 10);
	r = reply(221, 10, 10);
	expect(r, ANSWERS_NONE, NULL);
	ck_assert(r.crossed);
	r = reply(250, 10, 10);
	expect(r, ANSWERS_NONE, NULL);
	ck_assert(r.crossed);
	r = reply(250, 20, 10);
	expect(r, ANSWERS_COMMAND, "MAIL");
	ck_assert(!r.crossed && !r.doubt);
	clear();
}
END_TEST

/* Between a command's start and its end only a refusal, a 221 or a 421 may answer, and that likely. */
START_TEST(test_acknowledged_in_part)
{
	struct pairing_result r;

	ask("MAIL", 0);
	for (unsigned i = 0; i < 3; i++) {
		static const unsigned codes[] = { 500, 221, 421 };

		r = reply(codes[i], 5, 0);
		expect(r, ANSWERS_COMMAND, "MAIL");
		ck_assert(r.doubt == DOUBT_PARTLY_RECEIVED && !r.crossed);
	}
	expect(reply(250, 5, 0), ANSWERS_NONE, NULL);
	r = reply(250, 10, 0);
	expect(r, ANSWERS_COMMAND, "MAIL");
	ck_assert(!r.doubt);
	clear();
}
END_TEST

/* Captures without acknowledgements: order alone pairs. */
START_TEST(test_no_acknowledgements)
{
	struct reply r = { .code = 250 };

	ask("MAIL", 0);
	expect(pairing_match(queue(), &r), ANSWERS_COMMAND, "MAIL");
	/* All of them zero: written by a program that knows none. */
	expect(reply(250, 0, 0), ANSWERS_COMMAND, "MAIL");
	expect(reply(221, 0, 0), ANSWERS_NONE, NULL);
	clear();
}
END_TEST

/* What went before the capture takes a place too. */
START_TEST(test_before_start)
{
	pairing_add_loss(queue(), 0, 0, 0, true);
	expect(reply(250, 0, 0), ANSWERS_UNSEEN, NULL);
	/* Sent while older replies were due: the first may be to what was not seen. */
	ask("RCPT", 0);
	ck_assert(reply(354, 10, 10).answers != ANSWERS_COMMAND);
	clear();

	/* It was sent having seen all that came before this reply: it is the one that is answered. */
	pairing_add_loss(queue(), 0, 0, 0, true);
	ask("RCPT", 40);
	expect(reply(250, 10, 40), ANSWERS_COMMAND, "RCPT");
	ck_assert(reply(250, 10, 40).doubt == DOUBT_CHOSEN);
	/* This one was under way before it. */
	expect(reply(250, 10, 20), ANSWERS_UNSEEN, NULL);
	clear();
}
END_TEST

START_TEST(test_client_loss)
{
	struct pairing_result r;

	ask("MAIL", 0);
	lose_client(100);
	ask("QUIT", 30);
	r = reply(250, 10, 0);
	expect(r, ANSWERS_COMMAND, "MAIL");
	pop();
	/* To something that was lost. */
	expect(reply(250, 110, 10), ANSWERS_UNSEEN, NULL);
	expect(reply(250, 120, 20), ANSWERS_UNSEEN, NULL);
	r = reply(221, 120, 30);
	expect(r, ANSWERS_COMMAND, "QUIT");
	ck_assert(r.doubt == DOUBT_CHOSEN);
	clear();
	/* Nothing at all is known of what was asked. */
	lose_client(100);
	expect(reply(221, 100, 0), ANSWERS_UNSEEN, NULL);
	clear();
}
END_TEST

START_TEST(test_losses_in_a_row_are_one)
{
	lose_client(10);
	lose_client(10);
	lose_client(10);
	ck_assert_ptr_eq(pairing_head(queue()), pairing_tail(queue()));
	ck_assert_uint_eq(pairing_head(queue())->end, 30);
	ck_assert_uint_eq(pairing_open(queue()), 0);
	clear();
}
END_TEST

/* The reply to the first was lost whole: the next reply is the next command's. */
START_TEST(test_server_loss_between_replies)
{
	struct pairing_result r;

	ask("MAIL", 0);
	pairing_server_loss(queue(), 20, true);
	ask("RCPT", 20);
	r = reply(250, 20, 20);
	expect(r, ANSWERS_COMMAND, "RCPT");
	ck_assert(r.doubt == DOUBT_CHOSEN);
	clear();
}
END_TEST

/* In a group, the code tells what cannot be answered by it. */
START_TEST(test_server_loss_in_a_group)
{
	ask("MAIL", 0);
	ask("RCPT", 0);
	ask("DATA", 0);
	pairing_server_loss(queue(), 40, true);
	expect(reply(354, 30, 40), ANSWERS_COMMAND, "DATA");
	clear();

	ask("RSET", 0);
	ask("QUIT", 0);
	pairing_server_loss(queue(), 20, true);
	expect(reply(221, 20, 20), ANSWERS_COMMAND, "QUIT");
	clear();
}
END_TEST

/* More open commands than are kept: what is left out is lost, and no reply may be said to have nothing to answer. */
START_TEST(test_bound)
{
	for (unsigned i = 0; i < PAIRING_OPEN_MAX; i++)
		ck_assert_ptr_nonnull(ask("NOOP", 0));
	ck_assert_ptr_null(ask("NOOP", 0));
	ck_assert_uint_eq(pairing_open(queue()), PAIRING_OPEN_MAX);
	clear();
}
END_TEST

START_TEST(test_quit_after_waiting)
{
	struct command c = { .kind = COMMAND_LINE, .verb = "RSET", .verb_id = VERB_RSET, .end = 10 };

	pairing_add(queue(), &c);
	c = (struct command){ .kind = COMMAND_LINE, .verb = "QUIT", .verb_id = VERB_QUIT, .start = 10, .end = 20 };
	c.frame.time = 60 * TSTAMP_SECOND;
	pairing_add(queue(), &c);
	expect(reply(221, 20, 0), ANSWERS_COMMAND, "QUIT");
	ck_assert(reply(221, 20, 0).doubt == DOUBT_NEVER_ANSWERED);
	/* QUIT had not been received whole: it is the RSET that the server left on. */
	expect(reply(221, 15, 0), ANSWERS_COMMAND, "RSET");
	expect(reply(250, 20, 0), ANSWERS_COMMAND, "RSET");
	pairing_tail(queue())->command.frame.time = TSTAMP_SECOND;
	expect(reply(221, 20, 0), ANSWERS_COMMAND, "QUIT");
	/* Sent in one group, the 221 answers the first of them. */
	pairing_tail(queue())->command.frame.time = TSTAMP_SECOND - 1;
	expect(reply(221, 20, 0), ANSWERS_COMMAND, "RSET");
	clear();
}
END_TEST

/* The QUIT may come after more than one command without an answer. */
START_TEST(test_quit_behind_others)
{
	static const enum verb verbs[] = { VERB_RSET, VERB_NOOP, VERB_QUIT };
	uint64_t end = 0;

	for (size_t i = 0; i < 3; i++) {
		struct command c = { .kind = COMMAND_LINE, .verb_id = verbs[i], .start = end, .end = end + 10 };

		strcpy(c.verb, verb_name(verbs[i]));
		c.frame.time = (tstamp)i * 60 * TSTAMP_SECOND;
		pairing_add(queue(), &c);
		end += 10;
	}
	expect(reply(221, 30, 0), ANSWERS_COMMAND, "QUIT");
	clear();
}
END_TEST

/* LMTP: the next reply for a message of two recipients, from a server that may send only one, naming |address|. */
static struct pairing_result second_reply(const char *address)
{
	struct command next = { .kind = COMMAND_LINE,
				.verb = "MAIL",
				.verb_id = VERB_MAIL,
				.start = 10,
				.end = 20,
				.seen_known = true,
				.seen = 10,
				.line = span_text("MAIL FROM:<a@b>") };
	struct span line = span_text(address);
	struct reply r = { .code = 250,
			   .acked_known = true,
			   .peer_acked = 20,
			   .start = 10,
			   .end = 20,
			   .lines = &line,
			   .line_count = 1 };
	struct place *message = ask(".", 0);

	message->replies_due = 2;
	message->replies_seen = 1;
	message->reply_end = 10;
	pairing_add(queue(), &next);
	return pairing_match(queue(), &r);
}

/* A client that went on took the message for answered; but not where the reply names an address of the message. */
START_TEST(test_gone_on)
{
	expect(second_reply("sender ok"), ANSWERS_COMMAND, "MAIL");
	clear();
	expect(second_reply("<a@b> sender ok"), ANSWERS_COMMAND, "MAIL");
	clear();
	expect(second_reply("<c@d> delivered"), ANSWERS_COMMAND, ".");
	clear();
	/* Not an address. */
	expect(second_reply("<c.d> ok"), ANSWERS_COMMAND, "MAIL");
	clear();
}
END_TEST

/* Nothing is open, and the client goes on once it has all that the server sent: what was lost no longer matters. */
START_TEST(test_settled)
{
	static const struct {
		uint64_t seen, delivered;
		unsigned doubt;
		bool rests;
	} cases[] = {
		{ 20, 20, 0, true },  { 19, 19, 0, false }, /* in the loss */
		{ 20, 30, 0, false },			    /* more is under way */
		{ 30, 30, 0, true },  { 30, 30, DOUBT_REPLY_OWED, false },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		pairing_server_loss(queue(), 20, true);
		doubt_add(&doubt, cases[i].doubt);
		ck_assert(doubt_has(&doubt, DOUBT_UNSETTLED));
		ck_assert_ptr_null(pairing_settle(queue(), cases[i].seen, cases[i].delivered));
		ck_assert(doubt_has(&doubt, DOUBT_UNSETTLED) != cases[i].rests);
		clear();
	}
}
END_TEST

SUITE("smtp/pairing", test_in_order, test_line_is_a_copy, test_proof, test_acknowledged_in_part,
      test_no_acknowledgements, test_before_start, test_client_loss, test_losses_in_a_row_are_one,
      test_server_loss_between_replies, test_server_loss_in_a_group, test_bound, test_quit_after_waiting,
      test_quit_behind_others, test_gone_on, test_settled)
