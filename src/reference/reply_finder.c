/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * There are two forms of text with replies. In a transcript, a line is a reply line, possibly after a mark;
 * lines with a hyphen after the code are continued. In a sentence ("host x said: 550 5.1.1 ..."), the reply
 * is the rest of the line, and indented lines continue it. Numbers that only look like codes are ignored: a
 * sentence must contain words that introduce a reply, or an enhanced code of the same class.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "reply_finder.h"
#include <pcre2.h>
#include <stdlib.h>

enum pattern {
	REPLY_LINE,
	CLIENT_LINE,
	END_OF_DATA,
	ANNOUNCED,
	WITH_ENHANCED,
	IN_REPLY_TO,
	LOG_LINE,
	LOG_SUCCESS,
	STATUS,
	DSN,
	DIAGNOSTIC,
	OWN_WORDS,
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
	    "(?: after [^:]{1,80}(?::<[^>]*>)?(?: SIZE=\\d+)?)?\\s*[:=]?|\\b(?:smtp|x-[a-z]+)\\s*;)"
	    "\\s*(['\"(<\\[]?)\\s*(?<code>[2-5]\\d\\d(?:[ -].*)?)$",
	[WITH_ENHANCED] =
	    "(?:^|[\\s:;=,])(['\"(<\\[]?)(?<code>([245])\\d\\d[ -]#?\\3\\.\\d{1,3}\\.\\d{1,3}(?![\\w.-]).*)$",
	[IN_REPLY_TO] = "\\b(?:in reply to|in response to|after(?: pipelined| sending)?) "
			"(end of data|sending data block|initial "
			"connection|EHLO|HELO|LHLO|MAIL|RCPT|DATA|BDAT|AUTH|STARTTLS|RSET|QUIT)\\b",
	/* a time at the start of a line, in the format of syslog, ISO 8601 or Exim */
	[LOG_LINE] = "^(?:<\\d+>)?(?:[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d|\\d{4}-\\d\\d-\\d\\d[T "
		     "]\\d\\d:\\d\\d(?::\\d\\d)?)\\b",
	[LOG_SUCCESS] = "\\bstatus=sent\\b|\\bstat=Sent\\b|\\s=> |\\bCompleted\\b|\\bdsn=2\\.",
	/* how the sender's own server describes a delivery, followed by its text */
	[STATUS] = "(?:\\bstatus=(?:deferred|bounced|undeliverable|expired)\\s*\\((.+)\\)\\s*$"
		   "|\\bstat=(?:Deferred: )?(.+)$"
		   "| R=\\S+ T=\\S+(?: H=\\S+ \\[[^]]*\\](?::\\d+)?)?(?: defer \\([^)]*\\))?: (.+)$"
		   "| R=\\S+ defer \\([^)]*\\): (.+)$)",
	[DSN] = "\\b(?:dsn=|Status:\\s*)([45]\\.\\d{1,3}\\.\\d{1,3})\\b",
	[DIAGNOSTIC] = "^\\s*Diagnostic-Code:\\s*(?:x-[a-z-]+|smtp)\\s*;\\s*(.+)$",
	/* "<address>: text" in a Postfix bounce without a reply */
	[OWN_WORDS] =
	    "^<[^>]*>(?: \\([^)]*\\))?: (.*(?:Host or domain name not found|Host not found|Name service error|connect "
	    "to |lost connection with|conversation with|Server certificate|TLSA|TLS is required|Cannot start "
	    "TLS|loops back|message size|delivery temporarily suspended|unknown user|User unknown|No route).*)$",
};

struct reply_finder {
	pcre2_code *compiled[PATTERNS];
	pcre2_match_data *match;
	found_reply *found;
	void *context;
	struct buf reply; /* being collected */
	enum { NOTHING, TRANSCRIPT, SENTENCE } open;
	char opener;			     /* SENTENCE: the quote or bracket before the code, 0: none */
	size_t indent;			     /* SENTENCE: blanks before its first line */
	char question[FINDER_QUESTION_SIZE]; /* of the reply being collected, "": unknown */
	char asked[FINDER_QUESTION_SIZE];    /* the latest command of a transcript */
	unsigned commands;		     /* commands since the last reply of a transcript */
	size_t log_lines, understood;	     /* lines with a time; those of them with a reply or a status */
	char dsn[16];			     /* the latest "Status:" of a bounce, "": none */
};

