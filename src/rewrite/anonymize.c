/* SPDX-License-Identifier: BSD-2-Clause */
#include "anonymize.h"

#include "base64.h"
#include "exchange.h"
#include "foreign_login.h"
#include "mask.h"
#include "tls_handshake.h"

#include <ctype.h>
#include <stdlib.h>

enum {
	REPLY_PREFIX = 4,
	PROXY_FAMILY = 13,
	PROXY_ADDRESSES = 16,
	PROXY_PORTS = 4,
	FINDS = 256,
	QUEUE_ID_MIN = 4,
	SMUGGLED_KEPT = 512,
	VERB_LONG = 6, /* letters of an unknown verb that may be a name */
	LOGIN_KEPT = 1024
};

void anonymize_ahead(struct session_marks *m, const struct proxied_facts *p)
{
	enum patch_kind kind = p->via && strcmp(p->via, "http-connect") == 0 ? PATCH_HEADER : PATCH_DISGUISE;

	if (p->client_ahead)
		marks_add_kind(m, DIR_CLIENT, kind, 0 - p->client_ahead, p->client_ahead);
	if (p->server_ahead)
		marks_add_kind(m, DIR_SERVER, kind, 0 - p->server_ahead, p->server_ahead);
	for (size_t i = 0; i < p->address_count; i++) {
		const struct proxied_address *a = &p->addresses[i];

		marks_add_kind(m, a->of_server ? DIR_SERVER : DIR_CLIENT, PATCH_ADDRESS,
			       a->at - (a->of_server ? p->server_ahead : p->client_ahead), a->length);
	}
}

/************ commands ************/

/* Keeps punctuation, blanks the words of |text|. */
static void blank_words(uint8_t *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (text[i] >= 0x80)
			i += pseudonym_high(text + i, length - i, 0) - 1;
		else if (isdigit(text[i]))
			text[i] = '0';
		else if (isalpha(text[i]))
			text[i] = isupper(text[i]) ? 'X' : 'x';
}

/* Message text: the name of a header field stays, if it is a usual one. */
static void blank_message(uint8_t *text, size_t length)
{
	static const char *const fields[] = { "From:",	   "To:",	   "Cc:",	    "Date:",
					      "Subject:",  "Received:",	   "Message-ID:",   "MIME-Version:",
					      "Reply-To:", "Return-Path:", "Content-Type:", "X-Mailer:" };

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		size_t name = strlen(fields[i]);

		if (length >= name && strncasecmp((const char *)text, fields[i], name) == 0) {
			blank_words(text + name, length - name);
			return;
		}
	}
	blank_words(text, length);
}

/* A path without brackets, which some clients send: "MAIL FROM:alice". */
static void replace_bare_path(struct disguise *d, uint8_t *text, size_t length)
{
	const uint8_t *colon = memchr(text, ':', length);
	size_t at = colon ? (size_t)(colon - text) + 1 : length, end;

	while (at < length && text[at] == ' ')
		at++;
	for (end = at; end < length && text[end] > ' ';)
		end++;
	if (!memchr(text + at, '@', end - at))
		disguise_name(d, text + at, end - at);
}

/* The path of MAIL, RCPT, VRFY without a domain: "<alice>". */
static void replace_path(struct disguise *d, uint8_t *text, size_t length)
{
	uint8_t *begin = memchr(text, '<', length);
	const uint8_t *end = begin ? memchr(begin, '>', length - (size_t)(begin - text)) : NULL;

	if (end && !memchr(begin, '@', (size_t)(end - begin)))
		disguise_name(d, begin + 1, (size_t)(end - begin) - 1);
	else if (!begin)
		replace_bare_path(d, text, length);
	begin = memmem(text, length, "ENVID=", 6);
	if (begin) {
		size_t at = (size_t)(begin - text) + 6, to = at;

		while (to < length && text[to] > ' ')
			to++;
		disguise_name(d, text + at, to - at);
	}
}

