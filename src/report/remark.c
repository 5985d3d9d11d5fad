/* SPDX-License-Identifier: BSD-2-Clause */
#include "remark.h"

#include "dialogue_page.h"
#include "figures.h"

static const char *who(enum direction direction)
{
	return direction == DIR_CLIENT ? "client" : "server";
}

static const char *unanswered(struct buf *text, const struct command *c, bool several_inputs)
{
	char frame[FRAME_TEXT_SIZE];

	frame_text(frame, &c->frame, several_inputs);
	if (c->kind == COMMAND_END_OF_DATA)
		buf_format(text, "no reply was captured to the final dot of %s", frame);
	else if (c->secret_at == 0)
		buf_format(text, "no reply was captured to the credentials of %s", frame);
	else
		buf_format(text, "no reply was captured to %s of %s",
			   strspn(c->verb, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") > 1 ? c->verb : "the line", frame);
	return c->secret_at == 0 ? "AUTH" : c->verb;
}

/* The meaning of an ICMP error (RFC 792, RFC 4443) for a connection. */
static const char *icmp_words(const struct segment_icmp *icmp)
{
	if (icmp->version == 4 && icmp->type == 3) {
		static const char *const codes[] = { "network unreachable", "host unreachable",
						     "protocol unreachable", "port unreachable",
						     "packet too big" };
		if (icmp->code < sizeof codes / sizeof *codes)
			return codes[icmp->code];
		return icmp->code == 9 || icmp->code == 10 || icmp->code == 13 ? "administratively prohibited"
									       : "destination unreachable";
	}
	if (icmp->version == 6 && icmp->type == 1) {
		static const char *const codes[] = { "no route", "administratively prohibited",
						     "beyond scope of source address", "address unreachable",
						     "port unreachable" };
		return icmp->code < sizeof codes / sizeof *codes ? codes[icmp->code]
								 : "destination unreachable";
	}
	if (icmp->version == 6 && icmp->type == 2)
		return "packet too big";
	if ((icmp->version == 4 && icmp->type == 11) || (icmp->version == 6 && icmp->type == 3))
		return "time to live exceeded";
	return "an error";
}

static const char *icmp(struct buf *text, const struct flow_event *event)
{
	char addr[ADDR_TEXT_SIZE];

	if (!event->segment) {
		buf_format(text, "an ICMP error answered the %s", who(event->direction));
		return "icmp";
	}
	addr_format(addr, &event->segment->icmp.from);
	buf_format(text, "ICMP to the %s from %s: %s", who(event->direction), addr,
		   icmp_words(&event->segment->icmp));
	return "icmp";
}

static const char *flow_words(struct buf *text, const struct smtp_event *event)
{
	const struct flow_event *flow = event->flow_event;

	switch (flow->kind) {
	case FLOW_EVENT_RST:
		buf_format(text, "the %s reset the connection", who(flow->direction));
		return flow->direction == DIR_CLIENT ? "reset-client" : "reset-server";
	case FLOW_EVENT_FIN:
		/* After QUIT this is normal. */
		if (event->phase == PHASE_QUIT)
			return NULL;
		buf_format(text, "the %s closed its side of the connection", who(flow->direction));
		return "";
	case FLOW_EVENT_ICMP:
		return icmp(text, flow);
	case FLOW_EVENT_CONFLICT:
		buf_format(text, "bytes of the %s arrived again with different content; the first copy counts",
			   who(flow->direction));
		return flow->direction == DIR_CLIENT ? "conflict-client" : "conflict-server";
	case FLOW_EVENT_ZERO_WINDOW:
		buf_format(text, "the %s accepts no more data: its receive window is zero",
			   who(flow->direction));
		return "";
	case FLOW_EVENT_WINDOW_OPEN:
		buf_format(text, "the %s accepts data again", who(flow->direction));
		return "";
	case FLOW_EVENT_SYN:
	case FLOW_EVENT_SYN_ACK:
	case FLOW_EVENT_ESTABLISHED:
	case FLOW_EVENT_RETRANSMIT:
		break;
	}
	return NULL;
}

static const char *note_words(enum smtp_note note)
{
	switch (note) {
	case NOTE_DATA_AFTER_QUIT:
		return "the client continued after QUIT";
	case NOTE_EARLY_TALKER:
		return "the client sent data before the greeting was complete";
	case NOTE_PLAINTEXT_BEHIND_STARTTLS:
		return "the client sent bytes after STARTTLS that are not TLS, before the server agreed";
	case NOTE_ODD_END_OF_DATA:
		return "the message contains a sequence that lax servers treat as its end";
	case NOTE_TLS_ALERT:
		return "the TLS handshake ended with an alert";
	case NOTE_PLAINTEXT_FOR_TLS:
		return "plain text although TLS had been agreed on";
	case NOTE_LAX_END_READ:
		return "the server's replies show that it treated that sequence as the end of the message";
	case NOTE_TLS_OPENED:
		return "the dialogue inside TLS, decrypted";
	case NOTE_LAX_END: /* ODD_END_OF_DATA says it once more is known */
	case NOTE_NONE:
		break;
	}
	return NULL;
}

const char *remark_text(struct buf *text, const struct smtp_event *event, bool several_inputs)
{
	char figure[FIGURE_SIZE];

	switch (event->kind) {
	case SMTP_UNANSWERED:
		return unanswered(text, event->command, several_inputs);
	case SMTP_GAP:
		figure_many(figure, event->length, "byte", NULL);
		buf_format(text, "%s of the %s were not captured", figure, who(event->direction));
		return event->direction == DIR_CLIENT ? REMARK_GAP_CLIENT : REMARK_GAP_SERVER;
	case SMTP_TLS:
		buf_text(text, session_tls(event->session)->decrypted ? "TLS from here: decrypted"
								      : "TLS from here: encrypted");
		return "tls";
	case SMTP_FLOW:
		return flow_words(text, event);
	case SMTP_NOTE:
		if (!note_words(event->note))
			return NULL;
		buf_text(text, note_words(event->note));
		return "";
	case SMTP_OPENED:
	case SMTP_COMMAND:
	case SMTP_REPLY:
	case SMTP_NOT_REPLY:
	case SMTP_MESSAGE:
	case SMTP_ENDED:
		break;
	}
	return NULL;
}
