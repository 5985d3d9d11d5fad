/* SPDX-License-Identifier: BSD-2-Clause */
#include "difference.h"

#include <stdlib.h>

const char *difference_word(enum difference_kind kind)
{
	static const char *const words[DIFFERENCE_KINDS] = {
		[DIFFERENCE_GREETING_CHANGED] = "greeting-changed",
		[DIFFERENCE_STARTTLS_MASKED] = "starttls-masked",
		[DIFFERENCE_OFFER_CHANGED] = "offer-changed",
		[DIFFERENCE_OFFER_REMOVED] = "offer-removed",
		[DIFFERENCE_OFFER_ADDED] = "offer-added",
		[DIFFERENCE_REPLY_CHANGED] = "reply-changed",
		[DIFFERENCE_REPLY_REMOVED] = "reply-removed",
		[DIFFERENCE_REPLY_ADDED] = "reply-added",
		[DIFFERENCE_COMMAND_CHANGED] = "command-changed",
		[DIFFERENCE_COMMAND_REMOVED] = "command-removed",
		[DIFFERENCE_COMMAND_ADDED] = "command-added",
		[DIFFERENCE_MESSAGE_CHANGED] = "message-changed",
		[DIFFERENCE_STREAM_CHANGED] = "stream-changed",
		[DIFFERENCE_TLS_CHANGED] = "tls-changed",
		[DIFFERENCE_MSS_CHANGED] = "mss-changed",
		[DIFFERENCE_OPTION_REMOVED] = "tcp-option-removed",
		[DIFFERENCE_OPTION_ADDED] = "tcp-option-added",
		[DIFFERENCE_OPTION_CHANGED] = "tcp-option-changed",
		[DIFFERENCE_RESET_ADDED] = "reset-added",
		[DIFFERENCE_RESET_MISSING] = "reset-missing",
		[DIFFERENCE_LOST_BEFORE] = "lost-before",
		[DIFFERENCE_LOST_BETWEEN] = "lost-between",
		[DIFFERENCE_LOST_AFTER] = "lost-after",
		[DIFFERENCE_ACK_LOST] = "acknowledgement-lost",
		[DIFFERENCE_NOT_CAPTURED] = "not-captured",
		[DIFFERENCE_NOT_SEEN] = "not-seen",
	};

	return kind < DIFFERENCE_KINDS ? words[kind] : "unknown";
}

static void release(struct difference *d)
{
	free(d->texts[0]);
	free(d->texts[1]);
	free(d->title);
	free(d->why);
}

void difference_add(struct difference_list *l, const struct difference *d, const char *title, const char *why)
{
	size_t capacity = l->capacity ? l->capacity * 2 : 8;
	struct difference new = *d, *grown = l->list;

	l->mattering += d->matters;
	if (l->count < DIFFERENCES_MAX && l->count == l->capacity) {
		grown = realloc(l->list, capacity * sizeof *grown);
		if (grown) {
			l->list = grown;
			l->capacity = capacity;
		}
	}
	new.title = strdup(title);
	new.why = strdup(why);
	if (l->count == DIFFERENCES_MAX || !grown || !new.title || !new.why) {
		release(&new);
		l->omitted++;
		return;
	}
	l->list[l->count++] = new;
}

void difference_finish(struct difference_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		release(&l->list[i]);
	free(l->list);
	*l = (struct difference_list){ 0 };
}
