/* SPDX-License-Identifier: BSD-2-Clause */
#include "backlog.h"

static size_t size_of(const struct backlog_entry *entry)
{
	if (entry->is_event)
		return sizeof *entry + (entry->event.segment ? sizeof *entry->event.segment : 0);
	return sizeof *entry + (entry->chunk.gap ? 0 : (size_t)entry->chunk.length);
}

static void append(struct backlog *b, struct backlog_entry *entry)
{
	entry->next = b->last ? b->last->next : entry;
	if (b->last)
		b->last->next = entry;
	b->last = entry;
	b->bytes += size_of(entry);
}

bool backlog_add_chunk(struct backlog *b, const struct chunk *chunk, const struct flow_moment *moment,
		       struct account *account)
{
	size_t length = chunk->gap ? 0 : (size_t)chunk->length;
	struct backlog_entry *entry = account_take(account, sizeof *entry + length);

	if (!entry)
		return false;
	entry->moment = *moment;
	entry->is_event = false;
	entry->chunk = *chunk;
	if (length)
		memcpy(entry->copy, chunk->bytes, length);
	entry->chunk.bytes = chunk->gap ? NULL : entry->copy;
	append(b, entry);
	return true;
}

bool backlog_add_event(struct backlog *b, const struct flow_event *event, const struct flow_moment *moment,
		       struct account *account)
{
	bool keep = event->segment && event->kind == FLOW_EVENT_ICMP;
	struct backlog_entry *entry =
	    account_take(account, sizeof *entry + (keep ? sizeof(struct segment) : 0));

	if (!entry)
		return false;
	entry->moment = *moment;
	entry->is_event = true;
	entry->event = *event;
	entry->event.segment = NULL;
	if (keep) {
		struct segment *segment = (struct segment *)entry->copy;

		*segment = *event->segment;
		segment->payload = (struct span){ 0 };
		entry->event.segment = segment;
	}
	append(b, entry);
	return true;
}

struct backlog_entry *backlog_take(struct backlog *b)
{
	struct backlog_entry *entry = b->last ? b->last->next : NULL;

	if (!entry)
		return NULL;
	if (entry == b->last)
		b->last = NULL;
	else
		b->last->next = entry->next;
	b->bytes -= size_of(entry);
	return entry;
}

void backlog_clear(struct backlog *b, struct account *account)
{
	struct backlog_entry *entry;

	while ((entry = backlog_take(b)))
		account_free(account, entry);
}
