/* SPDX-License-Identifier: BSD-2-Clause */
/* explanation: what is worked out of replies, joined replies and statuses. */
#include "explanation.h"
#include "harness.h"

static struct text_rules *engine;

static void explain(struct explanation *x, const char *text, const char *question)
{
	engine = text_rules_create(rules_builtin());
	explanation_init(x, rules_builtin(), engine, span_text(text), question);
}

static void done(struct explanation *x)
{
	explanation_finish(x);
	text_rules_destroy(engine);
}

START_TEST(a_joined_reply_is_taken_apart)
{
	static const char *const joined[] = {
		"550-5.1.1 No such account. 550-5.1.1 Check the name 550 5.1.1 - example",
		"550 5.1.1 No such account. 550 5.1.1 Check the name 550 5.1.1 - example",
	};

	for (size_t i = 0; i < 2; i++) {
		struct explanation x;
		size_t lines = 1;

		explain(&x, joined[i], "RCPT");
		for (size_t k = 0; k < x.reply.length; k++)
			lines += x.reply.at[k] == '\n';
		ck_assert_uint_eq(lines, 3);
		ck_assert_str_eq(x.cause.cause, "user-unknown");
		done(&x);
	}
}
END_TEST

START_TEST(numbers_in_a_text_part_nothing)
{
	static const char *const texts[] = {
		"550 5.1.1 Room 550 is closed",
		"550-5.1.1 Call 555 1234",
		"452 4.5.3 Limit of 452 recipients",
	};

	for (size_t i = 0; i < 3; i++) {
		struct explanation x;

		explain(&x, texts[i], NULL);
		ck_assert_ptr_null(memchr(x.reply.at, '\n', x.reply.length));
		done(&x);
	}
}
END_TEST

START_TEST(a_status_needs_no_basic_code)
{
	struct explanation x;

	explain(&x, "4.7.5 Server certificate not trusted", NULL);
	ck_assert_uint_eq(x.meaning.code, 0);
	ck_assert_str_eq(x.meaning.enhanced, "4.7.5");
	ck_assert_str_eq(x.cause.cause, "tls");
	ck_assert_int_eq(x.cause.responsible, RESPONSIBLE_SERVER);
	ck_assert_int_eq(x.cause.retry, RETRY_AUTOMATIC);
	done(&x);

	explain(&x, "Server certificate not trusted", NULL);
	ck_assert(!x.meaning.has_enhanced);
	ck_assert_str_eq(x.cause.cause, "tls");
	done(&x);

	explain(&x, "mail for b.example loops back to myself", NULL);
	ck_assert_str_eq(x.cause.cause, "loop");
	ck_assert_int_ne(x.cause.certainty, CERTAINTY_CERTAIN); /* no reply says so */
	done(&x);

	explain(&x, "good morning", NULL);
	ck_assert_ptr_null(x.cause.cause);
	done(&x);
}
END_TEST

START_TEST(contradicting_classes_are_pointed_out)
{
	struct explanation x;

	explain(&x, "421 5.7.32 From domain not aligned", NULL);
	ck_assert_ptr_nonnull(strstr(explanation_text(&x.in_short), "contradict"));
	done(&x);

	explain(&x, "550 5.7.32 From domain not aligned", NULL);
	ck_assert_ptr_null(strstr(explanation_text(&x.in_short), "contradict"));
	done(&x);
}
END_TEST

START_TEST(a_temporary_code_that_never_heals_is_called_one)
{
	struct explanation x;

	explain(&x, "451 4.7.25 Client has no PTR record", "RCPT");
	ck_assert_int_eq(x.cause.retry, RETRY_USELESS);
	ck_assert_ptr_nonnull(strstr(explanation_text(&x.in_short), "The code is temporary"));
	done(&x);

	explain(&x, "452 4.2.2 Mailbox full", "RCPT");
	ck_assert_int_eq(x.cause.retry, RETRY_AUTOMATIC);
	ck_assert_ptr_null(strstr(explanation_text(&x.in_short), "The code is temporary"));
	done(&x);
}
END_TEST

START_TEST(the_meaning_begins_with_the_detail)
{
	const struct rules *r = rules_builtin();

	for (size_t i = 0; i < r->text_count; i++) {
		const char *detail = r->texts[i].detail;

		ck_assert_msg(strncmp(r->texts[i].meaning, detail, strlen(detail)) == 0, "%s", r->texts[i].id);
	}
}
END_TEST

START_TEST(the_recipient_is_found)
{
	struct explanation x;

	explain(&x, "550 5.1.1 <b@b.example>: unknown", "RCPT");
	ck_assert_str_eq(explanation_text(&x.recipient), "b@b.example");
	done(&x);
	explain(&x, "550 5.7.1 <a@a.example>: Sender address rejected", "MAIL");
	ck_assert_ptr_null(explanation_text(&x.recipient));
	done(&x);
	explain(&x, "550 5.5.2 bare <LF> received <", NULL);
	ck_assert_ptr_null(explanation_text(&x.recipient));
	done(&x);
}
END_TEST

START_TEST(a_rule_against_the_registry_is_noticed)
{
	struct explanation x;

	explain(&x, "550 5.7.30 DKIM did not pass - gsmtp", "end-of-data");
	ck_assert_str_eq(x.cause.cause, "sender-auth-fail");
	ck_assert(explanation_contradicts_registry(&x)); /* registered for REQUIRETLS (RFC 8689) */
	done(&x);
	explain(&x, "550 5.7.30 REQUIRETLS support required", "MAIL");
	ck_assert_str_eq(x.cause.cause, "tls");
	ck_assert(!explanation_contradicts_registry(&x));
	done(&x);
}
END_TEST

SUITE("reference/explanation", a_joined_reply_is_taken_apart, numbers_in_a_text_part_nothing,
      a_status_needs_no_basic_code, contradicting_classes_are_pointed_out,
      a_temporary_code_that_never_heals_is_called_one, the_meaning_begins_with_the_detail,
      the_recipient_is_found, a_rule_against_the_registry_is_noticed)
