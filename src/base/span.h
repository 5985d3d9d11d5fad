/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * span: a view of bytes that someone else owns; valid as long as those bytes are. Wire bytes are read only
 * through the getters below: each reports whether the bytes exist, and none reads past the end.
 */
#ifndef SMTPSCOPE_SPAN_H
#define SMTPSCOPE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct span {
	const uint8_t *at; /* may be NULL only if |length| is 0 */
	size_t length;	   /* bytes */
};

static inline struct span span_of(const void *at, size_t length)
{
	return (struct span){ .at = at, .length = length };
}

static inline struct span span_text(const char *text)
{
	return span_of(text, strlen(text));
}

/* Returns whether |count| bytes exist at |offset|. Safe against overflow for all arguments. */
static inline bool span_has(struct span s, size_t offset, size_t count)
{
	return offset <= s.length && count <= s.length - offset;
}

/* The bytes from |offset| on; empty if |offset| is past the end. */
static inline struct span span_from(struct span s, size_t offset)
{
	if (offset >= s.length)
		return (struct span){ .at = s.at, .length = 0 };
	return span_of(s.at + offset, s.length - offset);
}

/* The first |count| bytes, or all if there are fewer. */
static inline struct span span_first(struct span s, size_t count)
{
	return (struct span){ .at = s.at, .length = count < s.length ? count : s.length };
}

/*
 * Checked getters. Each returns false, and leaves |*value| unchanged, if the bytes do not exist. be: network
 * byte order; le: little-endian.
 */
static inline bool span_get_u8(struct span s, size_t offset, uint8_t *value)
{
	if (!span_has(s, offset, 1))
		return false;
	*value = s.at[offset];
	return true;
}

static inline bool span_get_be16(struct span s, size_t offset, uint16_t *value)
{
	if (!span_has(s, offset, 2))
		return false;
	*value = (uint16_t)((unsigned)s.at[offset] << 8 | s.at[offset + 1]);
	return true;
}

static inline bool span_get_be32(struct span s, size_t offset, uint32_t *value)
{
	if (!span_has(s, offset, 4))
		return false;
	*value = (uint32_t)s.at[offset] << 24 | (uint32_t)s.at[offset + 1] << 16 |
		 (uint32_t)s.at[offset + 2] << 8 | (uint32_t)s.at[offset + 3];
	return true;
}

static inline bool span_get_le16(struct span s, size_t offset, uint16_t *value)
{
	if (!span_has(s, offset, 2))
		return false;
	*value = (uint16_t)(s.at[offset] | (unsigned)s.at[offset + 1] << 8);
	return true;
}

static inline bool span_get_le32(struct span s, size_t offset, uint32_t *value)
{
	if (!span_has(s, offset, 4))
		return false;
	*value = (uint32_t)s.at[offset + 3] << 24 | (uint32_t)s.at[offset + 2] << 16 |
		 (uint32_t)s.at[offset + 1] << 8 | (uint32_t)s.at[offset];
	return true;
}

/* Copies |count| bytes from |offset| to |to|. Returns false, and writes nothing, if they do not exist. */
static inline bool span_copy(struct span s, size_t offset, void *to, size_t count)
{
	if (!span_has(s, offset, count))
		return false;
	if (count)
		memcpy(to, s.at + offset, count);
	return true;
}

static inline bool span_equal(struct span a, struct span b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.at, b.at, a.length) == 0);
}

#endif
