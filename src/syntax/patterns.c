/* SPDX-License-Identifier: BSD-2-Clause */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "patterns.h"

#include <pcre2.h>
#include <stdlib.h>
#include <strings.h>

enum pattern { REPLY_LINE, PATH, QUEUE_ID, QUEUE_ID_FIRST, PATTERN_COUNT };

enum { HEADS = 64 }; /* beginnings of reply lines that are remembered; a power of two */

/*
 * Lines are matched as bytes. DOTALL because a line may hold a lone CR; DOLLAR_ENDONLY because "$" must be the end, not a line
 * end before it. Together they also make the compiled code cheaper.
 */
static const uint32_t OPTIONS = PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY;

struct pattern_text {
	const char *text;
	uint32_t options;
};

static const struct pattern_text PATTERNS[PATTERN_COUNT] = {
	/* Without groups, because the parts of the line are at fixed places. */
	[REPLY_LINE] = { "^[2-5][0-9][0-9](?:[ \\t-]|$)", 0 },
	[PATH] = { "^(?:FROM|TO)?[ \\t]*:?[ \\t]*"
		   "(?:<(?:@[^:>]*:)?((?:[^>\"]++|\"(?:[^\"\\\\]|\\\\.)*+\")*+)>|([^ \\t]++))"
		   "(?:[ \\t]++(.*))?$",
		   PCRE2_CASELESS },
	[QUEUE_ID] = { "queued (?:as|mail for delivery as) ?<?([A-Za-z0-9](?:[A-Za-z0-9._,+/=-]*[A-Za-z0-9_=-])?)"
		       "|\\bid=([A-Za-z0-9][A-Za-z0-9._-]*)"
		       "|\\bqp ([0-9]+)",
		       PCRE2_CASELESS },
	/* Forms at the start of the text. Of their own, because a pattern whose matches all begin with one of a few letters is found faster. */
	[QUEUE_ID_FIRST] = { "^(?:2\\.[0-9]\\.[0-9] )?(?!(?:ok|message)\\b)([A-Za-z0-9]{6,40}) Message accepted"
			     "|^(?:2\\.[0-9]\\.[0-9] )?<([^<>@ ]+@?[^<>@ ]*)> (?:\\[InternalId|Queued)",
			     PCRE2_CASELESS },
};

struct patterns {
	pcre2_code *code[PATTERN_COUNT];
	bool jit[PATTERN_COUNT]; /* compiled to machine code */
	pcre2_match_data *match;
	pcre2_match_context *context;
	uint32_t heads[HEADS]; /* first four bytes of lines that REPLY_LINE matched; 0: none */
};

/* Compiles a pattern. Returns false if memory runs out. */
static bool compile(struct patterns *p, enum pattern which)
{
	int error;
	PCRE2_SIZE at;

	p->code[which] = pcre2_compile((PCRE2_SPTR)PATTERNS[which].text, PCRE2_ZERO_TERMINATED,
				       OPTIONS | PATTERNS[which].options, &error, &at, NULL);
	/* Without JIT (no executable memory allowed) the interpreter is used. */
	p->jit[which] = p->code[which] && pcre2_jit_compile(p->code[which], PCRE2_JIT_COMPLETE) == 0;
	return p->code[which] != NULL;
}

bool patterns_prepare(struct patterns *p)
{
	for (int i = 0; i < PATTERN_COUNT; i++)
		if (!p->code[i] && !compile(p, (enum pattern)i))
			return false;
	return true;
}

struct patterns *patterns_create(void)
{
	struct patterns *p = calloc(1, sizeof *p);

	if (!p)
		return NULL;
	p->match = pcre2_match_data_create(16, NULL);
	p->context = pcre2_match_context_create(NULL);
	if (!p->match || !p->context) {
		patterns_destroy(p);
		return NULL;
	}
	pcre2_set_match_limit(p->context, 100000);
	return p;
}

void patterns_destroy(struct patterns *p)
{
	if (!p)
		return;
	for (int i = 0; i < PATTERN_COUNT; i++)
		pcre2_code_free(p->code[i]);
	pcre2_match_data_free(p->match);
	pcre2_match_context_free(p->context);
	free(p);
}

/* Returns the number of groups that matched (the whole match counts as one), 0 for no match. */
static int match(struct patterns *p, enum pattern which, struct span s)
{
	PCRE2_SPTR at = s.at ? s.at : (PCRE2_SPTR) "";
	int groups;

	/* pcre2_match checks its arguments first, which would cost half as much again as most of these matches. */
	if (!p->code[which] && !compile(p, which))
		return 0;
	if (p->jit[which])
		groups = pcre2_jit_match(p->code[which], at, s.length, 0, 0, p->match, p->context);
	else
		groups = pcre2_match(p->code[which], at, s.length, 0, 0, p->match, p->context);
	return groups < 0 ? 0 : groups;
}

