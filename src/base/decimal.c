/* SPDX-License-Identifier: BSD-2-Clause */
#include "decimal.h"

#include <string.h>

/* Two digits at a time, since dividing is what costs. */
char *decimal_write(char *to, uint64_t value, unsigned width)
{
	static const char pairs[] = "000102030405060708091011121314151617181920212223242526272829303132333435"
				    "3637383940414243444546474849"
				    "505152535455565758596061626364656667686970717273747576777879808182838485"
				    "8687888990919293949596979899";
	unsigned digits = 0;
	uint64_t rest = value;
	char *at;

	for (; rest >= 100; rest /= 100)
		digits += 2;
	digits += rest >= 10 ? 2 : rest ? 1 : 0;
	if (digits < width)
		digits = width;
	for (at = to + digits; value >= 10 && at - to >= 2; value /= 100)
		memcpy(at -= 2, pairs + 2 * (value % 100), 2);
	while (at > to) {
		*--at = (char)('0' + value % 10);
		value /= 10;
	}
	return to + digits;
}
