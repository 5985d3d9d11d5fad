/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_key_log.h"

enum { UNUSED = TLS_SECRET_KINDS };

struct label {
	const char *name;
	unsigned kind; /* of enum tls_secret_kind, or UNUSED */
};

static const struct label LABELS[] = {
	{ "CLIENT_RANDOM", TLS_SECRET_MASTER },
	{ "CLIENT_HANDSHAKE_TRAFFIC_SECRET", TLS_SECRET_CLIENT_HANDSHAKE },
	{ "SERVER_HANDSHAKE_TRAFFIC_SECRET", TLS_SECRET_SERVER_HANDSHAKE },
	{ "CLIENT_TRAFFIC_SECRET_0", TLS_SECRET_CLIENT_APPLICATION },
	{ "SERVER_TRAFFIC_SECRET_0", TLS_SECRET_SERVER_APPLICATION },
	{ "CLIENT_EARLY_TRAFFIC_SECRET", TLS_SECRET_CLIENT_EARLY },
};

enum line { LINE_EMPTY, LINE_ADDED, LINE_UNKNOWN, LINE_MALFORMED };

void tls_key_log_begin(struct tls_key_log *log, struct tls_keys *keys)
{
	*log = (struct tls_key_log){ .keys = keys };
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static struct span take_word(struct span *rest)
{
	struct span word;
	size_t length = 0;

	while (rest->length && is_blank(*rest->at))
		*rest = span_from(*rest, 1);
	while (length < rest->length && !is_blank(rest->at[length]))
		length++;
	word = span_first(*rest, length);
	*rest = span_from(*rest, length);
	return word;
}

static int digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes at most |size| bytes. Returns their number, or 0 if |text| is not hexadecimal or too long. */
static size_t decode(struct span text, uint8_t *to, size_t size)
{
	if (text.length % 2 || text.length / 2 > size)
		return 0;
	for (size_t i = 0; i < text.length; i += 2) {
		int high = digit(text.at[i]), low = digit(text.at[i + 1]);

		if (high < 0 || low < 0)
			return 0;
		to[i / 2] = (uint8_t)(high << 4 | low);
	}
	return text.length / 2;
}

static bool is_label(struct span word)
{
	for (size_t i = 0; i < word.length; i++)
		if (word.at[i] != '_' && (word.at[i] < 'A' || word.at[i] > 'Z') &&
		    (word.at[i] < '0' || word.at[i] > '9'))
			return false;
	return word.length > 0;
}

static unsigned kind_of(struct span label)
{
	for (size_t i = 0; i < sizeof LABELS / sizeof *LABELS; i++)
		if (span_equal(label, span_text(LABELS[i].name)))
			return LABELS[i].kind;
	return UNUSED;
}

static enum line read_line(struct tls_keys *keys, struct span line)
{
	struct span label = take_word(&line), random = take_word(&line), value = take_word(&line);
	uint8_t random_bytes[TLS_RANDOM_SIZE], secret[TLS_SECRET_MAX];
	enum line result = LINE_MALFORMED;
	struct tls_key_id id;
	unsigned kind;
	size_t length;

	if (!label.length || *label.at == '#')
		return LINE_EMPTY;
	if (!is_label(label) || !value.length || take_word(&line).length)
		return LINE_MALFORMED;
	kind = kind_of(label);
	if (kind == UNUSED)
		return LINE_UNKNOWN;
	length = decode(value, secret, sizeof secret);
	if (decode(random, random_bytes, sizeof random_bytes) == sizeof random_bytes && length &&
	    tls_key_id_make(&id, TLS_NAME_RANDOM, span_of(random_bytes, sizeof random_bytes)) &&
	    tls_keys_add(keys, &id, (enum tls_secret_kind)kind, span_of(secret, length)))
		result = LINE_ADDED;
	explicit_bzero(secret, sizeof secret);
	return result;
}

static void end_line(struct tls_key_log *log)
{
	bool fits = log->length <= sizeof log->line;
	enum line what = fits ? read_line(log->keys, span_of(log->line, log->length)) : LINE_MALFORMED;

	log->lines++;
	log->secrets += what == LINE_ADDED;
	log->unknown += what == LINE_UNKNOWN;
	if (what == LINE_MALFORMED && log->malformed++ == 0)
		log->first_malformed = log->lines;
	log->length = 0;
}

void tls_key_log_push(struct tls_key_log *log, struct span bytes)
{
	for (size_t i = 0; i < bytes.length; i++) {
		if (bytes.at[i] == '\n')
			end_line(log);
		else if (log->length < sizeof log->line)
			log->line[log->length++] = bytes.at[i];
		else
			log->length = sizeof log->line + 1;
	}
}

void tls_key_log_drop_line(struct tls_key_log *log)
{
	explicit_bzero(log->line, sizeof log->line);
	log->length = 0;
}

void tls_key_log_end(struct tls_key_log *log)
{
	if (log->length)
		end_line(log);
	explicit_bzero(log->line, sizeof log->line);
}