static size_t argument_at(const uint8_t *text, size_t length)
{
	size_t at = 0;

	while (at < length && (text[at] == ' ' || text[at] == '\t'))
		at++;
	while (at < length && text[at] != ' ' && text[at] != '\t')
		at++;
	while (at < length && (text[at] == ' ' || text[at] == '\t'))
		at++;
	return at;
}

/* The values of XCLIENT and XFORWARD: "NAME=host ADDR=192.0.2.1 LOGIN=alice"; what is reserved stays. */
static void replace_attributes(struct disguise *d, uint8_t *text, size_t length)
{
	static const char *const kept[] = { "[UNAVAILABLE]", "[TEMPUNAVAIL]", "ESMTP",
					    "SMTP",	     "LOCAL",	      "REMOTE" };

	for (size_t at = 0; at < length;) {
		size_t end = at, value;
		bool stays = false;

		while (end < length && text[end] > ' ')
			end++;
		for (value = at; value < end && text[value] != '=';)
			value++;
		value += value < end;
		for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
			stays |= end - value == strlen(kept[i]) &&
				 strncasecmp((const char *)text + value, kept[i], end - value) == 0;
		if (!stays && !memchr(text + value, '@', end - value))
			disguise_host(d, text + value, end - value);
		at = end + 1;
	}
}

/* Domains separated by commas or blanks, each perhaps behind an @ or #: of ETRN and ATRN. */
static void replace_hosts(struct disguise *d, uint8_t *text, size_t length)
{
	for (size_t at = 0; at < length;) {
		size_t end = at;

		while (end < length &&
		       (isalnum(text[end]) || text[end] >= 0x80 || strchr("-_.", text[end])) && text[end])
			end++;
		disguise_host(d, text + at, end - at);
		at = end + 1;
	}
}

/* Remembers words that replies may repeat. */
static void learn_words(struct disguise *d, struct span text)
{
	for (size_t at = 0; at < text.length;) {
		size_t end = at;

		while (end < text.length && (isalnum(text.at[end]) || text.at[end] >= 0x80))
			end++;
		disguise_learn(d, span_of(text.at + at, end - at));
		at = end + 1;
	}
}

static bool is_mask(const uint8_t *word, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (word[i] != 'X' && word[i] != '*')
			return false;
	return true;
}

/* The length of |text| up to the name of a protocol at its end (SIP, RFC 3261 7.1; RTSP, RFC 2326 6.1), which scanners try on every port. */
static size_t before_protocol(const uint8_t *text, size_t length)
{
	static const char *const ends[] = { " SIP/2.0", " RTSP/1.0", " RTSP/2.0" };
	size_t end = length;

	while (end > 0 && (text[end - 1] == '\r' || text[end - 1] == '\n'))
		end--;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		size_t name = strlen(ends[i]);

		if (end >= name && memcmp(text + end - name, ends[i], name) == 0)
			return end - name;
	}
	return length;
}

/*
 * What an unknown line says is nobody's business; that of another protocol tells which one it is. Its first word may be a name, too, unless
 * it is short, a word of the rules, or what a middlebox wrote over a verb.
 */
static void hide_unknown(struct disguise *d, uint8_t *text, size_t length)
{
	size_t at = argument_at(text, length), verb = 0, end;

	if (memmem(text, length, "HTTP/", 5) || memmem(text, length, "PROXY", 5) ||
	    memmem(text, length, "SSH-", 4))
		return;
	length = before_protocol(text, length);
	if (at > length)
		at = length;
	while (verb < length && text[verb] <= ' ')
		verb++;
	for (end = verb; end < length && text[end] > ' ';)
		end++;
	/* The verb of IMAP is behind a tag. */
	if (foreign_login_is_imap(span_of(text, length))) {
		while (at < length && text[at] > ' ')
			at++;
	} else if (end - verb >= VERB_LONG && !is_mask(text + verb, end - verb)) {
		disguise_host(d, text + verb, end - verb);
	}
	learn_words(d, span_of(text + at, length - at));
	blank_words(text + at, length - at);
}

