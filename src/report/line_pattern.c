/* SPDX-License-Identifier: BSD-2-Clause */
#include "line_pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

struct line_pattern {
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *limits;
};

struct line_pattern *line_pattern_create(const char *text, struct buf *error)
{
	struct line_pattern *p = calloc(1, sizeof *p);
	PCRE2_UCHAR words[256];
	PCRE2_SIZE at;
	int number;

	if (!p)
		return NULL;
	p->code = pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, 0, &number, &at, NULL);
	if (!p->code) {
		pcre2_get_error_message(number, words, sizeof words);
		buf_format(error, "'%s', at its character %zu: %s", text, (size_t)at + 1, (const char *)words);
		line_pattern_destroy(p);
		return NULL;
	}
	pcre2_jit_compile(p->code, PCRE2_JIT_COMPLETE); /* without JIT, the interpreter is used */
	p->match = pcre2_match_data_create(1, NULL);
	p->limits = pcre2_match_context_create(NULL);
	if (!p->match || !p->limits) {
		line_pattern_destroy(p);
		return NULL;
	}
	pcre2_set_match_limit(p->limits, LINE_PATTERN_STEPS);
	return p;
}

bool line_pattern_found(struct line_pattern *p, struct span line)
{
	return pcre2_match(p->code, line.length ? line.at : (PCRE2_SPTR) "", line.length, 0, 0, p->match,
			   p->limits) >= 0;
}

void line_pattern_destroy(struct line_pattern *p)
{
	if (!p)
		return;
	pcre2_match_context_free(p->limits);
	pcre2_match_data_free(p->match);
	pcre2_code_free(p->code);
	free(p);
}
