/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_explain: smtpscope explain CODE|TEXT...: what a code or a whole reply means. */
#include "commands.h"
#include "explain.h"
#include "reply_finder.h"
#include "ruleset.h"

#include <getopt.h>
#include <string.h>
#include <strings.h>

/* What the command line asks for. */
struct request {
	struct ruleset rules;
	bool as_json;
	char question[FINDER_QUESTION_SIZE]; /* of --command; "": not given */
};

static void print_help(FILE *out)
{
	fputs("usage: smtpscope explain [OPTION]... CODE|TEXT...\n\n"
	      "Says what reply codes (221), enhanced codes (5.7.26) or whole replies (\"550 5.1.1 No\n"
	      "such user\") mean. - reads standard input, any text in which replies are looked for.\n\n"
	      "  --command VERB   what was answered: a verb such as RCPT, or connect,\n"
	      "                   end-of-data, auth-response\n"
	      "  --format FORMAT  text (default) or json\n"
	      "  --rules DIR      add or override rules; may be given several times\n"
	      "  -h, --help       print this and exit\n\n"
	      "Exit status: 0 all explained, 1 a code is not known, 2 wrong usage,\n"
	      "3 standard input could not be read, or output not be written.\n",
	      out);
}

/* "rcpt" becomes "RCPT", "Connect" "connect". False where it can be no question. */
static bool set_command(struct request *e, const char *text)
{
	static const char *const words[] = { "connect", "end-of-data", "auth-response" };
	size_t length = strlen(text);

	if (length == 0 || length >= sizeof e->question)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcasecmp(text, words[i]) == 0) {
			memcpy(e->question, words[i], strlen(words[i]) + 1);
			return true;
		}
	}
	for (size_t i = 0; i <= length; i++) {
		char c = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 32) : text[i];

		if (c && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') && c != '-')
			return false;
		e->question[i] = c;
	}
	return true;
}

/* Reads the options. Returns a status to exit with, or -1 to go on. */
static int read_options(struct request *e, int argc, char **argv)
{
	static const struct option options[] = {
		{ "command", required_argument, NULL, 'c' },
		{ "format", required_argument, NULL, 'f' },
		{ "rules", required_argument, NULL, 'r' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
		switch (option) {
		case 'c':
			if (!set_command(e, optarg)) {
				fprintf(stderr,
					"smtpscope explain: --command %s is no verb; expected such as RCPT, "
					"connect, "
					"end-of-data or auth-response\n",
					optarg);
				return STATUS_USAGE;
			}
			break;
		case 'f':
			if (strcmp(optarg, "text") != 0 && strcmp(optarg, "json") != 0) {
				fprintf(stderr,
					"smtpscope explain: there is no format \"%s\"; expected text or json\n",
					optarg);
				return STATUS_USAGE;
			}
			e->as_json = strcmp(optarg, "json") == 0;
			break;
		case 'r':
			if (!ruleset_add(&e->rules, optarg))
				return STATUS_USAGE;
			break;
		case 'h':
			print_help(stdout);
			return STATUS_OK;
		default:
			fprintf(stderr, "smtpscope explain: %s %s; see smtpscope explain --help\n",
				option == ':' ? "no value for" : "unknown option", argv[optind - 1]);
			return STATUS_USAGE;
		}
	}
	if (optind == argc) {
		fputs("smtpscope explain: no code or text given; see smtpscope explain --help\n", stderr);
		return STATUS_USAGE;
	}
	return -1;
}

/* One line where the verb of --command is none that the rules know: no code has a meaning of its own after it. */
static void check_question(const struct request *e)
{
	const struct rules *r = e->rules.rules;

	if (!e->question[0])
		return;
	for (size_t i = 0; i < r->command_count; i++)
		if (strcmp(r->commands[i].question, e->question) == 0)
			return;
	fprintf(stderr, "smtpscope explain: the rules have no command %s; what follows holds for any command\n",
		e->question);
}

static int explain_all(const struct request *request, int argc, char **argv)
{
	static const int statuses[] = {
		[EXPLAIN_OK] = STATUS_OK, [EXPLAIN_UNKNOWN] = STATUS_FOUND, [EXPLAIN_FAILED] = STATUS_DAMAGED
	};
	const struct explain_config config = { .rules = request->rules.rules,
					       .as_json = request->as_json,
					       .question = request->question[0] ? request->question : NULL };
	struct explain *e = explain_create(&config);
	int status;

	if (!e) {
		fputs("smtpscope explain: out of memory\n", stderr);
		return STATUS_DAMAGED;
	}
	check_question(request);
	for (int i = optind; i < argc; i++) {
		if (strcmp(argv[i], "-") == 0)
			explain_input(e, stdin);
		else
			explain_argument(e, argv[i]);
	}
	status = statuses[explain_result(e)];
	explain_destroy(e);
	return status;
}

int cmd_explain(int argc, char **argv)
{
	struct request request = { .as_json = false };
	int status;

	ruleset_init(&request.rules);
	ruleset_add_system(&request.rules);
	status = read_options(&request, argc, argv);
	if (status < 0)
		status = explain_all(&request, argc, argv);
	ruleset_finish(&request.rules);
	return status;
}
