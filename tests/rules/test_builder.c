/* SPDX-License-Identifier: BSD-2-Clause */
/* The builder: entries of the base set are lent, new ones are added and sorted, each is given once, and their number is bounded. */
#include "builder.h"
#include "harness.h"
#include <stdio.h>

struct faults {
	char last[512];
	unsigned line, count;
};

static void note(void *context, const char *file, unsigned line, const char *text)
{
	struct faults *f = context;

	snprintf(f->last, sizeof f->last, "%s: %s", file, text);
	f->line = line;
	f->count++;
}

static struct rules_builder builder_for(struct faults *f)
{
	*f = (struct faults){ .count = 0 };
	return (struct rules_builder){ .fault = note, .context = f, .file = "a.yaml" };
}

static bool same_code(const void *entry, const void *other)
{
	const struct rule_code *a = entry, *b = other;

	return a->code == b->code && !a->question == !b->question;
}

static bool add(struct rules_builder *b, unsigned code, unsigned line)
{
	struct rule_code entry = { .code = code, .name = "new" };
	size_t place;

	return rules_lend(b, RULES_CODES, same_code, &entry, line, "the code", &place) &&
	       rules_put(b, RULES_CODES, place, &entry, line);
}

START_TEST(entries_are_sorted_in_the_set)
{
	struct faults f;
	struct rules_builder b = builder_for(&f);
	struct rules *set;

	ck_assert(builder_begin(&b, NULL));
	ck_assert(!b.over_base);
	ck_assert(add(&b, 550, 1));
	ck_assert(add(&b, 220, 2));
	ck_assert(add(&b, 354, 3));
	set = builder_make_set(&b);
	builder_finish(&b);
	ck_assert_ptr_nonnull(set);
	ck_assert_uint_eq(set->code_count, 3);
	ck_assert_uint_eq(set->codes[0].code, 220);
	ck_assert_uint_eq(set->codes[1].code, 354);
	ck_assert_uint_eq(set->codes[2].code, 550);
	ck_assert_uint_eq(set->finding_count + set->text_count + set->phrase_count, 0);
	ck_assert_uint_eq(f.count, 0);
	rules_destroy(set);
}
END_TEST

START_TEST(the_base_set_lends_its_fields)
{
	static const struct rule_code codes[] = { { .code = 220, .name = "base", .fix = "kept" } };
	static const struct rules base = { .codes = codes, .code_count = 1 };
	struct rule_code entry = { .code = 220, .name = "new" };
	struct faults f;
	struct rules_builder b = builder_for(&f);
	size_t place;

	ck_assert(builder_begin(&b, &base));
	ck_assert(b.over_base);
	ck_assert(rules_lend(&b, RULES_CODES, same_code, &entry, 1, "code 220", &place));
	ck_assert_uint_eq(place, 0);
	ck_assert_str_eq(entry.name, "base");
	ck_assert_str_eq(entry.fix, "kept");
	entry = (struct rule_code){ .code = 221 };
	ck_assert(rules_lend(&b, RULES_CODES, same_code, &entry, 1, "code 221", &place));
	ck_assert_uint_eq(place, 1);
	ck_assert_ptr_null(entry.name);
	builder_finish(&b);
}
END_TEST

START_TEST(an_entry_is_given_once)
{
	struct faults f;
	struct rules_builder b = builder_for(&f);

	ck_assert(builder_begin(&b, NULL));
	ck_assert(add(&b, 220, 4));
	ck_assert(!add(&b, 220, 7));
	ck_assert_str_eq(f.last, "a.yaml: the code is already given at a.yaml:4");
	ck_assert_uint_eq(f.line, 7);
	ck_assert_uint_eq(b.faults, 1);
	builder_finish(&b);
}
END_TEST

START_TEST(the_number_of_entries_is_bounded)
{
	struct rule_code entry = { .code = 220 };
	struct faults f;
	struct rules_builder b = builder_for(&f);

	ck_assert(builder_begin(&b, NULL));
	for (size_t i = 0; i < RULES_ENTRIES_MAX; i++)
		ck_assert(rules_put(&b, RULES_CODES, i, &entry, 1));
	ck_assert_uint_eq(f.count, 0);
	ck_assert(!rules_put(&b, RULES_CODES, RULES_ENTRIES_MAX, &entry, 1));
	ck_assert_uint_eq(f.count, 1);
	/* An entry that exists can still be replaced. */
	ck_assert(rules_put(&b, RULES_CODES, RULES_ENTRIES_MAX - 1, &entry, 1));
	ck_assert_uint_eq(b.tables[RULES_CODES].count, RULES_ENTRIES_MAX);
	builder_finish(&b);
}
END_TEST

/* What a set points to lives until the set is destroyed, although the builder is finished; ASan watches this test. */
START_TEST(kept_memory_belongs_to_the_set)
{
	struct faults f;
	struct rules_builder b = builder_for(&f);
	struct rule_code entry = { .code = 220 };
	struct rules *set;
	char *name;

	ck_assert(builder_begin(&b, NULL));
	name = rules_keep(&b, 3);
	ck_assert_ptr_nonnull(name);
	ck_assert_int_eq(name[0] | name[1] | name[2], 0);
	name[0] = 'x';
	entry.name = name;
	ck_assert(rules_put(&b, RULES_CODES, 0, &entry, 1));
	set = builder_make_set(&b);
	builder_finish(&b);
	ck_assert_str_eq(set->codes[0].name, "x");
	rules_destroy(set);
	rules_destroy(NULL);
}
END_TEST

SUITE("rules/builder", entries_are_sorted_in_the_set, the_base_set_lends_its_fields, an_entry_is_given_once,
      the_number_of_entries_is_bounded, kept_memory_belongs_to_the_set)
