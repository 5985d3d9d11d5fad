/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_explain: smtpscope explain CODE|TEXT|FILE...: explain codes, replies, and texts that report them. */
#include "command_line.h"
#include "commands.h"
#include "explain.h"
#include "explain_session.h"
#include "notice.h"
#include "pipeline.h"
#include "ruleset.h"
#include "transcript_feed.h"

#include <string.h>
#include <sys/stat.h>

static void print_help(FILE *to)
{
	fputs("usage: smtpscope explain [OPTION]... CODE|TEXT|FILE...\n\n"
	      "Explains reply codes (221), enhanced codes (5.7.26), names of codes (\"syntax error\")\n"
	      "and whole replies (\"550 5.1.1 No such user\"). Of a file, or - for standard input, it\n"
	      "explains what the text reports: a bounce, a log, the transcript of a session.\n\n",
	      to);
	command_line_help(to, FOR_EXPLAIN);
	fputs("\n"
	      "Exit status: 0 all explained, 1 a code is not known, 2 wrong usage,\n"
	      "3 a file could not be read, or output could not be written.\n",
	      to);
}

/* Warns if the rules have no command |question|: no code has a meaning of its own as its answer. */
static void check_question(const struct rules *rules, const char *question)
{
	if (!question[0])
		return;
	for (size_t i = 0; i < rules->command_count; i++)
		if (strcmp(rules->commands[i].question, question) == 0)
			return;
	notice("smtpscope explain: the rules have no command %s; what follows holds for any command\n",
	       question);
}

/* The stages behind the packets, for dialogues; made when they are first needed. */
struct analyzer {
	const struct rules *rules;
	struct criteria criteria;
	const struct report_format *format;
	struct pipeline *shown, *hidden; /* with a report on |out|, and without one */
	FILE *out, *nowhere;
	struct pipeline_observer observer;
	uint64_t sessions; /* reported so far */
};

static struct pipeline *make_pipeline(const struct analyzer *a, const struct report_format *format, FILE *out)
{
	const struct pipeline_config config = {
		.rules = a->rules, .criteria = &a->criteria, .format = format, .out = out, .observer = &a->observer
	};

	return out ? pipeline_create(&config) : NULL;
}

/* Runs a dialogue through the stages, as explain.h describes it. */
static void analyze(void *context, const struct transcript *dialogue, FILE *out, record_sink *record,
		    void *observer)
{
	struct analyzer *a = context;
	struct proxy_sink sink;
	struct pipeline *p;

	a->observer = (struct pipeline_observer){ .context = observer, .record = record };
	if (out && (!a->shown || out != a->out)) {
		pipeline_destroy(a->shown);
		a->shown = make_pipeline(a, a->format, out);
		a->out = out;
	}
	if (!out && !a->hidden) {
		a->nowhere = fopen("/dev/null", "w");
		a->hidden = make_pipeline(a, &explain_session, a->nowhere);
	}
	p = out ? a->shown : a->hidden;
	if (!p)
		return;
	sink = pipeline_dialogues(p);
	transcript_feed(&sink, dialogue, out ? ++a->sessions : 0);
}

static void analyzer_finish(struct analyzer *a)
{
	pipeline_destroy(a->shown);
	pipeline_destroy(a->hidden);
	criteria_finish(&a->criteria);
	if (a->nowhere)
		fclose(a->nowhere);
}

/* Explains the file |name|, if there is one. Returns false if there is none. */
static bool explain_file(struct explain *e, const char *name)
{
	struct stat status;
	FILE *in;

	if (stat(name, &status) != 0 || S_ISDIR(status.st_mode))
		return false;
	in = fopen(name, "r");
	if (!in)
		return false;
	explain_input(e, in, name);
	fclose(in);
	return true;
}

static int explain_all(const struct options *o, const struct rules *rules, int argc, char **argv)
{
	static const int statuses[] = {
		[EXPLAIN_OK] = STATUS_OK, [EXPLAIN_UNKNOWN] = STATUS_FOUND, [EXPLAIN_FAILED] = STATUS_DAMAGED
	};
	struct analyzer analyzer = { .rules = rules,
				     .format = o->as_json ? report_format_find("json") : &explain_session };
	const struct explain_config config = { .rules = rules,
					       .as_json = o->as_json,
					       .analyze = analyze,
					       .analyzer = &analyzer,
					       .question = o->question[0] ? o->question : NULL };
	struct explain *e = explain_create(&config);
	int status;

	if (!e) {
		notice("smtpscope explain: out of memory\n");
		return STATUS_DAMAGED;
	}
	criteria_init(&analyzer.criteria);
	check_question(rules, o->question);
	for (int i = o->first_argument; i < argc; i++) {
		if (strcmp(argv[i], "-") == 0)
			explain_input(e, stdin, "standard input");
		else if (!explain_file(e, argv[i]))
			explain_argument(e, argv[i]);
	}
	status = statuses[explain_result(e)];
	analyzer_finish(&analyzer);
	explain_destroy(e);
	return status;
}

int cmd_explain(int argc, char **argv)
{
	struct options options;
	struct ruleset set;
	int status;

	if (!command_line_parse(&options, FOR_EXPLAIN, argc, argv))
		return STATUS_USAGE;
	if (options.help) {
		print_help(stdout);
		return STATUS_OK;
	}
	if (options.first_argument == argc) {
		notice("smtpscope explain: no code or text given; see smtpscope explain --help\n");
		return STATUS_USAGE;
	}
	status = ruleset_load(&set, options.rules, options.rules_count)
		     ? explain_all(&options, set.rules, argc, argv)
		     : STATUS_USAGE;
	ruleset_finish(&set);
	return status;
}
