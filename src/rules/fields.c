/* SPDX-License-Identifier: BSD-2-Clause */
/* Each kind of field has one function that reads its value. */
#include "fields.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool rules_same_key(const yaml_node_t *node, const char *key)
{
	return node->type == YAML_SCALAR_NODE && strcmp(text_of(node), key) == 0;
}

static const char *type_name(const yaml_node_t *node)
{
	switch (node->type) {
	case YAML_SCALAR_NODE:
		return text_of(node)[0] ? "text" : "nothing";
	case YAML_SEQUENCE_NODE:
		return "a list";
	case YAML_MAPPING_NODE:
		return "a mapping";
	default:
		return "nothing";
	}
}

bool rules_is_mapping(struct rules_builder *b, const yaml_node_t *node, const char *what)
{
	if (node->type == YAML_MAPPING_NODE)
		return true;
	rules_fault_at(b, line_of(node), "%s is %s; expected a mapping (key: value)", what, type_name(node));
	return false;
}

static bool has_nul(const yaml_node_t *scalar)
{
	return memchr(scalar->data.scalar.value, 0, scalar->data.scalar.length) != NULL;
}

bool rules_key_fine(struct rules_builder *b, const yaml_node_t *mapping, const yaml_node_pair_t *pair)
{
	const yaml_node_t *key = node_at(b, pair->key);

	if (key->type != YAML_SCALAR_NODE) {
		rules_fault_at(b, line_of(key), "a key is %s; expected text", type_name(key));
		return false;
	}
	if (has_nul(key)) {
		rules_fault_at(b, line_of(key), "a key holds a NUL character; expected plain text");
		return false;
	}
	for (const yaml_node_pair_t *p = mapping->data.mapping.pairs.start; p < pair; p++) {
		const yaml_node_t *earlier = node_at(b, p->key);

		if (rules_same_key(earlier, text_of(key))) {
			rules_fault_at(b, line_of(key), "key \"%s\" is given twice; first on line %u",
				       text_of(key), line_of(earlier));
			return false;
		}
	}
	return true;
}

const char *rules_keep_text(struct rules_builder *b, const char *text, size_t length)
{
	char *copy;

	while (length && (text[length - 1] == '\n' || text[length - 1] == ' '))
		length--;
	copy = rules_keep(b, length + 1);
	if (copy)
		memcpy(copy, text, length);
	return copy;
}

static bool is_placeholder(const char *name, size_t length)
{
	for (const char *const *p = rule_placeholders; *p; p++)
		if (strlen(*p) == length && memcmp(*p, name, length) == 0)
			return true;
	return false;
}

static void check_placeholders(struct rules_builder *b, const yaml_node_t *node, const char *text)
{
	const char *end;

	for (const char *at = strpbrk(text, "{}"); at; at = strpbrk(end, "{}")) {
		end = *at == '{' ? strpbrk(at + 1, "{}") : NULL;
		if (!end || *end != '}') {
			rules_fault_at(b, line_of(node),
				       "an unmatched brace near \"%.20s\"; expected a "
				       "placeholder such as {code}",
				       at);
			return;
		}
		if (!is_placeholder(at + 1, (size_t)(end - at - 1)))
			rules_fault_at(b, line_of(node),
				       "unknown placeholder \"%.*s\"; smtpscope-rules(5) lists them",
				       (int)(end - at + 1), at);
		end++;
	}
}

bool rules_is_word(const char *text)
{
	size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return length && !text[length] && text[0] != '-' && text[length - 1] != '-';
}

static const char *read_text(struct rules_builder *b, const struct field *f, const yaml_node_t *node)
{
	const char *text;
	size_t length;

	if (node->type != YAML_SCALAR_NODE || node->data.scalar.length == 0) {
		rules_fault_at(b, line_of(node), "\"%s\" is %s; expected text", f->key, type_name(node));
		return NULL;
	}
	text = rules_keep_text(b, text_of(node), node->data.scalar.length);
	if (!text)
		return NULL;
	length = strlen(text);
	if (has_nul(node)) {
		rules_fault_at(b, line_of(node), "\"%s\" holds a NUL character; expected plain text", f->key);
		return NULL;
	}
	if (length == 0)
		rules_fault_at(b, line_of(node), "\"%s\" is blank; expected text", f->key);
	if (length > f->most)
		rules_fault_at(b, line_of(node), "\"%s\" has %zu bytes; it may have %zu", f->key, length,
			       f->most);
	for (const char *c = text; *c; c++) {
		if (*c == '\n' ? f->kind != FIELD_PARAGRAPHS : (unsigned char)*c < ' ' || *c == 0x7f) {
			rules_fault_at(b, line_of(node),
				       *c == '\n' ? "\"%s\" has several lines; expected one (fold it with >-)"
						  : "\"%s\" holds a control character; expected plain text",
				       f->key);
			break;
		}
	}
	if (f->kind == FIELD_WITH_PLACEHOLDERS)
		check_placeholders(b, node, text);
	if (f->kind == FIELD_WORD && !rules_is_word(text)) {
		rules_fault_at(b, line_of(node),
			       "\"%s\" is \"%.40s\"; expected a name of lower case letters, digits and hyphens",
			       f->key, text);
		return NULL;
	}
	return text;
}

