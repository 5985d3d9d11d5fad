/* SPDX-License-Identifier: BSD-2-Clause */
#include "disguise.h"

#include <stdio.h>
#include <strings.h>

#include "harness.h"

static struct pseudonym *pseudonym;
static struct disguise *disguise;

static void open_all(bool providers)
{
	struct disguise_config config = { .rules = rules_builtin(), .providers = providers };

	config.pseudonym = pseudonym = pseudonym_create(span_text("0123456789abcdef"));
	disguise = disguise_create(&config);
	ck_assert_ptr_nonnull(disguise);
}

static void close_all(void)
{
	disguise_destroy(disguise);
	pseudonym_destroy(pseudonym);
}

static const char *line(const char *text)
{
	static char copy[512];

	snprintf(copy, sizeof copy, "%s", text);
	disguise_line(disguise, (uint8_t *)copy, strlen(copy));
	ck_assert_uint_eq(strlen(copy), strlen(text));
	return copy;
}

START_TEST(names_and_addresses_are_replaced)
{
	static const struct {
		const char *text, *gone, *kept;
	} lines[] = {
		{ "MAIL FROM:<alice.meyer@corp.example.org> SIZE=1000", "alice", "org> SIZE=1000" },
		{ "550 5.1.1 <bob@example.net>: User unknown", "bob@", "550 5.1.1 <" },
		{ "Hello client.example.org [192.0.2.77], pleased to meet you", "192.0.2.77",
		  "], pleased to meet you" },
		{ "Hello client.example.org [192.0.2.77]", "client", ".org [" },
		{ "from [IPv6:2001:db8:17::25] by", "2001:db8:17::25", "[IPv6:" },
		{ "Message-ID: <20260101.4711@mail.example.com>", "4711@mail", "com>" },
	};

	open_all(false);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		const char *text = line(lines[i].text);

		ck_assert_msg(!strcasestr(text, lines[i].gone), "%s", text);
		ck_assert_msg(strstr(text, lines[i].kept), "%s", text);
	}
	close_all();
}
END_TEST

START_TEST(what_a_rule_looks_for_stays)
{
	static const char *const lines[] = { "5.1.1 User unknown in virtual alias table",
					     "4.3.2 blocked.Please try again later e.g. tomorrow",
					     "see https://support.google.com/mail/?p=NoSuchUser",
					     "SIZE 10240000",
					     "Postfix 3.7.11 queue",
					     "postmaster" };

	open_all(false);
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		ck_assert_str_eq(line(lines[i]), lines[i]);
	close_all();
	open_all(true);
	ck_assert(!strstr(line(lines[2]), "google"));
	close_all();
}
END_TEST

START_TEST(a_local_part_is_found_again_alone)
{
	open_all(false);
	ck_assert(!strstr(line("RCPT TO:<melchior@example.net>"), "melchior"));
	ck_assert(!strstr(line("550 Melchior... User unknown"), "elchior"));
	close_all();
}
END_TEST

START_TEST(names_among_binary_data_are_replaced)
{
	uint8_t bytes[] = "\x30\x0e\x82\x0c"
			  "mx.corp.test0\x0d\x06\x01.a\x05";

	open_all(false);
	disguise_bytes(disguise, bytes, sizeof bytes - 1);
	ck_assert_ptr_null(memmem(bytes, sizeof bytes, "corp", 4));
	ck_assert_ptr_nonnull(memmem(bytes, sizeof bytes, ".test0\x0d\x06\x01.a\x05", 11));
	close_all();
}
END_TEST

/* Replaces names in |bytes|; is |word| still there? */
static bool binary_keeps(const char *bytes, size_t length, const char *word)
{
	uint8_t copy[128];

	memcpy(copy, bytes, length);
	disguise_bytes(disguise, copy, length);
	return memmem(copy, length, word, strlen(word));
}

START_TEST(mailboxes_without_a_domain_are_replaced_in_binary_data)
{
	static const char subject[] = "\x09\x01\x16\x0d"
				      "root@mailhost0\x1e\x17\x0d",
			  twice[] = "\x02"
				    "a@postmaster@mailhost\x03",
			  behind[] = "\x02"
				     "mx.corp.test@mailhost\x03",
			  lengths[] = "\x82"
				      "0@0>\x03"
				      "0@0";

	open_all(false);
	ck_assert(!binary_keeps(subject, sizeof subject - 1, "root"));
	ck_assert(!binary_keeps(subject, sizeof subject - 1, "mailhost"));
	ck_assert(!binary_keeps(twice, sizeof twice - 1, "postmaster"));
	ck_assert(!binary_keeps(twice, sizeof twice - 1, "mailhost"));
	ck_assert(!binary_keeps(behind, sizeof behind - 1, "mailhost"));
	/* The tag of what is behind it, and lengths that only look like a mailbox. */
	ck_assert(binary_keeps(subject, sizeof subject - 1, "0\x1e\x17\x0d"));
	ck_assert(binary_keeps(lengths, sizeof lengths - 1,
			       "0@0>\x03"
			       "0@0"));
	/* Three characters are too few to tell, four are enough. */
	ck_assert(binary_keeps("\x02"
			       "abc@mailhost\x03",
			       14, "abc@mailhost"));
	ck_assert(binary_keeps("\x02"
			       "abcd@hst\x03",
			       10, "abcd@hst"));
	ck_assert(!binary_keeps("\x02"
				"abcd@host\x03",
				11, "abcd"));
	close_all();
}
END_TEST

START_TEST(vocabulary_can_be_shared)
{
	static const char text[] =
	    "550 5.7.1 Service unavailable; see https://www.spamhaus.org/ for alice@corp.example.org";
	struct vocabulary *vocabulary = vocabulary_create(rules_builtin());
	char own[sizeof text];

	open_all(false);
	memcpy(own, line(text), sizeof own);
	close_all();
	for (int i = 0; i < 2; i++) {
		struct disguise_config config = { .rules = rules_builtin(), .vocabulary = vocabulary };

		config.pseudonym = pseudonym = pseudonym_create(span_text("0123456789abcdef"));
		disguise = disguise_create(&config);
		ck_assert_ptr_nonnull(disguise);
		ck_assert_str_eq(line(text), own);
		close_all();
	}
	vocabulary_destroy(vocabulary);
}
END_TEST

START_TEST(names_take_a_part_of_a_small_account)
{
	struct account account = { .limit = 1 << 20 };
	struct disguise_config config = { .rules = rules_builtin(), .account = &account };
	char name[32];

	config.pseudonym = pseudonym = pseudonym_create(span_text("0123456789abcdef"));
	disguise = disguise_create(&config);
	ck_assert_ptr_nonnull(disguise);
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(name, sizeof name, "mary%c%c%c%c", 'a' + i % 26, 'a' + i / 26 % 26,
			 'a' + i / 676 % 26, 'a' + i / 17576 % 26);
		disguise_learn(disguise, span_text(name));
	}
	/* What a name takes is an estimate, and the table is not counted. */
	ck_assert_uint_le(account.used, account.limit / 4);
	/* The newest names are remembered. */
	ck_assert_msg(!strstr(line(name), name), "%s", name);
	close_all();
	ck_assert_uint_eq(account.used, 0);
	account_finish(&account);
}
END_TEST

SUITE("disguise", names_and_addresses_are_replaced, what_a_rule_looks_for_stays,
      a_local_part_is_found_again_alone, names_among_binary_data_are_replaced,
      mailboxes_without_a_domain_are_replaced_in_binary_data, vocabulary_can_be_shared,
      names_take_a_part_of_a_small_account)
