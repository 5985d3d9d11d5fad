/* SPDX-License-Identifier: BSD-2-Clause */
#include "client_command.h"

#include "client_reader.h"
#include "command_parser.h"
#include "credential.h"
#include "dialogue_progress.h"
#include "doubt.h"
#include "feed.h"
#include "foreign_login.h"
#include "login.h"
#include "pairing.h"
#include "redact.h"
#include "session_facts.h"
#include "transaction.h"

#include <stdlib.h>

static void remember_newest(struct client_reader *c, const struct command *command)
{
	c->newest = (struct newest_command){ .kind = command->kind,
					     .verb_id = command->verb_id,
					     .frame = command->frame };
	c->newest_known = true;
}

void client_submit(struct client_reader *c, struct command *command)
{
	struct place *left, *place;

	while (command->seen_known && !c->assumed &&
	       (left = pairing_settle(c->parts->pairing, command->seen,
				      c->parts->facts.flow->side[DIR_SERVER].delivered))) {
		/* Some of the recipients' replies may not have been lost. */
		if (c->parts->progress.lmtp && left->command.kind != COMMAND_LINE)
			doubt_add(&c->parts->doubt, DOUBT_REPLY_OWED);
		transaction_give_up(c->parts->transaction, left);
		pairing_release(c->parts->pairing, left);
	}
	if (c->assumed)
		command->flags |= COMMAND_ASSUMED;
	if (pairing_open(c->parts->pairing))
		command->flags |= COMMAND_PIPELINED;
	c->parts->facts.command_count++;
	place = pairing_add(c->parts->pairing, command);
	if (place)
		place->doubt |= c->line_doubt;
	else /* Too many to be kept: treat it as an unknown command. */
		pairing_add_loss(c->parts->pairing, command->start, command->end,
				 c->parts->facts.flow->side[DIR_SERVER].delivered, false);
	c->line_doubt = 0;
	remember_newest(c, command);
	feed_command(c->feed, SMTP_COMMAND, command);
}

void client_wait(struct client_reader *c, enum client_state state, uint64_t start)
{
	c->state = state;
	c->asked_at = start;
}

static bool is_blank(uint8_t byte)
{
	return byte == ' ' || byte == '\t';
}

/* The text after the verb, without surrounding blanks. */
static struct span argument_of(const struct command *command)
{
	struct span rest = command->line;

	while (rest.length && is_blank(rest.at[0]))
		rest = span_from(rest, 1);
	rest = span_from(rest, strlen(command->verb));
	while (rest.length && is_blank(rest.at[0]))
		rest = span_from(rest, 1);
	while (rest.length && is_blank(rest.at[rest.length - 1]))
		rest.length--;
	return rest;
}

/* "BDAT size [LAST]" (RFC 3030 2). */
static bool parse_bdat(const struct command *command, uint64_t *size, bool *last)
{
	struct span rest = argument_of(command);
	uint64_t value = 0;
	unsigned digits = 0;

	for (; digits < rest.length && digits < 18 && rest.at[digits] >= '0' && rest.at[digits] <= '9'; digits++)
		value = value * 10 + (uint64_t)(rest.at[digits] - '0');
	rest = span_from(rest, digits);
	while (rest.length && is_blank(rest.at[0]))
		rest = span_from(rest, 1);
	*size = value;
	*last = rest.length == 4 && strncasecmp((const char *)rest.at, "LAST", 4) == 0;
	return digits > 0 && (rest.length == 0 || *last);
}

/* The name after HELO, EHLO or LHLO. */
static void keep_helo(struct client_reader *c, const struct command *command)
{
	struct span name = argument_of(command);

	account_free(c->parts->facts.account, c->parts->facts.helo);
	c->parts->facts.helo = name.length ? account_string(c->parts->facts.account, name) : NULL;
}

static void keep_mechanism(struct client_reader *c, const struct command *command)
{
	struct span rest = argument_of(command);
	size_t length = 0;

	while (length < rest.length && length < LOGIN_MECHANISM_SIZE - 1 && rest.at[length] > ' ')
		length++;
	account_free(c->parts->facts.account, c->mechanism);
	c->mechanism = length ? account_string(c->parts->facts.account, span_first(rest, length)) : NULL;
	c->mechanism_named = length > 0;
}

/* Credentials sent although AUTH was rejected; of a truncated line, what was captured. */
static bool looks_like_credentials(const struct command *command)
{
	struct span line = command->line;

	if (command->flags & (COMMAND_CUT | COMMAND_UNFINISHED))
		line.length -= line.length % 4;
	return command_looks_like_base64(line);
}

