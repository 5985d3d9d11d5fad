/* SPDX-License-Identifier: BSD-2-Clause */
#include "reply_parser.h"

enum { LINE_KEPT = 8192 };

void reply_parser_init(struct reply_parser *p, struct patterns *patterns,
		       const struct reply_parser_sink *sink, struct account *account)
{
	*p = (struct reply_parser){ .patterns = patterns, .sink = *sink, .account = account };
	buf_init_charged(&p->line, LINE_KEPT, account);
	buf_init_charged(&p->text, REPLY_TEXT_KEPT, account);
}

void reply_parser_finish(struct reply_parser *p)
{
	buf_finish(&p->line);
	buf_finish(&p->text);
	account_free(p->account, p->lines);
	account_free(p->account, p->offsets);
	p->lines = NULL;
	p->offsets = NULL;
}

bool reply_parser_idle(const struct reply_parser *p)
{
	return !p->open && p->line.length == 0;
}

static void emit(struct reply_parser *p)
{
	if (!p->open)
		return;
	/* The texts stood in a buffer that may have moved while it grew: until now they were offsets. */
	for (size_t i = 0; i < p->reply.line_count; i++)
		p->lines[i] = span_first(span_from(buf_span(&p->text), (size_t)(uintptr_t)p->lines[i].at),
					 p->lines[i].length);
	p->reply.lines = p->lines;
	p->reply.offsets = p->offsets;
	p->open = false;
	p->cut = false;
	p->sink.reply(p->sink.context, &p->reply);
	buf_clear(&p->text);
}

static void grow_lines(struct reply_parser *p)
{
	size_t capacity = p->line_capacity ? p->line_capacity * 2 : 8;
	struct span *lines = account_resize(p->account, p->lines, capacity * sizeof *lines);
	uint64_t *offsets;

	if (!lines)
		return;
	p->lines = lines;
	offsets = account_resize(p->account, p->offsets, capacity * sizeof *offsets);
	if (!offsets)
		return;
	p->offsets = offsets;
	p->line_capacity = capacity;
}

/* |text| is a part of |line|, which begins at |line_start|. */
static void keep_text(struct reply_parser *p, struct span text, struct span line)
{
	struct reply *r = &p->reply;
	size_t offset = p->text.length, kept;

	r->lines_seen++;
	if (r->line_count == p->line_capacity && r->line_count < REPLY_LINES_KEPT)
		grow_lines(p);
	if (r->line_count >= REPLY_LINES_KEPT || r->line_count >= p->line_capacity) {
		r->flags |= REPLY_LONG;
		return;
	}
	kept = buf_append(&p->text, text);
	if (kept < text.length)
		r->flags |= REPLY_LONG;
	p->offsets[r->line_count] = p->line_start + (text.length ? (size_t)(text.at - line.at) : line.length);
	p->lines[r->line_count++] = (struct span){ .at = (const uint8_t *)(uintptr_t)offset, .length = kept };
}

static void begin(struct reply_parser *p, const struct reply_line *parts)
{
	p->reply = (struct reply){ .code = parts->code,
				   .last_code = parts->code,
				   .start = p->line_start,
				   .first = p->line_first,
				   .acked_known = p->line_acked_known,
				   .peer_acked = p->line_acked };
	p->reply.enhanced = parts->enhanced;
	if (p->after_gap)
		p->reply.flags |= REPLY_AFTER_GAP;
	p->open = true;
	p->cut = false;
}

/* Does this line go on with the reply that is open? A cut one it does only where nothing was asked meanwhile. */
static bool continues(const struct reply_parser *p, const struct reply_line *parts)
{
	if (!p->open || parts->code != p->reply.code)
		return false;
	return !p->cut || (p->line_acked_known && p->reply.acked_known && p->line_acked <= p->reply.peer_acked);
}

static void take_reply_line(struct reply_parser *p, const struct reply_line *parts, struct span line,
			    uint64_t end, unsigned flags)
{
	if (p->open && !continues(p, parts)) {
		if (!p->cut) {
			p->reply.flags |= REPLY_NO_END;
			if (parts->code != p->reply.code)
				p->reply.flags |= REPLY_MIXED_CODES;
			p->reply.last_code = parts->code;
		}
		emit(p);
	}
	if (!p->open)
		begin(p, parts);
	keep_text(p, parts->text, line);
	p->reply.flags |= flags | (parts->separator == '\t' ? REPLY_ODD_SEPARATOR : 0);
	p->reply.end = end;
	p->reply.frame = p->line_last;
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
	struct reply_mark mark = p->mark;
	size_t length = mark.at > p->line_start ? (size_t)(mark.at - p->line_start) : 0;
	struct span tail = span_from(line, length);
	struct reply_line before, behind;
	struct frame_ref last = p->line_last;

	p->mark.set = false;
	if (!mark.acked_known || mark.acked <= mark.client || p->line_overlong ||
	    !patterns_reply_line(p->patterns, tail, &behind))
		return line;
	if (length == 0) {
		/* A further line of the same reply is more likely where it names an extension, or where more lines follow. */
		if (!p->open || behind.separator == '-' ||
		    (behind.code < 300 && looks_like_keyword(behind.text)))
			return line;
		p->reply.flags |= REPLY_NO_END | REPLY_ASSUMED_END;
		emit(p);
		return line;
	}
	if (!patterns_reply_line(p->patterns, span_first(line, length), &before))
		return line;
	p->line_last = mark.last;
	take_reply_line(p, &before, line, mark.at, REPLY_NO_LINE_END);
	p->line_last = last;
	p->line_start = mark.at;
	p->line_first = mark.first;
	p->line_acked = mark.acked;
	p->line_acked_known = mark.acked_known;
	return tail;
}

