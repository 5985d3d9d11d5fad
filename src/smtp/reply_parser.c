/* SPDX-License-Identifier: BSD-2-Clause */
#include "reply_parser.h"

#include <assert.h>

enum { LINE_KEPT = 8192 };

void reply_room_finish(struct reply_room *room, struct account *account)
{
	buf_finish(&room->line);
	buf_finish(&room->text);
	account_free(account, room->lines);
	account_free(account, room->offsets);
	*room = (struct reply_room){ 0 };
}

static void room_init(struct reply_room *room, struct account *account)
{
	*room = (struct reply_room){ 0 };
	buf_init_charged(&room->line, LINE_KEPT, account);
	buf_init_charged(&room->text, REPLY_TEXT_KEPT, account);
}

void reply_parser_init(struct reply_parser *p, const struct reply_parser_common *common, void *context)
{
	*p = (struct reply_parser){ .common = common, .context = context };
}

/* Frees the parser's own room. */
static void drop_room(struct reply_parser *p)
{
	if (p->room) {
		reply_room_finish(p->room, p->common->account);
		account_free(p->common->account, p->room);
	}
	p->room = NULL;
}

void reply_parser_finish(struct reply_parser *p)
{
	assert(!p->at_work);
	drop_room(p);
}

bool reply_parser_idle(const struct reply_parser *p)
{
	return !p->room || (!p->room->open && p->room->line.length == 0);
}

/* Gives the parser a room to work in. Returns false if memory runs out. */
static bool enter(struct reply_parser *p)
{
	struct reply_room *common = p->common->room;

	if (!p->room) {
		p->room = common->lent ? account_take(p->common->account, sizeof *p->room) : common;
		if (!p->room)
			return false;
		if (p->room != common || !common->line.limit)
			room_init(p->room, p->common->account);
		p->room->lent = p->room == common;
	}
	p->at_work = true;
	return true;
}

/* What is not complete moves from the common room to one of its own. */
static void move_out(struct reply_parser *p)
{
	struct reply_room *own = account_take(p->common->account, sizeof *own);

	if (own) {
		*own = *p->common->room;
		own->lent = false;
		*p->common->room = (struct reply_room){ 0 };
	} else {
		/* Memory ran out: the unfinished reply counts as lost. */
		reply_room_finish(p->common->room, p->common->account);
		p->resync = p->after_gap = true;
	}
	p->room = own;
}

/* Leaves the room, unless something in it waits for more bytes. */
static void leave(struct reply_parser *p)
{
	struct reply_room *room = p->room;
	bool waits = room->open || room->line.length || room->line_overlong || room->mark.set;

	p->at_work = false;
	if (room != p->common->room) {
		if (!waits)
			drop_room(p);
	} else if (waits) {
		move_out(p);
	} else {
		room->lent = false;
		p->room = NULL;
	}
}

static void emit(struct reply_parser *p)
{
	struct reply_room *room = p->room;

	if (!room->open)
		return;
	/* The buffer of the texts may have moved while it grew: until now, the lines were offsets into it. */
	for (size_t i = 0; i < room->reply.line_count; i++)
		room->lines[i] =
		    span_first(span_from(buf_span(&room->text), (size_t)(uintptr_t)room->lines[i].at),
			       room->lines[i].length);
	room->reply.lines = room->lines;
	room->reply.offsets = room->offsets;
	room->open = false;
	room->cut = false;
	p->common->sink.reply(p->context, &room->reply);
	buf_clear(&room->text);
}

static void grow_lines(struct reply_parser *p)
{
	size_t capacity = p->room->line_capacity ? p->room->line_capacity * 2 : 8;
	struct span *lines = account_resize(p->common->account, p->room->lines, capacity * sizeof *lines);
	uint64_t *offsets;

	if (!lines)
		return;
	p->room->lines = lines;
	offsets = account_resize(p->common->account, p->room->offsets, capacity * sizeof *offsets);
	if (!offsets)
		return;
	p->room->offsets = offsets;
	p->room->line_capacity = capacity;
}

