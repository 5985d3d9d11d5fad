/* SPDX-License-Identifier: BSD-2-Clause */
#include "pairing.h"

#include "prefetch.h"

#include <assert.h>

/* Commands that are sent this far apart do not belong to one group: the client waited for a reply between them. */
static const tstamp WAITED_FOR_REPLY = TSTAMP_SECOND;

enum { LINE_ROOM = 64 }; /* bytes of a line for which a place can be used again */

struct pairing {
	struct place *head, *tail;
	unsigned open; /* places that are commands */
	bool ack_seen; /* the server has acknowledged something: its acknowledgements can be trusted */
	uint64_t server_gap_end;
	struct place *aside; /* those that are kept aside, at most one of each kind */
	struct doubt *doubt;
	struct place_pool *pool;
};

void place_pool_finish(struct place_pool *pool)
{
	while (pool->first) {
		struct place *next = pool->first->next;

		account_free(pool->account, pool->first);
		pool->first = next;
	}
	pool->count = 0;
}

void pairing_release(struct pairing *p, struct place *place)
{
	if (place && place->spare_room && p->pool->count < PLACES_SPARE) {
		place->next = p->pool->first;
		p->pool->first = place;
		p->pool->count++;
	} else {
		account_free(p->pool->account, place);
	}
}

void pairing_expect(const struct pairing *p)
{
	prefetch(p->head, sizeof *p->head);
	if (p->tail != p->head)
		prefetch(p->tail, sizeof *p->tail);
}

struct place *pairing_pop(struct pairing *p)
{
	struct place *place = p->head;

	if (!place)
		return NULL;
	p->head = place->next;
	if (!p->head)
		p->tail = NULL;
	assert(place->loss || p->open > 0);
	if (!place->loss)
		p->open--;
	assert(p->head || p->open == 0);
	return place;
}

struct pairing *pairing_create(struct doubt *doubt, struct place_pool *pool)
{
	struct pairing *p = account_take(pool->account, sizeof *p);

	if (p)
		*p = (struct pairing){ .doubt = doubt, .pool = pool };
	return p;
}

void pairing_destroy(struct pairing *p)
{
	if (!p)
		return;
	while (p->head)
		pairing_release(p, pairing_pop(p));
	for (unsigned i = 0; i < PAIRING_ASIDE_COUNT; i++)
		pairing_keep_aside(p, i, NULL);
	account_free(p->pool->account, p);
}

struct place *pairing_head(const struct pairing *p)
{
	return p->head;
}

struct place *pairing_tail(const struct pairing *p)
{
	return p->tail;
}

const struct place *pairing_oldest(const struct pairing *p)
{
	const struct place *place = p->open ? p->head : NULL;

	while (place && place->loss)
		place = place->next;
	return place;
}

unsigned pairing_open(const struct pairing *p)
{
	return p->open;
}

uint64_t pairing_gap_end(const struct pairing *p)
{
	return p->server_gap_end;
}

void pairing_keep_aside(struct pairing *p, enum pairing_aside which, struct place *place)
{
	struct place **link = &p->aside, *before;

	while (*link && (*link)->aside != which)
		link = &(*link)->next;
	before = *link;
	if (before)
		*link = before->next;
	if (place) {
		place->aside = (uint8_t)which;
		place->next = p->aside;
		p->aside = place;
	}
	pairing_release(p, before);
}

struct place *pairing_aside(const struct pairing *p, enum pairing_aside which)
{
	struct place *place = p->aside;

	while (place && place->aside != which)
		place = place->next;
	return place;
}

void pairing_doubt_replies(struct pairing *p)
{
	for (struct place *place = p->head; place; place = place->next)
		place->doubt |= DOUBT_REPLY_MAY_BE_LOST;
}

static void append(struct pairing *p, struct place *place)
{
	if (p->tail)
		p->tail->next = place;
	else
		p->head = place;
	p->tail = place;
}

/* A place, not initialized, with room for a line of |length| bytes and a NUL byte. */
static struct place *take_place(struct pairing *p, size_t length)
{
	struct place *place = p->pool->first;

	if (length < LINE_ROOM && place) {
		p->pool->first = place->next;
		p->pool->count--;
		return place;
	}
	place = account_take(p->pool->account, sizeof *place + (length < LINE_ROOM ? LINE_ROOM : length + 1));
	if (place)
		place->spare_room = length < LINE_ROOM;
	return place;
}

struct place *pairing_copy(struct pairing *p, const struct command *command)
{
	size_t length = command->line.length;
	struct place *place = take_place(p, length);

