/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * compile_rules DIR TABLES CAUSES PHRASES STORIES: a program of the build. Reads the rules in DIR as smtpscope does, and writes them as
 * C tables to the file TABLES, the causes of findings as an enum to CAUSES, the names of phrases as an enum to PHRASES, and the patterns
 * of stories as an enum to STORIES.
 */
#include "rules.h"
#include "word_index.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

static void write_text(FILE *out, const char *text)
{
	if (!text) {
		fputs("NULL", out);
		return;
	}
	putc('"', out);
	for (const char *c = text; *c; c++) {
		if (*c == '"' || *c == '\\')
			fprintf(out, "\\%c", *c);
		else if (*c == '?' || (unsigned char)*c < ' ' || (unsigned char)*c >= 0x7f)
			fprintf(out, "\\%03o", (unsigned char)*c); /* an escaped '?' cannot begin a trigraph */
		else
			putc(*c, out);
	}
	putc('"', out);
}

static void write_member(FILE *out, const char *name, const char *text)
{
	fprintf(out, "\t  .%s = ", name);
	write_text(out, text);
	fputs(",\n", out);
}

/* The members that codes and enhanced codes share. */
#define WRITE_MEANING(out, entry)                                                                            \
	do {                                                                                                 \
		write_member(out, "question", (entry)->question);                                            \
		write_member(out, "name", (entry)->name);                                                    \
		write_member(out, "meaning", (entry)->meaning);                                              \
		write_member(out, "when", (entry)->when);                                                    \
		write_member(out, "fix", (entry)->fix);                                                      \
		write_member(out, "source", (entry)->source);                                                \
		write_member(out, "cause", (entry)->cause);                                                  \
	} while (0)

static void write_codes(FILE *out, const struct rules *r)
{
	fputs("static const struct rule_code codes[] = {\n", out);
	for (size_t i = 0; i < r->code_count; i++) {
		fprintf(out, "\t{ .code = %u,\n", r->codes[i].code);
		WRITE_MEANING(out, &r->codes[i]);
		write_member(out, "standard", r->codes[i].standard);
		fputs("\t},\n", out);
	}
	fputs("};\n\nstatic const struct rule_enhanced enhanced[] = {\n", out);
	for (size_t i = 0; i < r->enhanced_count; i++) {
		const struct rule_enhanced *e = &r->enhanced[i];

		fprintf(out, "\t{ .class = %u, .subject = %u, .detail = %u,\n", e->class, e->subject,
			e->detail);
		WRITE_MEANING(out, e);
		fputs("\t},\n", out);
	}
	fputs("};\n\n", out);
}

static void write_list(FILE *out, const char *name, const unsigned *list)
{
	fprintf(out, "\t  .%s = (const unsigned[]){ ", name);
	for (; *list; list++)
		fprintf(out, "%u, ", *list);
	fputs("0 },\n", out);
}

static void write_commands(FILE *out, const struct rules *r)
{
	fputs("static const struct rule_command commands[] = {\n", out);
	for (size_t i = 0; i < r->command_count; i++) {
		const struct rule_command *c = &r->commands[i];

		fputs("\t{\n", out);
		write_member(out, "question", c->question);
		write_member(out, "name", c->name);
		write_list(out, "success", c->success);
		write_list(out, "intermediate", c->intermediate);
		write_list(out, "error", c->error);
		write_member(out, "source", c->source);
		fputs("\t},\n", out);
	}
	fputs("};\n\n", out);
}

static void write_findings(FILE *out, const struct rules *r)
{
	static const char *const severities[] = { "SEVERITY_INFO", "SEVERITY_WARNING", "SEVERITY_ERROR" };

	fputs("static const struct rule_finding findings[] = {\n", out);
	for (size_t i = 0; i < r->finding_count; i++) {
		const struct rule_finding *f = &r->findings[i];

		fprintf(out, "\t{ .severity = %s,\n", severities[f->severity]);
		write_member(out, "id", f->id);
		write_member(out, "cause", f->cause);
		write_member(out, "title", f->title);
		write_member(out, "why", f->why);
		write_member(out, "fix", f->fix);
		write_member(out, "reference", f->reference);
		fprintf(out, "\t  .responsible = %d, .retry = %d,\n", f->responsible, f->retry);
		fputs("\t},\n", out);
	}
	fputs("};\n\n", out);
}