/* |text| is a part of |line|, which begins at |line_start|. */
static void keep_text(struct reply_parser *p, struct span text, struct span line)
{
	struct reply_room *room = p->room;
	struct reply *r = &room->reply;
	size_t offset = room->text.length, kept;

	r->lines_seen++;
	if (r->line_count == room->line_capacity && r->line_count < REPLY_LINES_KEPT)
		grow_lines(p);
	if (r->line_count >= REPLY_LINES_KEPT || r->line_count >= room->line_capacity) {
		r->flags |= REPLY_LONG;
		return;
	}
	kept = buf_append(&room->text, text);
	if (kept < text.length)
		r->flags |= REPLY_LONG;
	room->offsets[r->line_count] =
	    room->line_start + (text.length ? (size_t)(text.at - line.at) : line.length);
	room->lines[r->line_count++] =
	    (struct span){ .at = (const uint8_t *)(uintptr_t)offset, .length = kept };
}

static void begin(struct reply_parser *p, const struct reply_line *parts)
{
	struct reply_room *room = p->room;

	room->reply = (struct reply){ .code = parts->code,
				      .last_code = parts->code,
				      .start = room->line_start,
				      .first = room->line_first,
				      .acked_known = room->line_acked_known,
				      .peer_acked = room->line_acked };
	room->reply.enhanced = parts->enhanced;
	if (p->after_gap)
		room->reply.flags |= REPLY_AFTER_GAP;
	room->open = true;
	room->cut = false;
}

/* Does this line go on with the reply that is open? A cut one it does only where nothing was asked meanwhile. */
static bool continues(const struct reply_parser *p, const struct reply_line *parts)
{
	if (!p->room->open || parts->code != p->room->reply.code)
		return false;
	return !p->room->cut || (p->room->line_acked_known && p->room->reply.acked_known &&
				 p->room->line_acked <= p->room->reply.peer_acked);
}

static void take_reply_line(struct reply_parser *p, const struct reply_line *parts, struct span line,
			    uint64_t end, unsigned flags)
{
	struct reply_room *room = p->room;

	if (room->open && !continues(p, parts)) {
		if (!room->cut) {
			room->reply.flags |= REPLY_NO_END;
			if (parts->code != room->reply.code)
				room->reply.flags |= REPLY_MIXED_CODES;
			room->reply.last_code = parts->code;
		}
		emit(p);
	}
	if (!room->open)
		begin(p, parts);
	keep_text(p, parts->text, line);
	room->reply.flags |= flags | (parts->separator == '\t' ? REPLY_ODD_SEPARATOR : 0);
	room->reply.end = end;
	room->reply.frame = room->line_last;
	p->after_gap = false;
	p->resync = false;
	if (parts->separator != '-')
		emit(p);
}

/* An EHLO keyword, as servers write it: a word in capitals, then nothing or parameters. */
static bool looks_like_keyword(struct span text)
{
	size_t length = 0;

	while (length < text.length &&
	       ((text.at[length] >= 'A' && text.at[length] <= 'Z') ||
		(text.at[length] >= '0' && text.at[length] <= '9') || text.at[length] == '-'))
		length++;
	return length > 2 && (length == text.length || text.at[length] == ' ');
}

/*
 * The client went on at the mark. The server, once it had what the client sent, went on with |line|: takes the reply before the
 * mark for whole where another one begins behind it. Returns what is behind the mark, or |line|.
 */
static struct span end_at_mark(struct reply_parser *p, struct span line)
{
	struct reply_mark mark = p->room->mark;
	size_t length = mark.at > p->room->line_start ? (size_t)(mark.at - p->room->line_start) : 0;
	struct span tail = span_from(line, length);
	struct reply_line before, behind;
	struct frame_ref last = p->room->line_last;

