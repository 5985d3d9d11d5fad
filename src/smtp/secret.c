/* SPDX-License-Identifier: BSD-2-Clause */
#include "secret.h"

#include <ctype.h>
#include <stdlib.h>

static bool is_word(uint8_t byte)
{
	return isalnum(byte) || byte == '+' || byte == '/' || byte == '=';
}

/* Does |piece| look like a password or base64? An ordinary word has neither digits nor capitals behind small letters. */
static bool is_mixed(struct span piece)
{
	bool letter = false, other = false;

	for (size_t i = 0; i < piece.length; i++) {
		letter |= isalpha(piece.at[i]) != 0;
		other |= !isalpha(piece.at[i]) && is_word(piece.at[i]);
		other |= i && islower(piece.at[i - 1]) && isupper(piece.at[i]);
	}
	return letter && other;
}

/* How many bytes of |secret| the text begins with; 0 where they are too few to be it. */
static size_t matching(struct span secret, struct span text)
{
	size_t most = secret.length < text.length ? secret.length : text.length, same = 0;

	while (same < most && tolower(secret.at[same]) == tolower(text.at[same]))
		same++;
	if (same < secret.length && same < SECRET_PREFIX_MIN)
		return same >= SECRET_PIECE_MIN && memcmp(secret.at, text.at, same) == 0 &&
			       is_mixed(span_first(text, same))
			   ? same
			   : 0;
	while (same >= SECRET_LENGTH_KEPT && same < text.length && text.at[same] > ' ')
		same++;
	return same;
}

/* The length of the word that begins at |at| of |text|, if it can be the end of a secret; else 0. */
static size_t piece_at(struct span text, size_t at)
{
	size_t length = 0;

	if (at && is_word(text.at[at - 1]))
		return 0;
	while (at + length < text.length && length < SECRET_LENGTH_KEPT && is_word(text.at[at + length]))
		length++;
	return length >= SECRET_PIECE_MIN && is_mixed(span_of(text.at + at, length)) ? length : 0;
}

static bool ends_with(struct span secret, struct span piece)
{
	return piece.length < secret.length &&
	       memcmp(secret.at + secret.length - piece.length, piece.at, piece.length) == 0;
}

/* The bit of |byte| in secret_set.begins: the same in either letter case. */
static uint32_t first_bit(uint8_t byte)
{
	return UINT32_C(1) << (byte & 0x1f);
}

/* Most sessions have one or two. */
static bool has_room(struct secret_set *set)
{
	size_t room = set->room ? set->room * 2 : 4;
	struct span *grown;

	if (set->next < set->room || set->room == SECRETS_KEPT)
		return true;
	grown = account_resize(set->account, set->held, room * sizeof *grown);
	if (!grown)
		return false;
	memset(grown + set->room, 0, (room - set->room) * sizeof *grown);
	set->held = grown;
	set->room = (uint16_t)room;
	return true;
}

void secret_set_add(struct secret_set *set, struct span secret)
{
	struct span *slot;
	uint8_t *copy;

	secret = span_first(secret, SECRET_LENGTH_KEPT);
	if (secret.length < SECRET_LENGTH_MIN || memchr(secret.at, 0, secret.length))
		return;
	for (size_t i = 0; i < set->count; i++)
		if (set->held[i].length == secret.length &&
		    memcmp(set->held[i].at, secret.at, secret.length) == 0)
			return;
	if (!has_room(set))
		return;
	slot = &set->held[set->next];
	copy = account_take(set->account, secret.length);
	if (!copy)
		return;
	memcpy(copy, secret.at, secret.length);
	account_free(set->account, slot->at);
	*slot = span_of(copy, secret.length);
	set->begins |= first_bit(copy[0]);
	set->next = (uint16_t)((set->next + 1) % SECRETS_KEPT);
	if (set->count < SECRETS_KEPT)
		set->count++;
}

/* The longest secret, or piece of one, that begins at |start|. */
static size_t longest(const struct secret_set *set, struct span text, size_t start)
{
	size_t best = 0, piece = piece_at(text, start);

	if (!piece && !(set->begins & first_bit(text.at[start])))
		return 0;
	for (size_t i = 0; i < set->count; i++) {
		size_t same = matching(set->held[i], span_from(text, start));

		if (same > best)
			best = same;
		if (piece > best && ends_with(set->held[i], span_of(text.at + start, piece)))
			best = piece;
	}
	return best;
}

bool secret_set_find(const struct secret_set *set, struct span text, size_t from, size_t *at, size_t *length)
{
	for (size_t start = from; set->count && start < text.length; start++) {
		*length = longest(set, text, start);
		if (*length) {
			*at = start;
			return true;
		}
	}
	return false;
}

void secret_set_finish(struct secret_set *set)
{
	for (size_t i = 0; i < set->count; i++)
		account_free(set->account, set->held[i].at);
	account_free(set->account, set->held);
	*set = (struct secret_set){ .account = set->account };
}