static void write_explanations(FILE *out, const struct rules *r)
{
	fputs("static const struct rule_explanation explanations[] = {\n", out);
	for (size_t i = 0; i < r->explanation_count; i++) {
		const struct rule_explanation *e = &r->explanations[i];

		fputs("\t{\n", out);
		write_member(out, "finding", e->finding);
		write_member(out, "explains", e->explains);
		write_member(out, "outcomes", e->outcomes);
		write_member(out, "lasting", e->lasting);
		write_member(out, "healed_by", e->healed_by);
		write_member(out, "responsible", e->responsible);
		write_member(out, "retry", e->retry);
		fputs("\t},\n", out);
	}
	fputs("};\n\n", out);
}

static void write_differences(FILE *out, const struct rules *r)
{
	fputs("static const struct rule_difference differences[] = {\n", out);
	for (size_t i = 0; i < r->difference_count; i++) {
		const struct rule_difference *d = &r->differences[i];

		fprintf(out, "\t{ .a = %u, .b = %u,\n", d->a, d->b);
		write_member(out, "difference", d->difference);
		write_member(out, "belongs", d->belongs);
		write_member(out, "source", d->source);
		fputs("\t},\n", out);
	}
	fputs("};\n\n", out);
}

static void write_texts_list(FILE *out, const char *name, const char *const *list)
{
	fprintf(out, "\t  .%s = (const char *const[]){ ", name);
	for (; *list; list++) {
		write_text(out, *list);
		fputs(", ", out);
	}
	fputs("NULL },\n", out);
}

static void write_texts(FILE *out, const struct rules *r)
{
	static const char *const levels[] = { "RULE_PROVIDER", "RULE_GENERAL", "RULE_HINT", "RULE_ADVICE" };
	static const char *const certainties[] = { "CERTAINTY_POSSIBLE", "CERTAINTY_LIKELY",
						   "CERTAINTY_CERTAIN" };

	fputs("static const struct rule_text texts[] = {\n", out);
	for (size_t i = 0; i < r->text_count; i++) {
		const struct rule_text *t = &r->texts[i];

		fprintf(out, "\t{ .level = %s, .rank = %u, .order = %u, .certainty = %s,\n", levels[t->level],
			t->rank, t->order, certainties[t->certainty]);
		write_member(out, "id", t->id);
		write_member(out, "family", t->family);
		write_list(out, "codes", t->codes);
		write_texts_list(out, "questions", t->questions);
		write_list(out, "enhanced", t->enhanced);
		write_texts_list(out, "patterns", t->patterns);
		write_texts_list(out, "also", t->also);
		write_texts_list(out, "unless", t->unless);
		write_texts_list(out, "marks", t->marks);
		write_member(out, "cause", t->cause);
		write_member(out, "detail", t->detail);
		write_member(out, "meaning", t->meaning);
		write_member(out, "fix", t->fix);
		write_member(out, "url", t->url);
		fprintf(out, "\t  .responsible = %d, .retry = %d,\n", t->responsible, t->retry);
		write_texts_list(out, "hits", t->hits);
		write_texts_list(out, "misses", t->misses);
		fputs("\t},\n", out);
	}
	fputs("};\n\n", out);
}

static void write_phrases(FILE *out, const struct rules *r)
{
	fputs("static const struct rule_phrase phrases[] = {\n", out);
	for (size_t i = 0; i < r->phrase_count; i++) {
		const struct rule_phrase *p = &r->phrases[i];

		fputs("\t{\n", out);
		write_member(out, "name", p->name);
		write_texts_list(out, "words", p->words);
		write_texts_list(out, "hits", p->hits);
		write_texts_list(out, "misses", p->misses);
		fputs("\t},\n", out);
	}
	fputs("};\n\n", out);
}

static void write_stories(FILE *out, const struct rules *r)
{
	fputs("static const struct rule_story stories[] = {\n", out);
	for (size_t i = 0; i < r->story_count; i++) {
		const struct rule_story *s = &r->stories[i];

		fputs("\t{\n", out);
		write_member(out, "name", s->name);
		write_member(out, "headline", s->headline);
		write_member(out, "advice", s->advice);
		write_member(out, "if_greylisted", s->if_greylisted);
		write_member(out, "if_automatic", s->if_automatic);
		write_member(out, "if_later", s->if_later);
		write_member(out, "if_in_doubt", s->if_in_doubt);
		fputs("\t},\n", out);
	}
	fputs("};\n\n", out);
}

