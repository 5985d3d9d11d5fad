/* SPDX-License-Identifier: BSD-2-Clause */
#include "pseudonym.h"

#include "addr.h"
#include "harness.h"

static struct pseudonym *make(const char *key)
{
	struct pseudonym *p = pseudonym_create(span_text(key));

	ck_assert_ptr_nonnull(p);
	return p;
}

/* How many of their first bits two addresses share. */
static unsigned common(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned n = 0;

	while (n < bits && !((a[n / 8] ^ b[n / 8]) & 0x80 >> n % 8))
		n++;
	return n;
}

START_TEST(addresses_keep_common_prefixes)
{
	static const uint8_t address[4] = { 8, 8, 4, 77 };
	struct pseudonym *p = make("0123456789abcdef");
	uint8_t one[4], other[4];
	unsigned kept = 0;

	for (unsigned bit = 8; bit < 32; bit++) {
		memcpy(one, address, 4);
		memcpy(other, address, 4);
		other[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
		pseudonym_address(p, LAYOUT_IPV4, one);
		pseudonym_address(p, LAYOUT_IPV4, other);
		ck_assert_int_ne(memcmp(one, address, 4), 0);
		kept += common(one, other, 32) == bit;
	}
	/* All but those whose first pseudonym was a private address. */
	ck_assert_uint_ge(kept, 20);
	pseudonym_destroy(p);
}
END_TEST

START_TEST(reachability_stays)
{
	static const struct {
		const char *text;
		bool global;
	} addresses[] = { { "192.168.1.7", false }, { "10.1.2.3", false },    { "127.0.0.1", false },
			  { "8.8.8.8", true },	    { "2001:db8::1", false }, { "fe80::1", false },
			  { "2a00:1450::5", true } };
	struct pseudonym *p = make("0123456789abcdef");

	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		struct addr a = { 0 }, before;

		ck_assert(addr_parse(&a, addresses[i].text));
		before = a;
		pseudonym_address(p, a.version == 4 ? LAYOUT_IPV4 : LAYOUT_IPV6, a.bytes);
		ck_assert(addr_is_global(&a) == addresses[i].global);
		ck_assert(!addr_equal(&a, &before));
	}
	pseudonym_destroy(p);
}
END_TEST

START_TEST(words_keep_their_form_and_depend_on_the_key)
{
	struct pseudonym *p = make("0123456789abcdef"), *q = make("another key of 16");
	uint8_t one[] = "Alice-42", two[] = "aLICE-42", three[] = "Alice-42", id[] = "4f9A0c";

	pseudonym_word(p, one, 8);
	pseudonym_word(p, two, 8);
	pseudonym_word(q, three, 8);
	ck_assert(one[0] >= 'A' && one[0] <= 'Z' && one[1] >= 'a' && one[1] <= 'z' && one[5] == '-');
	ck_assert(one[6] >= '0' && one[6] <= '9');
	for (int i = 0; i < 8; i++)
		ck_assert_int_eq(one[i] | 0x20, two[i] | 0x20);
	ck_assert_int_ne(memcmp(one, three, 8), 0);
	pseudonym_word(p, id, 6);
	ck_assert_uint_eq(strspn((const char *)id, "0123456789abcdefABCDEF"), 6);
	pseudonym_destroy(p);
	pseudonym_destroy(q);
}
END_TEST

SUITE("pseudonym", addresses_keep_common_prefixes, reachability_stays,
      words_keep_their_form_and_depend_on_the_key)
