/* SPDX-License-Identifier: BSD-2-Clause */
#include "disguise.h"

#include "map.h"

#include <ctype.h>
#include <stdlib.h>

enum {
	NAME_MIN = 4,
	LABEL_MAX = 255,
	TLD_MIN = 2,
	TLD_MAX = 24,
	OCTETS = 4,
	MARK_AT = 3,
	DER_ADDRESS = 0x87
};

/* A name that was seen, in lower case. */
struct name {
	struct map_node node; /* first, because the map casts */
	size_t length;
	uint8_t text[];
};

struct disguise {
	struct disguise_config config;
	struct vocabulary *own; /* NULL: |vocabulary| is that of the configuration */
	const struct vocabulary *vocabulary;
	struct map names;
	size_t bytes;		     /* of the names */
	size_t most;		     /* DISGUISE_BYTES, or less if the account is small */
	uint8_t done[DISGUISE_LINE]; /* bytes of the current line that were looked at */
};

struct disguise *disguise_create(const struct disguise_config *config)
{
	struct disguise *d = calloc(1, sizeof *d);

	if (!d)
		return NULL;
	d->config = *config;
	if (!config->vocabulary)
		d->own = vocabulary_create(config->rules);
	d->vocabulary = config->vocabulary ? config->vocabulary : d->own;
	if (!d->vocabulary || !map_init_charged(&d->names, config->secret, config->account)) {
		disguise_destroy(d);
		return NULL;
	}
	d->most = account_share(config->account, DISGUISE_BYTES, 8);
	return d;
}

/* The bytes that are counted for a name of that length: itself, its place in the map, and what the account adds. */
static size_t size_of(size_t length)
{
	return sizeof(struct name) + length + 4 * sizeof(void *);
}

static void forget_oldest(struct disguise *d)
{
	struct name *n = (struct name *)(void *)d->names.oldest;

	d->bytes -= size_of(n->length);
	map_remove(&d->names, &n->node);
	account_free(d->config.account, n);
}

void disguise_destroy(struct disguise *d)
{
	if (!d)
		return;
	while (d->names.oldest)
		forget_oldest(d);
	map_finish(&d->names);
	vocabulary_destroy(d->own);
	free(d);
}

struct pseudonym *disguise_pseudonym(const struct disguise *d)
{
	return d->config.pseudonym;
}

/************ names that were seen ************/

static bool same(const struct map_node *node, const void *word)
{
	const struct name *n = (const struct name *)(const void *)node;
	const struct span *w = word;

	if (n->length != w->length)
		return false;
	for (size_t i = 0; i < w->length; i++)
		if (n->text[i] != tolower(w->at[i]))
			return false;
	return true;
}

static struct map_node *find(const struct disguise *d, struct span word, uint64_t *hash)
{
	uint8_t folded[LABEL_MAX];

	for (size_t i = 0; i < word.length; i++)
		folded[i] = (uint8_t)tolower(word.at[i]);
	*hash = map_hash(&d->names, span_of(folded, word.length));
	return map_find(&d->names, *hash, same, &word);
}

void disguise_learn(struct disguise *d, struct span word)
{
	struct name *n;
	uint64_t hash;

	if (word.length < NAME_MIN || word.length > LABEL_MAX || vocabulary_has(d->vocabulary, word) ||
	    find(d, word, &hash))
		return;
	while (d->names.oldest &&
	       (d->names.count >= DISGUISE_NAMES || d->bytes + size_of(word.length) > d->most))
		forget_oldest(d);
	n = account_take(d->config.account, sizeof *n + word.length);
	if (!n)
		return;
	d->bytes += size_of(word.length);
	n->length = word.length;
	for (size_t i = 0; i < word.length; i++)
		n->text[i] = (uint8_t)tolower(word.at[i]);
	map_insert(&d->names, &n->node, hash);
}

/************ characters ************/

static bool is_word(uint8_t c)
{
	return isalnum(c) || c >= 0x80;
}