	p->room->mark.set = false;
	if (!mark.acked_known || mark.acked <= mark.client || p->room->line_overlong ||
	    !patterns_reply_line(p->common->patterns, tail, &behind))
		return line;
	if (length == 0) {
		/* A further line of the same reply is more likely where it names an extension, or where more lines follow. */
		if (!p->room->open || behind.separator == '-' ||
		    (behind.code < 300 && looks_like_keyword(behind.text)))
			return line;
		p->room->reply.flags |= REPLY_NO_END | REPLY_ASSUMED_END;
		emit(p);
		return line;
	}
	if (!patterns_reply_line(p->common->patterns, span_first(line, length), &before))
		return line;
	p->room->line_last = mark.last;
	take_reply_line(p, &before, line, mark.at, REPLY_NO_LINE_END);
	p->room->line_last = last;
	p->room->line_start = mark.at;
	p->room->line_first = mark.first;
	p->room->line_acked = mark.acked;
	p->room->line_acked_known = mark.acked_known;
	return tail;
}

static void take_line(struct reply_parser *p, struct span line, uint64_t end)
{
	struct reply_line parts;
	unsigned flags = p->room->line_overlong ? REPLY_LONG : 0;

	if (line.length && line.at[line.length - 1] == '\r')
		line.length--;
	else if (!p->room->line_overlong)
		flags |= REPLY_BARE_LF;
	while (line.length && line.at[line.length - 1] == '\r')
		line.length--;
	if (p->room->mark.set)
		line = end_at_mark(p, line);
	if (patterns_reply_line(p->common->patterns, line, &parts)) {
		take_reply_line(p, &parts, line, end, flags);
		return;
	}
	if (p->resync) {
		/* The rest of a line that began in the gap. */
		p->resync = false;
		return;
	}
	if (line.length)
		p->common->sink.not_reply(p->context, line, &p->room->line_last, p->room->line_start);
}

/* Does the text end where its enhanced code does? */
static bool is_code_alone(struct span text)
{
	for (size_t i = 0; i < text.length; i++)
		if (text.at[i] != '.' && (text.at[i] < '0' || text.at[i] > '9'))
			return false;
	return true;
}

/* What there is of a line that has no end; |flag| says why. */
static void take_cut_line(struct reply_parser *p, uint64_t end, unsigned flag)
{
	struct span line = buf_span(&p->room->line);
	struct reply_line parts;

	/* What follows the mark may be another reply. */
	if (p->room->mark.set && p->room->mark.at > p->room->line_start)
		line = span_first(line, (size_t)(p->room->mark.at - p->room->line_start));
	p->room->mark.set = false;
	if (line.length && line.at[line.length - 1] == '\r')
		line.length--;
	if (patterns_reply_line(p->common->patterns, line, &parts)) {
		bool last = parts.separator != '-' && (line.length > 3 || flag != REPLY_TRUNCATED);

		/* "5.7.2" with nothing behind it may be the beginning of 5.7.26. */
		if (flag == REPLY_TRUNCATED && is_code_alone(parts.text))
			parts.enhanced = (struct enhanced){ 0 };
		if (p->room->open && !continues(p, &parts))
			emit(p);
		if (!p->room->open)
			begin(p, &parts);
		keep_text(p, parts.text, line);
		p->room->reply.flags |= last && flag == REPLY_NO_END ? REPLY_NO_LINE_END : flag;
		p->room->reply.end = end;
		p->room->reply.frame = p->room->line_last;
		if (last)
			emit(p);
	}
	buf_clear(&p->room->line);
	p->room->line_overlong = false;
}

static void take_gap(struct reply_parser *p, const struct chunk *chunk)
{
	if (p->room->line.length)
		take_cut_line(p, chunk->offset, REPLY_TRUNCATED);
	p->room->mark.set = false;
	if (p->room->open) {
		p->room->reply.flags |= REPLY_TRUNCATED;
		p->room->cut = true;
	}
	p->resync = true;
	p->after_gap = true;
}

