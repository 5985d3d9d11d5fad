/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * reply_costs: classifies replies of 1000, 2000 and 4000 bytes that repeat one piece of text each, and prints a line "SIZE PIECE" for
 * each. check_linear.py counts the instructions of each call of classify_reply.
 */
#include "phrase.h"
#include "text_rules.h"
#include <stdio.h>
#include <stdlib.h>

enum { SMALLEST = 1000, LARGEST = 4000, LINE = 500 };

/* What parsers look for, and what makes them look again. */
static const char *const pieces[] = {
	"a.a.a.",
	"a/a/",
	"////",
	"....",
	"a=a=",
	"====",
	"a-a-",
	"----",
	"a_",
	"____",
	"a:a:",
	"::::",
	"1:",
	"<<<<",
	"<a",
	"<a>",
	">>>>",
	"((((",
	"(a",
	"[[[[",
	"[a]",
	"{{{{",
	"@@@@",
	"a@",
	"a@a.aa ",
	"a@a",
	"\"\"\"\"",
	"\" ",
	"\"a b c d",
	"''''",
	"n't",
	"can't ",
	"a'a'",
	"e-mail",
	"0",
	"1234567 ",
	"1.1.1.1",
	"1.1.1.1 ",
	"1.",
	"5.7.1 ",
	"5.7.1",
	"#5.1.1",
	"550 ",
	"550-",
	"    ",
	" a",
	"a ",
	"a",
	"ab",
	"http:/",
	"http:/=",
	"www.",
	"mailto:a,",
	"a.bc/",
	"ab.cd.",
	"ab.cd ",
	"xn--a.",
	"*.a",
	"a.a-",
	"a1",
	"a1b2c3d4 ",
	"aaaaaaa1",
	"to stop ",
	"to protect our ",
	"if you think ",
	"for help ",
	"for more details",
	"%%%%",
	"%2f",
	"&a=",
	"a&",
	"\\\\\\\\",
	"^^^^",
	"~~~~",
	"!!!!",
	"????",
	"a?a?",
	",,,,",
	";;;;",
	"a|",
	"\t",
	"\001",
	"\177",
	"\303\251",
	"\303",
	"\377",
	"\340\270\201",
	"\344\275\240",
	"\360\237\230\200",
	"\357\274\216",
	"\320\220",
	"<a@b.c> ",
	"[1.2.3.4] ",
	"not ",
	"no ",
	"user unknown ",
	"mailbox full ",
	"message rejected ",
	"spam ",
	"blocked ",
	"denied ",
	"is not ",
	"too many ",
	"try again later ",
	"not accepted not allowed ",
	"sender address rejected ",
	"authentication required ",
	"a/a.a=a@a:a-a_a<a>a(a)a[a]a ",
	"the of to mail from server message has been by your for this ",
	"limit exceeded quota ",
	"spf dkim dmarc fail ",
};

/* Has a name that a profiler finds. */
struct reply_cause classify_reply(struct text_rules *e, const struct rules *rules, const struct span *lines,
				  size_t count);

__attribute__((noinline)) struct reply_cause classify_reply(struct text_rules *e, const struct rules *rules,
							    const struct span *lines, size_t count)
{
	for (size_t i = 0; i < rules->phrase_count; i++)
		(void)phrase_matches(rules, (enum phrase)i, lines, count);
	return text_rules_classify(e, 550, "RCPT", lines, count);
}

/* Writes |piece| as often as it fits into |size| bytes. */
static struct span repeated(char *out, const char *piece, size_t size)
{
	size_t length = strlen(piece);

	size -= size % length;
	for (size_t i = 0; i < size; i++)
		out[i] = piece[i % length];
	return span_of(out, size);
}

static void print_piece(const char *piece)
{
	for (; *piece; piece++)
		printf(*piece > ' ' && *piece < 127 ? "%c" : "\\%03o", (unsigned char)*piece);
	putchar('\n');
}

int main(void)
{
	const struct rules *rules = rules_builtin();
	struct text_rules *engine = text_rules_create(rules);
	static char text[LARGEST];

	if (!engine)
		return EXIT_FAILURE;
	text_rules_compile(engine);
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
		for (size_t size = SMALLEST; size <= LARGEST; size *= 2) {
			struct span line = repeated(text, pieces[i], size), lines[LARGEST / LINE * 2];
			size_t count = 0, length = LINE - LINE % strlen(pieces[i]);

			/* As one line, and as lines of common length. */
			(void)classify_reply(engine, rules, &line, 1);
			for (; line.length; line = span_from(line, length))
				lines[count++] = span_first(line, length);
			(void)classify_reply(engine, rules, lines, count);
			printf("%zu ", size);
			print_piece(pieces[i]);
		}
	text_rules_destroy(engine);
	return EXIT_SUCCESS;
}
