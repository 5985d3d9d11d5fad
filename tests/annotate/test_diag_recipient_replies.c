/* SPDX-License-Identifier: BSD-2-Clause */
/* Fewer replies to an LMTP message than recipients. */
#include "clinic.h"
#include "harness.h"

#include <stdio.h>

/* A message for two recipients, and what follows its end. */
static const char *after_message(const char *hello, const char *rest)
{
	char lines[1024];

	snprintf(lines, sizeof lines,
		 "S: 220 mx LMTP\nC: %s a\nS: 250 mx\nC: MAIL FROM:<a@b>\nS: 250 ok\nC: RCPT TO:<c@d>\nS: 250 ok\n"
		 "C: RCPT TO:<e@f>\nS: 250 ok\nC: DATA\nS: 354 go\nC: x\nC: .\n%s",
		 hello, rest);
	return clinic_of("missing-reply", lines);
}

START_TEST(one_reply_for_two_recipients)
{
	ck_assert_str_eq(after_message("LHLO", "S: 250 ok\nC: QUIT\nS: 221 bye"),
			 "missing-reply/fewer-than-recipients likely\n");
}
END_TEST

START_TEST(all_replies_came)
{
	ck_assert_str_eq(after_message("LHLO", "S: 250 ok\nS: 250 ok\nC: QUIT\nS: 221 bye"), "");
	ck_assert_str_eq(after_message("EHLO", "S: 250 ok\nC: QUIT\nS: 221 bye"), "");
}
END_TEST

START_TEST(the_connection_ended)
{
	ck_assert_str_eq(after_message("LHLO", "S: 250 ok"), "");
}
END_TEST

SUITE("annotate/diag_recipient_replies", one_reply_for_two_recipients, all_replies_came, the_connection_ended)
