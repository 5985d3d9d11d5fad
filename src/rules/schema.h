/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * schema: which fields each kind of entry has. One function a kind reads the entry |value| with the key |key| into the table of its kind,
 * or reports what is wrong with it. smtpscope-rules(5) describes the schema for people. Inside of the loader only.
 */
#ifndef SMTPSCOPE_SCHEMA_H
#define SMTPSCOPE_SCHEMA_H

#include "fields.h"

/* schema_codes.c */
void schema_code(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value);
void schema_enhanced(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value);
void schema_command(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value);

/* schema_findings.c */
void schema_finding(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value);
void schema_explanation(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value);
void schema_difference(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value);

/* schema_texts.c and schema_phrases.c; a faulty entry of these is left out and harms no other */
void schema_text(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value);
void schema_phrase(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value);

/* schema_stories.c */
void schema_story(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value);

/* schema_controls.c */
void schema_control(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value);

/* A field of one line of text that is stored at |type|'s rule.|member|. */
#define TEXT(type, member, most, required)                                                                   \
	{                                                                                                    \
#member, FIELD_LINE, required, offsetof(type, rule.member), most                             \
	}

#endif