static void replace_argument(struct disguise *d, const struct command *c, uint8_t *text, size_t length)
{
	size_t at = argument_at(text, length), end = length;

	switch (c->verb_id) {
	case VERB_HELO:
	case VERB_EHLO:
	case VERB_LHLO:
		while (end > at && text[end - 1] <= ' ')
			end--;
		disguise_host(d, text + at, end - at);
		break;
	case VERB_MAIL:
	case VERB_RCPT:
		replace_path(d, text, length);
		break;
	case VERB_VRFY:
	case VERB_EXPN:
		if (!memchr(text, '@', length))
			disguise_name(d, text + at, end - at);
		break;
	case VERB_XCLIENT:
	case VERB_XFORWARD:
		replace_attributes(d, text + at, length - at);
		break;
	case VERB_ETRN:
	case VERB_ATRN:
		replace_hosts(d, text + at, length - at);
		break;
	case VERB_DATA:
	case VERB_HELP:
	case VERB_NOOP:
	case VERB_QUIT:
	case VERB_RSET:
	case VERB_STARTTLS:
		blank_words(text + at, length - at);
		break;
	default:
		break;
	}
	disguise_line(d, text, length);
	if (!verb_is_known(c->verb_id))
		hide_unknown(d, text, length);
}

/* Replaces the addresses in a binary PROXY header, and blanks what follows them (TLVs, which may hold names). */
static void replace_proxy(struct disguise *d, uint8_t *text, size_t length)
{
	unsigned family = length > PROXY_ADDRESSES ? text[PROXY_FAMILY] >> 4 : 0;
	enum layout_kind kind = family == 2 ? LAYOUT_IPV6 : LAYOUT_IPV4;
	size_t size = layout_address_size(kind);

	if ((family != 1 && family != 2) || length < PROXY_ADDRESSES + 2 * size)
		return;
	pseudonym_address(disguise_pseudonym(d), kind, text + PROXY_ADDRESSES);
	pseudonym_address(disguise_pseudonym(d), kind, text + PROXY_ADDRESSES + size);
	size = PROXY_ADDRESSES + 2 * size + PROXY_PORTS;
	if (length > size)
		memset(text + size, 0, length - size);
}

/* The request to an HTTP proxy: a host name without dots is behind "CONNECT " and "Host: ". */
static void replace_request(struct disguise *d, uint8_t *text, size_t length)
{
	static const char *const before[] = { "CONNECT ", "Host: " };

	for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
		uint8_t *found = memmem(text, length, before[i], strlen(before[i]));
		size_t at = found ? (size_t)(found - text) + strlen(before[i]) : length, end = at;

		while (end < length && text[end] > ' ' && text[end] != ':')
			end++;
		disguise_host(d, text + at, end - at);
	}
}

static void replace_bytes(void *disguise, uint8_t *bytes, size_t length)
{
	disguise_bytes(disguise, bytes, length);
}

static void replace_header(void *disguise, uint8_t *bytes, size_t length)
{
	if (length && bytes[0] == '\r') {
		replace_proxy(disguise, bytes, length);
		return;
	}
	replace_request(disguise, bytes, length);
	disguise_line(disguise, bytes, length);
}

static void replace_address(void *disguise, uint8_t *bytes, size_t length)
{
	pseudonym_address(disguise_pseudonym(disguise), length == 4 ? LAYOUT_IPV4 : LAYOUT_IPV6, bytes);
}

void anonymize_begin(struct session_marks *m, struct disguise *d)
{
	m->cover = true;
	m->disguise = replace_bytes;
	m->header = replace_header;
	m->address = replace_address;
	m->disguise_context = d;
}

/* Blanks the places that repeat a credential. */
static void blank_echoes(const struct secret_set *secrets, struct span original, uint8_t *text)
{
	size_t at, length, from = 0;

	for (unsigned finds = 0; secrets && secrets->count && finds < FINDS &&
				 secret_set_find(secrets, original, from, &at, &length) && length;
	     finds++) {
		memset(text + at, 'x', length);
		from = at + 1;
	}
}

static void mask_secret(uint8_t *text, size_t length)
{
	struct buf masked;

	buf_init(&masked, MASK_KEPT * 2);
	mask_credential(&masked, span_of(text, length));
	if (masked.length == length)
		memcpy(text, masked.at, length);
	else
		memset(text, '*', length);
	buf_finish(&masked);
}

