/* SPDX-License-Identifier: BSD-2-Clause */
#include "docket.h"

#include <stdlib.h>
#include <string.h>

static size_t text_size(const char *text)
{
	return text ? strlen(text) + 1 : 0;
}

static const char *copy_text(char **at, const char *text)
{
	char *copy = *at;

	if (!text)
		return NULL;
	*at = stpcpy(copy, text) + 1;
	return copy;
}

static struct charge *charge_create(const struct finding *f, size_t *bytes)
{
	size_t frames = f->frame_count * sizeof *f->frames;
	size_t texts = text_size(f->title) + text_size(f->why) + text_size(f->fix) + text_size(f->reference) +
		       text_size(f->recipient);
	struct charge *charge;
	struct frame_ref *copy;
	char *at;

	*bytes = sizeof *charge + texts + frames;
	charge = malloc(sizeof *charge + texts);
	copy = malloc(frames ? frames : 1);
	if (!charge || !copy) {
		free(charge);
		free(copy);
		return NULL;
	}
	*charge = (struct charge){ .finding = *f };
	at = charge->text;
	charge->finding.title = copy_text(&at, f->title);
	charge->finding.why = copy_text(&at, f->why);
	charge->finding.fix = copy_text(&at, f->fix);
	charge->finding.reference = copy_text(&at, f->reference);
	charge->finding.recipient = copy_text(&at, f->recipient);
	if (frames)
		memcpy(copy, f->frames, frames);
	charge->finding.frames = copy;
	return charge;
}

static void charge_destroy(struct charge *charge)
{
	free((void *)(uintptr_t)charge->finding.frames);
	free(charge);
}

bool docket_add(struct docket *d, const struct finding *finding, const struct explanation *explanation)
{
	struct charge *charge;
	size_t bytes;

	if (d->count == DOCKET_MAX)
		return false;
	if (d->count == d->capacity) {
		size_t capacity = d->capacity ? 2 * d->capacity : 4;
		struct charge **grown = reallocarray(d->charges, capacity, sizeof *grown);

		if (!grown)
			return false;
		d->charges = grown;
		d->capacity = capacity;
	}
	charge = charge_create(finding, &bytes);
	if (!charge)
		return false;
	charge->explanation = explanation;
	d->charges[d->count++] = charge;
	d->bytes += bytes;
	return true;
}

struct charge *docket_find(const struct docket *d, uint64_t number)
{
	for (size_t i = 0; number && i < d->count; i++)
		if (d->charges[i]->finding.number == number)
			return d->charges[i];
	return NULL;
}

void docket_finish(struct docket *d)
{
	for (size_t i = 0; i < d->count; i++)
		charge_destroy(d->charges[i]);
	free(d->charges);
	*d = (struct docket){ 0 };
}