	if (!place)
		return NULL;
	*place = (struct place){ .start = command->start,
				 .end = command->end,
				 .replies_due = 1,
				 .spare_room = place->spare_room,
				 .command = *command,
				 .asked = command->kind == COMMAND_BDAT && command->body_bytes
					      ? TSTAMP_NONE
					      : command->frame.time };
	if (length)
		memcpy(place->line, command->line.at, length);
	place->line[length] = 0;
	place->command.asked = place->asked;
	place->command.line = span_of(place->line, length);
	return place;
}

struct place *pairing_add(struct pairing *p, const struct command *command)
{
	struct place *place = p->open < PAIRING_OPEN_MAX ? pairing_copy(p, command) : NULL;

	if (!place)
		return NULL;
	append(p, place);
	p->open++;
	return place;
}

void pairing_add_loss(struct pairing *p, uint64_t start, uint64_t end, uint64_t server_at, bool before_start)
{
	struct place *place;

	doubt_add(p->doubt, DOUBT_BYTES_LOST | DOUBT_CLIENT_LOST);
	if (p->tail && p->tail->loss && !p->tail->before_start) {
		p->tail->end = end;
		p->tail->server_at = server_at;
		return;
	}
	place = account_take_zeroed(p->pool->account, 1, sizeof *place);
	if (!place)
		return;
	place->loss = true;
	place->before_start = before_start;
	place->server_at = server_at;
	place->start = start;
	place->end = end;
	append(p, place);
}

void pairing_server_loss(struct pairing *p, uint64_t end, bool at_boundary)
{
	struct place *first = p->head;

	p->server_gap_end = end;
	doubt_add(p->doubt, DOUBT_BYTES_LOST);
	if (first && first->loss && first->before_start)
		first = first->next;
	if (at_boundary && first && !first->loss)
		first->doubt |= DOUBT_REPLY_LOST;
	pairing_doubt_replies(p);
}

struct place *pairing_settle(struct pairing *p, uint64_t seen, uint64_t delivered)
{
	struct place *head = p->head;

	if (!doubt_has(p->doubt, DOUBT_UNSETTLED) || seen < delivered || seen < p->server_gap_end)
		return NULL;
	if (head && !head->loss && head->doubt && head->command.seen_known &&
	    head->command.seen < p->server_gap_end)
		return pairing_pop(p);
	if (!head && !doubt_has(p->doubt, DOUBT_REPLY_OWED))
		doubt_rest(p->doubt);
	return NULL;
}

/* Can this code answer this command at all? Only asked where losses leave a choice. */
static bool plausible(const struct place *place, unsigned code)
{
	if (code >= 400)
		return true;
	if (place->command.kind == COMMAND_END_OF_DATA || place->command.kind == COMMAND_BDAT)
		return code == 250 || code == 251 || code == 353;
	if (place_is(place, VERB_DATA))
		return code == 354;
	if (place_is(place, VERB_QUIT))
		return code == 221;
	if (place_is(place, VERB_STARTTLS) || place_is(place, VERB_XCLIENT))
		return code == 220;
	if (place_is(place, VERB_AUTH) || place->command.kind == COMMAND_AUTH_RESPONSE)
		return code == 334 || code == 235;
	return code >= 200 && code < 300 && code != 221 && code != 220 && code != 235;
}

/* Had the server's TCP not even received the place's first byte when the reply left? Then it is not its answer. */
static bool proof_against(const struct pairing *p, const struct place *place, const struct reply *reply)
{
	if (!reply->acked_known || place->before_start || reply->peer_acked > place->start)
		return false;
	/* Some captures were made by programs that write no acknowledgements; for those, only a rejection counts as crossed. */
	return p->ack_seen || reply->code >= 400 || reply->code == 221;
}

/*
 * After a loss at the client: does the reply belong to a command behind it? Only to one that was sent when the client had heard
 * from the server since; commands of the same turn as the loss may have had others before them. What goes before the
 * capture is another matter: its first command most likely opens a turn.
 */
static struct place *behind_loss(const struct pairing *p, struct place *loss, const struct reply *reply)
{
	struct place *place = loss->next;

	while (place && !place->loss && !loss->before_start && place->command.seen_known &&
	       place->command.seen <= loss->server_at)
		place = place->next;
	if (!place || place->loss || !place->command.seen_known || place->command.seen > reply->start ||
	    proof_against(p, place, reply) || !plausible(place, reply->code))
		return NULL;
	return place;
}