/* Remembers the words of a login, such as the user's name, so that replies do not show them. */
static void learn_login(struct disguise *d, struct span secret)
{
	struct buf text;

	buf_init(&text, LOGIN_KEPT);
	(void)base64_append(&text, secret);
	learn_words(d, buf_span(&text));
	if (text.length)
		explicit_bzero(text.at, text.length);
	buf_finish(&text);
}

/* Remembers a name without dots; one with dots is recognized by itself. */
static void learn_label(struct disguise *d, const char *name)
{
	if (name && !strpbrk(name, ". "))
		learn_words(d, span_text(name));
}

/* Remembers the common name of a distinguished name (RFC 4514). */
static void learn_common_name(struct disguise *d, const char *name)
{
	const char *at = name ? strstr(name, "CN=") : NULL;
	size_t length = at ? strcspn(at + 3, ",+") : 0;

	if (at && !memchr(at + 3, ' ', length) && !memchr(at + 3, '.', length))
		learn_words(d, span_of(at + 3, length));
}

/* TLS names hosts in its hello and in certificates. */
static void learn_tls(struct disguise *d, const struct tls_facts *tls)
{
	const struct tls_certificate *c = tls->handshake ? tls->handshake->certificate : NULL;

	learn_label(d, tls->sni);
	for (size_t i = 0; c && i < c->name_count; i++)
		learn_label(d, c->names[i]);
	for (size_t i = 0; c && i < c->read; i++) {
		learn_common_name(d, c->chain[i].subject);
		learn_common_name(d, c->chain[i].issuer);
	}
}

static void add_command(struct session_marks *m, struct disguise *d, const struct smtp_event *event)
{
	const struct command *c = event->command;
	size_t length = c->line.length, open = c->secret_at < length ? c->secret_at : length;
	uint8_t *text;

	if (c->kind == COMMAND_PROXY) {
		marks_add_kind(m, DIR_CLIENT, PATCH_HEADER, c->start, c->end - c->start);
		return;
	}
	text = malloc(length + 1);
	if (!text) {
		m->blank_all = true;
		return;
	}
	if (length)
		memcpy(text, c->line.at, length);
	if (c->flags & COMMAND_BODY_TEXT)
		blank_message(text, open);
	else if (c->kind != COMMAND_AUTH_RESPONSE)
		replace_argument(d, c, text, open);
	blank_echoes(event->session->secrets, span_first(c->line, open), text);
	if (open < length) {
		learn_login(d, span_from(c->line, open));
		mask_secret(text + open, length - open);
	}
	marks_add(m, DIR_CLIENT, c->start, length, text);
	free(text);
}

/*
 * The line behind bytes in a message that look like its end: stays if it is a command, because a lenient server would
 * read it as one.
 */
static void add_smuggled(struct session_marks *m, struct disguise *d, const struct smtp_event *event)
{
	static const char *const verbs[] = { "MAIL FROM:", "RCPT TO:", "EHLO ", "HELO ",
					     "DATA",	   "RSET",     "QUIT" };
	const uint8_t *lf = event->line.length ? memchr(event->line.at, '\n', event->line.length) : NULL;
	struct span line = span_first(event->line, lf ? (size_t)(lf - event->line.at) : SIZE_MAX);
	uint8_t text[SMUGGLED_KEPT];

	line = span_first(line, sizeof text);
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		size_t length = strlen(verbs[i]);

		if (line.length < length || strncasecmp((const char *)line.at, verbs[i], length) != 0)
			continue;
		memcpy(text, line.at, line.length);
		replace_path(d, text, line.length);
		disguise_line(d, text, line.length);
		marks_add(m, DIR_CLIENT, event->line_at, line.length, text);
		return;
	}
}

/************ replies ************/

static void add_text(struct session_marks *m, struct disguise *d, const struct smtp_event *event,
		     struct span line, uint64_t offset, bool host_first)
{
	uint8_t *text = malloc(line.length + 1);
	size_t word = 0;

