/* SPDX-License-Identifier: BSD-2-Clause */
#include "login.h"

#include "sasl.h"

#include <stdlib.h>
#include <strings.h>

static struct login *newest(struct session_facts *f)
{
	return f->login_count ? &f->logins[f->login_count - 1] : NULL;
}

/* The |index|th word of the line, 0 being the verb; empty where it has fewer. */
static struct span word_of(struct span line, unsigned index)
{
	size_t length;

	for (unsigned i = 0;; i++) {
		while (line.length && (line.at[0] == ' ' || line.at[0] == '\t'))
			line = span_from(line, 1);
		for (length = 0; length < line.length && line.at[length] != ' ' && line.at[length] != '\t';)
			length++;
		if (i == index || !length)
			return span_first(line, length);
		line = span_from(line, length);
	}
}

/* The worse of two shapes is what the whole dialogue has. */
static void judge(struct login *login, enum sasl_shape shape)
{
	bool fault = shape == SASL_NOT_BASE64 || shape == SASL_MISSHAPEN || shape == SASL_EMPTY;

	if (shape == SASL_CANCELLED || fault || login->shape == SASL_UNJUDGED)
		login->shape = shape;
}

static void look(struct session_facts *f, struct secret_set *secrets, struct span response, bool whole,
		 bool stray)
{
	struct login *login = newest(f);
	enum sasl_shape shape;
	struct buf password;

	if (!login)
		return;
	buf_init(&password, SECRET_LENGTH_KEPT);
	shape = sasl_check(sasl_mechanism_of(login->mechanism), login->responses, response, &password);
	secret_set_add(secrets, buf_span(&password));
	if (password.at)
		explicit_bzero(password.at, password.length);
	buf_finish(&password);
	login->responses++;
	if (!stray)
		judge(login, whole ? shape : SASL_UNJUDGED);
}

/* Was all of the line kept? Only then its shape says something. */
static bool is_whole(const struct command *command)
{
	return !(command->flags & (COMMAND_CUT | COMMAND_UNFINISHED)) &&
	       command->line_length <= command->line.length + 2;
}

void login_begin(struct session_facts *f, struct secret_set *secrets, const struct command *command,
		 bool encrypted)
{
	struct span mechanism = word_of(command->line, 1), response = word_of(command->line, 2);
	struct login *login;

	/* Few sessions have one. */
	if (!f->logins && !(f->logins = account_take_zeroed(f->account, LOGINS_KEPT, sizeof *f->logins)))
		return;
	if (f->login_count == LOGINS_KEPT) {
		/* The newest take the last place: what a session ends with matters most. */
		f->login_count--;
	}
	login = &f->logins[f->login_count++];
	*login = (struct login){ .encrypted = encrypted, .frame = command->frame };
	if (command->secret_at <= (size_t)(mechanism.at - command->line.at))
		return;
	for (size_t i = 0; i < mechanism.length && i < sizeof login->mechanism - 1; i++)
		login->mechanism[i] = (char)(mechanism.at[i] ? mechanism.at[i] : '?');
	if (response.length)
		look(f, secrets, response, is_whole(command), false);
}

void login_response(struct session_facts *f, struct secret_set *secrets, const struct command *command,
		    bool stray)
{
	look(f, secrets, command->line, is_whole(command), stray);
}

void login_answered(struct session_facts *f, const struct reply *reply)
{
	struct login *login = newest(f);

	if (login && reply->code != 334)
		login->code = reply->code;
}
