/* SPDX-License-Identifier: BSD-2-Clause */
#include "addr.h"

#include "decimal.h"

#include <arpa/inet.h>

void addr_format(char text[static ADDR_TEXT_SIZE], const struct addr *a)
{
	char *to = text;

	if (a->version == 4) {
		for (int i = 0; i < 4; i++) {
			to = decimal_write(to, a->bytes[i], 1);
			*to++ = '.';
		}
		to[-1] = 0;
	} else if (a->version == 0 || !inet_ntop(AF_INET6, a->bytes, text, ADDR_TEXT_SIZE)) {
		memcpy(text, "none", sizeof "none");
	}
}

bool addr_parse(struct addr *a, const char *text)
{
	struct addr parsed = { .version = 4 };

	if (inet_pton(AF_INET, text, parsed.bytes) != 1) {
		parsed.version = 6;
		if (inet_pton(AF_INET6, text, parsed.bytes) != 1)
			return false;
	}
	*a = parsed;
	return true;
}

struct block {
	uint8_t bytes[8];
	unsigned bits;
};

static bool in_block(const struct addr *a, const struct block *block)
{
	unsigned whole = block->bits / 8, rest = block->bits % 8;

	if (memcmp(a->bytes, block->bytes, whole) != 0)
		return false;
	return !rest || (a->bytes[whole] ^ block->bytes[whole]) >> (8 - rest) == 0;
}

bool addr_is_global(const struct addr *a)
{
	static const struct block v4[] = { { { 0 }, 8 },	   { { 10 }, 8 },
					   { { 100, 64 }, 10 },	   { { 127 }, 8 },
					   { { 169, 254 }, 16 },   { { 172, 16 }, 12 },
					   { { 192, 0, 2 }, 24 },  { { 192, 168 }, 16 },
					   { { 198, 18 }, 15 },	   { { 198, 51, 100 }, 24 },
					   { { 203, 0, 113 }, 24 } };
	static const struct block v6[] = {
		{ { 0 }, 8 }, { { 0xfc }, 7 }, { { 0xfe, 0x80 }, 10 }, { { 0x20, 0x01, 0x0d, 0xb8 }, 32 }
	};
	const struct block *blocks = a->version == 4 ? v4 : v6;
	size_t count = a->version == 4 ? sizeof v4 / sizeof *v4 : sizeof v6 / sizeof *v6;

	for (size_t i = 0; i < count; i++)
		if (in_block(a, &blocks[i]))
			return false;
	return a->version != 0;
}
