/* SPDX-License-Identifier: BSD-2-Clause */
#include "explain.h"

#include "auth_words.h"
#include "code_search.h"
#include "explain_page.h"
#include "explanation.h"
#include "found_list.h"
#include "notice.h"
#include "redact.h"
#include "reference_page.h"
#include "text_reader.h"

#include <stdlib.h>

enum {
	INPUT_KEPT = 64 * 1024,
	REPORTS_HELD = 8 * 1024 * 1024, /* of sessions, until the refusals have been explained */
	SUCCESS_PAGES = 3, /* so many successes have pages of their own, if nothing else was found */
};

struct explain {
	struct explain_config config;
	struct text_rules *texts;
	struct json json;
	struct output output; /* of |json| */
	unsigned count;	      /* explanations so far */
	unsigned pages;	      /* those of them printed as pages */
	enum explain_result result;
	/* of the current input */
	struct found_list found;
	struct secret_set secrets; /* that it shows */
	struct auth_words auth;
	struct buf scratch;
	FILE *reports; /* what its sessions showed */
	char *report_text;
	size_t report_length;
	unsigned sessions;
};

/* One line on standard error for codes that the rules do not contain. */
static void say_unknown(const struct explanation *x, struct span input)
{
	const struct meaning *m = &x->meaning;

	if (m->code && !m->basic)
		notice("smtpscope explain: %u is not in the rules; codes that begin with %u mean: %s\n",
		       m->code, m->code / 100, category_words(m->code / 100));
	if (m->has_enhanced && !m->extended)
		notice("smtpscope explain: %s is not in the rules; neither is its subject, %u\n", m->enhanced,
		       m->subject);
	if (!m->code && !m->has_enhanced && !x->cause.cause) {
		struct buf shown;

		buf_init(&shown, INPUT_KEPT);
		buf_append(&shown, input);
		notice("smtpscope explain: no reply code in ");
		page_quoted(stderr, buf_string(&shown));
		notice("; expected such as 221, 5.7.26 or \"550 5.1.1 No such user\"\n");
		buf_finish(&shown);
	}
}

/* Explains |x|; |input| is what the user gave. */
static void show(struct explain *e, struct explanation *x, struct span input)
{
	const struct meaning *m = &x->meaning;
	bool known = meaning_known(m) || (x->whole && !m->code && x->cause.rule);

	if (e->config.as_json) {
		explain_record(&e->json, e->config.rules, input, x);
	} else if (m->basic || m->extended || (x->whole && x->cause.cause)) {
		if (e->pages++)
			putchar('\n');
		explain_page(e->config.rules, x);
	}
	e->count++;
	if (!known) {
		fflush(stdout);
		say_unknown(x, input);
		e->result = EXPLAIN_UNKNOWN;
	}
}

/* |input| is what the user gave, |reply| the part of it to explain. */
static void explain(struct explain *e, struct span input, struct span reply, const char *question,
		    struct span recipient)
{
	struct explanation x;

	if (e->config.question)
		question = e->config.question;
	explanation_init(&x, e->config.rules, e->texts, reply, question);
	explanation_recipient(&x, recipient);
	show(e, &x, input);
	explanation_finish(&x);
}

/************ texts ************/

static void keep_found(void *context, const struct found *found)
{
	struct explain *e = context;

	found_list_add(&e->found, found);
}

/* The address of "RCPT TO:<a@b.example>"; for a message with one recipient, that one. */
static struct span recipient_of(const struct smtp_event *event)
{
	const struct exchange *x = event->exchange;
	const struct session_facts *s = event->session;
	const struct message *message = s->message_count ? &s->messages[s->message_count - 1] : NULL;
	struct span line = x->command ? x->command->line : (struct span){ 0 };
	const uint8_t *open = line.length ? memchr(line.at, '<', line.length) : NULL;
	const uint8_t *close = open ? memchr(open, '>', line.length - (size_t)(open - line.at)) : NULL;

	if (x->recipient)
		return span_text(x->recipient);
	if (x->command && strcmp(x->command->verb, "RCPT") == 0 && close)
		return span_of(open + 1, (size_t)(close - open) - 1);
	if (x->answers == ANSWERS_END_OF_DATA && message && message->recipient_count == 1 &&
	    message->recipients[0].address)
		return span_text(message->recipients[0].address);
	return (struct span){ 0 };
}

static const char *question_of(const struct exchange *x)
{
	switch (x->answers) {
	case ANSWERS_CONNECT:
		return "connect";
	case ANSWERS_COMMAND:
		return x->command ? x->command->verb : NULL;
	case ANSWERS_END_OF_DATA:
		return "end-of-data";
	case ANSWERS_BDAT:
		return "BDAT";
	case ANSWERS_AUTH_RESPONSE:
		return "auth-response";
	default:
		return NULL;
	}
}

