/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * smuggling: a message that a lax server reads as two, because it accepts bytes such as LF.LF as the end of
 * a message (only CRLF.CRLF is, RFC 5321 4.1.1.4) and commands follow them. The server's replies prove how
 * it read them.
 */
#include "command_parser.h"
#include "diagnosis.h"

struct state {
	bool pending; /* such bytes were seen; it is unknown yet how the server read them */
	bool ended;   /* the CRLF.CRLF of the message followed */
	struct frame_ref frame;
	uint64_t offset;
	char line[160];	   /* the first line after the bytes */
	char sequence[32]; /* the bytes by name: "LF.LF" */
};

static bool begins_with_command(struct span text)
{
	static const char *const verbs[] = { "MAIL FROM", "RCPT TO",  "EHLO ", "HELO ", "LHLO ", "RSET",
					     "DATA",	  "STARTTLS", "AUTH ", "BDAT ", "NOOP",	 "QUIT" };

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		size_t length = strlen(verbs[i]);

		if (text.length >= length && strncasecmp((const char *)text.at, verbs[i], length) == 0)
			return true;
	}
	return false;
}

static void settle(struct inspection *in, struct state *state, enum finding_cause cause)
{
	struct suspicion s;

	bool strict = state->ended, unsure = in->session->unsure;
	bool lossy =
	    in->session->visibility & (VISIBILITY_GAP | VISIBILITY_TRUNCATED_PACKETS | VISIBILITY_MIDSTREAM);

	if (!state->pending)
		return;
	state->pending = state->ended = false;
	/*
	 * After losses these bytes may be the end that client and server agree on, unless CRLF.CRLF
	 * follows. If the client ends all its lines like this, the reply that shows that the server
	 * accepted the end may have been lost.
	 */
	if ((unsure && !strict) || (in->history->bare_lf && cause == CAUSE_SMTP_SMUGGLING_ATTEMPTED && lossy))
		return;
	suspicion_init(&s, in, cause);
	/* The replies that show that the server accepted the end may have been lost. */
	if (unsure || (cause == CAUSE_SMTP_SMUGGLING_ATTEMPTED && lossy))
		s.certainty = CERTAINTY_LIKELY;
	words_wire(&s.words, "line", span_text(state->line));
	words_number(&s.words, "bytes", state->offset);
	words_text(&s.words, "value", state->sequence);
	if (cause == CAUSE_SMTP_SMUGGLING_ACCEPTED)
		suspicion_evidence(&s, &state->frame);
	else
		s.frame = state->frame;
	inspection_raise(in, &s);
}

/* Writes the line ends on both sides of the last dot by name. */
static void name_sequence(struct span tail, char *name, size_t size)
{
	size_t dot = tail.length, first;

	while (dot > 0 && tail.at[dot - 1] != '.')
		dot--;
	first = dot > 0 ? dot - 1 : 0;
	while (first > 0 && dot - first < 3 && (tail.at[first - 1] == '\r' || tail.at[first - 1] == '\n'))
		first--;
	name[0] = 0;
	for (size_t at = first; at < tail.length && strlen(name) + 4 < size; at++)
		strcat(name, tail.at[at] == '\r'   ? "CR"
			     : tail.at[at] == '\n' ? "LF"
			     : tail.at[at] == '.'  ? "."
						   : "?");
}

static void note_lax_end(struct inspection *in, struct state *state)
{
	struct span line = in->event->line;
	const uint8_t *lf = line.length ? memchr(line.at, '\n', line.length) : NULL;
	size_t length;

	/* In a message whose lines all end so, it is the end that the client means. */
	if (state->pending || in->event->lf_only || in->ledger->end->lax.waited || !begins_with_command(line))
		return;
	if (lf)
		line.length = (size_t)(lf - line.at);
	while (line.length && line.at[line.length - 1] == '\r')
		line.length--;
	length = line.length < sizeof state->line - 1 ? line.length : sizeof state->line - 1;
	memcpy(state->line, line.at, length);
	state->line[length] = 0;
	state->pending = true;
	state->ended = false;
	state->frame = in->event->frame;
	state->offset = in->event->length;
	name_sequence(in->event->sequence, state->sequence, sizeof state->sequence);
}

static void on_note(struct inspection *in, void *state, enum smtp_note note)
{
	if (note == NOTE_ODD_END_OF_DATA)
		note_lax_end(in, state);
	else if (note == NOTE_LAX_END_READ)
		settle(in, state, CAUSE_SMTP_SMUGGLING_ACCEPTED);
}

/* A command after CRLF.CRLF, once that is answered, proves that the server read the message strictly. */
static void on_command(struct inspection *in, void *opaque, const struct command *command)
{
	struct state *state = opaque;

	if (!state->pending)
		return;
	if (command->kind == COMMAND_END_OF_DATA)
		state->ended = true;
	else if (state->ended && in->session->open <= 1)
		settle(in, state, CAUSE_SMTP_SMUGGLING_ATTEMPTED);
}

static void on_ended(struct inspection *in, void *state)
{
	settle(in, state, CAUSE_SMTP_SMUGGLING_ATTEMPTED);
}

const struct diagnosis diag_smuggling = {
	.name = "smuggling",
	.of_packets = true,
	.state_size = sizeof(struct state),
	.note = on_note,
	.command = on_command,
	.calm_commands = SUBJECTS_NONE,
	.ended = on_ended,
};
