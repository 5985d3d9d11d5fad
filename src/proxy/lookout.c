/* SPDX-License-Identifier: BSD-2-Clause */
#include "lookout.h"

#include "http_connect.h"
#include "proxy_header.h"
#include "recognize.h"
#include "socks.h"

struct lookout *lookout_create(struct account *account)
{
	struct lookout *l = account_take_zeroed(account, 1, sizeof *l);

	if (!l)
		return NULL;
	l->account = account;
	buf_init_charged(&l->head[DIR_CLIENT], LOOKOUT_HEAD, account);
	buf_init_charged(&l->head[DIR_SERVER], LOOKOUT_HEAD, account);
	return l;
}

void lookout_destroy(struct lookout *l)
{
	if (!l)
		return;
	buf_finish(&l->head[DIR_CLIENT]);
	buf_finish(&l->head[DIR_SERVER]);
	account_free(l->account, l);
}

static void find_greeting(struct lookout *l, const struct chunk *chunk)
{
	const uint8_t *at = l->greeted ? NULL : memmem(chunk->bytes, (size_t)chunk->length, "220", 3);
	size_t before = at ? (size_t)(at - chunk->bytes) : 0;
	uint8_t next = 0;

	if (!at || !span_get_u8(span_of(chunk->bytes, (size_t)chunk->length), before + 3, &next) ||
	    (next != ' ' && next != '-'))
		return;
	l->greeted = true;
	l->greeting = *chunk;
	l->greeting.offset += before;
	l->greeting.bytes = NULL;
}

void lookout_add(struct lookout *l, const struct chunk *chunk)
{
	if (chunk->gap && (!l->lost[chunk->direction] || chunk->offset == l->lost_end[chunk->direction])) {
		l->lost[chunk->direction] = true;
		l->lost_end[chunk->direction] = chunk->offset + chunk->length;
	} else if (!chunk->gap && !l->lost[chunk->direction])
		buf_append(&l->head[chunk->direction], span_of(chunk->bytes, (size_t)chunk->length));
	l->gap_last = chunk->gap && chunk->direction == DIR_SERVER;
	if (!chunk->gap && chunk->direction == DIR_SERVER && (l->lost[DIR_CLIENT] || l->lost[DIR_SERVER]))
		find_greeting(l, chunk);
}

static struct span behind(const struct lookout *l, enum direction d)
{
	return span_from(buf_span(&l->head[d]), (size_t)l->ahead[d]);
}

static enum recognized recognize_inside(const struct lookout *l, const struct lookout_question *q, bool ended)
{
	struct first_bytes first = { .side = { behind(l, DIR_CLIENT), behind(l, DIR_SERVER) },
				     .lost = { l->lost[DIR_CLIENT], l->lost[DIR_SERVER] },
				     .from_start = q->flow->opened != FLOW_MIDSTREAM || l->inside,
				     .roles_known = q->flow->roles_known || l->inside,
				     .ended = ended };
	struct span client = first.side[DIR_CLIENT];
	struct proxy_header header;

	/* A PROXY header does not prove SMTP; the bytes behind it may. */
	switch (client.length ? proxy_header_read(client, &header) : PROXY_HEADER_NONE) {
	case PROXY_HEADER_NONE:
		break;
	case PROXY_HEADER_BEGUN:
		return ended ? RECOGNIZED_OTHER : RECOGNIZED_NOTHING_YET;
	case PROXY_HEADER_WHOLE:
		first.side[DIR_CLIENT] = span_from(client, (size_t)header.length);
		break;
	}
	return recognize(q->patterns, &first);
}

/* The exchange with a proxy is known, or there is none: is the dialogue SMTP, and which side is the server? */
static enum lookout_verdict look_inside(const struct lookout *l, const struct lookout_question *q, bool ended)
{
	if (!q->by_content && (q->flow->roles_known || l->inside))
		return LOOKOUT_DIALOGUE;
	switch (recognize_inside(l, q, ended)) {
	case RECOGNIZED_NOTHING_YET:
		break;
	case RECOGNIZED_OTHER:
		return q->by_content ? LOOKOUT_OTHER : LOOKOUT_DIALOGUE;
	case RECOGNIZED_SMTP:
		return LOOKOUT_DIALOGUE;
	case RECOGNIZED_SWAPPED:
		return LOOKOUT_TURNED;
	}
	return LOOKOUT_UNDECIDED;
}

static enum tunnel_verdict read_tunnel(struct lookout *l, const struct flow *flow)
{
	struct tunnel_talk talk = { .client = buf_span(&l->head[DIR_CLIENT]),
				    .server = buf_span(&l->head[DIR_SERVER]) };
	enum tunnel_verdict verdict;

