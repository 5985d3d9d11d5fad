/* SPDX-License-Identifier: BSD-2-Clause */
#include "joiner.h"

#include "decimal.h"
#include "later_number.h"

/* How far a draft has been written. */
struct reader {
	const struct draft *draft;
	size_t piece, text, past;
};

void joiner_init(struct joiner *j, size_t workers, FILE *out, struct analysis *stories, struct account *account)
{
	*j = (struct joiner){ .workers = workers, .output = { .file = out }, .stories = stories };
	for (size_t i = 0; i < workers; i++)
		j->numbers[i].account = account;
}

void joiner_finish(struct joiner *j)
{
	for (size_t i = 0; i < j->workers; i++)
		number_book_finish(&j->numbers[i]);
}

/* Returns where |mark| comes next at or after |at|, which is before |end|; |end|: nowhere. */
static const uint8_t *find_mark(const uint8_t *at, const uint8_t *end, int mark)
{
	const uint8_t *found = memchr(at, mark, (size_t)(end - at));

	return found ? found : end;
}

/* Reads the number at |at|, and moves |at| past it. */
static uint64_t read_number(const uint8_t **at, const uint8_t *end)
{
	uint64_t number = 0;

	for (; *at < end && **at >= '0' && **at <= '9'; ++*at)
		number = number * 10 + (uint64_t)(**at - '0');
	return number;
}

/* Writes |text| of the worker with |book|; the numbers of findings behind marks become final. */
static void write_text(struct joiner *j, const struct number_book *book, struct span text)
{
	const uint8_t *at = text.at, *end = text.at + text.length;
	const uint8_t *of = find_mark(at, end, LATER_NUMBER_OF), *to = find_mark(at, end, LATER_NUMBER_TO);

	while (at < end) {
		const uint8_t *mark = of < to ? of : to;
		char final[DECIMAL_SIZE];
		uint64_t number;

		output_write(&j->output, at, (size_t)(mark - at));
		at = mark;
		if (mark == end)
			return;
		at++;
		number = number_book_find(book, read_number(&at, end));
		output_write(&j->output, final, (size_t)(decimal_write(final, number, 1) - final));
		if (mark == of)
			of = find_mark(at, end, LATER_NUMBER_OF);
		else
			to = find_mark(at, end, LATER_NUMBER_TO);
	}
}

/* The findings that |text| is about have been told with the end of their session, and nothing refers to them from now on. */
static void release_numbers(struct number_book *book, struct span text)
{
	const uint8_t *at = text.at, *end = text.at + text.length;

	while (at < end && (at = find_mark(at, end, LATER_NUMBER_OF)) < end) {
		at++;
		number_book_release(book, read_number(&at, end));
	}
}

static void write_piece(struct joiner *j, size_t worker, struct reader *r)
{
	const struct piece *piece = &r->draft->pieces[r->piece++];
	struct span text = { .at = r->draft->text.at + r->text, .length = piece->text };

	r->text += piece->text;
	if (!piece->marked)
		output_write(&j->output, text.at, text.length);
	if (!j->stories)
		return;
	for (uint64_t i = 0; i < piece->raised; i++)
		j->lost |= !number_book_add(&j->numbers[worker], ++j->findings);
	if (piece->marked) {
		write_text(j, &j->numbers[worker], text);
		if (piece->pasts)
			release_numbers(&j->numbers[worker], text);
	}
	for (size_t i = 0; i < piece->pasts; i++)
		analysis_remember(j->stories, r->draft->pasts[r->past++]);
}

void joiner_join(struct joiner *j, struct draft *const drafts[])
{
	struct reader readers[WORKERS_MAX] = { 0 };

	for (size_t i = 0; i < j->workers; i++) {
		readers[i].draft = drafts[i];
		j->lost |= drafts[i]->lost;
	}
	for (;;) {
		size_t next = j->workers;

		for (size_t i = 0; i < j->workers; i++)
			if (readers[i].piece < drafts[i]->piece_count &&
			    (next == j->workers || drafts[i]->pieces[readers[i].piece].ordinal <
						       drafts[next]->pieces[readers[next].piece].ordinal))
				next = i;
		if (next == j->workers)
			return;
		write_piece(j, next, &readers[next]);
	}
}
