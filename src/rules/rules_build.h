/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules_build: a set of rules while it is being read. Inside of the loader only: rules_load.c opens files and makes the
 * set, rules_read.c knows the schema, rules_check.c looks at the whole.
 */
#ifndef SMTPSCOPE_RULES_BUILD_H
#define SMTPSCOPE_RULES_BUILD_H

#include "rules.h"
#include <yaml.h>

enum {
	RULES_FILE_SIZE_MAX = 4 * 1024 * 1024, /* bytes of one file */
	RULES_FILES_MAX = 256,		       /* files of one directory */
	RULES_ENTRIES_MAX = 4096,	       /* entries of one kind in a set */
	RULES_NAME_MAX = 60,		       /* bytes of a name or a title's words */
	RULES_TITLE_MAX = 90,
	RULES_TEXT_MAX = 1200,
	RULES_PARAGRAPHS_MAX = 4000, /* a C string literal may be that long everywhere */
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
	RULES_KINDS
};

/* Where an entry was written; file NULL: it came from the base set. */
struct origin {
	const char *file;
	unsigned line;
};

/* Entries of one kind, |size| bytes each, in the order they came, with the origin of each beside them. */
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
	unsigned text_faults; /* those of them that leave out a rule for texts or a phrase, and nothing else */
	bool over_base;	      /* there is a base set */
	bool unreadable;      /* a file could not be read at all */
	const char *file;     /* being read */
	yaml_document_t *document; /* being read */
};

/* The entry at |index|; the caller knows its type. */
static inline void *rules_at(const struct rules_table *t, size_t index)
{
	return t->entries + index * t->size;
}

/* Reports a fault of the file being read (rules_fault_in: of |file|); line 0: of the file as a whole. */
void rules_fault_at(struct rules_builder *b, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void rules_fault_in(struct rules_builder *b, struct origin at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Memory that belongs to the new set; NULL, and a fault, where there is none. */
void *rules_keep(struct rules_builder *b, size_t size);
/* Puts |entry| at |index| (the table's count: a new one). False, and a fault, where there is no room. */
bool rules_put(struct rules_builder *b, enum rules_kind kind, size_t index, const void *entry, unsigned line);

/* Reads one rule for texts. */
void rules_read_text(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value);
/* Faults of rules for texts that only the whole shows: causes that are not known, rules that no reply can reach. */
void rules_check_texts(struct rules_builder *b);

/* Reads one phrase. */
void rules_read_phrase(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value);

/* Reads the document of the file being read into the tables. */
void rules_read_document(struct rules_builder *b);
/* Looks at the whole: references that lead nowhere, findings without the cause "unknown". */
void rules_check_whole(struct rules_builder *b);

/* Is |text| a question: a verb, or one of "connect", "end-of-data", "auth-response", "other", "*"? */
bool rules_is_question(const char *text, size_t length);

#endif
