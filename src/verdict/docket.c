/* SPDX-License-Identifier: BSD-2-Clause */
#include "docket.h"

/* Bytes of the copy of |text|, which |which| says may last. */
static size_t text_size(const struct finding *f, enum lasting_text which, const char *text)
{
	return text && !(f->lasting & which) ? strlen(text) + 1 : 0;
}

static const char *copy_text(char **at, const struct finding *f, enum lasting_text which, const char *text)
{
	char *copy = *at;

	if (!text || f->lasting & which)
		return text;
	*at = stpcpy(copy, text) + 1;
	return copy;
}

/* One block holds the charge, its frames and its texts. */
static struct charge *charge_create(struct account *account, const struct finding *f)
{
	size_t frames = f->frame_count * sizeof *f->frames;
	size_t texts = text_size(f, LASTING_TITLE, f->title) + text_size(f, LASTING_WHY, f->why) +
		       text_size(f, LASTING_FIX, f->fix) + text_size(f, LASTING_REFERENCE, f->reference) +
		       text_size(f, 0, f->recipient);
	struct charge *charge;
	char *at;

	charge = account_take(account, sizeof *charge + frames + texts);
	if (!charge)
		return NULL;
	*charge = (struct charge){ .finding = *f };
	if (frames)
		memcpy(charge->frames, f->frames, frames);
	charge->finding.frames = charge->frames;
	at = (char *)(charge->frames + f->frame_count);
	charge->finding.title = copy_text(&at, f, LASTING_TITLE, f->title);
	charge->finding.why = copy_text(&at, f, LASTING_WHY, f->why);
	charge->finding.fix = copy_text(&at, f, LASTING_FIX, f->fix);
	charge->finding.reference = copy_text(&at, f, LASTING_REFERENCE, f->reference);
	charge->finding.recipient = copy_text(&at, f, 0, f->recipient);
	return charge;
}

bool docket_add(struct docket *d, const struct finding *finding, const struct explanation *explanation,
		struct account *account)
{
	struct charge *charge;

	if (d->count == DOCKET_MAX)
		return false;
	if (d->count == d->capacity) {
		uint32_t capacity = d->capacity ? 2 * d->capacity : 2;
		struct charge **grown = account_resize(account, d->charges, capacity * sizeof *grown);

		if (!grown)
			return false;
		d->charges = grown;
		d->capacity = capacity;
	}
	charge = charge_create(account, finding);
	if (!charge)
		return false;
	charge->explanation = explanation;
	d->charges[d->count++] = charge;
	return true;
}

struct charge *docket_find(const struct docket *d, uint64_t number)
{
	for (size_t i = 0; number && i < d->count; i++)
		if (d->charges[i]->finding.number == number)
			return d->charges[i];
	return NULL;
}

void docket_finish(struct docket *d, struct account *account)
{
	for (size_t i = 0; i < d->count; i++)
		account_free(account, d->charges[i]);
	account_free(account, d->charges);
	*d = (struct docket){ 0 };
}
