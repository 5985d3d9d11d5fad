/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fields: reads the fields of one entry of a rule file as a table of fields describes them, and checks the form of each value. Inside
 * of the loader only.
 */
#ifndef SMTPSCOPE_FIELDS_H
#define SMTPSCOPE_FIELDS_H

#include "builder.h"
#include "yaml_library.h"

enum field_kind {
	FIELD_LINE,	  /* one line of text */
	FIELD_PARAGRAPHS, /* text, paragraphs separated by LF */
	FIELD_WITH_PLACEHOLDERS,
	FIELD_WORD,  /* a name in kebab-case */
	FIELD_CODES, /* a list of reply codes, ended by 0 */
	FIELD_SEVERITY,
	FIELD_RESPONSIBLE,
	FIELD_RETRY,
	FIELD_TEXTS, /* a list of texts, ended by NULL; a text alone is a list of one */
	FIELD_NODE,  /* stored as it is, for the caller */
};

struct field {
	const char *key;
	enum field_kind kind;
	bool required;
	size_t offset; /* in the entry that is read */
	size_t most;   /* bytes of text */
};

static inline unsigned line_of(const yaml_node_t *node)
{
	return (unsigned)node->start_mark.line + 1;
}

/* The text of a scalar. Ends with NUL, but may hold other NULs before. */
static inline const char *text_of(const yaml_node_t *node)
{
	return (const char *)node->data.scalar.value;
}

static inline yaml_node_t *node_at(const struct rules_builder *b, int index)
{
	const yaml_document_t *document = b->document;

	/* As yaml_document_get_node does; items and keys of a document always exist. */
	return index > 0 && document->nodes.start + index <= document->nodes.top
		   ? document->nodes.start + index - 1
		   : NULL;
}

/* Is |node| a scalar with this text? */
bool rules_same_key(const yaml_node_t *node, const char *key);
/* Is |node| a mapping? Reports a fault that names it as |what| if not. */
bool rules_is_mapping(struct rules_builder *b, const yaml_node_t *node, const char *what);
/* Is the key of |pair| plain text that no earlier pair of |mapping| has? Reports a fault if not. */
bool rules_key_fine(struct rules_builder *b, const yaml_node_t *mapping, const yaml_node_pair_t *pair);
/* Copies the text, without white space at its end, into memory of the set. Returns NULL, after a fault, if memory is short. */
const char *rules_keep_text(struct rules_builder *b, const char *text, size_t length);
/* Is |text| a name of lower case letters, digits and hyphens? */
bool rules_is_word(const char *text);
/* Is |text| a question: a verb, or one of "connect", "end-of-data", "auth-response", "other", "*"? */
bool rules_is_question(const char *text, size_t length);
/* The reply code, 200 to 599, that |text| is; 0 if it is none. */
unsigned rules_code_of(const char *text, size_t length);
/* Reads "X.1.1", "5.7.1", or "X.1" for a whole subject into the key fields of |e|. Returns false if |text| is none of these. */
bool rules_enhanced_of(const char *text, struct rule_enhanced *e);
/*
 * Reads |mapping| into |entry|, whose fields may hold values of the base set already; |what| names it in faults. Afterwards every
 * required field is set (not NULL), or a fault has been reported.
 */
void rules_read_entry(struct rules_builder *b, const yaml_node_t *mapping, const struct field *fields,
		      size_t count, void *entry, const char *what);

#endif