static void write_controls(FILE *out, const struct rules *r)
{
	fputs("static const struct rule_control controls[] = {\n", out);
	for (size_t i = 0; i < r->control_count; i++) {
		const struct rule_control *c = &r->controls[i];

		fputs("\t{\n", out);
		write_member(out, "name", c->name);
		write_member(out, "language", c->language);
		write_texts_list(out, "replies", c->replies);
		fputs("\t},\n", out);
	}
	fputs("};\n\n", out);
}

static void write_numbers(FILE *out, const char *name, const int32_t *numbers, size_t count)
{
	fprintf(out, "static const int32_t %s[] = {", name);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s%d,", i % 16 ? " " : "\n\t", (int)numbers[i]);
	fputs("\n};\n\n", out);
}

static void write_letters(FILE *out, const struct word_index *index)
{
	fputs("static const char word_letters[] = {", out);
	for (size_t i = 0; i < index->letters_length; i++)
		fprintf(out, "%s%d,", i % 20 ? " " : "\n\t", (int)index->letters[i]);
	fputs("\n};\n\nstatic const uint8_t pattern_sets[] = {", out);
	for (size_t i = 0; i < index->pattern_count; i++)
		fprintf(out, "%s%d,", i % 20 ? " " : "\n\t", (int)index->sets[i]);
	fputs("\n};\n\n", out);
}

static void write_index(FILE *out, const struct word_index *index)
{
	write_letters(out, index);
	write_numbers(out, "word_buckets", index->buckets, WORD_INDEX_BUCKETS);
	fputs("static const struct index_word index_words[] = {\n", out);
	for (size_t i = 0; i < index->word_count; i++)
		fprintf(out, "\t{ %u, %u, %d, %d },\n", index->words[i].at, index->words[i].length,
			(int)index->words[i].next, (int)index->words[i].needs);
	fputs("};\n\nstatic const struct index_need index_needs[] = {\n", out);
	for (size_t i = 0; i < index->need_count; i++)
		fprintf(out, "\t{ %u, %u, %d },\n", index->needs[i].pattern, index->needs[i].set,
			(int)index->needs[i].next);
	fprintf(
	    out,
	    "};\n\nstatic const struct word_index words = {\n\t.words = index_words, .needs = index_needs, .letters = "
	    "word_letters,\n\t.buckets = word_buckets, .sets = pattern_sets, .word_count = %zu,\n\t.need_count = %zu, "
	    ".pattern_count = %zu, .letters_length = %zu,\n};\n\n",
	    index->word_count, index->need_count, index->pattern_count, index->letters_length);
}

/* False if memory is short. */
static bool write_words(FILE *out, const struct rules *r)
{
	struct word_index_memory memory;
	bool built = word_index_build(&memory, r);
	struct word_index index = word_index_of(&memory);

	if (built)
		write_index(out, &index);
	word_index_finish(&memory);
	return built;
}

static void write_set(FILE *out, const struct rules *r)
{
	fputs("/* Made from rules/ by compile_rules; change those files, not this one. */\n#include "
	      "\"word_index.h\"\n\n",
	      out);
	write_codes(out, r);
	write_commands(out, r);
	write_findings(out, r);
	write_explanations(out, r);
	write_differences(out, r);
	write_texts(out, r);
	write_phrases(out, r);
	write_stories(out, r);
	write_controls(out, r);
	if (!write_words(out, r))
		fputs("#error out of memory\n", out);
	fputs("const struct rules *rules_builtin(void)\n{\n\tstatic const struct rules set = {\n", out);
	fprintf(out, "\t\t.codes = codes, .code_count = %zu,\n", r->code_count);
	fprintf(out, "\t\t.enhanced = enhanced, .enhanced_count = %zu,\n", r->enhanced_count);
	fprintf(out, "\t\t.commands = commands, .command_count = %zu,\n", r->command_count);
	fprintf(out, "\t\t.findings = findings, .finding_count = %zu,\n", r->finding_count);
	fprintf(out, "\t\t.explanations = explanations, .explanation_count = %zu,\n", r->explanation_count);
	fprintf(out, "\t\t.differences = differences, .difference_count = %zu,\n", r->difference_count);
	fprintf(out, "\t\t.texts = texts, .text_count = %zu, .words = &words,\n", r->text_count);
	fprintf(out, "\t\t.phrases = phrases, .phrase_count = %zu,\n", r->phrase_count);
	fprintf(out, "\t\t.stories = stories, .story_count = %zu,\n", r->story_count);
	fprintf(out, "\t\t.controls = controls, .control_count = %zu,\n", r->control_count);
	fputs("\t};\n\n\treturn &set;\n}\n", out);
}

