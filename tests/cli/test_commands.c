/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The program as its users run it. Each tests/golden/cli/NAME.args (words for the shell) is run, with NAME.in as its standard
 * input where there is one; NAME.out is what has to come out: standard output, then standard error and the exit status.
 * With SMTPSCOPE_GOLDEN=update in the environment the files are written instead; read the difference before you keep it.
 */
#include "harness.h"
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT_MAX = 256 * 1024, LINE_MAX_BYTES = 4096 };

static const char *from_environment(const char *name)
{
	const char *value = getenv(name);

	ck_assert_msg(value != NULL, "%s is not set; run with meson test", name);
	return value;
}

/* Runs a command line of the shell; its output and exit status, as text. */
static char *run(const char *command)
{
	char *text = calloc(1, OUTPUT_MAX);
	size_t length;
	FILE *out;
	int status;

	ck_assert_ptr_nonnull(text);
	out = popen(command, "r");
	ck_assert_ptr_nonnull(out);
	length = fread(text, 1, OUTPUT_MAX - 64, out);
	status = pclose(out);
	ck_assert_msg(WIFEXITED(status), "%s: did not end by itself", command);
	snprintf(text + length, 64, "[exit status %d]\n", WEXITSTATUS(status));
	return text;
}

static char *read_whole(const char *path)
{
	char *text = calloc(1, OUTPUT_MAX);
	FILE *in = fopen(path, "r");

	ck_assert_ptr_nonnull(text);
	if (in) {
		ck_assert_uint_lt(fread(text, 1, OUTPUT_MAX - 1, in), OUTPUT_MAX - 1);
		fclose(in);
	}
	return text;
}

static void check_case(const char *dir, const char *name)
{
	char path[1024], command[LINE_MAX_BYTES + 2048], input[1100];
	const char *mode = getenv("SMTPSCOPE_GOLDEN");
	char *words, *got, *want;

	snprintf(path, sizeof path, "%s/%s.args", dir, name);
	words = read_whole(path);
	words[strcspn(words, "\n")] = '\0';
	snprintf(path, sizeof path, "%s/%s.in", dir, name);
	snprintf(input, sizeof input, "%s", access(path, R_OK) == 0 ? path : "/dev/null");
	/* Standard error comes last, whatever the buffers do. */
	snprintf(command, sizeof command,
		 "cd '%s' && e=$(mktemp) && '%s' %s < '%s' 2> \"$e\"; s=$?; cat \"$e\"; rm -f \"$e\"; exit $s",
		 dir, from_environment("SMTPSCOPE"), words, input);
	got = run(command);
	snprintf(path, sizeof path, "%s/%s.out", dir, name);
	if (mode && strcmp(mode, "update") == 0) {
		FILE *out = fopen(path, "w");

		ck_assert_ptr_nonnull(out);
		fputs(got, out);
		fclose(out);
	}
	want = read_whole(path);
	ck_assert_msg(strcmp(got, want) == 0, "smtpscope %s: the output is not %s:\n%s", words, path, got);
	free(words);
	free(got);
	free(want);
}

START_TEST(what_comes_out_is_what_was_agreed)
{
	const char *dir = from_environment("GOLDEN_DIR");
	struct dirent **names;
	int count = scandir(dir, &names, NULL, alphasort), cases = 0;

	ck_assert_int_gt(count, 0);
	for (int i = 0; i < count; i++) {
		char *dot = strrchr(names[i]->d_name, '.');

		if (dot && strcmp(dot, ".args") == 0) {
			*dot = '\0';
			check_case(dir, names[i]->d_name);
			cases++;
		}
		free(names[i]);
	}
	free(names);
	ck_assert_int_gt(cases, 20);
}
END_TEST

/* What changes with every rule is not held in a file: here stands what has to be in it. */
START_TEST(rules_are_listed_and_checked)
{
	static const struct {
		const char *words, *has;
	} cases[] = {
		{ "rules list", "unexpected-221\n" },
		{ "rules list", "  idle-timeout              warning  221 without QUIT: idle timeout\n" },
		{ "rules list", "454  STARTTLS       TLS not available now\n" },
		{ "rules list", "X.7.26  -              Several sender checks failed\n" },
		{ "rules list", "QUIT        End the session: 221 421 501\n" },
		{ "rules list", "[exit status 0]" },
		{ "rules list", "provider 80  blocklists" },
		{ "rules test", " examples, 0 failed\n[exit status 0]" },
		{ "rules list rules-fine", "[exit status 0]" },
		{ "rules check", "built-in rules: " },
		{ "rules check", "; no fault\n[exit status 0]" },
		{ "rules check rules-fine", "rules-fine: " },
		{ "rules check rules-fine rules-broken", "[exit status 1]" },
		{ "rules list rules-broken", "[exit status 1]" },
		{ "--version", "smtpscope " },
		{ "--help", "compare" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char command[1200];
		char *page;

		snprintf(command, sizeof command, "cd '%s' && '%s' %s 2>&1", from_environment("GOLDEN_DIR"),
			 from_environment("SMTPSCOPE"), cases[i].words);
		page = run(command);
		ck_assert_msg(strstr(page, cases[i].has) != NULL, "smtpscope %s: no \"%s\"", cases[i].words,
			      cases[i].has);
		free(page);
	}
}
END_TEST

/* A full disk must not look like success. */
START_TEST(output_that_is_lost_is_told)
{
	char command[1200];
	char *said;

	snprintf(command, sizeof command, "'%s' explain 221 2>&1 > /dev/full", from_environment("SMTPSCOPE"));
	said = run(command);
	ck_assert_msg(strstr(said, "standard output") && strstr(said, "[exit status 3]"), "%s", said);
	free(said);
}
END_TEST

/* Every pair of codes makes a page: no crash, no empty part, no line over 80 columns. */
START_TEST(every_pair_makes_a_page)
{
	static const char *const codes[] = { "200",   "211",   "214",	"220",	 "221",	   "235",    "250",
					     "252",   "334",   "354",	"421",	 "450",	   "452",    "454",
					     "500",   "503",   "535",	"550",	 "554",	   "556",    "571",
					     "2.0.0", "2.1.5", "4.7.1", "5.1.1", "5.7.26", "5.7.999" };
	const size_t count = sizeof codes / sizeof *codes;

	for (size_t i = 0; i < count; i++) {
		for (size_t k = (i * 5) % 3; k < count; k += 3) {
			char command[1200];
			char *page;

			if (i == k)
				continue;
			snprintf(command, sizeof command, "'%s' compare %s %s", from_environment("SMTPSCOPE"),
				 codes[i], codes[k]);
			page = run(command);
			ck_assert_msg(strstr(page, "Key differences\n") &&
					  strstr(page, "Where each code belongs\n") &&
					  strstr(page, "[exit status 0]"),
				      "%s:\n%s", command, page);
			ck_assert_msg(!strstr(page, "(null)"), "%s:\n%s", command, page);
			for (char *line = strtok(page, "\n"); line; line = strtok(NULL, "\n"))
				ck_assert_msg(strlen(line) <= 80, "%s: %s", command, line);
			free(page);
		}
	}
}
END_TEST

SUITE("commands", what_comes_out_is_what_was_agreed, rules_are_listed_and_checked,
      output_that_is_lost_is_told, every_pair_makes_a_page)