/* A reply of a dialogue: keeps it like one that was found in prose. */
static void keep_reply(struct explain *e, const struct smtp_event *event)
{
	const struct reply *reply = event->exchange->reply;
	struct buf text;

	buf_init(&text, FOUND_REPLY_KEPT);
	for (size_t i = 0; i < reply->line_count; i++) {
		buf_format(&text, "%s%03u%c", i ? "\n" : "", reply->code,
			   i + 1 < reply->line_count ? '-' : ' ');
		buf_append(&text, redact(&e->scratch, event->session->secrets, reply->lines[i], SIZE_MAX));
	}
	found_list_add(&e->found, &(struct found){ .reply = buf_span(&text),
						   .question = question_of(event->exchange),
						   .recipient = recipient_of(event),
						   .line = reply->frame.number });
	buf_finish(&text);
}

static void on_record(void *context, const struct record *record)
{
	struct explain *e = context;
	const struct smtp_event *event = record->event;

	if (record->kind != RECORD_EVENT)
		return;
	/* The greeting of a dialogue without its beginning is not in the text. */
	if (event->kind == SMTP_REPLY && event->exchange->reply->line_count &&
	    event->exchange->reply->lines[0].length)
		keep_reply(e, event);
	if (event->kind != SMTP_ENDED || !event->session->secrets)
		return;
	for (size_t i = 0; i < event->session->secrets->count; i++)
		secret_set_add(&e->secrets, event->session->secrets->held[i]);
}

static void read_dialogue(void *context, const struct transcript *dialogue)
{
	struct explain *e = context;

	if (!e->config.analyze)
		return;
	e->config.analyze(e->config.analyzer, dialogue, dialogue->whole ? e->reports : NULL, on_record, e);
	e->sessions += dialogue->whole;
	if (!e->reports)
		return;
	fflush(e->reports);
	if (e->report_length > REPORTS_HELD) {
		fwrite(e->report_text, 1, e->report_length, stdout);
		rewind(e->reports);
	}
}

static void read_line(struct explain *e, struct text_reader *reader, struct span line)
{
	auth_words_line(&e->auth, line, &e->secrets);
	text_reader_line(reader, line);
}

static void read_lines(struct explain *e, struct text_reader *reader, FILE *in)
{
	char *line = malloc(TEXT_LINE_KEPT);
	size_t length = 0;
	int byte;

	while (line && (byte = getc(in)) != EOF) {
		if (byte == '\n') {
			read_line(e, reader, span_of(line, length));
			length = 0;
		} else if (length < TEXT_LINE_KEPT) {
			line[length++] = (char)byte;
		}
	}
	if (length)
		read_line(e, reader, span_of(line, length));
	free(line);
}

/* What the list holds of successes, one a line. */
static void list_successes(struct explain *e, size_t from)
{
	putchar('\n');
	page_heading(stdout, "Successes", '-');
	for (size_t i = from; i < e->found.count; i++) {
		const struct found_entry *entry = e->found.list[i];
		struct explanation x;

		if (entry->folded)
			continue;
		explanation_init(&x, e->config.rules, e->texts,
				 redact(&e->scratch, &e->secrets, entry->reply, SIZE_MAX),
				 entry->question[0] ? entry->question : NULL);
		explanation_recipient(&x, span_text(entry->recipient));
		explain_success_line(&x);
		e->count++;
		explanation_finish(&x);
	}
}

static void explain_entry(struct explain *e, const struct found_entry *entry)
{
	const char *question = e->config.question   ? e->config.question
			       : entry->question[0] ? entry->question
						    : NULL;
	struct explanation x;
	struct buf reply;

	buf_init(&reply, FOUND_REPLY_KEPT);
	buf_append(&reply, redact(&e->scratch, &e->secrets, entry->reply, SIZE_MAX));
	explanation_init(&x, e->config.rules, e->texts, buf_span(&reply), question);
	explanation_recipient(&x, span_text(entry->recipient));
	show(e, &x, buf_span(&x.reply));
	explanation_finish(&x);
	buf_finish(&reply);
}

static void print_reports(struct explain *e)
{
	if (!e->reports)
		return;
	fflush(e->reports);
	fwrite(e->report_text, 1, e->report_length, stdout);
}

/* Refusals, each with its page; sessions; then successes. */
static void print_found(struct explain *e)
{
	size_t refusals = 0, successes = 0, first;

	found_list_settle(&e->found);
	for (size_t i = 0; i < e->found.count; i++) {
		refusals += !e->found.list[i]->folded && !found_is_success(e->found.list[i]->reply);
		successes += !e->found.list[i]->folded && found_is_success(e->found.list[i]->reply);
	}
	for (first = 0; first < e->found.count && !found_is_success(e->found.list[first]->reply); first++)
		if (!e->found.list[first]->folded)
			explain_entry(e, e->found.list[first]);
	if (e->config.as_json || (!refusals && !e->sessions && successes <= SUCCESS_PAGES)) {
		for (size_t i = first; i < e->found.count; i++)
			if (!e->found.list[i]->folded)
				explain_entry(e, e->found.list[i]);
		print_reports(e);
		return;
	}
	print_reports(e);
	if (successes)
		list_successes(e, first);
}

