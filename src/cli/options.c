/* SPDX-License-Identifier: BSD-2-Clause */
#include "options.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <unistd.h>

static const uint16_t DEFAULT_PORTS[] = { 24, 25, 465, 587, 2525 };

const char options_help[] =
    "  --format text|json|log how to report (default text)\n"
    "  --output FILE          where to (default standard output)\n"
    "  --ports LIST           TCP ports of mail servers (default 24,25,465,587,2525)\n"
    "  --any-port             look for SMTP on every TCP port\n"
    "  --rules DIR            add to the built-in rules, or override them\n"
    "  --session N            only session N\n"
    "  --only findings|failed only sessions with a warning or error; only failed deliveries\n"
    "  --fail-on SEVERITY     exit status 1 on a finding of info, warning or error, or worse\n"
    "  --show-secrets         print credentials as they are\n"
    "  --color auto|always|never\n"
    "                         colours; auto, the default, on a terminal and without NO_COLOR\n"
    "  --keylog FILE          TLS secrets; not used yet, nothing is decrypted\n"
    "  --verbose              commands too, and what nobody said (with --format log)\n"
    "  -h, --help             print this and exit\n";

enum {
	OPT_FORMAT = 1000,
	OPT_OUTPUT,
	OPT_PORTS,
	OPT_ANY_PORT,
	OPT_RULES,
	OPT_SESSION,
	OPT_ONLY,
	OPT_FAIL_ON,
	OPT_SHOW_SECRETS,
	OPT_COLOR,
	OPT_KEYLOG,
	OPT_VERBOSE,
	OPT_HELP
};

static const struct option LONG_OPTIONS[] = {
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "output", required_argument, NULL, OPT_OUTPUT },
	{ "ports", required_argument, NULL, OPT_PORTS },
	{ "any-port", no_argument, NULL, OPT_ANY_PORT },
	{ "rules", required_argument, NULL, OPT_RULES },
	{ "session", required_argument, NULL, OPT_SESSION },
	{ "only", required_argument, NULL, OPT_ONLY },
	{ "fail-on", required_argument, NULL, OPT_FAIL_ON },
	{ "show-secrets", no_argument, NULL, OPT_SHOW_SECRETS },
	{ "color", required_argument, NULL, OPT_COLOR },
	{ "keylog", required_argument, NULL, OPT_KEYLOG },
	{ "verbose", no_argument, NULL, OPT_VERBOSE },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

int options_choice(const char *option, const char *word, const char *const list[])
{
	int i;

	for (i = 0; list[i]; i++)
		if (strcmp(word, list[i]) == 0)
			return i;
	fprintf(stderr, "smtpscope: --%s does not know '%s'; it takes", option, word);
	for (i = 0; list[i]; i++)
		fprintf(stderr, "%s %s", i ? "," : "", list[i]);
	fputs("\n", stderr);
	return -1;
}

bool options_number(const char *option, const char *text, uint64_t least, uint64_t most, uint64_t *value)
{
	char *end;
	unsigned long long read;

	errno = 0;
	read = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || read < least || read > most) {
		if (most == UINT64_MAX)
			fprintf(stderr, "smtpscope: --%s takes a number from %llu, not '%s'\n", option,
				(unsigned long long)least, text);
		else
			fprintf(stderr, "smtpscope: --%s takes a number from %llu to %llu, not '%s'\n",
				option, (unsigned long long)least, (unsigned long long)most, text);
		return false;
	}
	*value = read;
	return true;
}

static bool parse_ports(struct options *o, const char *list)
{
	char *copy = strdup(list), *rest = NULL;
	bool good = copy != NULL;

	o->port_count = 0;
	/* An empty word is no number, so a list with a hole in it is wrong. */
	for (char *word = copy; word && good; word = rest) {
		uint64_t port = 0;

		rest = strchr(word, ',');
		if (rest)
			*rest++ = 0;
		good = options_number("ports", word, 1, 65535, &port);
		if (good && o->port_count == OPTIONS_PORTS_MAX) {
			fprintf(stderr, "smtpscope: --ports takes at most %d ports\n", OPTIONS_PORTS_MAX);
			good = false;
		}
		if (good)
			o->ports[o->port_count++] = (uint16_t)port;
	}
	free(copy);
	return good;
}

static bool parse_format(struct options *o, const char *name)
{
	o->format = report_format_find(name);
	if (o->format)
		return true;
	fprintf(stderr, "smtpscope: --format does not know '%s'; it takes", name);
	for (size_t i = 0; report_formats[i]; i++)
		fprintf(stderr, "%s %s", i ? "," : "", report_formats[i]->name);
	fputs("\n", stderr);
	return false;
}

static bool parse_only(struct options *o, const char *word)
{
	static const char *const words[] = { "findings", "failed", NULL };
	int chosen = options_choice("only", word, words);

	o->only = chosen == 0 ? REPORT_ONLY_FINDINGS : REPORT_ONLY_FAILED;
	return chosen >= 0;
}