static bool is_host(uint8_t c)
{
	return is_word(c) || c == '-' || c == '_' || c == '.';
}

/* Of a local part (RFC 5322 3.2.3), and of what stands for one in returned addresses. */
static bool is_local(uint8_t c)
{
	return is_word(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~.", c));
}

static bool is_text(const uint8_t *at, size_t length, const char *word)
{
	return length == strlen(word) && strncasecmp((const char *)at, word, length) == 0;
}

/* Names of roles and of every host, which say nothing about anybody. */
static bool is_common(const uint8_t *at, size_t length)
{
	static const char *const common[] = { "postmaster", "abuse", "mailer-daemon", "localhost",
					      "localdomain" };

	for (size_t i = 0; i < sizeof common / sizeof *common; i++)
		if (is_text(at, length, common[i]))
			return true;
	return false;
}

/************ replacing ************/

static void replace_words(struct disguise *d, uint8_t *text, size_t length, bool learn)
{
	for (size_t at = 0; at < length;) {
		size_t end = at;

		while (end < length && is_word(text[end]))
			end++;
		/* The mark of an address that a server makes up to ask whether a domain takes all of them. */
		if (end - at == 7 && memcmp(text + at, "testing", 7) == 0) {
			at = end;
			continue;
		}
		if (end > at) {
			if (learn)
				disguise_learn(d, span_of(text + at, end - at));
			pseudonym_word(d->config.pseudonym, text + at, end - at);
		}
		at = end + 1;
	}
}

void disguise_name(struct disguise *d, uint8_t *text, size_t length)
{
	if (!is_common(text, length))
		replace_words(d, text, length, true);
}

/* Labels but the last, which is the top-level domain; |all|: that, too. */
static void replace_labels(struct disguise *d, uint8_t *text, size_t length, bool all)
{
	for (size_t at = 0; at < length;) {
		const uint8_t *dot = memchr(text + at, '.', length - at);
		size_t end = dot ? (size_t)(dot - text) : length;
		struct span label = span_of(text + at, end - at);
		bool mark = !d->config.providers && vocabulary_is_mark(d->vocabulary, label);

		if ((end < length || all) && !mark && !is_common(label.at, label.length))
			replace_words(d, text + at, end - at, false);
		at = end + 1;
	}
}

/* Is it a host name: labels, the last of which may be a top-level domain? */
static bool is_domain(const uint8_t *text, size_t length)
{
	size_t last = 0, dots = 0, upper = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] != '.')
			continue;
		if (i == last)
			return false; /* an empty label */
		last = i + 1;
		dots++;
	}
	if (!dots || length - last < TLD_MIN || length - last > TLD_MAX)
		return false;
	if (length - last > 4 && strncasecmp((const char *)text + last, "xn--", 4) == 0)
		return true;
	for (size_t i = last; i < length; i++) {
		if (!isalpha(text[i]))
			return false;
		upper += isupper(text[i]) != 0;
	}
	/* "blocked.Please" is the end of a sentence. */
	return upper == 0 || upper == length - last;
}

/* Returns the length of an IPv4 address at |at|, or 0. */
static size_t ipv4_length(const uint8_t *text, size_t length)
{
	size_t at = 0;

	for (unsigned group = 0; group < OCTETS; group++) {
		unsigned value = 0, digits = 0;

		while (at < length && isdigit(text[at]) && digits < 4) {
			value = value * 10 + (unsigned)(text[at++] - '0');
			digits++;
		}
		if (!digits || digits > 3 || value > 255)
			return 0;
		if (group + 1 < OCTETS && (at >= length || (text[at] != '.' && text[at] != '-')))
			return 0;
		at += group + 1 < OCTETS;
	}
	return at;
}

