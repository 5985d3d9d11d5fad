/* SPDX-License-Identifier: BSD-2-Clause */
#include "history.h"

#include "foreign_login.h"

static bool begins(struct span line, const char *with)
{
	size_t length = strlen(with);

	return line.length >= length && memcmp(line.at, with, length) == 0;
}

static bool is_http_method(const char *verb)
{
	static const char *const methods[] = { "GET",	  "POST",    "HEAD",  "PUT",   "DELETE",
					       "OPTIONS", "CONNECT", "PATCH", "TRACE", "PRI" };

	for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
		if (strcmp(verb, methods[i]) == 0)
			return true;
	return false;
}

/* Commands of POP3 that no other protocol has (RFC 1939, RFC 2449, RFC 2595). */
static bool is_pop3_verb(const char *verb)
{
	static const char *const verbs[] = { "APOP", "CAPA", "STLS", "UIDL" };

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verb, verbs[i]) == 0)
			return true;
	return false;
}

static enum foreign foreign_of(const struct command *command)
{
	struct span line = command->line;

	if (command->kind == COMMAND_PROXY)
		return FOREIGN_PROXY;
	if (is_http_method(command->verb) && line.length && memmem(line.at, line.length, "HTTP/", 5))
		return FOREIGN_HTTP;
	if (begins(line, "SSH-"))
		return FOREIGN_SSH;
	if (is_pop3_verb(command->verb))
		return FOREIGN_POP3;
	if (!verb_is_known(command->verb_id) && foreign_login_is_imap(line))
		return FOREIGN_IMAP;
	if (begins(line, "\x16\x03"))
		return FOREIGN_TLS;
	if (command->flags & (COMMAND_NUL | COMMAND_CONTROL) && command->flags & COMMAND_NO_VERB)
		return FOREIGN_BINARY;
	return FOREIGN_NONE;
}

void history_before(struct history *h, const struct smtp_event *event)
{
	if (event->kind == SMTP_COMMAND && event->command->kind != COMMAND_END_OF_DATA && !h->mail_seen &&
	    h->foreign == FOREIGN_NONE)
		h->foreign = foreign_of(event->command);
}

void history_after(struct history *h, const struct smtp_event *event)
{
	const struct exchange *x = event->exchange;

	if (event->kind != SMTP_REPLY || x->answers == ANSWERS_NONE || x->answers == ANSWERS_UNSEEN)
		return;
	if (x->reply->code >= 400) {
		h->refusals++;
		h->refusals_in_a_row++;
		h->last_refusal = x->reply->frame;
		return;
	}
	h->refusals_in_a_row = 0;
	if (x->answers == ANSWERS_COMMAND &&
	    (verb_is_hello(x->command->verb_id) || x->command->verb_id == VERB_MAIL))
		h->mail_seen = true;
}
