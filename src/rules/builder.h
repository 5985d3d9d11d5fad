/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * builder: a set of rules while it is read. Owns the arrays of its entries and the strings and lists that they point to, until
 * builder_make_set hands them to the set. Inside of the loader only, whose files call each other in one direction: load (opens files
 * and walks their YAML) → schema_* (the fields of each kind of entry) → fields (reads fields) → builder; load → consistency → builder.
 */
#ifndef SMTPSCOPE_BUILDER_H
#define SMTPSCOPE_BUILDER_H

#include "rules.h"

enum {
	RULES_FILE_SIZE_MAX = 4 * 1024 * 1024, /* bytes of one file */
	RULES_FILES_MAX = 256,		       /* files of one directory */
	RULES_ENTRIES_MAX = 4096,	       /* entries of one kind in a set, and of one section */
	RULES_DEPTH_MAX = 16,		       /* mappings and lists within each other */
	RULES_FAULTS_MAX = 200,		       /* faults reported of one directory; more are counted */
	RULES_NAME_MAX = 60,		       /* bytes of a name */
	RULES_TITLE_MAX = 90,
	RULES_TEXT_MAX = 1200,
	RULES_PARAGRAPHS_MAX = 4000, /* compilers have to accept string literals of 4095 bytes */
	RULES_LIST_MAX = 400,	     /* patterns, examples, ... of one rule */
	RULES_PATTERN_MAX = 1500,
	RULES_WORD_MAX = 60, /* a word of a phrase */
};

enum rules_kind {
	RULES_CODES,
	RULES_ENHANCED,
	RULES_COMMANDS,
	RULES_FINDINGS,
	RULES_EXPLANATIONS,
	RULES_DIFFERENCES,
	RULES_TEXTS,
	RULES_PHRASES,
	RULES_STORIES,
	RULES_CONTROLS,
	RULES_KINDS
};

/* Where an entry was written. |file| is NULL if it came from the base set. */
struct origin {
	const char *file;
	unsigned line;
};

/* The entries of one kind, |size| bytes each, in the order they came. |origins| has one element for each entry. */
struct rules_table {
	size_t size, count, capacity;
	unsigned char *entries;
	struct origin *origins;
};

struct rules_builder {
	struct rules_table tables[RULES_KINDS];
	char **kept; /* strings and lists that belong to the new set */
	size_t kept_count, kept_capacity;
	rules_fault *fault;
	void *context;
	unsigned faults;
	unsigned entry_faults; /* faults that leave out one rule for texts or one phrase, and nothing else */
	bool over_base;	       /* there is a base set */
	bool unreadable;       /* a file could not be read at all */
	/* Set by the driver: the file being read, and its document, which is NULL between two files. */
	const char *file;
	struct yaml_document_s *document;
};

/*
 * Starts with the entries of |base|, which may be NULL, without an origin. |b| is zeroed but for |fault|, |context| and |file|. Returns
 * false, after a fault, if memory is short. Call builder_finish in either case.
 */
bool builder_begin(struct rules_builder *b, const struct rules *base);
/* Makes a set of all that was read, to be freed with rules_destroy. Returns NULL, after a fault, if memory is short. */
struct rules *builder_make_set(struct rules_builder *b);
/* Frees what was not handed to a set. */
void builder_finish(struct rules_builder *b);

/* Reports a fault of the file being read, at |line|; 0 stands for the file as a whole. */
void rules_fault_at(struct rules_builder *b, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Reports a fault at |at|. */
void rules_fault_in(struct rules_builder *b, struct origin at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Returns |size| zeroed bytes that belong to the new set; NULL, after a fault, if memory is short. */
void *rules_keep(struct rules_builder *b, size_t size);

/* The entry at |index|; the caller knows its type. */
static inline void *rules_at(const struct rules_table *t, size_t index)
{
	return t->entries + index * t->size;
}

/* Do two entries of one kind have the same key? */
typedef bool rules_same(const void *entry, const void *other);

/*
 * Looks for an entry with the key of |entry|, and stores its index, or the table's count, in |*place|. An entry of the base set lends
 * all its fields: it is copied to |entry|. Returns false, after a fault that names the entry as |what|, if this directory has given it
 * before.
 */
bool rules_lend(struct rules_builder *b, enum rules_kind kind, rules_same *same, void *entry, unsigned line,
		const char *what, size_t *place);
/* Copies |entry| to |index|, or adds it if |index| is the table's count. Returns false, after a fault, if there is no room. */
bool rules_put(struct rules_builder *b, enum rules_kind kind, size_t index, const void *entry, unsigned line);

#endif