static void take_line(struct reply_parser *p, struct span line, uint64_t end)
{
	struct reply_line parts;
	unsigned flags = p->line_overlong ? REPLY_LONG : 0;

	if (line.length && line.at[line.length - 1] == '\r')
		line.length--;
	else if (!p->line_overlong)
		flags |= REPLY_BARE_LF;
	while (line.length && line.at[line.length - 1] == '\r')
		line.length--;
	if (p->mark.set)
		line = end_at_mark(p, line);
	if (patterns_reply_line(p->patterns, line, &parts)) {
		take_reply_line(p, &parts, line, end, flags);
		return;
	}
	if (p->resync) {
		/* The rest of a line that began in the gap. */
		p->resync = false;
		return;
	}
	if (line.length)
		p->sink.not_reply(p->sink.context, line, &p->line_last, p->line_start);
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
	struct span line = buf_span(&p->line);
	struct reply_line parts;

	/* What follows the mark may be another reply. */
	if (p->mark.set && p->mark.at > p->line_start)
		line = span_first(line, (size_t)(p->mark.at - p->line_start));
	p->mark.set = false;
	if (line.length && line.at[line.length - 1] == '\r')
		line.length--;
	if (patterns_reply_line(p->patterns, line, &parts)) {
		bool last = parts.separator != '-' && (line.length > 3 || flag != REPLY_TRUNCATED);

		/* "5.7.2" with nothing behind it may be the beginning of 5.7.26. */
		if (flag == REPLY_TRUNCATED && is_code_alone(parts.text))
			parts.enhanced = (struct enhanced){ 0 };
		if (p->open && !continues(p, &parts))
			emit(p);
		if (!p->open)
			begin(p, &parts);
		keep_text(p, parts.text, line);
		p->reply.flags |= last && flag == REPLY_NO_END ? REPLY_NO_LINE_END : flag;
		p->reply.end = end;
		p->reply.frame = p->line_last;
		if (last)
			emit(p);
	}
	buf_clear(&p->line);
	p->line_overlong = false;
}

static void take_gap(struct reply_parser *p, const struct chunk *chunk)
{
	if (p->line.length)
		take_cut_line(p, chunk->offset, REPLY_TRUNCATED);
	p->mark.set = false;
	if (p->open) {
		p->reply.flags |= REPLY_TRUNCATED;
		p->cut = true;
	}
	p->resync = true;
	p->after_gap = true;
}

void reply_parser_push(struct reply_parser *p, const struct chunk *chunk)
{
	const uint8_t *at = chunk->bytes;
	size_t left = (size_t)chunk->length;
	uint64_t offset = chunk->offset;

	if (chunk->gap) {
		take_gap(p, chunk);
		return;
	}
	while (left) {
		const uint8_t *lf = memchr(at, '\n', left);
		size_t run = lf ? (size_t)(lf - at) + 1 : left;
		struct span piece = span_of(at, lf ? run - 1 : run);

		if (p->line.length == 0 && !p->line_overlong) {
			p->line_start = offset;
			p->line_first = chunk->frame;
			p->line_acked = chunk->peer_acked;
			p->line_acked_known = chunk->acked_known;
		}
		p->line_last = chunk->frame;
		if (p->mark.set && p->mark.at == offset) {
			p->mark.first = chunk->frame;
			p->mark.acked_known = chunk->acked_known;
			p->mark.acked = chunk->peer_acked;
		}
		if (lf && p->line.length == 0) {
			take_line(p, piece, offset + run);
		} else {
			if (buf_append(&p->line, piece) < piece.length)
				p->line_overlong = true;
			if (lf) {
				take_line(p, buf_span(&p->line), offset + run);
				buf_clear(&p->line);
			}
		}
		if (lf)
			p->line_overlong = false;
		at += run;
		left -= run;
		offset += run;
	}
}

void reply_parser_interrupt(struct reply_parser *p)
{
	if (p->cut)
		emit(p);
}

void reply_parser_end_line(struct reply_parser *p)
{
	if (p->line.length)
		take_cut_line(p, p->line_start + p->line.length, REPLY_NO_END);
}

bool reply_parser_mark(struct reply_parser *p, uint64_t acked, uint64_t client_offset)
{
	struct span line = buf_span(&p->line);
	uint64_t end = line.length ? p->line_start + line.length : p->reply.end;
	struct reply_line parts;

	if (acked != end || p->mark.set || p->line_overlong || p->cut || (!line.length && !p->open))
		return false;
	if (line.length && (!patterns_reply_line(p->patterns, line, &parts) || parts.separator == '-' ||
			    line.at[line.length - 1] == '\r'))
		return false;
	p->mark = (struct reply_mark){ .set = true, .at = end, .client = client_offset, .last = p->line_last };
	return true;
}

void reply_parser_end(struct reply_parser *p, bool complete)
{
	if (p->line.length)
		take_cut_line(p, p->line_start + p->line.length, complete ? REPLY_NO_END : REPLY_TRUNCATED);
	if (p->open) {
		p->reply.flags |= complete ? REPLY_NO_END : REPLY_TRUNCATED;
		emit(p);
	}
}