/* Adds the responses of a login that |text| contains, and the passwords in them: a server may repeat just these. */
static void hide_responses(struct client_reader *c, struct span text)
{
	struct span response = credential_response(text, 0);
	struct buf password;

	buf_init(&password, SECRET_LENGTH_KEPT);
	for (unsigned i = 0; response.at && i < SECRETS_KEPT; i++) {
		secret_set_add(&c->parts->secrets, response);
		if (sasl_check(SASL_PLAIN, 0, response, &password) == SASL_FITS)
			secret_set_add(&c->parts->secrets, buf_span(&password));
		response = credential_response(text, (size_t)(response.at - text.at) + response.length);
	}
	if (password.at)
		explicit_bzero(password.at, password.capacity);
	buf_finish(&password);
}

/* Credentials of clients that mistype AUTH, or speak another protocol than SMTP. */
static void find_credential(struct client_reader *c, struct command *command)
{
	struct credential found = credential_in_command(command->line, command->verb_id);

	if (found.at < command->secret_at) {
		command->secret_at = found.at;
		secret_set_add(&c->parts->secrets, found.value);
		hide_responses(c, found.value);
	}
	/* After AUTHENTICATE, the credentials may follow in a line of their own. */
	if (!c->parts->progress.hello_done && !verb_is_known(command->verb_id) &&
	    foreign_login_is_imap(command->line))
		c->auth_refused = true;
}

/* Capitals only: a verb of some protocol, and hardly base64. */
static bool is_plain_word(struct span line)
{
	bool upper = false, other = false;

	for (size_t i = 0; i < line.length; i++) {
		upper |= line.at[i] >= 'A' && line.at[i] <= 'Z';
		other |= line.at[i] < 'A' || line.at[i] > 'Z';
	}
	return upper && !other;
}

/*
 * Is the line a credential, although no login is open? A line that is not a command is one after a refused AUTH: the client goes on with it, or
 * someone types the password in clear. Where an AUTH may have been lost, it must also look like one.
 */
static bool is_stray_credential(const struct client_reader *c, const struct command *command)
{
	if (!command->line.length || verb_is_known(command->verb_id))
		return false;
	return c->auth_refused || ((c->mechanism_named || doubt_has(&c->parts->doubt, DOUBT_UNSETTLED)) &&
				   looks_like_credentials(command) && !is_plain_word(command->line));
}

/*
 * Takes a credential out of the verb if it begins in the first word of the line, because outputs also show the verb without the line. Where the
 * whole line is the credential, they hide the verb themselves.
 */
static void hide_in_verb(struct command *command)
{
	size_t blanks = 0, at, length;

	if (command->secret_at == SIZE_MAX || command->secret_at == 0)
		return;
	while (blanks < command->line.length &&
	       (command->line.at[blanks] == ' ' || command->line.at[blanks] == '\t'))
		blanks++;
	at = command->secret_at > blanks ? command->secret_at - blanks : 0;
	length = strlen(command->verb);
	if (at >= length)
		return;
	memset(command->verb + at, 0, length - at);
	if (at + sizeof REDACTED <= sizeof command->verb)
		memcpy(command->verb + at, REDACTED, sizeof REDACTED);
}

/* Message text in command position, and credentials. */
static void begin_command(struct client_reader *c, struct command *command)
{
	bool known = verb_is_known(command->verb_id);

	/* A client that sends text does not wait for replies to its lines. */
	if (c->stray_text && known && !pairing_open(c->parts->pairing) && command->seen_known &&
	    command->seen >= c->parts->facts.flow->side[DIR_SERVER].delivered)
		c->stray_text = false;
	if (c->stray_text &&
	    (command->verb_id == VERB_QUIT || command->verb_id == VERB_RSET ||
	     command->verb_id == VERB_MAIL || command->verb_id == VERB_EHLO || command->verb_id == VERB_HELO))
		c->stray_text = false;
	/*
	 * Text directly after the end of a message: the dot was not its intended end (missing dot-stuffing).
	 */
	if (!known && command->line.length && c->parts->progress.text_sent && pairing_open(c->parts->pairing))
		c->stray_text = true;
	if (c->stray_text)
		command->flags |= COMMAND_BODY_TEXT;
	if (is_stray_credential(c, command)) {
		command->secret_at = 0;
		/* The part that is shown, and repeated by servers, as its verb. */
		secret_set_add(&c->parts->secrets, span_text(command->verb));
	} else if (known) {
		c->auth_refused = false;
	}
	find_credential(c, command);
	hide_in_verb(command);
	if (command->secret_at < command->line.length)
		secret_set_add(&c->parts->secrets, span_from(command->line, command->secret_at));
	if (command->verb_id == VERB_AUTH)
		login_begin(&c->parts->facts, &c->parts->secrets, command,
			    c->parts->progress.inside || c->parts->progress.server_tls ||
				c->state == CLIENT_TLS);
	else if (command->secret_at == 0)
		login_response(&c->parts->facts, &c->parts->secrets, command, true);
}

