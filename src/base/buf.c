/* SPDX-License-Identifier: BSD-2-Clause */
#include "buf.h"

#include "decimal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_init(struct buf *b, size_t limit)
{
	*b = (struct buf){ .limit = limit };
}

void buf_init_charged(struct buf *b, size_t limit, struct account *account)
{
	*b = (struct buf){ .limit = limit, .account = account };
}

void buf_finish(struct buf *b)
{
	account_release(b->account, b->capacity);
	free(b->at);
	b->at = NULL;
	b->length = b->capacity = 0;
}

bool buf_reserve(struct buf *b, size_t more)
{
	size_t need, capacity;
	uint8_t *at;

	if (more > SIZE_MAX / 2 - b->length)
		return false;
	need = b->length + more;
	if (need <= b->capacity)
		return true;
	capacity = b->capacity ? b->capacity : 64;
	while (capacity < need)
		capacity *= 2;
	at = realloc(b->at, capacity);
	if (!at)
		return false;
	account_charge(b->account, capacity - b->capacity);
	b->at = at;
	b->capacity = capacity;
	return true;
}

size_t buf_append_slow(struct buf *b, struct span bytes)
{
	size_t room = b->limit > b->length ? b->limit - b->length : 0;
	size_t count = bytes.length < room ? bytes.length : room;

	if (count == 0 || (count > b->capacity - b->length && !buf_reserve(b, count)))
		return 0;
	memcpy(b->at + b->length, bytes.at, count);
	b->length += count;
	return count;
}

size_t buf_number(struct buf *b, uint64_t number)
{
	char digits[DECIMAL_SIZE];

	return buf_append(b, span_of(digits, (size_t)(decimal_write(digits, number, 1) - digits)));
}

/* Formats into the free space first, which is nearly always large enough. */
bool buf_format(struct buf *b, const char *format, ...)
{
	size_t room = b->capacity - b->length;
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(room ? (char *)b->at + b->length : NULL, room, format, args);
	va_end(args);
	if (length < 0 || (size_t)length > (b->limit > b->length ? b->limit - b->length : 0))
		return false;
	if ((size_t)length >= room) {
		if (!buf_reserve(b, (size_t)length + 1))
			return false;
		va_start(args, format);
		vsnprintf((char *)b->at + b->length, (size_t)length + 1, format, args);
		va_end(args);
	}
	b->length += (size_t)length;
	return true;
}

void buf_consume(struct buf *b, size_t count)
{
	if (count >= b->length) {
		b->length = 0;
		return;
	}
	memmove(b->at, b->at + count, b->length - count);
	b->length -= count;
}

void buf_clear(struct buf *b)
{
	b->length = 0;
}

const char *buf_string(struct buf *b)
{
	if (!buf_reserve(b, 1))
		return "";
	b->at[b->length] = 0;
	return (const char *)b->at;
}
