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

/* Redis: "*" and the number of the arguments that follow. */
static bool is_redis(struct span line)
{
	return line.length == 2 && line.at[0] == '*' && line.at[1] >= '1' && line.at[1] <= '9';
}

/*
 * The first lines of protocols that scanners try on every port: SIP (RFC 3261 7.1), RTSP (RFC 2326 6.1), XMPP (RFC 6120 4.2), JSON,
 * WebLogic T3, Java RMI. None of them can begin a command of SMTP.
 */
static bool is_other_protocol(struct span line)
{
	static const char *const starts[] = { "<?xml", "<stream:", "{\"", "JRMI", "t3 1", "MGLNDD_" };
	static const char *const ends[] = { " SIP/2.0", " RTSP/1.0", " RTSP/2.0" };

	for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
		if (begins(line, starts[i]))
			return true;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		size_t length = strlen(ends[i]);

		if (line.length > length && memcmp(line.at + line.length - length, ends[i], length) == 0)
			return true;
	}
	return is_redis(line);
}

/* Not inlined, because it is for the first commands only. */
__attribute__((noinline)) static enum foreign foreign_of(const struct command *command)
{
	struct span line = command->line;

	if (command->kind == COMMAND_PROXY)
		return FOREIGN_PROXY;
	if (!verb_is_known(command->verb_id) && is_http_method(command->verb) && line.length &&
	    memmem(line.at, line.length, "HTTP/", 5))
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
	return is_other_protocol(line) ? FOREIGN_OTHER : FOREIGN_NONE;
}

void history_before(struct history *h, const struct smtp_event *event)
{
	const struct command *command = event->command;

	if (event->kind != SMTP_COMMAND)
		return;
	h->bare_lf |= (command->flags & COMMAND_BARE_LF) != 0;
	if (command->kind != COMMAND_END_OF_DATA && !h->mail_seen && h->foreign == FOREIGN_NONE)
		h->foreign = foreign_of(command);
}

static void note_reply(struct history *h, const struct exchange *x, bool farewell)
{
	h->newest = (struct history_reply){ .code = x->reply->code,
					    .unseen = x->answers == ANSWERS_UNSEEN,
					    .farewell = farewell,
					    .end = x->reply->end };
	h->greeted |= x->answers == ANSWERS_CONNECT;
	if (x->answers == ANSWERS_NONE || x->answers == ANSWERS_UNSEEN)
		return;
	if (x->reply->code >= 400) {
		h->refusals++;
		h->refusals_in_a_row++;
		return;
	}
	h->refusals_in_a_row = 0;
	if (x->answers == ANSWERS_COMMAND &&
	    (verb_is_hello(x->command->verb_id) || x->command->verb_id == VERB_MAIL))
		h->mail_seen = true;
}

void history_after(struct history *h, const struct smtp_event *event, bool farewell)
{
	switch (event->kind) {
	case SMTP_COMMAND:
		h->newest.command_came = true;
		break;
	case SMTP_REPLY:
		note_reply(h, event->exchange, farewell);
		break;
	case SMTP_NOT_REPLY:
	case SMTP_UNANSWERED:
	case SMTP_GAP:
	case SMTP_TLS:
	case SMTP_NOTE:
		h->odd = true;
		break;
	case SMTP_OPENED:
	case SMTP_MESSAGE:
	case SMTP_FLOW:
	case SMTP_ENDED:
		break;
	}
}
