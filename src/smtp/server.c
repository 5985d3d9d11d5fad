/* SPDX-License-Identifier: BSD-2-Clause */
#include "server.h"

struct server_reader {
	struct reply_parser replies;
};

struct server_reader *server_create(const struct reply_parser_common *common, void *context)
{
	struct server_reader *r = account_take_zeroed(common->account, 1, sizeof *r);

	if (r)
		reply_parser_init(&r->replies, common, context);
	return r;
}

void server_destroy(struct server_reader *r)
{
	if (!r)
		return;
	reply_parser_finish(&r->replies);
	account_free(r->replies.common->account, r);
}

bool server_begins(struct server_reader *r)
{
	bool first = !r->replies.begun;

	r->replies.begun = true;
	return first;
}

bool server_has_begun(const struct server_reader *r)
{
	return r->replies.begun;
}

bool server_has_ended(const struct server_reader *r)
{
	return r->replies.ended;
}

void server_read(struct server_reader *r, const struct chunk *chunk)
{
	reply_parser_push(&r->replies, chunk);
}

bool server_is_idle(const struct server_reader *r)
{
	return reply_parser_idle(&r->replies);
}

bool server_mark(struct server_reader *r, uint64_t acked, uint64_t client_offset)
{
	return reply_parser_mark(&r->replies, acked, client_offset);
}

void server_interrupt(struct server_reader *r)
{
	reply_parser_interrupt(&r->replies);
}

void server_end_line(struct server_reader *r)
{
	reply_parser_end_line(&r->replies);
}

bool server_end(struct server_reader *r, bool complete)
{
	if (r->replies.ended)
		return false;
	r->replies.ended = true;
	reply_parser_end(&r->replies, complete);
	return true;
}
