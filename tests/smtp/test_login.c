/* SPDX-License-Identifier: BSD-2-Clause */
/* The logins of a session: mechanism, shape of the responses, result. */
#include "dialog.h"
#include "harness.h"

#include <stdio.h>

static struct dialog dialog;
static char logins[512]; /* "MECHANISM CODE RESPONSES SHAPE;" of each */

static void on_event(void *context, const struct smtp_event *e)
{
	(void)context;
	if (e->kind != SMTP_ENDED)
		return;
	for (size_t i = 0; i < e->session->login_count; i++) {
		const struct login *login = &e->session->logins[i];
		size_t length = strlen(logins);

		snprintf(logins + length, sizeof logins - length, "%s %u %u %s%s;", login->mechanism,
			 login->code, login->responses, sasl_shape_name(login->shape),
			 login->encrypted ? " tls" : "");
	}
}

static const char *after(const char *lines)
{
	logins[0] = 0;
	dialog_init_with(&dialog, FLOW_HANDSHAKE, NULL, on_event, NULL);
	dialog_say(&dialog, "S: 220 mx\nC: EHLO a\nS: 250 AUTH PLAIN LOGIN");
	dialog_say(&dialog, lines);
	dialog_finish(&dialog);
	return logins;
}

START_TEST(test_shapes)
{
	ck_assert_str_eq(after("C: AUTH PLAIN AGJvYgBwYXNz\nS: 235 ok"), "PLAIN 235 1 fits;");
	ck_assert_str_eq(
	    after("C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: Ym9i\nS: 334 UGFzc3dvcmQ6\nC: cGFzcw==\nS: 535 no"),
	    "LOGIN 535 2 fits;");
	/* The worst of the responses counts. */
	ck_assert_str_eq(
	    after("C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: bob!\nS: 334 UGFzc3dvcmQ6\nC: cGFzcw==\nS: 501 no"),
	    "LOGIN 501 2 not-base64;");
}
END_TEST

/* What a client sends on after its AUTH was refused counts as a response, but says nothing of the login's form. */
START_TEST(test_stray_response)
{
	ck_assert_str_eq(after("C: AUTH PLAIN AGJvYgBwYXNz\nS: 535 no\nC: AGJvYgBwYXNzYWJj\nS: 500 what"),
			 "PLAIN 535 2 fits;");
	ck_assert_str_eq(after("C: AUTH PLAIN AGJvYgBwYXNz\nS: 535 no\nC: YWJjZGVmZ2hpamts\nS: 500 what"),
			 "PLAIN 535 2 fits;");
}
END_TEST

SUITE("smtp/login", test_shapes, test_stray_response)