/* Does the reply name the address that stands between the brackets of this RCPT? */
static bool names_recipient(const struct place *place, const struct reply *reply)
{
	struct span line = place->command.line, address;
	const uint8_t *open = line.length ? memchr(line.at, '<', line.length) : NULL;
	const uint8_t *close = line.length ? memchr(line.at, '>', line.length) : NULL;

	if (!place_is(place, VERB_RCPT) || !open || !close || close <= open + 1)
		return false;
	address = span_of(open, (size_t)(close - open) + 1);
	for (size_t i = 0; i < reply->line_count; i++)
		if (reply->lines[i].length &&
		    memmem(reply->lines[i].at, reply->lines[i].length, address.at, address.length))
			return true;
	return false;
}

/* The only one of the places from |first| on that this reply can answer; NULL where there are several, or none. */
static struct place *only_candidate(const struct pairing *p, struct place *first, const struct reply *reply)
{
	struct place *found = NULL;
	unsigned count = 0;

	for (struct place *place = first; place && !place->loss && !proof_against(p, place, reply);
	     place = place->next) {
		if (names_recipient(place, reply))
			return place;
		if (plausible(place, reply->code) && count++ == 0)
			found = place;
		/* One whose own reply cannot have been lost ends the choice. */
		if (!(place->doubt & DOUBT_REPLY_MAY_BE_LOST))
			break;
	}
	return count == 1 ? found : NULL;
}

/*
 * Replies were lost where those to the first places had to stand. The place this reply answers: the one after them that
 * the client sent when it had seen the end of the gap, else the only one that it can answer. NULL: there are several.
 */
static struct place *behind_server_loss(const struct pairing *p, struct place *first, const struct reply *reply)
{
	struct place *place = first;

	/* Sent behind the gap: its reply is not in there; only how many it gets may be unknown (LMTP). */
	bool behind = first->command.seen_known && first->command.seen >= p->server_gap_end;

	for (struct place *later = place->next; later && !later->loss && !behind; later = later->next) {
		if (proof_against(p, later, reply))
			break;
		if (later->command.seen_known && later->command.seen >= p->server_gap_end &&
		    later->command.seen <= reply->start && plausible(later, reply->code))
			return later;
	}
	/* The reply to the first is in the gap, wholly or but for its tail; the next was received: it is its turn. */
	if ((place->doubt & DOUBT_REPLY_LOST) && place->next && !place->next->loss &&
	    !proof_against(p, place->next, reply))
		return only_candidate(p, place->next, reply);
	if ((place->doubt & DOUBT_REPLY_LOST) && place->next && place->next->loss &&
	    !proof_against(p, place->next, reply))
		return place->next;
	return (place->doubt & DOUBT_REPLY_LOST) ? place : only_candidate(p, place, reply);
}

/*
 * A client that got no answer for so long, and then said QUIT: the 221 is to that, and the answer to what went before never
 * came. A group sent at once is another matter: there the 221 stands for all of it.
 */
static struct place *quit_after_waiting(const struct pairing *p, struct place *first, const struct reply *reply)
{
	/* One that has some of its replies, but not one for each recipient: some LMTP servers send fewer. */
	bool answered = first->replies_seen > 0;

	if (reply->code != 221 || place_is(first, VERB_QUIT) || first->loss)
		return NULL;
	for (struct place *place = first->next, *before = first; place; before = place, place = place->next) {
		if (place->loss)
			return NULL;
		if (!place_is(place, VERB_QUIT))
			continue;
		if (proof_against(p, place, reply) || (reply->acked_known && reply->peer_acked < place->end) ||
		    (!answered && place->command.frame.time - before->command.frame.time < WAITED_FOR_REPLY))
			return NULL;
		return place;
	}
	return NULL;
}

/* Does the reply name an address, and one that the command of |place| does not hold? */
static bool names_another(const struct place *place, const struct reply *reply)
{
	struct span line = place->command.line;

	for (size_t i = 0; i < reply->line_count; i++) {
		struct span text = reply->lines[i];
		const uint8_t *open = text.length ? memchr(text.at, '<', text.length) : NULL;
		const uint8_t *close = text.length ? memchr(text.at, '>', text.length) : NULL;
		size_t length = open && close > open ? (size_t)(close - open) : 0;

		if (length && memchr(open, '@', length) &&
		    (!line.length || !memmem(line.at, line.length, open, length)))
			return true;
	}
	return false;
}

