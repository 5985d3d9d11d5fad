/* SPDX-License-Identifier: BSD-2-Clause */
#include "command_line.h"
#include "harness.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WORDS = 40 };

static struct options options;
static char complaint[4096];

/* Parses the words of |line| (separated by blanks) behind "read"; what was said on standard error is kept. */
static bool parse(const char *line)
{
	static char text[8192];
	static char *argv[WORDS + 1];
	int argc = 0, saved, pipe_ends[2];
	bool good;
	ssize_t length;

	snprintf(text, sizeof text, "read %s", line);
	for (char *word = strtok(text, " "); word && argc < WORDS; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	ck_assert_int_eq(pipe(pipe_ends), 0);
	fflush(stderr);
	saved = dup(2);
	dup2(pipe_ends[1], 2);
	good = command_line_parse(&options, FOR_READ, argc, argv);
	fflush(stderr);
	dup2(saved, 2);
	close(saved);
	close(pipe_ends[1]);
	length = read(pipe_ends[0], complaint, sizeof complaint - 1);
	complaint[length > 0 ? length : 0] = 0;
	close(pipe_ends[0]);
	ck_assert_str_eq(argv[0], "read");
	ck_assert_msg(good == (complaint[0] == 0), "%s: \"%s\"", line, complaint);
	return good;
}

/* Wrong, and said to be in one or two clear lines that begin with the program's name. */
static void wrong(const char *line, const char *says)
{
	ck_assert_msg(!parse(line), "%s was taken", line);
	ck_assert_msg(strstr(complaint, says) != NULL, "%s: \"%s\"", line, complaint);
	ck_assert_msg(strncmp(complaint, "smtpscope", 9) == 0, "%s: \"%s\"", line, complaint);
	ck_assert_int_eq(complaint[strlen(complaint) - 1], '\n');
}

START_TEST(test_defaults)
{
	static const uint16_t ports[] = { 24, 25, 465, 587, 2525 };

	ck_assert(parse("a.pcap b.pcap"));
	ck_assert_str_eq(options.format->name, "text");
	ck_assert_ptr_null(options.output);
	ck_assert_uint_eq(options.port_count, 5);
	ck_assert(memcmp(options.ports, ports, sizeof ports) == 0);
	ck_assert(!options.any_port && !options.fail && !options.show_secrets && !options.help);
	ck_assert_uint_eq(options.criteria.session, 0);
	ck_assert_int_eq(options.criteria.only, REPORT_ALL);
	ck_assert_int_eq(options.color, COLOR_AUTO);
	ck_assert_int_eq(options.first_argument, 1);
	ck_assert(parse(""));
	ck_assert_int_eq(options.first_argument, 1);
}
END_TEST

START_TEST(test_all)
{
	ck_assert(parse("--format json --output out --ports 25,2500 --any-port --rules one --rules two "
			"--session 7 --only failed "
			"--fail-on warning --show-secrets --color never --keylog keys in.pcap"));
	ck_assert_str_eq(options.format->name, "json");
	ck_assert_str_eq(options.output, "out");
	ck_assert_uint_eq(options.port_count, 2);
	ck_assert_uint_eq(options.ports[1], 2500);
	ck_assert(options.any_port && options.fail && options.show_secrets);
	ck_assert_uint_eq(options.rules_count, 2);
	ck_assert_str_eq(options.rules[1], "two");
	ck_assert_uint_eq(options.criteria.session, 7);
	ck_assert_int_eq(options.criteria.only, REPORT_ONLY_FAILED);
	ck_assert_int_eq(options.fail_on, SEVERITY_WARNING);
	ck_assert_int_eq(options.color, COLOR_NEVER);
	ck_assert_str_eq(options.keylog, "keys");
	ck_assert(parse("-h") && options.help);
	ck_assert(!options.verbose && parse("--verbose --format log x") && options.verbose);
	ck_assert(parse("-f json -o out -v x") && options.verbose);
	ck_assert_str_eq(options.format->name, "json");
	ck_assert_str_eq(options.output, "out");
	ck_assert(parse("--format=text --only=findings --fail-on=info --color=always x"));
	ck_assert_int_eq(options.criteria.only, REPORT_ONLY_FINDINGS);
	ck_assert_int_eq(options.fail_on, SEVERITY_INFO);
	ck_assert_int_eq(options.color, COLOR_ALWAYS);
}
END_TEST

/* Options may follow files; "--" ends them, and "-" is a file. */
START_TEST(test_order)
{
	ck_assert(parse("in.pcap --format json"));
	ck_assert_str_eq(options.format->name, "json");
	ck_assert_int_eq(options.first_argument, 3);
	ck_assert(parse("--any-port -- --format"));
	ck_assert_int_eq(options.first_argument, 3);
	ck_assert(parse("-"));
	ck_assert_int_eq(options.first_argument, 1);
	ck_assert(parse("--help"));
	ck_assert(options.help);
}
END_TEST

START_TEST(test_wrong)
{
	wrong("--nonsense", "smtpscope read: unknown option --nonsense; see smtpscope read --help");
	wrong("--session", "no value for --session");
	wrong("--session 0", "takes a number from 1, not");
	wrong("-x", "x");
	wrong("--format", "format");
	wrong("--format xml", "'xml'");
	wrong("--only some", "'some'");
	wrong("--fail-on never", "'never'");
	wrong("--color maybe", "'maybe'");
	wrong("--any-port=1", "--any-port takes no value");
	wrong("--formt json", "unknown option --formt; did you mean --format?");
	wrong("--quiet", "unknown option --quiet; see");
	wrong("--only failde", "did you mean failed?");
	wrong("--only everything", "it takes findings, failed\n");
}
END_TEST

START_TEST(test_wrong_numbers)
{
	static const char *const words[] = { "0",  "-1", "+1", "x", "1x", "0x10", "99999999999999999999999",
					     "1.5" };
	char line[64];

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		snprintf(line, sizeof line, "--session=%s", words[i]);
		wrong(line, words[i]);
		snprintf(line, sizeof line, "--ports=%s", words[i]);
		wrong(line, words[i]);
	}
	wrong("--session=", "session");
	wrong("--ports 65536", "65536");
	ck_assert(parse("--ports 65535"));
	ck_assert(parse("--session 18446744073709551615"));
}
END_TEST

/* A list without a port, or with a hole in it, is a slip. */
START_TEST(test_wrong_port_lists)
{
	wrong("--ports=", "ports");
	wrong("--ports=,", "ports");
	wrong("--ports=25,", "ports");
	wrong("--ports=,25", "ports");
	wrong("--ports=25,,587", "ports");
	wrong("--ports=25,mail", "mail");
	wrong("--ports=25;587", "25;587");
}
END_TEST

START_TEST(test_bounds)
{
	char line[8000] = "--ports 1";

	for (unsigned i = 1; i < OPTIONS_PORTS_MAX; i++)
		strcat(line, ",1");
	ck_assert(parse(line));
	strcat(line, ",1");
	wrong(line, "1024");
	line[0] = 0;
	for (unsigned i = 0; i < OPTIONS_RULES_MAX; i++)
		strcat(line, "--rules=d ");
	ck_assert(parse(line));
	strcat(line, "--rules=d");
	wrong(line, "rules");
}
END_TEST

SUITE("cli/options", test_defaults, test_all, test_order, test_wrong, test_wrong_numbers,
      test_wrong_port_lists, test_bounds)