	/* A side without any bytes counts as lost; if bytes are lost behind some that came, the readers wait. */
	talk.client_lost = l->lost[DIR_CLIENT] && talk.client.length == 0;
	talk.server_lost = l->lost[DIR_SERVER] && talk.server.length == 0;
	verdict = http_connect_read(&talk, &l->tunnel);
	/* If the capture begins midstream, the two bytes that SOCKS begins with prove nothing. */
	if (verdict == TUNNEL_NONE && flow->opened != FLOW_MIDSTREAM)
		verdict = socks_read(&talk, &l->tunnel);
	return verdict;
}

static void step_inside(struct lookout *l, bool inside)
{
	l->inside = inside;
	l->ahead[DIR_CLIENT] = inside ? l->tunnel.client_length : 0;
	l->ahead[DIR_SERVER] = inside ? l->tunnel.server_length : 0;
	l->guessed[DIR_CLIENT] = inside && l->guessed[DIR_CLIENT];
	l->guessed[DIR_SERVER] = inside && l->guessed[DIR_SERVER];
}

/*
 * Packets of the exchange with the proxy were lost. The greeting shows where the exchange ended: all that its sender had
 * received before belongs to the exchange too, if the client's part is not known. A client that spoke before the greeting is
 * misread then, so what it said counts as guessed.
 */
static bool mend(struct lookout *l, enum tunnel_verdict verdict)
{
	if (!l->greeted || (verdict != TUNNEL_BEGUN && verdict != TUNNEL_OPEN))
		return false;
	if (!l->tunnel.request_whole) {
		if (!l->greeting.acked_known)
			return false;
		l->tunnel.client_length = l->greeting.peer_acked;
		l->guessed[DIR_CLIENT] = true;
	}
	l->tunnel.server_length = l->greeting.offset;
	step_inside(l, true);
	return true;
}

/*
 * The exchange with the proxy was read to its end; what follows is the dialogue. If bytes were lost, the bytes that follow must
 * be SMTP to confirm that. False if that cannot be decided yet.
 */
static bool enter(struct lookout *l, const struct lookout_question *q, bool ended)
{
	enum recognized found;

	step_inside(l, true);
	if (!l->lost[DIR_CLIENT] && !l->lost[DIR_SERVER])
		return true;
	found = recognize_inside(l, q, ended);
	if (found != RECOGNIZED_SMTP)
		step_inside(l, false);
	return found != RECOGNIZED_NOTHING_YET;
}

/*
 * The proxy's part of the exchange, or its end, is in a gap, and no greeting followed. The client went on, so all of the gap counts
 * as the exchange. It may hold the greeting too, so the server's side counts as guessed.
 */
static bool skip_gap(struct lookout *l, enum tunnel_verdict verdict)
{
	bool whole = l->head[DIR_SERVER].length == 0;

	if (!l->lost[DIR_SERVER] || l->head[DIR_CLIENT].length == 0 ||
	    !(whole ? verdict == TUNNEL_OPEN : verdict == TUNNEL_BEGUN && l->tunnel.request_whole))
		return false;
	l->tunnel.server_length = l->lost_end[DIR_SERVER];
	l->guessed[DIR_SERVER] = true;
	return true;
}

enum lookout_verdict lookout_look(struct lookout *l, const struct lookout_question *q)
{
	enum tunnel_verdict tunnel = l->inside ? TUNNEL_NONE : read_tunnel(l, q->flow);
	enum lookout_verdict verdict = LOOKOUT_UNDECIDED;
	bool ended = q->ended || l->head[DIR_CLIENT].length >= LOOKOUT_HEAD ||
		     l->head[DIR_SERVER].length >= LOOKOUT_HEAD;

	l->refused = l->refused || tunnel == TUNNEL_REFUSED;
	if (mend(l, tunnel)) {
		tunnel = TUNNEL_NONE;
	} else if (skip_gap(l, tunnel)) {
		tunnel = TUNNEL_OPEN;
	}
	/* The bytes behind the gap may be the greeting, which shows where the exchange ended. */
	if (tunnel == TUNNEL_OPEN && l->gap_last && !ended)
		return LOOKOUT_UNDECIDED;
	if (tunnel == TUNNEL_OPEN && !enter(l, q, ended) && !q->ended)
		return LOOKOUT_UNDECIDED;
	if ((tunnel == TUNNEL_BEGUN || tunnel == TUNNEL_REFUSED) && !ended)
		return LOOKOUT_UNDECIDED;
	l->refused = l->refused && !l->inside;
	if (!l->refused)
		verdict = look_inside(l, q, ended);
	if (verdict == LOOKOUT_UNDECIDED && (ended || l->refused))
		verdict = q->by_content ? LOOKOUT_OTHER : LOOKOUT_DIALOGUE;
	return verdict;
}