struct reply_finder *reply_finder_create(found_reply *found, void *context)
{
	struct reply_finder *f = calloc(1, sizeof *f);

	if (!f)
		return NULL;
	f->found = found;
	f->context = context;
	buf_init(&f->reply, FINDER_REPLY_KEPT);
	for (int i = 0; i < PATTERNS; i++) {
		int error;
		PCRE2_SIZE at;

		f->compiled[i] =
		    pcre2_compile((PCRE2_SPTR)patterns[i], PCRE2_ZERO_TERMINATED,
				  PCRE2_CASELESS | PCRE2_DOLLAR_ENDONLY | PCRE2_DOTALL, &error, &at, NULL);
		if (f->compiled[i])
			pcre2_jit_compile(f->compiled[i],
					  PCRE2_JIT_COMPLETE); /* without JIT, the interpreter is used */
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

static void set_question(char question[static FINDER_QUESTION_SIZE], struct span word)
{
	size_t length = word.length < FINDER_QUESTION_SIZE - 1 ? word.length : FINDER_QUESTION_SIZE - 1;

	for (size_t i = 0; i < length; i++)
		question[i] = (char)(word.at[i] >= 'a' && word.at[i] <= 'z' ? word.at[i] - 32 : word.at[i]);
	question[length] = '\0';
	if (strcmp(question, "END OF DATA") == 0 || strcmp(question, "SENDING DATA BLOCK") == 0)
		strcpy(question, "end-of-data");
	else if (strcmp(question, "INITIAL CONNECTION") == 0)
		strcpy(question, "connect");
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
	while (text.length && (text.at[text.length - 1] == ' ' || text.at[text.length - 1] == '\t'))
		text.length--;
	return text;
}

/* Passes on the reply being collected. */
static void close_reply(struct reply_finder *f)
{
	struct span text = buf_span(&f->reply);

	if (f->open == NOTHING)
		return;
	if (f->open == SENTENCE) {
		if (matches(f, IN_REPLY_TO, text))
			set_question(f->question, group_of(f, text, 1));
		text = without_tail(text, f->opener);
	}
	f->found(f->context, text, f->question[0] ? f->question : NULL);
	buf_clear(&f->reply);
	f->question[0] = '\0';
	f->open = NOTHING;
}

/* A line of a transcript: code, separator, text. */
static void transcript_line(struct reply_finder *f, struct span line)
{
	struct span code = group_of(f, line, 1), separator = group_of(f, line, 2), text = group_of(f, line, 3);
	bool more = separator.length && separator.at[0] == '-';

	if (f->open == TRANSCRIPT) {
		buf_text(&f->reply, "\n");
	} else if (f->commands == 1) {
		/* With several commands before it, it is unknown which one it answers. */
		memcpy(f->question, f->asked, sizeof f->question);
	}
	f->commands = 0;
	f->open = TRANSCRIPT;
	buf_append(&f->reply, code);
	buf_append(&f->reply, separator);
	buf_append(&f->reply, text);
	if (!more)
		close_reply(f);
}

static bool same_code(struct reply_finder *f, struct span code)
{
	return f->reply.length >= 3 && code.length == 3 && memcmp(f->reply.at, code.at, 3) == 0;
}

static size_t blanks_before(struct span line)
{
	size_t count = 0;

	while (count < line.length && (line.at[count] == ' ' || line.at[count] == '\t'))
		count++;
	return count;
}

/* An indented line continues the sentence; one that begins with the same code is a line of the reply. */
static void sentence_goes_on(struct reply_finder *f, struct span line)
{
	bool reply_line = matches(f, REPLY_LINE, line) && same_code(f, group_of(f, line, 1));

	line = span_from(line, blanks_before(line));
	buf_text(&f->reply, reply_line ? "\n" : " ");
	buf_append(&f->reply, line);
}

static void sentence_begins(struct reply_finder *f, struct span line, enum pattern pattern)
{
	int number = pcre2_substring_number_from_name(f->compiled[pattern], (PCRE2_SPTR) "code");
	struct span opener = group_of(f, line, 1),
		    reply = group_of(f, line, (unsigned)(number > 0 ? number : 0));
	struct span before = span_first(line, (size_t)(reply.at - line.at));

	f->open = SENTENCE;
	f->indent = blanks_before(line);
	f->opener = opener.length ? (char)opener.at[0] : '\0';
	buf_append(&f->reply, reply);
	if (matches(f, IN_REPLY_TO, before))
		set_question(f->question, group_of(f, before, 1));
}

/* Passes on "4.4.1 text": the text of the sender's own server, with the code next to it. */
static void status_found(struct reply_finder *f, struct span line, struct span words, const char *code)
{
	struct buf status;

	buf_init(&status, FINDER_REPLY_KEPT);
	if (matches(f, IN_REPLY_TO, line))
		set_question(f->question, group_of(f, line, 1));
	if (*code)
		buf_format(&status, "%s ", code);
	buf_append(&status, words);
	f->found(f->context, buf_span(&status), f->question[0] ? f->question : NULL);
	f->question[0] = '\0';
	buf_finish(&status);
}

static void keep_dsn(struct reply_finder *f, struct span line)
{
	struct span code = group_of(f, line, 1);

	if (code.length < sizeof f->dsn) {
		memcpy(f->dsn, code.at, code.length);
		f->dsn[code.length] = '\0';
	}
}

/* The text of a status in a log line, a Diagnostic-Code or a line of a bounce. Empty if there is none. */
static struct span status_words(struct reply_finder *f, struct span line)
{
	struct span words = { 0 };

	if (matches(f, STATUS, line)) {
		for (unsigned group = 1; group <= 4 && !words.length; group++)
			words = group_of(f, line, group);
		return words;
	}
	if (matches(f, DIAGNOSTIC, line) || matches(f, OWN_WORDS, line))
		words = group_of(f, line, 1);
	return words;
}

/*
 * A line that is neither part of a transcript nor continues a sentence. Returns whether it contains a reply
 * or a status.
 */
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
	if (matches(f, ANNOUNCED, line)) {
		sentence_begins(f, line, ANNOUNCED);
		return true;
	}
	if (matches(f, WITH_ENHANCED, line)) {
		sentence_begins(f, line, WITH_ENHANCED);
		return true;
	}
	if (matches(f, DSN, line))
		keep_dsn(f, line);
	words = status_words(f, line);
	if (!words.length)
		return false;
	status_found(f, line, words, f->dsn);
	f->dsn[0] = '\0';
	return true;
}

void reply_finder_line(struct reply_finder *f, struct span line)
{
	bool logged, found;

	line = span_first(line, FINDER_LINE_KEPT);
	if (f->open == SENTENCE && blanks_before(line) > f->indent && blanks_before(line) < line.length) {
		sentence_goes_on(f, line);
		return;
	}
	if (matches(f, REPLY_LINE, line)) {
		if (f->open == SENTENCE || (f->open == TRANSCRIPT && !same_code(f, group_of(f, line, 1)))) {
			close_reply(f);
			matches(f, REPLY_LINE, line);
		}
		transcript_line(f, line);
		return;
	}
	close_reply(f);
	logged = matches(f, LOG_LINE, line);
	found = other_line(f, line);
	f->log_lines += logged;
	f->understood += logged && (found || matches(f, LOG_SUCCESS, line));
}

size_t reply_finder_log_lines(const struct reply_finder *f, size_t *understood)
{
	*understood = f->understood;
	return f->log_lines;
}

void reply_finder_destroy(struct reply_finder *f)
{
	if (!f)
		return;
	close_reply(f);
	for (int i = 0; i < PATTERNS; i++)
		pcre2_code_free(f->compiled[i]);
	pcre2_match_data_free(f->match);
	buf_finish(&f->reply);
	free(f);
}
