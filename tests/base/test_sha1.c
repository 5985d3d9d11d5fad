/* SPDX-License-Identifier: BSD-2-Clause */
#include "sha1.h"

#include <stdio.h>

#include "harness.h"

static const char *digest_of(struct span text)
{
	static char hex[2 * SHA1_SIZE + 1];
	uint8_t digest[SHA1_SIZE];

	sha1(digest, text);
	for (size_t i = 0; i < SHA1_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	return hex;
}

/* The examples of FIPS 180-4. */
START_TEST(known_digests)
{
	static char million[1000001];

	ck_assert_str_eq(digest_of(span_text("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
	ck_assert_str_eq(digest_of((struct span){ 0 }), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
	ck_assert_str_eq(digest_of(span_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
			 "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
	memset(million, 'a', sizeof million - 1);
	ck_assert_str_eq(digest_of(span_text(million)), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}
END_TEST

/* Around the end of a block, where the length moves to the next one. */
START_TEST(every_length_of_the_last_block)
{
	static const struct {
		size_t length;
		const char *digest;
	} cases[] = { { 55, "c1c8bbdc22796e28c0e15163d20899b65621d65a" },
		      { 56, "c2db330f6083854c99d4b5bfb6e8f29f201be699" },
		      { 63, "03f09f5b158a7a8cdad920bddc29b81c18a551f5" },
		      { 64, "0098ba824b5c16427bd7a1122a5a442a25ec644d" },
		      { 65, "11655326c708d70319be2610e8a57d9a5b959d3b" } };
	char text[66];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		memset(text, 'a', cases[i].length);
		ck_assert_str_eq(digest_of(span_of(text, cases[i].length)), cases[i].digest);
	}
}
END_TEST

SUITE("sha1", known_digests, every_length_of_the_last_block)
