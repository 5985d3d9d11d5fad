/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The driver of the loader: opens the rule files of a directory, walks their YAML, and calls the schema for each entry. Owns the files
 * and YAML documents being read.
 */
#include "consistency.h"
#include "schema.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct section {
	const char *key;
	void (*read)(struct rules_builder *b, const yaml_node_t *key, const yaml_node_t *value);
};

static const struct section sections[] = {
	{ "codes", schema_code },
	{ "enhanced", schema_enhanced },
	{ "commands", schema_command },
	{ "findings", schema_finding },
	{ "explanations", schema_explanation },
	{ "differences", schema_difference },
	{ "texts", schema_text },
	{ "phrases", schema_phrase },
	{ "stories", schema_story },
	{ "controls", schema_control },
};
enum { SECTIONS = sizeof sections / sizeof *sections, SECTION_NAMES_MAX = 200 };

/* "codes, enhanced, ...", for messages. */
static const char *section_names(char names[static SECTION_NAMES_MAX])
{
	size_t used = 0;

	for (size_t i = 0; i < SECTIONS && used < SECTION_NAMES_MAX; i++)
		used += (size_t)snprintf(names + used, SECTION_NAMES_MAX - used, "%s%s", i ? ", " : "",
					 sections[i].key);
	return names;
}

static void read_section(struct rules_builder *b, const struct section *section, const yaml_node_t *node)
{
	char what[32];

	snprintf(what, sizeof what, "\"%s\"", section->key);
	if (!rules_is_mapping(b, node, what))
		return;
	for (yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top; p++)
		if (rules_key_fine(b, node, p))
			section->read(b, node_at(b, p->key), node_at(b, p->value));
}

static void read_document(struct rules_builder *b)
{
	const yaml_node_t *root = node_at(b, 1);

	if (!root || !rules_is_mapping(b, root, "the file"))
		return;
	for (yaml_node_pair_t *p = root->data.mapping.pairs.start; p < root->data.mapping.pairs.top; p++) {
		const yaml_node_t *key = node_at(b, p->key);
		char names[SECTION_NAMES_MAX];
		size_t i = 0;

		if (!rules_key_fine(b, root, p))
			continue;
		while (i < SECTIONS && !rules_same_key(key, sections[i].key))
			i++;
		if (i < SECTIONS)
			read_section(b, &sections[i], node_at(b, p->value));
		else
			rules_fault_at(b, line_of(key), "a rule file has no key \"%.40s\"; expected one of %s",
				       text_of(key), section_names(names));
	}
}

/* ---- files ---- */

/* Reports what libyaml could not read. */
static void report_syntax(struct rules_builder *b, const yaml_parser_t *parser)
{
	size_t line = parser->problem_mark.line + 1;

	if (parser->error == YAML_READER_ERROR)
		rules_fault_at(b, 0, "invalid UTF-8 at byte %zu: %s", parser->problem_offset,
			       parser->problem ? parser->problem : "unreadable");
	else
		rules_fault_at(b, (unsigned)line, "not readable as YAML: %s%s%s",
			       parser->context ? parser->context : "", parser->context ? ", " : "",
			       parser->problem ? parser->problem : "syntax error");
}

/* What has been seen of a file. */
struct outline {
	unsigned documents, depth;
	/* Keys and values, or elements, of each collection that is open. */
	unsigned parts[RULES_DEPTH_MAX + 1];
};

static bool is_anchored(const yaml_event_t *event)
{
	return event->type == YAML_ALIAS_EVENT ||
	       (event->type == YAML_SCALAR_EVENT && event->data.scalar.anchor) ||
	       (event->type == YAML_MAPPING_START_EVENT && event->data.mapping_start.anchor) ||
	       (event->type == YAML_SEQUENCE_START_EVENT && event->data.sequence_start.anchor);
}

static bool is_tagged(const yaml_event_t *event)
{
	const yaml_tag_directive_t *first = event->data.document_start.tag_directives.start;

	return (event->type == YAML_SCALAR_EVENT && event->data.scalar.tag) ||
	       (event->type == YAML_MAPPING_START_EVENT && event->data.mapping_start.tag) ||
	       (event->type == YAML_SEQUENCE_START_EVENT && event->data.sequence_start.tag) ||
	       (event->type == YAML_DOCUMENT_START_EVENT &&
		first != event->data.document_start.tag_directives.end);
}

/* Follows the collections of a document. False, after a fault, if they are nested too deeply or too large. */
static bool within_bounds(struct rules_builder *b, const yaml_event_t *event, struct outline *o, unsigned line)
{
	/* A mapping of entries is the second level of a file. */
	unsigned most = 2 * (o->depth <= 2 ? (unsigned)RULES_ENTRIES_MAX : (unsigned)RULES_LIST_MAX);
	bool opens = event->type == YAML_MAPPING_START_EVENT || event->type == YAML_SEQUENCE_START_EVENT;

	if ((opens || event->type == YAML_SCALAR_EVENT) && ++o->parts[o->depth] > most) {
		rules_fault_at(b, line, "a mapping or list with more than %u entries", most / 2);
		return false;
	}
	if (event->type == YAML_MAPPING_END_EVENT || event->type == YAML_SEQUENCE_END_EVENT)
		o->depth--;
	if (!opens)
		return true;
	if (o->depth == RULES_DEPTH_MAX) {
		rules_fault_at(b, line, "more than %d mappings and lists within each other", RULES_DEPTH_MAX);
		return false;
	}
	o->parts[++o->depth] = 0;
	return true;
}