static void write_upper(FILE *out, const char *name)
{
	for (; *name; name++)
		putc(*name == '-' ? '_' : toupper((unsigned char)*name), out);
}

/* The enum's values are positions in the table of findings. */
static void write_causes(FILE *out, const struct rules *r)
{
	fputs("/* Made from rules/findings.yaml by compile_rules; change that file, not this one. */\n"
	      "#ifndef SMTPSCOPE_FINDING_CAUSES_H\n#define SMTPSCOPE_FINDING_CAUSES_H\n\n"
	      "/* A finding and its cause: CAUSE_, id, cause. The value is the position in rules_builtin()->findings. */\n"
	      "enum finding_cause {\n",
	      out);
	for (size_t i = 0; i < r->finding_count; i++) {
		fputs("\tCAUSE_", out);
		write_upper(out, r->findings[i].id);
		putc('_', out);
		write_upper(out, r->findings[i].cause);
		fputs(",\n", out);
	}
	fputs("};\n\n#endif\n", out);
}

/* The values are positions in the table of phrases. */
static void write_phrase_names(FILE *out, const struct rules *r)
{
	fputs("/* Made from rules/phrases.yaml by compile_rules; change that file, not this one. */\n"
	      "#ifndef SMTPSCOPE_PHRASE_NAMES_H\n#define SMTPSCOPE_PHRASE_NAMES_H\n\n"
	      "/* A phrase. The value is its position in struct rules. */\n"
	      "enum phrase {\n",
	      out);
	for (size_t i = 0; i < r->phrase_count; i++) {
		fputs("\tPHRASE_", out);
		write_upper(out, r->phrases[i].name);
		fputs(",\n", out);
	}
	fputs("};\n\n#endif\n", out);
}

/* The values are positions in the table of stories. */
static void write_story_names(FILE *out, const struct rules *r)
{
	fputs("/* Made from rules/stories.yaml by compile_rules; change that file, not this one. */\n"
	      "#ifndef SMTPSCOPE_STORY_NAMES_H\n#define SMTPSCOPE_STORY_NAMES_H\n\n"
	      "/* A pattern of stories. The value is its position in struct rules. */\n"
	      "enum story_pattern {\n",
	      out);
	for (size_t i = 0; i < r->story_count; i++) {
		fputs("\tSTORY_", out);
		write_upper(out, r->stories[i].name);
		fputs(",\n", out);
	}
	fputs("\tSTORY_PATTERNS\n};\n\n#endif\n", out);
}

static bool write_file(const char *path, const struct rules *r, void (*write)(FILE *, const struct rules *))
{
	FILE *out = fopen(path, "w");
	bool written;

	if (!out) {
		perror(path);
		return false;
	}
	write(out, r);
	written = !ferror(out);
	if (fclose(out) != 0 || !written) {
		perror(path);
		return false;
	}
	return true;
}

static void print_fault(void *context, const char *file, unsigned line, const char *text)
{
	(void)context;
	if (line)
		fprintf(stderr, "%s:%u: %s\n", file, line, text);
	else
		fprintf(stderr, "%s: %s\n", file, text);
}

int main(int argc, char **argv)
{
	struct rules *rules;
	bool written;

	if (argc != 6) {
		fputs("usage: compile_rules DIR TABLES CAUSES PHRASES STORIES\n", stderr);
		return 2;
	}
	if (!rules_load(NULL, argv[1], print_fault, NULL, &rules))
		return EXIT_FAILURE;
	written = write_file(argv[2], rules, write_set) && write_file(argv[3], rules, write_causes) &&
		  write_file(argv[4], rules, write_phrase_names) &&
		  write_file(argv[5], rules, write_story_names);
	rules_destroy(rules);
	return written ? EXIT_SUCCESS : EXIT_FAILURE;
}
