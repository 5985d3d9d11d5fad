/* SPDX-License-Identifier: BSD-2-Clause */
#include "explanation.h"

enum { REPLY_KEPT = 64 * 1024, WORDS_KEPT = 8 * 1024, RECIPIENT_KEPT = 320 };

/*
 * Returns whether |at| begins another line of a reply whose first line begins with |code|: a blank, the code,
 * a hyphen or a blank.
 */
static bool line_starts(struct span text, size_t at, const uint8_t code[static 3], bool same_enhanced)
{
	struct span rest = span_from(text, at);

	if (rest.length < 6 || rest.at[0] != ' ' || memcmp(rest.at + 1, code, 3) != 0 ||
	    (rest.at[4] != '-' && rest.at[4] != ' '))
		return false;
	/*
	 * After a first line without a hyphen, only the same enhanced code shows that another line was meant.
	 */
	return !same_enhanced || (text.length > 9 && rest.length > 10 && text.at[3] == ' ' &&
				  text.at[5] == '.' && memcmp(rest.at + 5, text.at + 4, 6) == 0);
}

/* Copies |text|; splits a multiline reply that was joined into one line. */
static void unjoin(struct span text, struct buf *out)
{
	bool one_line = text.length && !memchr(text.at, '\n', text.length);
	bool more = text.length > 3 && text.at[3] == '-';
	uint8_t code[3];

	for (size_t i = 0; one_line && i < 3; i++) {
		one_line = i < text.length && text.at[i] >= '0' && text.at[i] <= '9';
		code[i] = one_line ? text.at[i] : 0;
	}
	if (!one_line) {
		buf_append(out, text);
		return;
	}
	for (size_t i = 0; i < text.length; i++) {
		bool starts = i > 4 && line_starts(text, i, code, !more);

		buf_append(out, starts ? span_text("\n") : span_of(text.at + i, 1));
	}
}

/* The address in the first angle brackets that contain one. */
static void find_recipient(struct span text, struct buf *out)
{
	const uint8_t *open = text.length ? memchr(text.at, '<', text.length) : NULL;
	struct span rest = open ? span_from(text, (size_t)(open - text.at) + 1) : (struct span){ 0 };
	const uint8_t *close = rest.length ? memchr(rest.at, '>', rest.length) : NULL;
	struct span inside = close ? span_first(rest, (size_t)(close - rest.at)) : (struct span){ 0 };

	if (inside.length && inside.length < RECIPIENT_KEPT && memchr(inside.at, '@', inside.length) &&
	    !memchr(inside.at, ' ', inside.length))
		buf_append(out, inside);
}

static bool asks_for_recipient(const struct meaning *m)
{
	return !m->question || strcmp(m->question, "MAIL") != 0;
}

/* Without a basic code, uses the class of the enhanced code; without both, treats the status as temporary. */
static struct reply_cause status_cause(struct text_rules *texts, const struct meaning *m, struct span text)
{
	struct reply_cause cause =
	    text_rules_classify(texts, m->has_enhanced ? 100 * m->class : 400, m->question, &text, 1);

	if (!m->has_enhanced && (!cause.rule || cause.certainty == CERTAINTY_POSSIBLE))
		return (struct reply_cause){ .cause = NULL };
	if (cause.certainty == CERTAINTY_CERTAIN)
		cause.certainty = CERTAINTY_LIKELY;
	return cause;
}

static void find_cause(struct explanation *x, const struct rules *rules, struct text_rules *texts,
		       struct span text)
{
	const struct meaning *m = &x->meaning;

	if (m->code)
		x->cause = text_rules_classify_text(texts, m->question, text);
	else if (x->whole)
		x->cause = status_cause(texts, m, text);
	else if (m->has_enhanced)
		x->cause.cause =
		    rules_cause(rules, 100 * m->class, m->class, m->subject, m->detail, m->question);
}

/* Notes about the codes: contradicting classes, or a temporary code for a permanent problem. */
static void add_notes(struct explanation *x)
{
	const struct meaning *m = &x->meaning;

	if (m->code && m->has_enhanced && m->code / 100 != m->class)
		buf_format(
		    &x->in_short,
		    " The codes contradict each other: %u is %s, %s is %s; mail servers go by the basic code.",
		    m->code, m->code < 500 ? "temporary" : "permanent", m->enhanced,
		    m->class == 4   ? "temporary"
		    : m->class == 5 ? "permanent"
				    : "a success");
	else if (m->code / 100 == 4 && x->cause.retry == RETRY_USELESS)
		buf_text(&x->in_short,
			 " The code is temporary, so a mail queue retries, but that does not help before the reason is "
			 "removed.");
}

void explanation_init(struct explanation *x, const struct rules *rules, struct text_rules *texts,
		      struct span text, const char *question)
{
	static const struct explanation nothing;

	*x = nothing;
	buf_init(&x->reply, REPLY_KEPT);
	buf_init(&x->in_short, WORDS_KEPT);
	buf_init(&x->code_meaning, WORDS_KEPT);
	buf_init(&x->reference, WORDS_KEPT);
	buf_init(&x->recipient, RECIPIENT_KEPT);
	unjoin(text, &x->reply);
	text = buf_span(&x->reply);
	if (!meaning_read(&x->meaning, rules, text, question))
		meaning_read_status(&x->meaning, rules, text, question);
	x->whole =
	    x->meaning.code ? text.length > 3 : meaning_starts_enhanced(text) || !x->meaning.has_enhanced;
	find_cause(x, rules, texts, text);
	meaning_text(&x->meaning, &x->code_meaning);
	meaning_reference(&x->meaning, &x->reference);
	if (x->whole && asks_for_recipient(&x->meaning))
		find_recipient(text, &x->recipient);
	if (x->whole && x->cause.meaning) {
		buf_text(&x->in_short, x->cause.meaning);
		add_notes(x);
	} else {
		buf_append(&x->in_short, buf_span(&x->code_meaning));
	}
	x->fix = x->whole && x->cause.fix ? x->cause.fix : meaning_fix(&x->meaning);
}

void explanation_recipient(struct explanation *x, struct span recipient)
{
	if (!recipient.length)
		return;
	buf_clear(&x->recipient);
	buf_append(&x->recipient, recipient);
}

void explanation_finish(struct explanation *x)
{
	buf_finish(&x->reply);
	buf_finish(&x->in_short);
	buf_finish(&x->code_meaning);
	buf_finish(&x->reference);
	buf_finish(&x->recipient);
}

const char *explanation_text(struct buf *text)
{
	return text->length ? buf_string(text) : NULL;
}

const char *explanation_certainty(const struct explanation *x)
{
	static const char *const names[] = { "possible", "likely", "certain" };

	return names[x->cause.certainty];
}

const char *explanation_side(enum responsible responsible)
{
	static const char *const words[] = {
		"the reply does not show who has to act.",
		"the person, domain or address that sends, or its administrator.",
		"the sending program or its settings.",
		"the mailbox or its owner.",
		"a policy of the receiving organization.",
		"the receiving program, its settings or resources.",
		"the path between the two sides.",
		"a device between client and server.",
		"nobody has to change anything.",
	};

	return words[responsible];
}

bool explanation_contradicts_registry(const struct explanation *x)
{
	const struct rule_enhanced *entry = x->meaning.extended;

	return x->cause.rule && entry && entry->cause && strcmp(entry->cause, "unspecified") != 0 &&
	       strcmp(entry->cause, x->cause.cause) != 0;
}