static void after_command(struct client_reader *c, const struct command *command)
{

	if (command->kind == COMMAND_PROXY) {
		return;
	} else if (command->kind == COMMAND_BDAT) {
		client_wait(c, CLIENT_BDAT_ASKED, command->start);
	} else if (command->verb_id == VERB_DATA) {
		client_wait(c, CLIENT_DATA_ASKED, command->start);
	} else if (command->verb_id == VERB_STARTTLS) {
		client_wait(c, CLIENT_STARTTLS_ASKED, command->start);
	} else if (command->verb_id == VERB_AUTH) {
		client_wait(c, CLIENT_AUTH_ASKED, command->start);
		keep_mechanism(c, command);
	} else if (verb_is_hello(command->verb_id)) {
		keep_helo(c, command);
	}
	/* The line "." ends text that was sent like a message. */
	if (c->stray_text && command->line.length == 1 && command->line.at[0] == '.')
		c->stray_text = false;
}

static void take_auth_response(struct client_reader *c, struct command *command)
{
	bool cancel = command->line.length == 1 && command->line.at[0] == '*';

	command->kind = COMMAND_AUTH_RESPONSE;
	command->verb_id = VERB_AUTH;
	memcpy(command->verb, "AUTH", sizeof "AUTH");
	command->secret_at = cancel || command->line.length == 0 ? SIZE_MAX : 0;
	if (!cancel)
		secret_set_add(&c->parts->secrets, command->line);
	login_response(&c->parts->facts, &c->parts->secrets, command, false);
	c->state = CLIENT_COMMANDS;
	client_submit(c, command);
	client_wait(c, CLIENT_AUTH_ASKED, command->start);
}

/*
 * After a loss it is unknown whether commands or a message follow. A line that is not certainly a command is then not
 * judged: no reply can be said to answer it.
 */
static bool may_be_text(const struct client_reader *c, const struct command *command)
{
	const struct place *tail = pairing_tail(c->parts->pairing);

	return tail && tail->loss && command->kind == COMMAND_LINE && !(command->flags & COMMAND_CUT) &&
	       !command_is_well_formed(command);
}

/* A lone dot among such lines can only be the end of a message. */
static void take_possible_text(struct client_reader *c, struct command *command)
{
	doubt_add(&c->parts->doubt, DOUBT_REPLY_OWED);
	if (command->line.length != 1 || command->line.at[0] != '.' || command->flags & COMMAND_UNFINISHED)
		return;
	command->kind = COMMAND_END_OF_DATA;
	command->verb_id = VERB_NONE;
	command->flags |= COMMAND_ASSUMED;
	command->verb[0] = '.';
	command->verb[1] = 0;
	transaction_text_sent(c->parts->transaction, false);
	client_submit(c, command);
}

void client_take_line(struct client_reader *c, struct span line, unsigned flags, uint64_t end)
{
	struct command command = { .kind = COMMAND_LINE,
				   .flags = flags,
				   .start = c->line_start,
				   .end = end,
				   .line_length = c->line_length,
				   .frame = c->frame,
				   .seen_known = c->seen_known,
				   .seen = c->seen };
	bool last = false;

	if (line.length && line.at[line.length - 1] == '\r') {
		line.length--;
		/* Line ends converted twice (CR CR LF): servers accept them. */
		while (line.length && line.at[line.length - 1] == '\r') {
			line.length--;
			command.flags |= COMMAND_BARE_CR;
		}
	} else if (!(flags & (COMMAND_CUT | COMMAND_UNFINISHED))) {
		if (c->line_length <= COMMAND_LINE_KEPT)
			command.flags |= COMMAND_BARE_LF;
	}
	command.line = span_first(line, COMMAND_LINE_KEPT);
	command_parse(&command);
	c->line_open = false;
	if (c->state == CLIENT_AUTH) {
		take_auth_response(c, &command);
		return;
	}
	if (command.start >= c->proxy_end && command.verb_id == VERB_BDAT &&
	    parse_bdat(&command, &c->chunk_size, &last))
		command.kind = COMMAND_BDAT;
	/* A PROXY header that the server reads as lines: accidental verbs in it mean nothing. */
	if (command.start < c->proxy_end)
		command.kind = COMMAND_PROXY;
	if (may_be_text(c, &command)) {
		take_possible_text(c, &command);
		return;
	}
	begin_command(c, &command);
	if (command.kind == COMMAND_BDAT) {
		command.body_bytes = c->chunk_size;
		command.flags |= last ? COMMAND_LAST_CHUNK : 0;
	}
	if (flags & COMMAND_UNFINISHED) {
		/* Incomplete: most servers drop it, so no reply is due. */
		feed_command(c->feed, SMTP_COMMAND, &command);
		pairing_keep_aside(c->parts->pairing, PAIRING_UNFINISHED,
				   pairing_copy(c->parts->pairing, &command));
		return;
	}
	client_submit(c, &command);
	after_command(c, &command);
}