	if (!text) {
		m->blank_all = true;
		return;
	}
	if (line.length)
		memcpy(text, line.at, line.length);
	while (word < line.length && text[word] > ' ')
		word++;
	if (host_first && word < line.length && !isdigit(text[0]))
		disguise_host(d, text, word);
	disguise_line(d, text, line.length);
	blank_echoes(event->session->secrets, line, text);
	marks_add(m, DIR_SERVER, offset, line.length, text);
	free(text);
}

static bool names_host(const struct exchange *x)
{
	return x->answers == ANSWERS_CONNECT ||
	       (x->command && (x->command->verb_id == VERB_EHLO || x->command->verb_id == VERB_HELO ||
			       x->command->verb_id == VERB_LHLO));
}

/* A queue id and what knows its pseudonym. */
struct queue_id {
	struct disguise *disguise;
	struct span id;
};

static void replace_queue_id(void *context, uint8_t *bytes, size_t length)
{
	const struct queue_id *q = context;
	uint8_t *at = bytes, *end = bytes + length;

	while ((at = memmem(at, (size_t)(end - at), q->id.at, q->id.length))) {
		bool begins = at == bytes || (!isalnum(at[-1]) && at[-1] != '.');

		/* A short id may be a number in other words. */
		if (begins && (at + q->id.length == end || !isalnum(at[q->id.length])))
			pseudonym_word(disguise_pseudonym(q->disguise), at, q->id.length);
		at += q->id.length;
	}
}

/* Which words were queue ids is known when the messages are settled. */
static void replace_queue_ids(struct session_marks *m, struct disguise *d, const struct session_facts *session)
{
	for (size_t i = 0; i < session->message_count; i++) {
		struct queue_id q = { .disguise = d };

		if (!session->messages[i].queue_id || strlen(session->messages[i].queue_id) < QUEUE_ID_MIN)
			continue;
		q.id = span_text(session->messages[i].queue_id);
		disguise_learn(d, q.id);
		marks_change(m, DIR_SERVER, replace_queue_id, &q);
	}
}

static void add_reply(struct session_marks *m, struct anonymized *a, struct disguise *d,
		      const struct smtp_event *event)
{
	const struct exchange *x = event->exchange;
	const struct reply *r = x->reply;

	for (size_t i = 0; r->offsets && i < r->line_count; i++) {
		uint64_t at = r->offsets[i], prefix = at < REPLY_PREFIX ? at : REPLY_PREFIX;

		marks_add_kind(m, DIR_SERVER, PATCH_KEEP, at - prefix, prefix);
		add_text(m, d, event, r->lines[i], at, i == 0 && (names_host(x) || !a->greeted));
	}
	a->greeted = true;
	a->end[DIR_SERVER] = r->end;
}

void anonymize_event(struct session_marks *m, struct anonymized *a, struct disguise *d,
		     const struct smtp_event *event)
{
	/* Offsets of decrypted lines are not those of packets. */
	if (session_tls(event->session)->decrypted && event->kind != SMTP_ENDED)
		return;
	switch (event->kind) {
	case SMTP_COMMAND:
		add_command(m, d, event);
		a->end[DIR_CLIENT] = event->command->start + event->command->line_length;
		break;
	case SMTP_REPLY:
		add_reply(m, a, d, event);
		break;
	case SMTP_NOT_REPLY:
		add_text(m, d, event, event->line, event->offset, false);
		a->end[DIR_SERVER] = event->offset + event->line.length;
		break;
	case SMTP_ENDED:
		marks_add_kind(m, DIR_CLIENT, PATCH_HEADER, 0, session_proxied(event->session)->header_end);
		replace_queue_ids(m, d, event->session);
		learn_tls(d, session_tls(event->session));
		break;
	case SMTP_NOTE:
		if (event->note == NOTE_ODD_END_OF_DATA)
			add_smuggled(m, d, event);
		break;
	case SMTP_TLS:
		for (int side = DIR_CLIENT; side <= DIR_SERVER; side++)
			marks_add_kind(m, (enum direction)side, PATCH_DISGUISE, a->end[side], UINT64_MAX / 2);
		break;
	default:
		break;
	}
}
