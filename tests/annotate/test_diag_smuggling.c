/* SPDX-License-Identifier: BSD-2-Clause */
#include "exam.h"
#include "harness.h"

static struct exam e;

static void begin(const char *behind)
{
	exam_hello(&e, "smtp-smuggling", NULL);
	exam_note(&e, NOTE_ODD_END_OF_DATA, DIR_CLIENT, behind, "\n.\n");
}

static const char *ended(void)
{
	static char found[64];

	exam_end(&e);
	strcpy(found, exam_found(&e));
	exam_finish(&e);
	return found;
}

START_TEST(test_attempted)
{
	begin("MAIL FROM:<a@b>\r\nRCPT");
	exam_ask(&e, ".", "250 Ok");
	ck_found(&e, "");
	exam_command(&e, "QUIT");
	ck_found(&e, "attempted");
	ck_assert_ptr_nonnull(strstr(e.why, "LF.LF"));
	ck_assert_ptr_nonnull(strstr(e.why, "\"MAIL FROM:<a@b>\""));
	/* Said once. */
	exam_command(&e, "QUIT");
	ck_found(&e, "");
	exam_finish(&e);
	begin("mail from:<a@b>");
	ck_assert_str_eq(ended(), "attempted");
	begin("Dear all,");
	ck_assert_str_eq(ended(), "");
}
END_TEST

START_TEST(test_accepted)
{
	begin("RCPT TO:<a@b>");
	exam_note(&e, NOTE_LAX_END_READ, DIR_SERVER, NULL, NULL);
	ck_found(&e, "accepted:error");
	ck_assert_str_eq(ended(), "");
	/* A server that reads a lax end that is none of these is another matter. */
	exam_hello(&e, "smtp-smuggling", NULL);
	exam_note(&e, NOTE_LAX_END_READ, DIR_SERVER, NULL, NULL);
	ck_assert_str_eq(ended(), "");
}
END_TEST

/* The strict end has to be answered first: until then the server may have read it either way. */
START_TEST(test_waits_for_the_answer)
{
	begin("MAIL FROM:<a@b>");
	exam_command(&e, ".");
	exam_command(&e, "QUIT");
	ck_found(&e, "");
	exam_reply(&e, "250 Ok", ANSWERS_END_OF_DATA);
	exam_note(&e, NOTE_LAX_END_READ, DIR_SERVER, NULL, NULL);
	ck_found(&e, "accepted:error");
	exam_finish(&e);
}
END_TEST

START_TEST(test_losses)
{
	/* It may be the end that both sides agree on. */
	begin("MAIL FROM:<a@b>");
	exam_lose(&e);
	ck_assert_str_eq(ended(), "");
	/* A strict one follows, so it was not; but the server's reading is in doubt. */
	begin("MAIL FROM:<a@b>");
	exam_command(&e, ".");
	exam_lose(&e);
	ck_assert_str_eq(ended(), "attempted:likely");
	/* The replies that show that the server accepted it may be among what was lost before. */
	begin("MAIL FROM:<a@b>");
	e.session.visibility = VISIBILITY_GAP;
	ck_assert_str_eq(ended(), "attempted:likely");
}
END_TEST

/* Where the client ends all its lines so, whether the server took this for an end may have been lost. */
START_TEST(test_bare_lf)
{
	exam_hello(&e, "smtp-smuggling", NULL);
	e.flags = COMMAND_BARE_LF;
	exam_command(&e, "NOOP");
	exam_note(&e, NOTE_ODD_END_OF_DATA, DIR_CLIENT, "MAIL FROM:<a@b>", "\n.\n");
	e.session.visibility = VISIBILITY_GAP;
	ck_assert_str_eq(ended(), "");
	exam_hello(&e, "smtp-smuggling", NULL);
	e.flags = COMMAND_BARE_LF;
	exam_command(&e, "NOOP");
	exam_note(&e, NOTE_ODD_END_OF_DATA, DIR_CLIENT, "MAIL FROM:<a@b>", "\n.\n");
	ck_assert_str_eq(ended(), "attempted");
}
END_TEST

SUITE("annotate/diag_smuggling", test_attempted, test_accepted, test_waits_for_the_answer, test_losses,
      test_bare_lf)
