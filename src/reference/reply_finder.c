/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A line is a reply line, possibly after a mark; lines with a hyphen after the code are continued. In a sentence ("host x said: 550
 * 5.1.1 ..."), the reply is the rest of the line. Numbers that only look like codes are ignored: a sentence must contain words that
 * introduce a reply, or an enhanced code of the same class.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "reply_finder.h"
#include "log_line.h"
#include "log_marks.h"
#include <pcre2.h>
#include <stdlib.h>

enum { LINE_SEARCHED = 16 * 1024, QUEUE_RECIPIENTS = 100 /* of one reason in a queue listing */ };

enum pattern {
	REPLY_LINE,
	CLIENT_LINE,
	END_OF_DATA,
	ANNOUNCED,
	WITH_ENHANCED,
	IN_REPLY_TO,
	SENT,
	LOG_SUCCESS,
	STATUS,
	DSN,
	OWN_WORDS,
	RECIPIENT,
	PATTERNS
};

static const char *const patterns[PATTERNS] = {
	/* mark, code, separator, text */
	[REPLY_LINE] = "^\\s*(?:(?:<<<|<\\*\\*|<~\\*|<--?|<~|<|S:|SERVER:|Out:|RECV:?)\\s*)?([2-5]\\d\\d)(?:("
		       "[ -])(.*))?$",
	[CLIENT_LINE] = "^\\s*(?:(?:>>>|-->?|->|~>|>|C:|CLIENT:|In:|SEND:?)\\s*)?(EHLO|HELO|LHLO|MAIL|RCPT|"
			"DATA|BDAT|RSET|NOOP|QUIT|"
			"VRFY|EXPN|HELP|STARTTLS|AUTH|ETRN|XCLIENT|XFORWARD)(?:$|[ ])",
	[END_OF_DATA] = "^\\s*(?:(?:>>>|->|~>|>|C:|CLIENT:|In:)\\s*)?\\.$",
	/* words that introduce a reply, followed by the code */
	[ANNOUNCED] =
	    "(?:\\b(?:said|says|returned|responded|replied|answered|response|reply|refused|rejected|error)"
	    "(?: with| was| from [^\\s:]+(?: [^\\s:]+){0,6})?"
	    "(?: after [^:]{1,80}(?::<[^>]{0,400}>)?(?: SIZE=\\d+)?)?\\s*[:=]?(?:\\s*host \\S{1,255} \\[[^]]{1,60}\\]:)?|\\b(?:smtp|x-[a-z]+)\\s*;)"
	    "\\s*(['\"(<\\[]?)\\s*(?<code>[2-5]\\d\\d(?:[ -].*)?)$",
	[WITH_ENHANCED] =
	    "(?:^|[\\s:;=,])(['\"(<\\[]?)(?<code>([245])\\d\\d[ -]#?\\3\\.\\d{1,3}\\.\\d{1,3}(?![\\w.-]).*)$",
	[IN_REPLY_TO] = "\\b(?:in reply to|in response to|after(?: pipelined| sending)?) "
			"(end of data|sending data block|initial "
			"connection|EHLO|HELO|LHLO|MAIL|RCPT|DATA|BDAT|AUTH|STARTTLS|RSET|QUIT)\\b",
	/* a delivery that worked, with the reply of the server */
	[SENT] = "(?:\\bstatus=sent \\((?<code>2\\d\\d .+)\\)\\s*$|\\bstat=Sent \\(((?:2\\d\\d |2\\.).+)\\)\\s*$"
		 "| => .* C=\"(2\\d\\d[ -].+?)\")",
	[LOG_SUCCESS] = "\\bstatus=sent\\b|\\bstat=Sent\\b|\\s=> |\\s-> |\\bCompleted\\b|\\bdsn=2\\.",
	/* how the sender's own server describes a delivery, followed by its text */
	[STATUS] = "(?:\\bstatus=(?:deferred|bounced|undeliverable|expired)\\s*\\((.+)\\)\\s*$"
		   "|\\bstat=(?:Deferred: )?(.+)$"
		   "| R=\\S+ T=\\S+(?: H=\\S+ \\[[^]]*\\](?::\\d+)?)?(?: defer \\([^)]*\\))?: (.+)$"
		   "| R=\\S+ defer \\([^)]*\\): (.+)$)",
	[DSN] = "\\b(?:dsn=)([45]\\.\\d{1,3}\\.\\d{1,3})\\b",
	/* "<address>: text" in a Postfix bounce without a reply */
	[OWN_WORDS] =
	    "^<[^>]*>(?: \\([^)]*\\))?: (.*(?:Host or domain name not found|Host not found|Name service error|connect "
	    "to |lost connection with|conversation with|Server certificate|TLSA|TLS is required|Cannot start "
	    "TLS|loops back|message size|delivery temporarily suspended|unknown user|User unknown|No route).*)$",
	/* an address that the text or the rest of the line is about */
	[RECIPIENT] =
	    "(?:^\\s*<?([^\\s<>():;,]+@[^\\s<>():;,]+)>?:?(?: \\([^)]*\\):?)?(?:\\s|$)"
	    "|\\bto=<?([^\\s<>,;]+@[^\\s<>,;]+)>?|\\bRCPT TO:\\s*<([^<>\\s]+)>"
	    "|\\b(?:delivered to|could not be delivered to|recipient:?|for) <?([^\\s<>,;()]+@[^\\s<>,;()]*[^\\s<>,;().:])>?"
	    "|(?: [=*-][=*>] )([^\\s<>]+@[^\\s<>]+))",
};

struct reply_finder {
	pcre2_code *compiled[PATTERNS];
	pcre2_match_data *match;
	found_sink *found;
	void *context;
	struct buf reply;		      /* lines of a reply whose last line has not come */
	char question[FOUND_QUESTION_SIZE];   /* of that reply, "": unknown */
	char asked[FOUND_QUESTION_SIZE];      /* the latest command */
	unsigned commands;		      /* commands since the last reply */
	char recipient[FOUND_RECIPIENT_SIZE]; /* that the text is about, "": unknown */
	size_t line;
};

struct reply_finder *reply_finder_create(found_sink *found, void *context)
{
	struct reply_finder *f = calloc(1, sizeof *f);

	if (!f)
		return NULL;
	f->found = found;
	f->context = context;
	buf_init(&f->reply, FOUND_REPLY_KEPT);
	for (int i = 0; i < PATTERNS; i++) {
		int error;
		PCRE2_SIZE at;

		f->compiled[i] =
		    pcre2_compile((PCRE2_SPTR)patterns[i], PCRE2_ZERO_TERMINATED,
				  PCRE2_CASELESS | PCRE2_DOLLAR_ENDONLY | PCRE2_DOTALL, &error, &at, NULL);
		if (f->compiled[i])
			/* without JIT, the interpreter is used */
			pcre2_jit_compile(f->compiled[i], PCRE2_JIT_COMPLETE);
	}
	f->match = pcre2_match_data_create(8, NULL);
	for (int i = 0; i < PATTERNS; i++) {
		if (!f->compiled[i] || !f->match) {
			reply_finder_destroy(f);
			return NULL;
		}
	}
	return f;
}

static bool matches(struct reply_finder *f, enum pattern pattern, struct span text)
{
	return pcre2_match(f->compiled[pattern], text.length ? text.at : (PCRE2_SPTR) "", text.length, 0, 0,
			   f->match, NULL) > 0;
}

/* Returns what |group| of the last match captured; empty if it did not take part. */
static struct span group_of(struct reply_finder *f, struct span text, unsigned group)
{
	const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer(f->match);

	if (group >= pcre2_get_ovector_count(f->match) || offsets[2 * group] == PCRE2_UNSET)
		return (struct span){ 0 };
	return span_of(text.at + offsets[2 * group], offsets[2 * group + 1] - offsets[2 * group]);
}

/* The first of the groups 1 to |last| that took part. */
static struct span any_group(struct reply_finder *f, struct span text, unsigned last)
{
	struct span found = { 0 };

	for (unsigned group = 1; group <= last && !found.length; group++)
		found = group_of(f, text, group);
	return found;
}

static void set_question(char question[static FOUND_QUESTION_SIZE], struct span word)
{
	size_t length = word.length < FOUND_QUESTION_SIZE - 1 ? word.length : FOUND_QUESTION_SIZE - 1;

	for (size_t i = 0; i < length; i++)
		question[i] = (char)(word.at[i] >= 'a' && word.at[i] <= 'z' ? word.at[i] - 32 : word.at[i]);
	question[length] = '\0';
	if (strcmp(question, "END OF DATA") == 0 || strcmp(question, "SENDING DATA BLOCK") == 0)
		strcpy(question, "end-of-data");
	else if (strcmp(question, "INITIAL CONNECTION") == 0)
		strcpy(question, "connect");
}

static void pass(struct reply_finder *f, struct span reply, const char *question)
{
	struct found found = { .reply = reply,
			       .question = question[0] ? question : NULL,
			       .recipient = span_text(f->recipient),
			       .line = f->line };

	if (!found.question || strcmp(found.question, "MAIL") != 0)
		f->found(f->context, &found);
	else
		f->found(f->context, &(struct found){ .reply = reply, .question = question, .line = f->line });
}

/* The sentence may continue after the reply: a closing quote, "(in reply to ...)". */
static struct span without_tail(struct span text, char opener)
{
	static const char openers[] = "'\"(<[", closers[] = "'\")>]";
	static const char tail[] = "(in reply to ";
	const char *o = opener ? strchr(openers, opener) : NULL;

	for (size_t i = 0; i + sizeof tail - 1 <= text.length; i++) {
		if (memcmp(text.at + i, tail, sizeof tail - 1) == 0) {
			text.length = i;
			break;
		}
	}
	for (size_t i = text.length; o && i > 0; i--) {
		if (text.at[i - 1] == (unsigned char)closers[o - openers]) {
			text.length = i - 1;
			break;
		}
	}
	return text_trim(text);
}

static void end_reply(struct reply_finder *f)
{
	if (f->reply.length)
		pass(f, buf_span(&f->reply), f->question);
	buf_clear(&f->reply);
	f->question[0] = '\0';
}

static bool same_code(const struct reply_finder *f, struct span code)
{
	return f->reply.length >= 3 && code.length == 3 && memcmp(f->reply.at, code.at, 3) == 0;
}

/* A line of a reply on lines of its own: code, separator, text. */
static void reply_line(struct reply_finder *f, struct span line)
{
	struct span code = group_of(f, line, 1), separator = group_of(f, line, 2), text = group_of(f, line, 3);

	if (f->reply.length && !same_code(f, code))
		end_reply(f);
	if (f->reply.length) {
		buf_text(&f->reply, "\n");
	} else if (f->commands == 1) {
		/* With several commands before it, it is unknown which one it answers. */
		memcpy(f->question, f->asked, sizeof f->question);
	}
	f->commands = 0;
	buf_append(&f->reply, code);
	buf_append(&f->reply, separator);
	buf_append(&f->reply, text);
	if (!separator.length || separator.at[0] != '-')
		end_reply(f);
}

static void sentence(struct reply_finder *f, struct span line, enum pattern pattern)
{
	int number = pcre2_substring_number_from_name(f->compiled[pattern], (PCRE2_SPTR) "code");
	struct span opener = group_of(f, line, 1),
		    reply = group_of(f, line, (unsigned)(number > 0 ? number : 0));
	char question[FOUND_QUESTION_SIZE] = "", mark = opener.length ? (char)opener.at[0] : '\0';

	if (matches(f, IN_REPLY_TO, line))
		set_question(question, group_of(f, line, 1));
	pass(f, span_first(without_tail(reply, mark), FOUND_REPLY_KEPT), question);
}

/* Passes on "4.4.1 text": the text of the sender's own server, with the code next to it. */
static void status(struct reply_finder *f, struct span line, struct span words)
{
	char question[FOUND_QUESTION_SIZE] = "";
	struct buf text;

	buf_init(&text, FOUND_REPLY_KEPT);
	if (matches(f, DSN, line)) {
		buf_append(&text, group_of(f, line, 1));
		buf_text(&text, " ");
	}
	buf_append(&text, words);
	if (matches(f, IN_REPLY_TO, line))
		set_question(question, group_of(f, line, 1));
	pass(f, buf_span(&text), question);
	buf_finish(&text);
}

/* The address that the line, and perhaps the lines after it, are about. */
static void find_recipient(struct reply_finder *f, struct span line)
{
	struct span address;

	if (!matches(f, RECIPIENT, span_first(line, 2000)))
		return;
	address = any_group(f, line, 6);
	if (address.length == 0 || address.length >= sizeof f->recipient)
		return;
	memcpy(f->recipient, address.at, address.length);
	f->recipient[address.length] = '\0';
}

static bool other_line(struct reply_finder *f, struct span line)
{
	struct span words;

	if (matches(f, CLIENT_LINE, line)) {
		set_question(f->asked, group_of(f, line, 1));
		f->commands++;
		return false;
	}
	if (matches(f, END_OF_DATA, line)) {
		strcpy(f->asked, "end-of-data");
		f->commands = 1;
		return false;
	}
	if (matches(f, SENT, line)) {
		words = any_group(f, line, 3);
		pass(f, words, "");
		return true;
	}
	for (enum pattern p = ANNOUNCED; p <= WITH_ENHANCED; p++) {
		if (matches(f, p, line)) {
			sentence(f, line, p);
			return true;
		}
	}
	if (matches(f, STATUS, line))
		words = any_group(f, line, 4);
	else if (matches(f, OWN_WORDS, line))
		words = group_of(f, line, 1);
	else
		return matches(f, LOG_SUCCESS, line);
	status(f, line, words);
	return true;
}

/* Sets the recipient to the next word of |text| with an '@'. Returns what is behind it; empty: there is no such word. */
static struct span next_recipient(struct reply_finder *f, struct span text)
{
	while (text.length) {
		size_t from = text_blanks(text), end = from;
		struct span address;

		while (end < text.length && text.at[end] != ' ' && text.at[end] != '\t')
			end++;
		address = span_of(text.at + from, end - from);
		text = span_from(text, end);
		if (address.length > 2 && address.at[0] == '<' && address.at[address.length - 1] == '>')
			address = span_of(address.at + 1, address.length - 2);
		if (address.length && address.length < sizeof f->recipient &&
		    memchr(address.at, '@', address.length)) {
			memcpy(f->recipient, address.at, address.length);
			f->recipient[address.length] = '\0';
			return text;
		}
	}
	f->recipient[0] = '\0';
	return text;
}

/* The length of the text in parentheses that |text| begins with, without the last one. */
static size_t parenthesized(struct span text)
{
	size_t at = 0, depth = 0;

	for (; at < text.length; at++) {
		depth += text.at[at] == '(';
		if (text.at[at] == ')' && --depth == 0)
			break;
	}
	return at;
}

/* An entry of a queue listing: sender, then each reason in parentheses with the recipients that wait for it. */
static bool queue_entry(struct reply_finder *f, struct span entry)
{
	bool found = false;

	for (;;) {
		const uint8_t *open = entry.length ? memchr(entry.at, '(', entry.length) : NULL;
		struct span reason, rest;
		size_t length, recipients = 0;

		if (!open)
			return found;
		entry = span_from(entry, (size_t)(open - entry.at));
		length = parenthesized(entry);
		reason = span_from(span_first(entry, length), 1);
		entry = span_from(entry, length + 1);
		open = entry.length ? memchr(entry.at, '(', entry.length) : NULL;
		rest = span_first(entry, open ? (size_t)(open - entry.at) : entry.length);
		/* Without any recipient, the reason is passed on once. */
		do {
			rest = next_recipient(f, rest);
			if ((f->recipient[0] || recipients == 0) && !other_line(f, reason))
				status(f, reason, reason);
		} while (f->recipient[0] && ++recipients < QUEUE_RECIPIENTS);
		found = true;
	}
}

bool reply_finder_line(struct reply_finder *f, struct span line, size_t number)
{
	size_t head = log_queue_head(line);

	f->line = number;
	line = span_first(line, LINE_SEARCHED);
	if (matches(f, REPLY_LINE, line)) {
		reply_line(f, line);
		return true;
	}
	end_reply(f);
	if (head)
		return queue_entry(f, span_from(line, head));
	find_recipient(f, line);
	return other_line(f, line);
}

void reply_finder_end(struct reply_finder *f)
{
	end_reply(f);
	f->asked[0] = f->recipient[0] = '\0';
	f->commands = 0;
}

void reply_finder_destroy(struct reply_finder *f)
{
	if (!f)
		return;
	end_reply(f);
	for (int i = 0; i < PATTERNS; i++)
		pcre2_code_free(f->compiled[i]);
	pcre2_match_data_free(f->match);
	buf_finish(&f->reply);
	free(f);
}
