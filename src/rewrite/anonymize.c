/* SPDX-License-Identifier: BSD-2-Clause */
#include "anonymize.h"

#include "exchange.h"
#include "mask.h"

#include <ctype.h>
#include <stdlib.h>

enum {
	REPLY_PREFIX = 4,
	PROXY_FAMILY = 13,
	PROXY_ADDRESSES = 16,
	FINDS = 256,
	QUEUE_ID_MIN = 4,
	SMUGGLED_KEPT = 512
};

void anonymize_ahead(struct session_marks *m, uint64_t client_ahead, uint64_t server_ahead)
{
	if (client_ahead)
		marks_add_kind(m, DIR_CLIENT, PATCH_DISGUISE, 0 - client_ahead, client_ahead);
	if (server_ahead)
		marks_add_kind(m, DIR_SERVER, PATCH_DISGUISE, 0 - server_ahead, server_ahead);
}

/************ commands ************/

/* Keeps punctuation, blanks the words of |text|. */
static void blank_words(uint8_t *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		text[i] = isdigit(text[i])			? '0'
			  : isupper(text[i])			? 'X'
			  : isalpha(text[i]) || text[i] >= 0x80 ? 'x'
								: text[i];
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

/* The path of MAIL, RCPT, VRFY without a domain: "<alice>". */
static void replace_path(struct disguise *d, uint8_t *text, size_t length)
{
	uint8_t *begin = memchr(text, '<', length);
	const uint8_t *end = begin ? memchr(begin, '>', length - (size_t)(begin - text)) : NULL;

	if (end && !memchr(begin, '@', (size_t)(end - begin)))
		disguise_name(d, begin + 1, (size_t)(end - begin) - 1);
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
	default:
		break;
	}
	disguise_line(d, text, length);
	/* What an unknown line says is nobody's business; that of another protocol tells which one it is. */
	if (!verb_is_known(c->verb_id) && !memmem(text, length, "HTTP/", 5) && !memmem(text, length, "PROXY", 5))
		blank_words(text + at, length - at);
}

/* Replaces the addresses in a binary PROXY header. */
static void replace_proxy(struct disguise *d, uint8_t *text, size_t length)
{
	unsigned family = length > PROXY_ADDRESSES ? text[PROXY_FAMILY] >> 4 : 0;
	enum layout_kind kind = family == 2 ? LAYOUT_IPV6 : LAYOUT_IPV4;
	size_t size = layout_address_size(kind);

	if ((family != 1 && family != 2) || length < PROXY_ADDRESSES + 2 * size)
		return;
	pseudonym_address(disguise_pseudonym(d), kind, text + PROXY_ADDRESSES);
	pseudonym_address(disguise_pseudonym(d), kind, text + PROXY_ADDRESSES + size);
}

static void replace_bytes(void *disguise, uint8_t *bytes, size_t length)
{
	disguise_bytes(disguise, bytes, length);
}

static void replace_header(void *disguise, uint8_t *bytes, size_t length)
{
	if (length && bytes[0] == '\r')
		replace_proxy(disguise, bytes, length);
	else
		disguise_line(disguise, bytes, length);
}

void anonymize_begin(struct session_marks *m, struct disguise *d)
{
	m->cover = true;
	m->disguise = replace_bytes;
	m->header = replace_header;
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
	if (open < length)
		mask_secret(text + open, length - open);
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
	/* A CR at the end of the bytes is followed by the LF that belongs to it. */
	bool split = event->sequence.length && event->sequence.at[event->sequence.length - 1] == '\r';
	uint8_t text[SMUGGLED_KEPT];

	line = span_first(line, sizeof text);
	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		size_t length = strlen(verbs[i]);

		if (line.length < length || strncasecmp((const char *)line.at, verbs[i], length) != 0)
			continue;
		memcpy(text, line.at, line.length);
		replace_path(d, text, line.length);
		disguise_line(d, text, line.length);
		marks_add(m, DIR_CLIENT, event->offset + split, line.length, text);
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
	if (event->session->tls.decrypted && event->kind != SMTP_ENDED)
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
		marks_add_kind(m, DIR_CLIENT, PATCH_HEADER, 0, event->session->proxied.header_end);
		replace_queue_ids(m, d, event->session);
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
