/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bottom of the loader: knows entries and where they came from, but neither YAML nor what an entry means. The arrays and strings
 * belong to the builder until builder_make_set hands them to the set.
 */
#include "builder.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A set that builder_make_set made. The returned struct is the first member. */
struct loaded_rules {
	struct rules set;
	unsigned char *entries[RULES_KINDS];
	char **kept;
	size_t kept_count;
};

static void __attribute__((format(printf, 3, 0)))
report(struct rules_builder *b, struct origin at, const char *format, va_list arguments)
{
	char text[512];

	vsnprintf(text, sizeof text, format, arguments);
	b->faults++;
	if (b->faults <= RULES_FAULTS_MAX)
		b->fault(b->context, at.file, at.line, text);
	else if (b->faults == RULES_FAULTS_MAX + 1)
		b->fault(b->context, at.file, 0, "more faults, which are not reported");
}

void rules_fault_at(struct rules_builder *b, unsigned line, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	report(b, (struct origin){ b->file, line }, format, arguments);
	va_end(arguments);
}

void rules_fault_in(struct rules_builder *b, struct origin at, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	report(b, at, format, arguments);
	va_end(arguments);
}

void *rules_keep(struct rules_builder *b, size_t size)
{
	char *memory;

	if (b->kept_count == b->kept_capacity) {
		size_t capacity = b->kept_capacity ? 2 * b->kept_capacity : 256;
		char **larger = realloc(b->kept, capacity * sizeof *larger);

		if (!larger)
			goto short_of_memory;
		b->kept = larger;
		b->kept_capacity = capacity;
	}
	memory = calloc(1, size ? size : 1);
	if (!memory)
		goto short_of_memory;
	b->kept[b->kept_count++] = memory;
	return memory;

short_of_memory:
	rules_fault_at(b, 0, "out of memory");
	return NULL;
}

static bool table_grow(struct rules_table *t)
{
	size_t capacity = t->capacity ? 2 * t->capacity : 128;
	unsigned char *entries = realloc(t->entries, capacity * t->size);
	struct origin *origins;

	if (!entries)
		return false;
	t->entries = entries;
	origins = realloc(t->origins, capacity * sizeof *origins);
	if (!origins)
		return false;
	t->origins = origins;
	t->capacity = capacity;
	return true;
}

bool rules_put(struct rules_builder *b, enum rules_kind kind, size_t index, const void *entry, unsigned line)
{
	struct rules_table *t = &b->tables[kind];

	if (index == t->count) {
		if (t->count >= RULES_ENTRIES_MAX) {
			rules_fault_at(b, line, "more than %d entries of this kind; a set may not have more",
				       RULES_ENTRIES_MAX);
			return false;
		}
		if (t->count == t->capacity && !table_grow(t)) {
			rules_fault_at(b, line, "out of memory");
			return false;
		}
		t->count++;
	}
	memcpy(rules_at(t, index), entry, t->size);
	t->origins[index] = (struct origin){ b->file, line };
	return true;
}

bool rules_lend(struct rules_builder *b, enum rules_kind kind, rules_same *same, void *entry, unsigned line,
		const char *what, size_t *place)
{
	const struct rules_table *t = &b->tables[kind];

	for (*place = 0; *place < t->count; ++*place) {
		if (!same(rules_at(t, *place), entry))
			continue;
		if (t->origins[*place].file) {
			rules_fault_at(b, line, "%s is already given at %s:%u", what, t->origins[*place].file,
				       t->origins[*place].line);
			return false;
		}
		memcpy(entry, rules_at(t, *place), t->size);
		return true;
	}
	return true;
}

bool builder_begin(struct rules_builder *b, const struct rules *base)
{
	static const struct rules nothing;
	const struct rules *from = base ? base : &nothing;
	const struct {
		size_t size, count;
		const void *entries;
	} tables[RULES_KINDS] = {
		{ sizeof *from->codes, from->code_count, from->codes },
		{ sizeof *from->enhanced, from->enhanced_count, from->enhanced },
		{ sizeof *from->commands, from->command_count, from->commands },
		{ sizeof *from->findings, from->finding_count, from->findings },
		{ sizeof *from->explanations, from->explanation_count, from->explanations },
		{ sizeof *from->differences, from->difference_count, from->differences },
		{ sizeof *from->texts, from->text_count, from->texts },
		{ sizeof *from->phrases, from->phrase_count, from->phrases },
		{ sizeof *from->stories, from->story_count, from->stories },
		{ sizeof *from->controls, from->control_count, from->controls },
	};

	b->over_base = base != NULL;
	for (int kind = 0; kind < RULES_KINDS; kind++) {
		b->tables[kind].size = tables[kind].size;
		for (size_t i = 0; i < tables[kind].count; i++) {
			const unsigned char *entry =
			    (const unsigned char *)tables[kind].entries + i * tables[kind].size;

			if (!rules_put(b, (enum rules_kind)kind, i, entry, 0))
				return false;
			b->tables[kind].origins[i].file = NULL;
		}
	}
	return true;
}

/* ---- the set ---- */

