/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * wrong-service: another protocol than SMTP on a mail port, by either side (RFC 5321 4.2: a server's first line begins with a code).
 *
 * Disproved by: any reply of SMTP before the server's line; a capture that began later. What a client says is reported only if no
 * reply says so: 500, 221 and every other rejection have findings of their own.
 */
#include "diagnosis.h"

struct state {
	bool told;
	bool answered;		/* a reply that rejects came */
	struct frame_ref frame; /* where the client showed that it does not speak SMTP */
};

static bool begins(struct span line, const char *with)
{
	size_t length = strlen(with);

	return line.length >= length && memcmp(line.at, with, length) == 0;
}

static bool cause_of_line(struct span line, enum finding_cause *cause)
{
	static const struct {
		const char *begins;
		enum finding_cause cause;
	} known[] = {
		{ "+OK", CAUSE_WRONG_SERVICE_POP3 },	   { "-ERR", CAUSE_WRONG_SERVICE_POP3 },
		{ "* OK", CAUSE_WRONG_SERVICE_IMAP },	   { "* BYE", CAUSE_WRONG_SERVICE_IMAP },
		{ "* PREAUTH", CAUSE_WRONG_SERVICE_IMAP }, { "HTTP/1.", CAUSE_WRONG_SERVICE_HTTP },
		{ "SSH-", CAUSE_WRONG_SERVICE_SSH },
	};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (begins(line, known[i].begins)) {
			*cause = known[i].cause;
			return true;
		}
	return false;
}

/* What was lost may be what the line answers. */
static bool whole_view(const struct session_facts *session)
{
	return !session->unsure && !session->flow->side[DIR_CLIENT].missing &&
	       !(session->visibility & (VISIBILITY_GAP | VISIBILITY_TRUNCATED_PACKETS | VISIBILITY_MIDSTREAM));
}

static void on_not_reply(struct inspection *in, void *opaque, struct span line)
{
	struct state *state = opaque;
	const struct session_facts *session = in->session;
	enum finding_cause cause;
	struct suspicion s;

	if (state->told || session->reply_count || in->event->offset != 0 ||
	    !flow_from_start(session->flow) || !cause_of_line(line, &cause) || !whole_view(session))
		return;
	/* An HTTP server never speaks first: what it answers must have been seen, and be SMTP. */
	if (cause == CAUSE_WRONG_SERVICE_HTTP &&
	    (!session->command_count || in->history->foreign != FOREIGN_NONE))
		return;
	state->told = true;
	suspicion_init(&s, in, cause);
	words_text(&s.words, "value", "server");
	words_wire(&s.words, "line", line);
	inspection_raise(in, &s);
}

static void on_command(struct inspection *in, void *opaque, const struct command *command)
{
	struct state *state = opaque;

	if (in->history->foreign != FOREIGN_NONE && !state->frame.number)
		state->frame = command->frame;
}

static void on_reply(struct inspection *in, void *opaque, const struct exchange *x)
{
	struct state *state = opaque;

	(void)in;
	state->answered |= x->answers != ANSWERS_CONNECT && (x->reply->code >= 400 || x->reply->code == 221);
}

/* What a client spoke; without words: it has findings of its own. */
static const struct {
	enum finding_cause cause;
	const char *words;
	bool harmless; /* what scanners do */
} SPOKEN[] = {
	[FOREIGN_HTTP] = { CAUSE_WRONG_SERVICE_HTTP, "an HTTP request", true },
	[FOREIGN_TLS] = { CAUSE_WRONG_SERVICE_TLS, "a TLS handshake", false },
	[FOREIGN_SSH] = { CAUSE_WRONG_SERVICE_SSH, "an SSH banner", true },
	[FOREIGN_POP3] = { CAUSE_WRONG_SERVICE_POP3, "a command of POP3", false },
	[FOREIGN_IMAP] = { CAUSE_WRONG_SERVICE_IMAP, "a command of IMAP", false },
	[FOREIGN_BINARY] = { 0 },
	[FOREIGN_OTHER] = { CAUSE_WRONG_SERVICE_UNKNOWN, "another protocol", true },
};

/* A client that speaks something else, and no reply says so. Scanners do that and harm nobody; mail clients do
 * it with wrong settings. */
static void on_ended(struct inspection *in, void *opaque)
{
	struct state *state = opaque;
	enum foreign foreign = in->history->foreign;
	struct suspicion s;

	if (state->told || state->answered || !state->frame.number || in->session->unsure ||
	    in->session->visibility & (VISIBILITY_SERVER_ONLY | VISIBILITY_CLIENT_ONLY) ||
	    !whole_view(in->session) ||
	    /* Until the server has closed, its reply may still come, or be among what was lost. */
	    !(in->session->flow->side[DIR_SERVER].fin || in->session->flow->side[DIR_SERVER].rst) ||
	    !SPOKEN[foreign].words)
		return;
	state->told = true;
	suspicion_init(&s, in, SPOKEN[foreign].cause);
	s.frame = state->frame;
	s.harmless = SPOKEN[foreign].harmless;
	s.at_most_warning = foreign == FOREIGN_POP3 || foreign == FOREIGN_IMAP;
	words_text(&s.words, "value", "client");
	words_text(&s.words, "line", SPOKEN[foreign].words);
	inspection_raise(in, &s);
}

const struct diagnosis diag_wrong_service = {
	.name = "wrong_service",
	.state_size = sizeof(struct state),
	.command = on_command,
	.calm_commands = SUBJECTS_NONE,
	.odd_reply = on_reply,
	.not_reply = on_not_reply,
	.ended = on_ended,
};
