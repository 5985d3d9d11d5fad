/* SPDX-License-Identifier: BSD-2-Clause */
#include "mask.h"

#include <ctype.h>
#include <stdlib.h>

enum { LETTER = 'a', NO_BASE64 = '*', KEY_LENGTH_MAX = 16, DIGEST = 32 };

static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int value_of(uint8_t byte)
{
	const char *at = byte ? strchr(LETTERS, byte) : NULL;

	return at ? (int)(at - LETTERS) : -1;
}

/* Decodes base64 with padding (RFC 4648 4). Returns the length, or SIZE_MAX if it is not base64. */
static size_t decode(uint8_t *to, struct span text)
{
	size_t length = text.length, padding = 0, count = 0;

	while (padding < 2 && padding < length && text.at[length - 1 - padding] == '=')
		padding++;
	if (!length || length % 4)
		return SIZE_MAX;
	for (size_t i = 0; i < length; i += 4) {
		uint32_t bits = 0;

		for (size_t k = 0; k < 4; k++) {
			int value = i + k >= length - padding ? 0 : value_of(text.at[i + k]);

			if (value < 0)
				return SIZE_MAX;
			bits = bits << 6 | (uint32_t)value;
		}
		for (size_t k = 0; k < 3; k++)
			to[count++] = (uint8_t)(bits >> (16 - 8 * k));
	}
	return count - padding;
}

static void encode(struct buf *to, struct span bytes)
{
	for (size_t i = 0; i < bytes.length; i += 3) {
		size_t left = bytes.length - i < 3 ? bytes.length - i : 3;
		uint32_t bits = 0;
		char group[4];

		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (k < left ? bytes.at[i + k] : 0u);
		for (size_t k = 0; k < 4; k++)
			group[k] = k > left ? '=' : LETTERS[bits >> (18 - 6 * k) & 63];
		buf_append(to, span_of(group, sizeof group));
	}
}

/* An item of "key=value" keeps its key; one without a value keeps a single letter (RFC 5802 7). */
static void mask_item(uint8_t *at, size_t length)
{
	size_t key = 0;

	while (key < length && key < KEY_LENGTH_MAX && isalpha(at[key]))
		key++;
	if (key == length && length <= 1)
		return;
	if (key && key < length && at[key] == '=')
		memset(at + key + 1, LETTER, length - key - 1);
	else
		memset(at, LETTER, length);
}

static bool begins(const uint8_t *at, size_t length, const char *with)
{
	return length >= strlen(with) && memcmp(at, with, strlen(with)) == 0;
}

/* "n,a=who,", with or without the rest of a SCRAM message (RFC 5802 7). */
static bool has_commas(const uint8_t *at, size_t length)
{
	return begins(at, length, "n,") || begins(at, length, "y,") || begins(at, length, "p=");
}

static void mask_between_commas(uint8_t *at, size_t length)
{
	size_t from = 0;

	for (size_t i = 0; i <= length; i++) {
		if (i < length && at[i] != ',')
			continue;
		mask_item(at + from, i - from);
		from = i + 1;
	}
}

static void mask_items(uint8_t *at, size_t length, uint8_t separator, bool keys)
{
	size_t from = 0;

	for (size_t i = 0; i <= length; i++) {
		if (i < length && at[i] != separator)
			continue;
		if (keys && has_commas(at + from, i - from))
			mask_between_commas(at + from, i - from);
		else if (keys)
			mask_item(at + from, i - from);
		else
			memset(at + from, LETTER, i - from);
		from = i + 1;
	}
}

static bool is_cram(const uint8_t *at, size_t length)
{
	if (length < DIGEST + 2 || at[length - DIGEST - 1] != ' ')
		return false;
	for (size_t i = length - DIGEST; i < length; i++)
		if (!isxdigit(at[i]))
			return false;
	return true;
}

static void mask_cram(uint8_t *at, size_t length)
{
	memset(at, LETTER, length - DIGEST - 1);
	memset(at + length - DIGEST, '0', DIGEST);
}

/* The decoded content: what sasl.c looks for stays. */
static void mask_content(uint8_t *at, size_t length)
{
	enum { NTLM_HEAD = 12 };

	if (begins(at, length, "NTLMSSP") && length >= NTLM_HEAD)
		memset(at + NTLM_HEAD, LETTER, length - NTLM_HEAD);
	else if (memmem(at, length,
			"\x01"
			"auth=",
			6))
		mask_items(at, length, 1, true);
	else if (memchr(at, 0, length))
		mask_items(at, length, 0, false);
	else if (has_commas(at, length) || begins(at, length, "c=") || memmem(at, length, "response=", 9))
		mask_between_commas(at, length);
	else if (is_cram(at, length))
		mask_cram(at, length);
	else
		memset(at, LETTER, length);
}

void mask_credential(struct buf *to, struct span secret)
{
	uint8_t *content;
	size_t length = SIZE_MAX;

	buf_clear(to);
	/* "*" cancels a login, "=" is an empty response (RFC 4954 4). */
	if (secret.length == 1 && (secret.at[0] == '*' || secret.at[0] == '=')) {
		buf_append(to, secret);
		return;
	}
	content = secret.length <= MASK_KEPT ? malloc(secret.length + 3) : NULL;
	if (content)
		length = decode(content, secret);
	if (length != SIZE_MAX) {
		mask_content(content, length);
		encode(to, span_of(content, length));
	} else {
		for (size_t i = 0; i < secret.length; i++)
			buf_append(to, span_of(&(uint8_t){ NO_BASE64 }, 1));
	}
	if (content)
		explicit_bzero(content, secret.length + 3);
	free(content);
}