static bool group(struct patterns *p, int groups, int n, struct span s, struct span *found)
{
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(p->match) + 2 * n;

	*found = (struct span){ 0 };
	if (n >= groups || at[0] == PCRE2_UNSET)
		return false;
	*found = span_first(span_from(s, at[0]), at[1] - at[0]);
	return true;
}

static unsigned number(struct span digits)
{
	unsigned value = 0;

	for (size_t i = 0; i < digits.length; i++)
		value = value * 10 + (unsigned)(digits.at[i] - '0');
	return value;
}

/*
 * Does REPLY_LINE match? It looks at four bytes, and nearly all lines of all servers begin with one of a few: the latest ones that
 * it matched are remembered.
 */
static bool is_reply_line(struct patterns *p, struct span line)
{
	uint32_t head, *slot;

	if (line.length < sizeof head)
		return match(p, REPLY_LINE, line);
	memcpy(&head, line.at, sizeof head);
	slot = &p->heads[head * UINT32_C(0x9e3779b1) >> 16 & (HEADS - 1)];
	if (*slot == head)
		return true;
	if (!match(p, REPLY_LINE, line))
		return false;
	*slot = head;
	return true;
}

bool patterns_reply_line(struct patterns *p, struct span line, struct reply_line *parts)
{
	/* Most lines that are not reply lines fail here, at no cost. */
	if (line.length < 3 || line.at[0] < '2' || line.at[0] > '5')
		return false;
	if (!is_reply_line(p, line))
		return false;
	*parts = (struct reply_line){ .code = number(span_first(line, 3)) };
	if (line.length > 3) {
		parts->separator = (char)line.at[3];
		parts->text = span_from(line, 4);
	}
	enhanced_read(parts->text, &parts->enhanced);
	return true;
}

/*
 * Splits the usual form, "FROM:<address>" without a route and quotes, as PATH does. False: PATH has to look at it. Every transaction
 * has several of these.
 */
static bool split_plain_path(struct span argument, struct span *address, struct span *parameters)
{
	bool from = argument.length > 6 && memcmp(argument.at + 4, ":<", 2) == 0 &&
		    strncasecmp((const char *)argument.at, "FROM", 4) == 0;
	bool to = argument.length > 4 && memcmp(argument.at + 2, ":<", 2) == 0 &&
		  strncasecmp((const char *)argument.at, "TO", 2) == 0;
	struct span rest = span_from(argument, from ? 6 : 4);
	const uint8_t *end = from || to ? memchr(rest.at, '>', rest.length) : NULL;
	size_t at;

	if (!end || rest.at[0] == '@' || memchr(rest.at, '"', (size_t)(end - rest.at)))
		return false;
	*address = span_of(rest.at, (size_t)(end - rest.at));
	rest = span_from(rest, address->length + 1);
	*parameters = (struct span){ 0 };
	if (!rest.length)
		return true;
	for (at = 0; at < rest.length && (rest.at[at] == ' ' || rest.at[at] == '\t');)
		at++;
	*parameters = span_from(rest, at);
	return at > 0;
}

bool patterns_path(struct patterns *p, struct span argument, struct span *address, struct span *parameters)
{
	int groups;

	if (split_plain_path(argument, address, parameters))
		return true;
	groups = match(p, PATH, argument);
	if (!groups)
		return false;
	if (!group(p, groups, 1, argument, address))
		group(p, groups, 2, argument, address);
	group(p, groups, 3, argument, parameters);
	return true;
}

/* The first group that matched, unless it is empty. */
static bool any_group(struct patterns *p, int groups, struct span text, struct span *found)
{
	for (int n = 1; n < groups; n++)
		if (group(p, groups, n, text, found) && found->length)
			return true;
	return false;
}

bool patterns_queue_id(struct patterns *p, struct span text, struct span *id)
{
	struct span at_start;
	int groups = match(p, QUEUE_ID, text);
	bool found = any_group(p, groups, text, id);

	/* What begins first counts. */
	if (found && pcre2_get_ovector_pointer(p->match)[0] == 0)
		return true;
	groups = match(p, QUEUE_ID_FIRST, text);
	if (!any_group(p, groups, text, &at_start))
		return found;
	*id = at_start;
	return true;
}
