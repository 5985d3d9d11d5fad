/* SPDX-License-Identifier: BSD-2-Clause */
#include "docket.h"

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

static struct charge *charge_create(struct account *account, const struct finding *f, size_t *bytes)
{
	size_t frames = f->frame_count * sizeof *f->frames;
	size_t texts = text_size(f->title) + text_size(f->why) + text_size(f->fix) + text_size(f->reference) +
		       text_size(f->recipient);
	struct charge *charge;
	struct frame_ref *copy;
	char *at;

	*bytes = sizeof *charge + texts + frames;
	charge = account_take(account, sizeof *charge + texts);
	copy = account_take(account, frames);
	if (!charge || !copy) {
		account_free(account, charge);
		account_free(account, copy);
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

static void charge_destroy(struct account *account, struct charge *charge)
{
	account_free(account, charge->finding.frames);
	account_free(account, charge);
}

bool docket_add(struct docket *d, const struct finding *finding, const struct explanation *explanation)
{
	struct charge *charge;
	size_t bytes;

	if (d->count == DOCKET_MAX)
		return false;
	if (d->count == d->capacity) {
		size_t capacity = d->capacity ? 2 * d->capacity : 4;
		struct charge **grown = account_resize(d->account, d->charges, capacity * sizeof *grown);

		if (!grown)
			return false;
		d->charges = grown;
		d->capacity = capacity;
	}
	charge = charge_create(d->account, finding, &bytes);
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
		charge_destroy(d->account, d->charges[i]);
	account_free(d->account, d->charges);
	*d = (struct docket){ .account = d->account };
}
