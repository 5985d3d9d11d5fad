/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * schema: which fields each kind of entry has. One function a kind reads the entry |value| with the key |key| into the table of its kind,
 * or reports what is wrong with it. smtpscope-rules(5) describes the schema for people. Inside of the loader only.
 */
#ifndef SMTPSCOPE_SCHEMA_H
#define SMTPSCOPE_SCHEMA_H

#include "fields.h"

typedef void schema_read(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value);

/* schema_codes.c */
schema_read schema_code, schema_enhanced, schema_command;
/* schema_findings.c */
schema_read schema_finding, schema_explanation, schema_difference;
/* schema_texts.c and schema_phrases.c; a faulty entry of these is left out and harms no other. */
schema_read schema_text, schema_phrase;

/* A field of one line of text that is stored at |type|'s rule.|member|. */
#define TEXT(type, member, most, required)                                                                   \
	{                                                                                                    \
#member, FIELD_LINE, required, offsetof(type, rule.member), most                             \
	}

#endif
