/* SPDX-License-Identifier: BSD-2-Clause */
/* Opens the rule files of a directory, has them read and checked, and makes a set of what came out. */
#include "rules_build.h"
#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A set that rules_load made: the struct handed out stands first. */
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
	b->fault(b->context, at.file, at.line, text);
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

/* The base set's entries come first, without an origin. */
static bool begin_with(struct rules_builder *b, const struct rules *base)
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
	};

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

/* libyaml's words for what it could not read. */
static void report_syntax(struct rules_builder *b, const yaml_parser_t *parser)
{
	size_t line = parser->problem_mark.line + 1;

	if (parser->error == YAML_READER_ERROR)
		rules_fault_at(b, 0, "no valid UTF-8 text at byte %zu: %s", parser->problem_offset,
			       parser->problem ? parser->problem : "unreadable");
	else
		rules_fault_at(b, (unsigned)line, "not readable as YAML: %s%s%s",
			       parser->context ? parser->context : "", parser->context ? ", " : "",
			       parser->problem ? parser->problem : "syntax error");
}

/* What YAML offers and rule files do not use. Keeps what is walked later a plain tree, and its size in bounds. */
static bool event_allowed(struct rules_builder *b, const yaml_event_t *event, unsigned *documents)
{
	unsigned line = (unsigned)event->start_mark.line + 1;
	bool anchored = (event->type == YAML_SCALAR_EVENT && event->data.scalar.anchor) ||
			(event->type == YAML_MAPPING_START_EVENT && event->data.mapping_start.anchor) ||
			(event->type == YAML_SEQUENCE_START_EVENT && event->data.sequence_start.anchor);

	if (event->type == YAML_ALIAS_EVENT || anchored) {
		rules_fault_at(b, line, "an anchor or alias (& or *); rule files are written without them");
		return false;
	}
	if (event->type == YAML_DOCUMENT_START_EVENT && ++*documents > 1) {
		rules_fault_at(b, line, "a second document; a rule file is one YAML document");
		return false;
	}
	return true;
}

static bool plain_yaml(struct rules_builder *b, const unsigned char *bytes, size_t length)
{
	yaml_parser_t parser;
	unsigned documents = 0;
	bool fine = true, more = true;

	if (!yaml_parser_initialize(&parser)) {
		rules_fault_at(b, 0, "out of memory");
		return false;
	}
	yaml_parser_set_input_string(&parser, bytes, length);
	while (more && fine) {
		yaml_event_t event;

		if (!yaml_parser_parse(&parser, &event)) {
			report_syntax(b, &parser);
			fine = false;
			break;
		}
		more = event.type != YAML_STREAM_END_EVENT;
		fine = event_allowed(b, &event, &documents);
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	if (fine && documents == 0)
		rules_fault_at(
		    b, 0,
		    "is empty; expected at least one of codes, enhanced, commands, findings, explanations, differences, "
		    "texts, phrases");
	return fine && documents;
}

static void read_bytes(struct rules_builder *b, const unsigned char *bytes, size_t length)
{
	yaml_parser_t parser;
	yaml_document_t document;

	if (!plain_yaml(b, bytes, length)) {
		b->unreadable = true;
		return;
	}
	if (!yaml_parser_initialize(&parser)) {
		rules_fault_at(b, 0, "out of memory");
		return;
	}
	yaml_parser_set_input_string(&parser, bytes, length);
	if (yaml_parser_load(&parser, &document)) {
		b->document = &document;
		rules_read_document(b);
		b->document = NULL;
		yaml_document_delete(&document);
	} else {
		report_syntax(b, &parser);
	}
	yaml_parser_delete(&parser);
}

static void read_file(struct rules_builder *b, const char *path)
{
	FILE *in = fopen(path, "rb");
	unsigned char *bytes = NULL;
	struct stat status;
	size_t length;

	b->file = path;
	if (!in || fstat(fileno(in), &status) != 0) {
		rules_fault_at(b, 0, "cannot be opened: %s", strerror(errno));
	} else if (!S_ISREG(status.st_mode)) {
		rules_fault_at(b, 0, "is no regular file");
	} else if (status.st_size > RULES_FILE_SIZE_MAX) {
		rules_fault_at(b, 0, "has %lld bytes; a rule file may have %d", (long long)status.st_size,
			       RULES_FILE_SIZE_MAX);
	} else if (!(bytes = malloc(RULES_FILE_SIZE_MAX))) {
		rules_fault_at(b, 0, "out of memory");
	} else {
		length = fread(bytes, 1, RULES_FILE_SIZE_MAX, in);
		if (ferror(in))
			rules_fault_at(b, 0, "cannot be read: %s", strerror(errno));
		else
			read_bytes(b, bytes, length);
	}
	b->unreadable |= !bytes;
	free(bytes);
	if (in)
		fclose(in);
}

static int is_rule_file(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 5 && strcmp(entry->d_name + length - 5, ".yaml") == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Reads the rule files of |dir|; returns how many there are, or -1 where there is no such directory. */
static int read_directory(struct rules_builder *b, const char *dir)
{
	struct dirent **names = NULL;
	int count = scandir(dir, &names, is_rule_file, by_bytes);

	b->file = dir;
	if (count > RULES_FILES_MAX)
		rules_fault_at(b, 0, "holds %d rule files; %d may be read", count, RULES_FILES_MAX);
	for (int i = 0; i < count; i++) {
		char *path =
		    count > RULES_FILES_MAX ? NULL : rules_keep(b, strlen(dir) + strlen(names[i]->d_name) + 2);

		if (path) {
			sprintf(path, "%s%s%s", dir, dir[0] && dir[strlen(dir) - 1] == '/' ? "" : "/",
				names[i]->d_name);
			read_file(b, path);
		}
		free(names[i]);
	}
	free(names);
	return count;
}

/* The files of the directory itself, and those of its folder "texts". */
static void read_directories(struct rules_builder *b, const char *dir)
{
	char *texts = rules_keep(b, strlen(dir) + sizeof "/texts");
	int count = read_directory(b, dir);

	b->file = dir;
	if (count < 0) {
		rules_fault_at(b, 0, "cannot be read as a directory of rules: %s", strerror(errno));
		return;
	}
	if (texts) {
		sprintf(texts, "%s/texts", dir);
		count += read_directory(b, texts) > 0;
	}
	b->file = dir;
	if (count == 0)
		rules_fault_at(b, 0, "holds no rules; expected files whose names end in .yaml");
}

/* Orders by key. Texts that may be absent stand first. */
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

/* Moves the tables over to a set of their own. NULL, and a fault, where memory is short. */
static struct rules *make_set(struct rules_builder *b)
{
	static int (*const orders[RULES_KINDS])(const void *, const void *) = {
		compare_codes,	      compare_enhanced,	   compare_commands, compare_findings,
		compare_explanations, compare_differences, compare_texts,    compare_phrases,
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

bool rules_load(const struct rules *base, const char *dir, rules_fault *fault, void *context, struct rules **out)
{
	struct rules_builder b = { .fault = fault, .context = context, .file = dir, .over_base = base };

	*out = NULL;
	if (begin_with(&b, base)) {
		read_directories(&b, dir);
		/* What stands in a file that cannot be read would be missed everywhere else. */
		if (!b.unreadable)
			rules_check_whole(&b);
		if (b.faults == b.text_faults)
			*out = make_set(&b);
	}
	for (int kind = 0; kind < RULES_KINDS; kind++) {
		free(b.tables[kind].entries);
		free(b.tables[kind].origins);
	}
	free_kept(b.kept, b.kept_count);
	return *out && b.faults == 0;
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