void disguise_host(struct disguise *d, uint8_t *text, size_t length)
{
	if (memchr(text, ':', length) || (length && text[0] == '['))
		return;
	if (memchr(text, '.', length)) {
		while (length && text[length - 1] == '.')
			length--;
		if (is_domain(text, length))
			replace_labels(d, text, length, false);
		else if (ipv4_length(text, length) != length)
			replace_words(d, text, length, true);
		return;
	}
	if (length && !is_common(text, length) && !vocabulary_has(d->vocabulary, span_of(text, length)))
		replace_words(d, text, length, true);
}

/************ what stands out in a line ************/

static void mark_done(struct disguise *d, size_t from, size_t to)
{
	memset(d->done + from, 1, to - from);
}

/* Where the local part before the @ at |at| begins; it may be a quoted string (RFC 5321 4.1.2). */
static size_t local_part_at(const struct disguise *d, const uint8_t *text, size_t at)
{
	size_t from = at;

	if (from && text[from - 1] == '"') {
		for (from--; from && !d->done[from - 1]; from--)
			if (text[from - 1] == '"' && (from < 2 || text[from - 2] != '\\'))
				return from - 1;
		return at;
	}
	while (from && !d->done[from - 1] && is_local(text[from - 1]))
		from--;
	return from;
}

static void replace_mailboxes(struct disguise *d, uint8_t *text, size_t length)
{
	for (size_t at = 0; at < length; at++) {
		size_t from = at, to = at + 1;

		if (text[at] != '@')
			continue;
		from = local_part_at(d, text, at);
		while (to < length && is_host(text[to]))
			to++;
		while (to > at + 1 && (text[to - 1] == '.' || text[to - 1] == '-'))
			to--;
		disguise_name(d, text + from, at - from);
		if (to > at + 1 && !isdigit(text[to - 1]))
			replace_labels(d, text + at + 1, to - at - 1, !memchr(text + at + 1, '.', to - at - 1));
		else
			to = at + 1; /* an address, or nothing */
		mark_done(d, from, to);
		at = to - 1;
	}
}

static void replace_ipv4(struct disguise *d, uint8_t *text, size_t length)
{
	uint8_t before[20];
	size_t from = 0;

	memcpy(before, text, length < sizeof before ? length : sizeof before);
	for (size_t i = 0; i <= length; i++) {
		if (i < length && isdigit(text[i]))
			continue;
		pseudonym_octet(d->config.pseudonym, span_of(before, from), text + from, i - from);
		from = i + 1;
	}
}

/* Returns the length of an IPv6 address at |text|, or 0. */
static size_t ipv6_length(const uint8_t *text, size_t length)
{
	size_t at = 0, colons = 0, digits = 0;
	bool twice = false, letter = false;

	for (; at < length && (isxdigit(text[at]) || text[at] == ':'); at++) {
		digits = text[at] == ':' ? 0 : digits + 1;
		if (digits > 4)
			return 0;
		colons += text[at] == ':';
		twice |= at && text[at] == ':' && text[at - 1] == ':';
		letter |= isalpha(text[at]) != 0;
	}
	if (colons < 2 || colons > 8 || (!twice && colons != 7) || (at < length && isalnum(text[at])))
		return 0;
	return letter || colons > 2 || twice ? at : 0;
}

static void replace_ipv6(struct disguise *d, uint8_t *text, size_t length)
{
	uint8_t digits[48];
	size_t count = 0;

	for (size_t i = 0; i < length && count < sizeof digits - 1; i++)
		if (text[i] != ':')
			digits[count++] = text[i];
	/* A letter makes it a hexadecimal word, whose digits become digits and whose letters a to f. */
	digits[count] = 'a';
	pseudonym_word(d->config.pseudonym, digits, count + 1);
	for (size_t i = 0, next = 0; i < length && next < count; i++)
		if (text[i] != ':')
			text[i] = digits[next++];
}