static void say_what_was_read(const struct explain *e, const struct text_reader *reader)
{
	size_t understood, meant = text_reader_lines(reader, &understood);

	fflush(stdout);
	if (understood < meant)
		notice("smtpscope explain: understood %zu of %zu lines; the others hold no reply or status that it knows\n",
		       understood, meant);
	if (e->found.left_out)
		notice("smtpscope explain: left out %zu replies beyond the first %d\n", e->found.left_out,
		       FOUND_LIST_KEPT);
}

static void end_input(struct explain *e)
{
	found_list_finish(&e->found);
	secret_set_finish(&e->secrets);
	e->secrets = (struct secret_set){ .count = 0 };
	e->auth = (struct auth_words){ .asked = false };
	if (e->reports)
		fclose(e->reports);
	free(e->report_text);
	e->reports = NULL;
	e->report_text = NULL;
	e->report_length = 0;
	e->sessions = 0;
}

void explain_input(struct explain *e, FILE *in, const char *name)
{
	struct text_reader_sink sink = { .context = e, .found = keep_found, .dialogue = read_dialogue };
	struct text_reader *reader = text_reader_create(&sink);
	unsigned before = e->count;

	if (!reader || !found_list_init(&e->found)) {
		notice("smtpscope explain: out of memory\n");
		e->result = EXPLAIN_FAILED;
		text_reader_destroy(reader);
		return;
	}
	e->reports = open_memstream(&e->report_text, &e->report_length);
	read_lines(e, reader, in);
	text_reader_end(reader);
	print_found(e);
	say_what_was_read(e, reader);
	if (ferror(in)) {
		notice("smtpscope explain: %s: read error\n", name);
		e->result = EXPLAIN_FAILED;
	} else if (e->count == before && !e->sessions) {
		notice("smtpscope explain: no reply was found in %s\n", name);
		e->result = EXPLAIN_UNKNOWN;
	}
	text_reader_destroy(reader);
	end_input(e);
}

/* Explains the codes with that name. Returns false if there are none. */
static bool explain_name(struct explain *e, const char *text)
{
	unsigned codes[CODE_SEARCH_MAX];
	size_t count = code_search(e->config.rules, span_text(text), codes);
	char code[4];

	for (size_t i = 0; i < count; i++) {
		snprintf(code, sizeof code, "%u", codes[i]);
		explain(e, span_text(text), span_text(code), NULL, (struct span){ 0 });
	}
	return count > 0;
}

static void push_lines(struct explain *e, struct text_reader *reader, struct span text)
{
	while (text.length) {
		const uint8_t *lf = memchr(text.at, '\n', text.length);
		size_t length = lf ? (size_t)(lf - text.at) : text.length;

		read_line(e, reader, span_first(text, length));
		text = span_from(text, length + 1);
	}
}

/* The first reply in a text argument that does not begin with a code, or the argument itself. */
static void explain_text(struct explain *e, const char *text)
{
	struct text_reader_sink sink = { .context = e, .found = keep_found, .dialogue = read_dialogue };
	struct text_reader *reader = text_reader_create(&sink);
	const struct found_entry *first;
	struct buf shown, reply;

	if (reader && found_list_init(&e->found)) {
		push_lines(e, reader, span_text(text));
		text_reader_end(reader);
		found_list_settle(&e->found);
	}
	text_reader_destroy(reader);
	first = e->found.count ? e->found.list[0] : NULL;
	buf_init(&shown, INPUT_KEPT);
	buf_append(&shown, redact(&e->scratch, &e->secrets, span_text(text), SIZE_MAX));
	if (first) {
		buf_init(&reply, FOUND_REPLY_KEPT);
		buf_append(&reply, redact(&e->scratch, &e->secrets, first->reply, SIZE_MAX));
		explain(e, buf_span(&shown), buf_span(&reply), first->question[0] ? first->question : NULL,
			span_text(first->recipient));
		buf_finish(&reply);
	} else {
		explain(e, buf_span(&shown), buf_span(&shown), NULL, (struct span){ 0 });
	}
	buf_finish(&shown);
	end_input(e);
}

void explain_argument(struct explain *e, const char *text)
{
	struct meaning m;

	if (meaning_read(&m, e->config.rules, span_text(text), NULL) ||
	    meaning_starts_enhanced(span_text(text)))
		explain(e, span_text(text), span_text(text), NULL, (struct span){ 0 });
	else if (!explain_name(e, text))
		explain_text(e, text);
}

struct explain *explain_create(const struct explain_config *config)
{
	struct explain *e = calloc(1, sizeof *e);

	if (!e)
		return NULL;
	e->config = *config;
	e->output.file = stdout;
	json_init(&e->json, &e->output);
	buf_init(&e->scratch, INPUT_KEPT);
	e->texts = text_rules_create(config->rules);
	if (!e->texts) {
		explain_destroy(e);
		return NULL;
	}
	return e;
}

enum explain_result explain_result(const struct explain *e)
{
	return e->result;
}

void explain_destroy(struct explain *e)
{
	if (!e)
		return;
	text_rules_destroy(e->texts);
	buf_finish(&e->scratch);
	free(e);
}