bool rules_is_question(const char *text, size_t length)
{
	static const char *const others[] = { "connect", "end-of-data", "auth-response", "other", "*" };

	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (strlen(others[i]) == length && memcmp(text, others[i], length) == 0)
			return true;
	for (size_t i = 0; i < length; i++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", text[i]))
			return false;
	return length > 0 && length < 32 && text[0] >= 'A' && text[0] <= 'Z';
}

unsigned rules_code_of(const char *text, size_t length)
{
	unsigned code = 0;

	if (length != 3)
		return 0;
	for (size_t i = 0; i < 3; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		code = 10 * code + (unsigned)(text[i] - '0');
	}
	return code >= 200 && code <= 599 ? code : 0;
}

/* Up to three digits at |*text|, which moves behind them. */
static bool take_number(const char **text, unsigned *number)
{
	size_t digits = strspn(*text, "0123456789");

	if (digits < 1 || digits > 3 || (digits > 1 && **text == '0'))
		return false;
	*number = (unsigned)strtoul(*text, NULL, 10);
	*text += digits;
	return true;
}

/* "X.1.1", "5.7.1", or "X.1" for a whole subject. */
bool rules_enhanced_of(const char *text, struct rule_enhanced *e)
{
	if (!strchr("X245", text[0]) || text[0] == '\0' || text[1] != '.')
		return false;
	e->class = text[0] == 'X' ? 0 : (unsigned)(text[0] - '0');
	e->detail = RULE_ANY_DETAIL;
	text += 2;
	if (!take_number(&text, &e->subject))
		return false;
	if (*text == '\0')
		return true;
	return *text++ == '.' && take_number(&text, &e->detail) && *text == '\0';
}

static const unsigned *read_codes(struct rules_builder *b, const struct field *f, const yaml_node_t *node)
{
	size_t count, kept = 0;
	unsigned *codes;

	if (node->type != YAML_SEQUENCE_NODE) {
		rules_fault_at(b, line_of(node),
			       "\"%s\" is %s; expected a list of reply codes such as [250, 251]", f->key,
			       type_name(node));
		return NULL;
	}
	count = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
	codes = rules_keep(b, (count + 1) * sizeof *codes);
	for (size_t i = 0; codes && i < count; i++) {
		const yaml_node_t *item = node_at(b, node->data.sequence.items.start[i]);
		bool text = item->type == YAML_SCALAR_NODE;
		unsigned code = text ? rules_code_of(text_of(item), item->data.scalar.length) : 0;
		bool twice = false;

		for (size_t k = 0; k < kept; k++)
			twice |= codes[k] == code;
		if (!code)
			rules_fault_at(b, line_of(item),
				       "\"%s\" holds \"%.20s\"; expected a reply code, 200 to 599", f->key,
				       text ? text_of(item) : type_name(item));
		else if (twice)
			rules_fault_at(b, line_of(item), "\"%s\" holds %u twice", f->key, code);
		else
			codes[kept++] = code;
	}
	return codes;
}

/* The texts of a list; NULL, and a fault, where |node| is neither a list nor a text. */
static const char *const *read_texts(struct rules_builder *b, const struct field *f, const yaml_node_t *node)
{
	bool is_list = node->type == YAML_SEQUENCE_NODE;
	size_t count = 1;
	const char **list;

	if (is_list)
		count = (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
	if (count == 0 || count > RULES_LIST_MAX || node->type == YAML_MAPPING_NODE) {
		rules_fault_at(b, line_of(node),
			       "\"%s\" is %s of %zu entries; expected a list of 1 to %d texts", f->key,
			       type_name(node), count, RULES_LIST_MAX);
		return NULL;
	}
	list = rules_keep(b, (count + 1) * sizeof *list);
	for (size_t i = 0; list && i < count; i++) {
		const yaml_node_t *item = is_list ? node_at(b, node->data.sequence.items.start[i]) : node;
		size_t length = item->type == YAML_SCALAR_NODE ? item->data.scalar.length : 0;

		if (length == 0 || length > f->most || has_nul(item)) {
			rules_fault_at(b, line_of(item),
				       "\"%s\" holds a text of %zu bytes; expected 1 to %zu, without NUL",
				       f->key, length, f->most);
			return NULL;
		}
		list[i] = rules_keep_text(b, text_of(item), length);
	}
	return list;
}

static void read_severity(struct rules_builder *b, const yaml_node_t *node, enum severity *severity)
{
	static const char *const names[] = { "info", "warning", "error" };

	for (int i = SEVERITY_INFO; i <= SEVERITY_ERROR; i++) {
		if (rules_same_key(node, names[i])) {
			*severity = (enum severity)i;
			return;
		}
	}
	rules_fault_at(b, line_of(node), "\"severity\" is \"%.20s\"; expected info, warning or error",
		       node->type == YAML_SCALAR_NODE ? text_of(node) : type_name(node));
}

/* The place of |node|'s word in |names|, 0 with a fault where it is none of them or the first, which means "not said". */
static unsigned read_choice(struct rules_builder *b, const struct field *f, const yaml_node_t *node,
			    const char *const *names)
{
	char expected[120] = "";
	size_t used = 0;

	for (unsigned i = 1; names[i]; i++) {
		if (rules_same_key(node, names[i]))
			return i;
		used += (size_t)snprintf(expected + used, sizeof expected - used, "%s%s", used ? ", " : "",
					 names[i]);
	}
	rules_fault_at(b, line_of(node), "\"%s\" is \"%.20s\"; expected one of %s", f->key,
		       node->type == YAML_SCALAR_NODE ? text_of(node) : type_name(node), expected);
	return 0;
}

static void read_field(struct rules_builder *b, const struct field *f, yaml_node_t *node, void *entry)
{
	static const char *const no_texts[] = { NULL };
	unsigned char *at = (unsigned char *)entry + f->offset;
	const void *value = NULL;

	switch (f->kind) {
	case FIELD_CODES:
		value = read_codes(b, f, node);
		break;
	case FIELD_TEXTS:
		value = read_texts(b, f, node);
		if (!value)
			value = no_texts; /* reported already; not missing */
		break;
	case FIELD_SEVERITY:
		read_severity(b, node, (enum severity *)(void *)at);
		return;
	case FIELD_RESPONSIBLE:
		*(enum responsible *)(void *)at = (enum responsible)read_choice(b, f, node, responsible_names);
		return;
	case FIELD_RETRY:
		*(enum retry *)(void *)at = (enum retry)read_choice(b, f, node, retry_names);
		return;
	case FIELD_NODE:
		value = node;
		break;
	case FIELD_LINE:
	case FIELD_PARAGRAPHS:
	case FIELD_WITH_PLACEHOLDERS:
	case FIELD_WORD:
		value = read_text(b, f, node);
		if (!value)
			value = ""; /* reported already; not missing */
		break;
	}
	memcpy(at, &value, sizeof value);
}

static void report_unknown_key(struct rules_builder *b, const yaml_node_t *key, const struct field *fields,
			       size_t count, const char *what)
{
	char expected[200] = "";
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(fields[i].key);

		if (used + length + 3 > sizeof expected)
			break;
		if (used) {
			memcpy(expected + used, ", ", 2);
			used += 2;
		}
		memcpy(expected + used, fields[i].key, length + 1);
		used += length;
	}
	rules_fault_at(b, line_of(key), "%s has no key \"%.40s\"; expected %s", what, text_of(key), expected);
}

void rules_read_entry(struct rules_builder *b, const yaml_node_t *mapping, const struct field *fields,
		      size_t count, void *entry, const char *what)
{
	if (!rules_is_mapping(b, mapping, what))
		return;
	for (yaml_node_pair_t *p = mapping->data.mapping.pairs.start; p < mapping->data.mapping.pairs.top; p++) {
		const yaml_node_t *key = node_at(b, p->key);
		size_t i = 0;

		if (!rules_key_fine(b, mapping, p))
			continue;
		while (i < count && !rules_same_key(key, fields[i].key))
			i++;
		if (i < count)
			read_field(b, &fields[i], node_at(b, p->value), entry);
		else
			report_unknown_key(b, key, fields, count, what);
	}
	for (size_t i = 0; i < count; i++) {
		const void *value;

		if (!fields[i].required)
			continue;
		/* Required fields are pointers. Others may be smaller, and the last ones of their entry. */
		memcpy(&value, (unsigned char *)entry + fields[i].offset, sizeof value);
		if (!value)
			rules_fault_at(b, line_of(mapping), "%s has no \"%s\"", what, fields[i].key);
	}
}