static bool parse_fail_on(struct options *o, const char *word)
{
	static const char *const words[] = { "info", "warning", "error", NULL };
	int chosen = options_choice("fail-on", word, words);

	o->fail = true;
	if (chosen >= 0)
		o->fail_on = (enum severity)chosen;
	return chosen >= 0;
}

static bool parse_color(struct options *o, const char *word)
{
	static const char *const words[] = { "auto", "always", "never", NULL };
	int chosen = options_choice("color", word, words);

	o->color = chosen == 1 ? COLOR_ALWAYS : chosen == 2 ? COLOR_NEVER : COLOR_AUTO;
	return chosen >= 0;
}

static bool add_rules(struct options *o, const char *dir)
{
	if (o->rules_count == OPTIONS_RULES_MAX) {
		fprintf(stderr, "smtpscope: --rules can be given %d times\n", OPTIONS_RULES_MAX);
		return false;
	}
	o->rules[o->rules_count++] = dir;
	return true;
}

static bool take(struct options *o, int option, const char *value)
{
	switch (option) {
	case OPT_FORMAT:
		return parse_format(o, value);
	case OPT_OUTPUT:
		o->output = value;
		return true;
	case OPT_PORTS:
		return parse_ports(o, value);
	case OPT_ANY_PORT:
		o->any_port = true;
		return true;
	case OPT_RULES:
		return add_rules(o, value);
	case OPT_SESSION:
		return options_number("session", value, 1, UINT64_MAX, &o->session);
	case OPT_ONLY:
		return parse_only(o, value);
	case OPT_FAIL_ON:
		return parse_fail_on(o, value);
	case OPT_SHOW_SECRETS:
		o->show_secrets = true;
		return true;
	case OPT_COLOR:
		return parse_color(o, value);
	case OPT_KEYLOG:
		o->keylog = value;
		return true;
	case OPT_VERBOSE:
		o->verbose = true;
		return true;
	case OPT_HELP:
	case 'h':
		o->help = true;
		return true;
	default:
		break;
	}
	return false;
}

bool options_check_keylog(const struct options *o)
{
	int fd;
	char byte;

	if (!o->keylog)
		return true;
	fd = open(o->keylog, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || (read(fd, &byte, 1) < 0 && errno != EAGAIN)) {
		fprintf(stderr, "smtpscope: %s: %s\n", o->keylog, strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	close(fd);
	fputs("smtpscope: --keylog is not used yet: what is inside TLS is not decrypted\n", stderr);
	return true;
}

static bool parse(struct options *o, int argc, char **argv, const struct options_more *more)
{
	const size_t shared = sizeof LONG_OPTIONS / sizeof *LONG_OPTIONS - 1;
	struct option all[sizeof LONG_OPTIONS / sizeof *LONG_OPTIONS + OPTIONS_MORE_MAX];
	char letters[32];
	int option;

	/* The colon tells a missing value from an unknown option; complaints are ours. */
	snprintf(letters, sizeof letters, ":h%s", more->letters);
	opterr = 0;
	memcpy(all, LONG_OPTIONS, sizeof LONG_OPTIONS);
	for (size_t i = 0; i < OPTIONS_MORE_MAX && more->options[i].name; i++) {
		all[shared + i] = more->options[i];
		all[shared + i + 1] = (struct option){ 0 };
	}
	while ((option = getopt_long(argc, argv, letters, all, NULL)) != -1) {
		bool is_more = option >= OPTIONS_MORE || (option != 'h' && option < OPT_FORMAT);

		if (option == '?' || option == ':') {
			fprintf(stderr, "smtpscope %s: %s %s; see smtpscope %s --help\n", argv[0],
				option == ':' ? "no value for" : "unknown option", argv[optind - 1], argv[0]);
			return false;
		}
		if (is_more ? !more->take(more->context, option, optarg) : !take(o, option, optarg))
			return false;
	}
	return true;
}

bool options_parse_more(struct options *o, int argc, char **argv, const struct options_more *more)
{
	bool good;

	*o = (struct options){ .format = report_format_find("text") };
	if (!o->format)
		o->format = report_formats[0];
	memcpy(o->ports, DEFAULT_PORTS, sizeof DEFAULT_PORTS);
	o->port_count = sizeof DEFAULT_PORTS / sizeof *DEFAULT_PORTS;
	optind = 0; /* from the start, whatever was read before */
	good = parse(o, argc, argv, more);
	o->first_file = optind;
	return good;
}

bool options_parse(struct options *o, int argc, char **argv)
{
	static const struct option none[] = { { 0 } };
	const struct options_more more = { .options = none, .letters = "" };

	return options_parse_more(o, argc, argv, &more);
}
