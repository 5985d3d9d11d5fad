/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * recipient-replies: an LMTP server owes one reply to the message for each recipient that it accepted (RFC 2033 4.2), sent fewer, and
 * answered a later command.
 *
 * Disproved by: losses, which may have hidden the replies; the end of the connection before a later command was answered (closing
 * reports that); a client that went on before all replies had come and got them afterwards.
 */
#include "diagnosis.h"

/* Recipients of |message| that no reply decided about. */
static size_t undecided(const struct message *message)
{
	size_t count = 0;

	for (size_t i = 0; i < message->recipient_count; i++)
		count += message->recipients[i].outcome == OUTCOME_UNKNOWN;
	return count;
}

static void on_message(struct inspection *in, void *opaque, const struct message *message)
{
	static const unsigned losses = VISIBILITY_GAP | VISIBILITY_TRUNCATED_PACKETS | VISIBILITY_MIDSTREAM |
				       VISIBILITY_CLIENT_ONLY | VISIBILITY_SERVER_ONLY;
	const struct session_facts *session = in->session;
	size_t count = undecided(message);
	struct suspicion s;

	(void)opaque;
	if (session->protocol != PROTOCOL_LMTP || !count || !message->code || session->over ||
	    session->visibility & losses)
		return;
	suspicion_init(&s, in, CAUSE_MISSING_REPLY_FEWER_THAN_RECIPIENTS);
	s.certainty = CERTAINTY_LIKELY;
	s.frame = message->frame;
	words_number(&s.words, "count", count);
	inspection_raise(in, &s);
}

const struct diagnosis diag_recipient_replies = {
	.name = "recipient_replies",
	.message = on_message,
};