static void replace_addresses(struct disguise *d, uint8_t *text, size_t length)
{
	for (size_t at = 0; at < length;) {
		bool begins = !at || !(is_word(text[at - 1]) || text[at - 1] == '.');
		size_t four = begins && isdigit(text[at]) ? ipv4_length(text + at, length - at) : 0;
		size_t six = begins && !four && !d->done[at] ? ipv6_length(text + at, length - at) : 0;
		size_t found = four ? four : six;

		if (found && at + found < length && isdigit(text[at + found]))
			found = 0;
		if (!found || d->done[at]) {
			at++;
			continue;
		}
		if (four)
			replace_ipv4(d, text + at, found);
		else
			replace_ipv6(d, text + at, found);
		mark_done(d, at, at + found);
		at += found;
	}
}

static void replace_domains(struct disguise *d, uint8_t *text, size_t length)
{
	for (size_t at = 0; at < length;) {
		size_t end = at, last;

		while (end < length && !d->done[end] && is_host(text[end]))
			end++;
		while (at < end && (text[at] == '.' || text[at] == '-' || text[at] == '_'))
			at++;
		for (last = end; last > at && (text[last - 1] == '.' || text[last - 1] == '-');)
			last--;
		if (last > at && is_domain(text + at, last - at)) {
			replace_labels(d, text + at, last - at, false);
			mark_done(d, at, last);
		}
		at = end + 1;
	}
}

/* Names that were seen as part of an address, where they occur alone. */
static void replace_known(struct disguise *d, uint8_t *text, size_t length)
{
	uint64_t hash;

	for (size_t at = 0; at < length;) {
		size_t end = at;

		while (end < length && !d->done[end] && is_word(text[end]))
			end++;
		if (end - at >= NAME_MIN && end - at <= LABEL_MAX &&
		    find(d, span_of(text + at, end - at), &hash))
			pseudonym_word(d->config.pseudonym, text + at, end - at);
		at = end + 1;
	}
}

void disguise_line(struct disguise *d, uint8_t *text, size_t length)
{
	if (length > DISGUISE_LINE) {
		memset(text + DISGUISE_LINE, 'x', length - DISGUISE_LINE);
		length = DISGUISE_LINE;
	}
	memset(d->done, 0, length);
	replace_mailboxes(d, text, length);
	replace_addresses(d, text, length);
	replace_domains(d, text, length);
	replace_known(d, text, length);
}

static bool is_ascii_name(uint8_t c)
{
	return c < 0x80 && (isalnum(c) || c == '.' || c == '-' || c == '_' || c == '@' || c == '+');
}

/*
 * Mailboxes at a name without a top-level domain, such as root@mailhost in a certificate. Both parts must be long, because short ones occur by
 * chance. A last 0 or 1 stays: it may be the tag of the next SEQUENCE or SET (X.690 8.9, 8.11).
 */
static void replace_bare_mailboxes(struct disguise *d, uint8_t *text, size_t length, size_t from)
{
	for (size_t at = from; at < length; at++) {
		size_t before = 0, behind = 0;

		if (text[at] != '@')
			continue;
		while (before < at && text[at - before - 1] != '@')
			before++;
		while (at + 1 + behind < length && text[at + 1 + behind] != '@')
			behind++;
		if (before < NAME_MIN || behind < NAME_MIN)
			continue;
		replace_words(d, text + at - before, before, false);
		if (text[at + behind] == '0' || text[at + behind] == '1')
			behind--;
		replace_words(d, text + at + 1, behind, false);
	}
}

/* A name among binary data: the bytes behind its top-level domain may look like a part of it. */
static void replace_in_binary(struct disguise *d, uint8_t *text, size_t length)
{
	size_t end = 0;
	uint8_t *at;

	for (size_t i = 0; i + TLD_MIN < length; i++) {
		size_t letters = 0;

		while (text[i] == '.' && i + 1 + letters < length && isalpha(text[i + 1 + letters]))
			letters++;
		if (letters >= TLD_MIN)
			end = i + 1 + letters;
	}
	replace_bare_mailboxes(d, text, length, end);
	at = end ? memchr(text, '@', end) : NULL;
	if (at) {
		replace_words(d, text, (size_t)(at - text), false);
		end -= (size_t)(at - text) + 1;
		text = at + 1;
	}
	replace_labels(d, text, end, false);
}