/* Rejects parts of YAML that rule files do not use. Without aliases the document is a tree whose size is bounded by the file's. */
static bool event_allowed(struct rules_builder *b, const yaml_event_t *event, struct outline *o)
{
	unsigned line = (unsigned)event->start_mark.line + 1;

	if (is_anchored(event)) {
		rules_fault_at(b, line, "an anchor or alias (& or *); rule files are written without them");
		return false;
	}
	if (is_tagged(event)) {
		rules_fault_at(b, line, "a tag (!); rule files are written without them");
		return false;
	}
	if (event->type == YAML_DOCUMENT_START_EVENT && ++o->documents > 1) {
		rules_fault_at(b, line, "a second document; a rule file is one YAML document");
		return false;
	}
	return within_bounds(b, event, o, line);
}

static void begin_parsing(const struct yaml_library *yaml, yaml_parser_t *parser, const unsigned char *bytes,
			  size_t length)
{
	yaml->yaml_parser_set_input_string(parser, bytes, length);
	/* Otherwise a byte order mark could make it UTF-16. */
	yaml->yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING);
}

static bool plain_yaml(struct rules_builder *b, const struct yaml_library *yaml, const unsigned char *bytes,
		       size_t length)
{
	yaml_parser_t parser;
	char names[SECTION_NAMES_MAX];
	struct outline outline = { 0 };
	bool fine = true, more = true;

	if (!yaml->yaml_parser_initialize(&parser)) {
		rules_fault_at(b, 0, "out of memory");
		return false;
	}
	begin_parsing(yaml, &parser, bytes, length);
	while (more && fine) {
		yaml_event_t event;

		if (!yaml->yaml_parser_parse(&parser, &event)) {
			report_syntax(b, &parser);
			fine = false;
			break;
		}
		more = event.type != YAML_STREAM_END_EVENT;
		fine = event_allowed(b, &event, &outline);
		yaml->yaml_event_delete(&event);
	}
	yaml->yaml_parser_delete(&parser);
	if (fine && outline.documents == 0)
		rules_fault_at(b, 0, "is empty; expected at least one of %s", section_names(names));
	return fine && outline.documents;
}

static void read_bytes(struct rules_builder *b, const struct yaml_library *yaml, const unsigned char *bytes,
		       size_t length)
{
	yaml_parser_t parser;
	yaml_document_t document;

	if (!plain_yaml(b, yaml, bytes, length)) {
		b->unreadable = true;
		return;
	}
	if (!yaml->yaml_parser_initialize(&parser)) {
		rules_fault_at(b, 0, "out of memory");
		return;
	}
	begin_parsing(yaml, &parser, bytes, length);
	if (yaml->yaml_parser_load(&parser, &document)) {
		b->document = &document;
		read_document(b);
		b->document = NULL;
		yaml->yaml_document_delete(&document);
	} else {
		report_syntax(b, &parser);
	}
	yaml->yaml_parser_delete(&parser);
}

static void read_file(struct rules_builder *b, const char *path)
{
	/* Without waiting: opening a FIFO waits for a writer, and opening a device may wait, too. */
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	FILE *in = fd >= 0 ? fdopen(fd, "rb") : NULL;
	unsigned char *bytes = NULL;
	struct yaml_library yaml;
	struct stat status;
	size_t length;

	b->file = path;
	if (!in || fstat(fileno(in), &status) != 0) {
		rules_fault_at(b, 0, "cannot be opened: %s", strerror(errno));
	} else if (!S_ISREG(status.st_mode)) {
		rules_fault_at(b, 0, "is not a regular file");
	} else if (status.st_size > RULES_FILE_SIZE_MAX) {
		rules_fault_at(b, 0, "has %lld bytes; a rule file may have %d", (long long)status.st_size,
			       RULES_FILE_SIZE_MAX);
	} else if (!yaml_library_load(&yaml)) {
		rules_fault_at(b, 0, "cannot be read without %s, which is not installed", LIBYAML_SONAME);
	} else if (!(bytes = malloc(RULES_FILE_SIZE_MAX))) {
		rules_fault_at(b, 0, "out of memory");
	} else {
		length = fread(bytes, 1, RULES_FILE_SIZE_MAX, in);
		if (ferror(in))
			rules_fault_at(b, 0, "cannot be read: %s", strerror(errno));
		else
			read_bytes(b, &yaml, bytes, length);
	}
	b->unreadable |= !bytes;
	free(bytes);
	if (in)
		fclose(in);
	else if (fd >= 0)
		close(fd);
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

/* Reads the rule files of |dir|. Returns their number, or -1 if there is no such directory. */
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

/* Reads the files of the directory itself and those of its folder "texts". */
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
		rules_fault_at(b, 0, "has no rule files; expected names that end in .yaml");
}

bool rules_load(const struct rules *base, const char *dir, rules_fault *fault, void *context, struct rules **out)
{
	struct rules_builder b = { .fault = fault, .context = context, .file = dir };

	*out = NULL;
	if (builder_begin(&b, base)) {
		read_directories(&b, dir);
		/* The entries of an unreadable file are missing, so references to them would be reported, too. */
		if (!b.unreadable)
			rules_check(&b);
		if (b.faults == b.entry_faults)
			*out = builder_make_set(&b);
	}
	builder_finish(&b);
	return *out && b.faults == 0;
}
