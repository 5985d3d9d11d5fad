/* SPDX-License-Identifier: BSD-2-Clause */
#include "timeline.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "source.h"

/* Enough to read the first packet. */
#define PEEK_BUFFER_SIZE ((size_t)16 << 10)

struct entry {
	struct source *source; /* NULL: not open now */
	struct frame frame;    /* the next one; without |source| only its time is valid */
	tstamp reached;	       /* latest time in the file so far; the sort key */
	uint32_t file;
};

struct timeline {
	struct timeline_options options;
	struct entry *entries;	/* one per file, in the order given */
	struct entry **waiting; /* a heap of those with frames left; the earliest first */
	size_t waiting_count;
	bool handed_out; /* the frame of the first entry was returned */
	uint64_t packets, bytes;
	struct buf *errors;
	size_t error_count;
	bool may_have_secrets;
};

/************ the heap ************/

static bool goes_before(const struct entry *a, const struct entry *b)
{
	return a->reached != b->reached ? a->reached < b->reached : a->file < b->file;
}

/* Moves the entry at |at| down to its place; the heap below is in order. */
static void sift_down(struct timeline *t, size_t at)
{
	struct entry *moving = t->waiting[at];

	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= t->waiting_count)
			break;
		if (child + 1 < t->waiting_count && goes_before(t->waiting[child + 1], t->waiting[child]))
			child++;
		if (!goes_before(t->waiting[child], moving))
			break;
		t->waiting[at] = t->waiting[child];
		at = child;
	}
	t->waiting[at] = moving;
}

static void remove_first(struct timeline *t)
{
	t->waiting[0] = t->waiting[--t->waiting_count];
	if (t->waiting_count)
		sift_down(t, 0);
}

/************ files ************/

/* Returns the buffer for a further error. There is always one, because a file has at most one error. */
static struct buf *next_error(struct timeline *t)
{
	struct buf *error = &t->errors[t->error_count++];

	buf_init(error, SOURCE_ERROR_LIMIT);
	return error;
}

static void close_entry(struct entry *e)
{
	source_close(e->source);
	e->source = NULL;
}

static bool open_entry(struct timeline *t, struct entry *e, size_t buffer_size, bool with_secrets)
{
	const struct source_options options = {
		.path = t->options.paths[e->file],
		.file = e->file,
		.buffer_size = buffer_size,
		.secrets = with_secrets ? t->options.secrets : NULL,
		.secrets_context = t->options.secrets_context,
		.describe = t->options.describe,
		.describe_context = t->options.describe_context,
		.watch = t->options.watch,
	};
	struct buf error;

	buf_init(&error, SOURCE_ERROR_LIMIT);
	e->source = source_open(&options, &error);
	if (!e->source)
		buf_append(next_error(t), buf_span(&error));
	buf_finish(&error);
	return e->source != NULL;
}

/* Closes a file that returned |status| instead of a frame. */
static void finish_entry(struct timeline *t, struct entry *e, int status)
{
	if (status < 0)
		buf_text(next_error(t), source_error(e->source));
	close_entry(e);
}

/* Reads the next frame of an open file. Returns false, and closes the file, if there is none. */
static inline bool advance(struct timeline *t, struct entry *e)
{
	int status = source_next(e->source, &e->frame);

	if (status > 0) {
		if (e->frame.ref.time > e->reached)
			e->reached = e->frame.ref.time;
		return true;
	}
	finish_entry(t, e, status);
	return false;
}

/* Returns whether the file can be opened again with the same content. */
static bool is_regular(const char *path)
{
	struct stat facts;

	return strcmp(path, "-") != 0 && stat(path, &facts) == 0 && S_ISREG(facts.st_mode);
}

/* Opens a file for the first time. Returns true if it has a frame. */
static bool look_at(struct timeline *t, struct entry *e)
{
	bool peek = t->options.count > TIMELINE_OPEN_AT_ONCE && is_regular(t->options.paths[e->file]);

	/* A file that is reopened later delivers its secrets then, so that each arrives once. */
	if (!open_entry(t, e, peek ? PEEK_BUFFER_SIZE : SOURCE_BUFFER_SIZE, !peek))
		return false;
	t->may_have_secrets |= source_may_have_secrets(e->source);
	if (!advance(t, e))
		return false;
	if (peek)
		close_entry(e);
	return true;
}

/************ the timeline ************/

struct timeline *timeline_create(const struct timeline_options *options)
{
	struct timeline *t = calloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->options = *options;
	t->entries = calloc(options->count + (size_t)1, sizeof *t->entries);
	t->waiting = calloc(options->count + (size_t)1, sizeof(struct entry *));
	t->errors = calloc(options->count + (size_t)1, sizeof *t->errors);
	if (!t->entries || !t->waiting || !t->errors) {
		timeline_destroy(t);
		return NULL;
	}
	for (uint32_t i = 0; i < options->count; i++) {
		struct entry *e = &t->entries[i];
		e->file = i;
		e->reached = TSTAMP_NONE;
		if (look_at(t, e))
			t->waiting[t->waiting_count++] = e;
	}
	for (size_t i = t->waiting_count / 2; i-- > 0;)
		sift_down(t, i);
	return t;
}

void timeline_destroy(struct timeline *t)
{
	if (!t)
		return;
	for (uint32_t i = 0; t->entries && i < t->options.count; i++)
		close_entry(&t->entries[i]);
	for (size_t i = 0; i < t->error_count; i++)
		buf_finish(&t->errors[i]);
	free(t->entries);
	free(t->waiting);
	free(t->errors);
	free(t);
}

/* Opens the first file, whose turn has come. */
static void reopen_first(struct timeline *t)
{
	struct entry *e = t->waiting[0];

	if (open_entry(t, e, SOURCE_BUFFER_SIZE, true) && advance(t, e))
		sift_down(t, 0);
	else
		remove_first(t);
}

const struct frame *timeline_next(struct timeline *t)
{
	struct entry *first;

	if (t->handed_out) {
		t->handed_out = false;
		if (!advance(t, t->waiting[0]))
			remove_first(t);
		else if (t->waiting_count > 1)
			sift_down(t, 0);
	}
	while (t->waiting_count && !t->waiting[0]->source)
		reopen_first(t);
	if (t->waiting_count == 0)
		return NULL;
	first = t->waiting[0];
	t->handed_out = true;
	t->packets++;
	t->bytes += first->frame.wire_length;
	return &first->frame;
}

struct run {
	struct timeline *timeline;
	frame_sink *sink;
	void *context;
};

static void run_frame(void *context, const struct frame *frame)
{
	struct run *run = context;

	run->timeline->packets++;
	run->timeline->bytes += frame->wire_length;
	run->sink(run->context, frame);
}

void timeline_run(struct timeline *t, frame_sink *sink, void *context)
{
	struct run run = { .timeline = t, .sink = sink, .context = context };
	const struct frame *frame;

	while ((frame = timeline_next(t)) != NULL) {
		sink(context, frame);
		/* With one file left, there is nothing to compare. */
		if (t->waiting_count == 1) {
			t->handed_out = false;
			finish_entry(t, t->waiting[0], source_run(t->waiting[0]->source, run_frame, &run));
			remove_first(t);
		}
	}
}

const char *timeline_error(const struct timeline *t, size_t index)
{
	return index < t->error_count ? buf_string(&t->errors[index]) : NULL;
}

bool timeline_may_have_secrets(const struct timeline *t)
{
	return t->may_have_secrets;
}

uint64_t timeline_packets(const struct timeline *t)
{
	return t->packets;
}

uint64_t timeline_bytes(const struct timeline *t)
{
	return t->bytes;
}