/* Replaces |word| if it was seen. */
static bool replace_if_known(struct disguise *d, uint8_t *word, size_t length)
{
	uint64_t hash;

	if (length < NAME_MIN || length > LABEL_MAX || !find(d, span_of(word, length), &hash))
		return false;
	pseudonym_word(d->config.pseudonym, word, length);
	return true;
}

/* Names that were seen, each perhaps with a byte before or behind it that only looks like a part of it. */
static void replace_known_in_binary(struct disguise *d, uint8_t *text, size_t length)
{
	for (size_t at = 0; at < length;) {
		size_t end = at;

		while (end < length && is_word(text[end]))
			end++;
		for (size_t skip = 0; skip < 4 && end - at > 2; skip++)
			if (replace_if_known(d, text + at + skip % 2, end - at - skip % 2 - skip / 2))
				break;
		at = end + 1;
	}
}

/* Reads a length of DER at |*at| (X.690 8.1.3). Returns SIZE_MAX if it is not one. */
static size_t der_length(struct span der, size_t *at)
{
	uint8_t first, low;
	uint16_t value;

	if (!span_get_u8(der, (*at)++, &first))
		return SIZE_MAX;
	if (first < 0x80)
		return first;
	if (first == 0x81 && span_get_u8(der, (*at)++, &low))
		return low;
	if (first != 0x82 || !span_get_be16(der, *at, &value))
		return SIZE_MAX;
	*at += 2;
	return value;
}

/* Replaces the IP addresses among the alternative names of a certificate (RFC 5280 4.2.1.6). |at|: behind the extension's OID. */
static void replace_alternatives(struct disguise *d, uint8_t *text, size_t length, size_t at)
{
	struct span der = span_of(text, length);
	uint8_t tag = 0;
	size_t end;

	if (span_get_u8(der, at, &tag) && tag == 1)
		at += 3; /* it is critical */
	at++;
	if (der_length(der, &at) == SIZE_MAX)
		return;
	at++;
	end = der_length(der, &at);
	for (end = end > length - (at < length ? at : length) ? length : at + end; at < end;) {
		size_t size;

		span_get_u8(der, at++, &tag);
		size = der_length(der, &at);
		if (size == SIZE_MAX || !span_has(der, at, size))
			return;
		if (tag == DER_ADDRESS && (size == 4 || size == 16))
			pseudonym_address(d->config.pseudonym, size == 4 ? LAYOUT_IPV4 : LAYOUT_IPV6,
					  text + at);
		at += size;
	}
}

void disguise_bytes(struct disguise *d, uint8_t *text, size_t length)
{
	static const uint8_t oid[] = { 0x55, 0x1d, 0x11 };
	size_t head = 0, tail = length;

	while (head < length && (isalnum(text[head]) || text[head] == '.' || text[head] == '-'))
		head++;
	while (tail > head && (isalnum(text[tail - 1]) || text[tail - 1] == '.' || text[tail - 1] == '-'))
		tail--;
	for (const uint8_t *at = text; (at = memmem(at, length - (size_t)(at - text), oid, sizeof oid));) {
		at += sizeof oid;
		replace_alternatives(d, text, length, (size_t)(at - text));
	}
	for (size_t at = head; at < tail;) {
		size_t end = at;

		while (end < tail && is_ascii_name(text[end]))
			end++;
		if (end - at >= NAME_MIN)
			replace_in_binary(d, text + at, end - at);
		replace_known_in_binary(d, text + at, end - at);
		at = end + 1;
	}
	/* One or two bytes may be anything; the first bytes of a TLS record are none of these characters. */
	if (head > 2)
		replace_words(d, text, head, false);
	if (length - tail > 2)
		replace_words(d, text + tail, length - tail, false);
}