static void read_bytes(struct reply_parser *p, const struct chunk *chunk)
{
	const uint8_t *at = chunk->bytes;
	size_t left = (size_t)chunk->length;
	uint64_t offset = chunk->offset;

	while (left) {
		const uint8_t *lf = memchr(at, '\n', left);
		size_t run = lf ? (size_t)(lf - at) + 1 : left;
		struct span piece = span_of(at, lf ? run - 1 : run);

		if (p->room->line.length == 0 && !p->room->line_overlong) {
			p->room->line_start = offset;
			p->room->line_first = chunk->frame;
			p->room->line_acked = chunk->peer_acked;
			p->room->line_acked_known = chunk->acked_known;
		}
		p->room->line_last = chunk->frame;
		if (p->room->mark.set && p->room->mark.at == offset) {
			p->room->mark.first = chunk->frame;
			p->room->mark.acked_known = chunk->acked_known;
			p->room->mark.acked = chunk->peer_acked;
		}
		if (lf && p->room->line.length == 0) {
			take_line(p, piece, offset + run);
		} else {
			if (buf_append(&p->room->line, piece) < piece.length)
				p->room->line_overlong = true;
			if (lf) {
				take_line(p, buf_span(&p->room->line), offset + run);
				buf_clear(&p->room->line);
			}
		}
		if (lf)
			p->room->line_overlong = false;
		at += run;
		left -= run;
		offset += run;
	}
}

void reply_parser_push(struct reply_parser *p, const struct chunk *chunk)
{
	bool nested = p->at_work;

	if (!nested && !enter(p)) {
		p->resync = p->after_gap = true;
		return;
	}
	if (chunk->gap)
		take_gap(p, chunk);
	else
		read_bytes(p, chunk);
	if (!nested)
		leave(p);
}

/* Emits the reply that is open, or what there is of the line. */
static void end_early(struct reply_parser *p, void (*end)(struct reply_parser *p, unsigned flag), unsigned flag)
{
	bool nested = p->at_work;

	if (!p->room)
		return;
	p->at_work = true;
	end(p, flag);
	if (!nested)
		leave(p);
}

static void interrupt(struct reply_parser *p, unsigned flag)
{
	(void)flag;
	if (p->room->cut)
		emit(p);
}

void reply_parser_interrupt(struct reply_parser *p)
{
	end_early(p, interrupt, 0);
}

static void end_line(struct reply_parser *p, unsigned flag)
{
	if (p->room->line.length)
		take_cut_line(p, p->room->line_start + p->room->line.length, flag);
}

void reply_parser_end_line(struct reply_parser *p)
{
	end_early(p, end_line, REPLY_NO_END);
}

bool reply_parser_mark(struct reply_parser *p, uint64_t acked, uint64_t client_offset)
{
	struct reply_room *room = p->room;
	struct reply_line parts;
	struct span line;
	uint64_t end;

	if (reply_parser_idle(p))
		return false;
	line = buf_span(&room->line);
	end = line.length ? room->line_start + line.length : room->reply.end;
	if (acked != end || room->mark.set || room->line_overlong || room->cut)
		return false;
	if (line.length && (!patterns_reply_line(p->common->patterns, line, &parts) ||
			    parts.separator == '-' || line.at[line.length - 1] == '\r'))
		return false;
	room->mark =
	    (struct reply_mark){ .set = true, .at = end, .client = client_offset, .last = room->line_last };
	return true;
}

static void end_all(struct reply_parser *p, unsigned flag)
{
	end_line(p, flag);
	if (p->room->open) {
		p->room->reply.flags |= flag;
		emit(p);
	}
}

void reply_parser_end(struct reply_parser *p, bool complete)
{
	end_early(p, end_all, complete ? REPLY_NO_END : REPLY_TRUNCATED);
}