/*
 * Some LMTP servers send one reply to a message of several recipients. A client that had all replies there were and went on with
 * the next command took the message for answered; what comes then, once the server has that command, is most likely to it.
 */
static struct place *gone_on(const struct place *first, const struct pairing *p, const struct reply *reply)
{
	struct place *next = first->next;

	if (!first->replies_seen || !next || next->loss || !next->command.seen_known ||
	    next->command.seen < first->reply_end || proof_against(p, next, reply) ||
	    (reply->acked_known && reply->peer_acked < next->end) || !plausible(next, reply->code) ||
	    names_another(next, reply))
		return NULL;
	return next;
}

static struct pairing_result judge(const struct pairing *p, struct place *place, const struct reply *reply)
{
	struct pairing_result result = { .answers = ANSWERS_COMMAND, .place = place };

	if (proof_against(p, place, reply))
		return (struct pairing_result){ .answers = ANSWERS_NONE, .crossed = true };
	if (place->loss) {
		struct place *next = behind_loss(p, place, reply);

		if (!next)
			return (struct pairing_result){ .answers = ANSWERS_UNSEEN };
		result.place = next;
		result.doubt = DOUBT_CHOSEN;
		return result;
	}
	/* A reply for a recipient whose command the capture has lost. */
	if (doubt_has(p->doubt, DOUBT_REPLY_OWED) && names_another(place, reply))
		return (struct pairing_result){ .answers = ANSWERS_UNSEEN };
	/* Where pairing is unsure, 221 and 354 are taken as replies to nothing but QUIT and DATA. */
	if (doubt_has(p->doubt, DOUBT_UNSETTLED) && ((reply->code == 221 && !place_is(place, VERB_QUIT)) ||
						     (reply->code == 354 && !place_is(place, VERB_DATA))))
		return (struct pairing_result){ .answers = ANSWERS_UNSEEN };
	/* Before its end was received only a refusal may come, or a farewell. */
	if (reply->acked_known && p->ack_seen && reply->peer_acked < place->end) {
		if (reply->code < 400 && reply->code != 221)
			return (struct pairing_result){ .answers = ANSWERS_NONE };
		result.doubt |= DOUBT_PARTLY_RECEIVED;
	}
	/* It was read as a command, or as the end of a message, on an assumption. */
	if (place->command.flags & COMMAND_ASSUMED)
		result.doubt |= DOUBT_READING;
	return result;
}

struct pairing_result pairing_match(struct pairing *p, const struct reply *reply)
{
	struct place *place = p->head;
	struct pairing_result result;

	if (reply->acked_known && reply->peer_acked > 0)
		p->ack_seen = true;
	if (!place)
		return (struct pairing_result){ .answers = doubt_has(p->doubt, DOUBT_CLIENT_LOST)
							       ? ANSWERS_UNSEEN
							       : ANSWERS_NONE };
	place = gone_on(place, p, reply);
	if (place) {
		/* If not, what follows is off by one: nothing may rest on it until the dialogue has come to rest. */
		doubt_add(p->doubt, DOUBT_REPLY_COUNT);
		result = judge(p, place, reply);
		result.doubt |= DOUBT_CHOSEN;
		return result;
	}
	place = p->head;
	if (place->doubt) {
		place = behind_server_loss(p, place, reply);
		/* One of several, or what was lost: nobody knows. */
		if (!place)
			return (struct pairing_result){ .answers = ANSWERS_UNSEEN };
		/* Its reply was in the gap, and this is not the rest of it. */
		if ((place->doubt & DOUBT_REPLY_LOST) && !place->next && !plausible(place, reply->code))
			return (struct pairing_result){ .answers = doubt_has(p->doubt, DOUBT_CLIENT_LOST)
								       ? ANSWERS_UNSEEN
								       : ANSWERS_NONE };
		/* A 221 or 421 is separate; the reply that was due was before it. */
		if ((place->doubt & DOUBT_REPLY_LOST) && !place->next &&
		    (reply->code == 421 || (reply->code == 221 && !place_is(place, VERB_QUIT))))
			return (struct pairing_result){ .answers = ANSWERS_UNSEEN };
		result = judge(p, place, reply);
		if (place != p->head || (place->doubt & DOUBT_REPLY_LOST))
			result.doubt |= DOUBT_CHOSEN;
		return result;
	}
	place = quit_after_waiting(p, place, reply);
	if (place) {
		result = judge(p, place, reply);
		result.doubt |= DOUBT_NEVER_ANSWERED;
		return result;
	}
	return judge(p, p->head, reply);
}
