/* SPDX-License-Identifier: BSD-2-Clause */
#include "client_proxy.h"

#include "client_reader.h"
#include "dialogue_progress.h"
#include "proxy_header.h"
#include "session_facts.h"

#include <stdio.h>
#include <stdlib.h>

/*
 * A server that does not know the header rejects it at once; a rejection after such a silence is about
 * something else.
 */
static const tstamp AT_ONCE = 10 * TSTAMP_SECOND;

bool client_proxy_begins(const struct client_reader *c, const struct chunk *chunk)
{
	struct proxy_header header;

	return !chunk->gap && chunk->length && c->state == CLIENT_COMMANDS &&
	       proxy_header_read(span_of(chunk->bytes, (size_t)chunk->length), &header) != PROXY_HEADER_NONE;
}

static enum proxy_header_found read_held(const struct client_reader *c, struct proxy_header *header)
{
	uint8_t bytes[PROXY_HEADER_LOOKED_AT];
	struct span head = hold_head(&c->hold, bytes, sizeof bytes);
	enum proxy_header_found found = proxy_header_read(head, header);

	/* With bytes missing, nothing more will follow. */
	return found == PROXY_HEADER_BEGUN && hold_has_gap(&c->hold) ? PROXY_HEADER_NONE : found;
}

enum client_proxy_verdict client_proxy_look(struct client_reader *c)
{
	struct proxy_header header;

	switch (read_held(c, &header)) {
	case PROXY_HEADER_NONE:
		return CLIENT_PROXY_LINES;
	case PROXY_HEADER_BEGUN:
		break;
	case PROXY_HEADER_WHOLE:
		if (c->hold.tail->chunk.offset + c->hold.tail->chunk.length >= header.length)
			c->proxy_end = (uint32_t)header.length; /* whose own field has 16 bits */
		break;
	}
	return CLIENT_PROXY_OPEN;
}

/* The first bytes held after the header; NULL: none. */
static const struct chunk *behind_header(const struct client_reader *c)
{
	const struct held *held = c->hold.head;

	while (held && held->chunk.offset + held->chunk.length <= c->proxy_end)
		held = held->next;
	return held ? &held->chunk : NULL;
}

/*
 * Returns whether the reply mentions the header, or an unknown command although the line after the header is
 * a valid one.
 */
static bool refuses_header(const struct client_reader *c, const struct reply *reply)
{
	static const char *const common[] = { "EHLO", "HELO", "MAIL", "NOOP", "QUIT", "RSET" };
	uint8_t bytes[PROXY_HEADER_LOOKED_AT + 4];
	struct span line = hold_head(&c->hold, bytes, sizeof bytes);

	for (size_t i = 0; i < reply->line_count; i++)
		if (reply->lines[i].length && memmem(reply->lines[i].at, reply->lines[i].length, "PROXY", 5))
			return true;
	/* A server that waits for a header sends nothing before it. */
	if (!c->hold.head || !c->hold.head->chunk.acked_known || c->hold.head->chunk.peer_acked == 0)
		return false;
	/* The header is at the start of the stream. */
	line = span_from(line, c->proxy_end < line.length ? (size_t)c->proxy_end : line.length);
	for (size_t i = 0; i < sizeof common / sizeof *common && line.length >= 4; i++)
		if (strncasecmp((const char *)line.at, common[i], 4) == 0)
			return reply->code == 500;
	return false;
}

enum client_proxy_verdict client_proxy_replied(const struct client_reader *c, const struct reply *reply,
					       int64_t silence)
{
	const struct chunk *next = behind_header(c);

	if (c->proxy_end == 0)
		return CLIENT_PROXY_LINES;
	if (reply->code < 400 && reply->code != 221)
		return CLIENT_PROXY_TAKEN;
	if (silence >= AT_ONCE)
		return CLIENT_PROXY_TAKEN;
	/*
	 * The client went on once it had seen the greeting, and the server had that when it refused: so late it would not
	 * have refused the header.
	 */
	if (next && !refuses_header(c, reply) && next->acked_known && reply->acked_known &&
	    reply->peer_acked > c->proxy_end && next->peer_acked == reply->start &&
	    c->parts->progress.greeting_done)
		return CLIENT_PROXY_TAKEN;
	return CLIENT_PROXY_LINES;
}

enum client_proxy_verdict client_proxy_unanswered(struct client_reader *c)
{
	return c->proxy_end ? CLIENT_PROXY_TAKEN : CLIENT_PROXY_LINES;
}

bool client_proxy_went_on(struct client_reader *c)
{
	const struct chunk *next = behind_header(c);

	return c->proxy_end && next && next->acked_known && next->peer_acked > 0;
}

static char *target_text(struct account *account, const struct endpoint *target)
{
	char address[ADDR_TEXT_SIZE], text[ADDR_TEXT_SIZE + sizeof "[]:65535"];

	addr_format(address, &target->addr);
	snprintf(text, sizeof text, target->addr.version == 6 ? "[%s]:%u" : "%s:%u", address,
		 (unsigned)target->port);
	return account_string(account, span_text(text));
}

void client_proxy_take(struct client_reader *c)
{
	struct proxied_facts *proxied = session_facts_own_proxied(&c->parts->facts);
	struct proxy_header header;

	if (proxied && read_held(c, &header) == PROXY_HEADER_WHOLE) {
		account_free(c->parts->facts.account, proxied->target);
		proxied->via = "proxy-protocol";
		proxied->client = (struct endpoint){ 0 };
		proxied->target = NULL;
		if (header.has_addresses) {
			proxied->client = header.source;
			proxied->target = target_text(c->parts->facts.account, &header.target);
		}
	}
	if (proxied)
		proxied->header_end = c->proxy_end;
	hold_skip(&c->hold, c->proxy_end, c->parts->facts.account);
	c->proxy_end = 0;
}