/* Orders by key. Absent texts come first. */
static int compare_text(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int compare_number(unsigned a, unsigned b)
{
	return (a > b) - (a < b);
}

static int compare_codes(const void *left, const void *right)
{
	const struct rule_code *a = left, *b = right;
	int order = compare_number(a->code, b->code);

	return order ? order : compare_text(a->question, b->question);
}

static int compare_enhanced(const void *left, const void *right)
{
	const struct rule_enhanced *a = left, *b = right;
	int order = compare_number(a->subject, b->subject);

	order = order ? order : compare_number(a->detail, b->detail);
	order = order ? order : compare_number(a->class, b->class);
	return order ? order : compare_text(a->question, b->question);
}

static int compare_commands(const void *left, const void *right)
{
	return strcmp(((const struct rule_command *)left)->question,
		      ((const struct rule_command *)right)->question);
}

static int compare_findings(const void *left, const void *right)
{
	const struct rule_finding *a = left, *b = right;
	int order = strcmp(a->id, b->id);

	return order ? order : strcmp(a->cause, b->cause);
}

static int compare_explanations(const void *left, const void *right)
{
	return strcmp(((const struct rule_explanation *)left)->finding,
		      ((const struct rule_explanation *)right)->finding);
}

static int compare_differences(const void *left, const void *right)
{
	const struct rule_difference *a = left, *b = right;
	int order = compare_number(a->a, b->a);

	return order ? order : compare_number(a->b, b->b);
}

static int compare_texts(const void *left, const void *right)
{
	const struct rule_text *a = left, *b = right;
	int order = compare_number(a->level, b->level);

	order = order ? order : compare_number(a->rank, b->rank);
	return order ? order : compare_number(a->order, b->order);
}

static int compare_phrases(const void *left, const void *right)
{
	return strcmp(((const struct rule_phrase *)left)->name, ((const struct rule_phrase *)right)->name);
}

static int compare_stories(const void *left, const void *right)
{
	return strcmp(((const struct rule_story *)left)->name, ((const struct rule_story *)right)->name);
}

static int compare_controls(const void *left, const void *right)
{
	return strcmp(((const struct rule_control *)left)->name, ((const struct rule_control *)right)->name);
}

struct rules *builder_make_set(struct rules_builder *b)
{
	static int (*const orders[RULES_KINDS])(const void *, const void *) = {
		compare_codes,	      compare_enhanced,	   compare_commands, compare_findings,
		compare_explanations, compare_differences, compare_texts,    compare_phrases,
		compare_stories,      compare_controls,
	};
	struct loaded_rules *made = calloc(1, sizeof *made);

	if (!made) {
		rules_fault_at(b, 0, "out of memory");
		return NULL;
	}
	for (int kind = 0; kind < RULES_KINDS; kind++) {
		struct rules_table *t = &b->tables[kind];

		if (t->count)
			qsort(t->entries, t->count, t->size, orders[kind]);
		made->entries[kind] = t->entries;
		t->entries = NULL;
	}
	made->set = (struct rules){
		.codes = (const void *)made->entries[RULES_CODES],
		.code_count = b->tables[RULES_CODES].count,
		.enhanced = (const void *)made->entries[RULES_ENHANCED],
		.enhanced_count = b->tables[RULES_ENHANCED].count,
		.commands = (const void *)made->entries[RULES_COMMANDS],
		.command_count = b->tables[RULES_COMMANDS].count,
		.findings = (const void *)made->entries[RULES_FINDINGS],
		.finding_count = b->tables[RULES_FINDINGS].count,
		.explanations = (const void *)made->entries[RULES_EXPLANATIONS],
		.explanation_count = b->tables[RULES_EXPLANATIONS].count,
		.differences = (const void *)made->entries[RULES_DIFFERENCES],
		.difference_count = b->tables[RULES_DIFFERENCES].count,
		.texts = (const void *)made->entries[RULES_TEXTS],
		.text_count = b->tables[RULES_TEXTS].count,
		.phrases = (const void *)made->entries[RULES_PHRASES],
		.phrase_count = b->tables[RULES_PHRASES].count,
		.stories = (const void *)made->entries[RULES_STORIES],
		.story_count = b->tables[RULES_STORIES].count,
		.controls = (const void *)made->entries[RULES_CONTROLS],
		.control_count = b->tables[RULES_CONTROLS].count,
	};
	made->kept = b->kept;
	made->kept_count = b->kept_count;
	b->kept = NULL;
	b->kept_count = 0;
	return &made->set;
}

static void free_kept(char **kept, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(kept[i]);
	free(kept);
}

void builder_finish(struct rules_builder *b)
{
	for (int kind = 0; kind < RULES_KINDS; kind++) {
		free(b->tables[kind].entries);
		free(b->tables[kind].origins);
	}
	free_kept(b->kept, b->kept_count);
}

void rules_destroy(struct rules *rules)
{
	struct loaded_rules *loaded = (struct loaded_rules *)(void *)rules;

	if (!loaded)
		return;
	for (int kind = 0; kind < RULES_KINDS; kind++)
		free(loaded->entries[kind]);
	free_kept(loaded->kept, loaded->kept_count);
	free(loaded);
}
