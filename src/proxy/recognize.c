/* SPDX-License-Identifier: BSD-2-Clause */
#include "recognize.h"

#include "command_parser.h"

#include <strings.h>

/* Longer lines at the beginning are not SMTP. */
enum { LINE_MAX_BYTES = 1024 };

/* What the bytes of one side show, read as a server's or as a client's. */
struct look {
	unsigned lines; /* complete lines that fit */
	bool proof;	/* something that only SMTP uses */
	bool odd;	/* something that does not fit */
	bool foreign;	/* something that another protocol uses */
};

static bool contains(struct span line, const char *word)
{
	size_t length = strlen(word);

	for (size_t at = 0; at + length <= line.length; at++)
		if (strncasecmp((const char *)line.at + at, word, length) == 0)
			return true;
	return false;
}

static bool begins(struct span line, const char *word)
{
	size_t length = strlen(word);

	return line.length >= length && strncasecmp((const char *)line.at, word, length) == 0;
}

static bool is_one_of(struct span word, const char *const list[])
{
	for (size_t i = 0; list[i]; i++)
		if (word.length == strlen(list[i]) && begins(word, list[i]))
			return true;
	return false;
}

static bool has_control(struct span line)
{
	for (size_t i = 0; i < line.length; i++)
		if (line.at[i] < ' ' && line.at[i] != '\t' && line.at[i] != '\r' && line.at[i] != '\n')
			return true;
	return false;
}

/* Codes that servers of SMTP send (RFC 5321 4.2.3, and its extensions). */
static bool smtp_code(unsigned code)
{
	static const uint16_t codes[] = { 211, 214, 220, 221, 235, 250, 251, 252, 334, 354, 421, 422,
					  431, 432, 441, 442, 446, 447, 449, 450, 451, 452, 453, 454,
					  455, 458, 459, 471, 500, 501, 502, 503, 504, 510, 511, 512,
					  513, 515, 517, 521, 523, 525, 530, 534, 535, 538, 541, 550,
					  551, 552, 553, 554, 555, 556, 557, 571 };

	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i] == code)
			return true;
	return false;
}

/* EHLO keywords (RFC 5321 4.1.1.1, IANA registry) that no other protocol of three-digit codes lists. */
static bool names_extension(struct span text)
{
	static const char *const keywords[] = { "8BITMIME",	  "PIPELINING", "ENHANCEDSTATUSCODES",
						"STARTTLS",	  "CHUNKING",	"BINARYMIME",
						"SMTPUTF8",	  "DSN",	"ETRN",
						"VRFY",		  "EXPN",	"DELIVERBY",
						"REQUIRETLS",	  "BURL",	"XCLIENT",
						"XFORWARD",	  "X-EXPS",	"XEXCH50",
						"X-ANONYMOUSTLS", "PRDR",	NULL };
	static const char *const mechanisms[] = {
		"AUTH PLAIN",  "AUTH LOGIN",  "AUTH CRAM-",   "AUTH DIGEST-",  "AUTH NTLM",
		"AUTH GSSAPI", "AUTH SCRAM-", "AUTH XOAUTH2", "AUTH EXTERNAL", NULL
	};
	size_t length = 0;

	while (length < text.length && text.at[length] > ' ')
		length++;
	if (is_one_of(span_first(text, length), keywords))
		return true;
	for (size_t i = 0; mechanisms[i]; i++)
		if (begins(text, mechanisms[i]))
			return true;
	return text.length > 5 && begins(text, "SIZE ") && text.at[5] >= '0' && text.at[5] <= '9';
}

static void look_at_reply(struct look *look, const struct reply_line *parts, bool first)
{
	unsigned class = parts->code / 100;

	if (!smtp_code(parts->code)) {
		look->foreign = true;
		return;
	}
	if (first && class == 2 && parts->code != 220)
		look->foreign = true;
	if (parts->enhanced.class == class && parts->code != 220)
		look->proof = true;
	if (parts->code == 354 || (parts->code == 250 && names_extension(parts->text)))
		look->proof = true;
	/* "SMTP" also matches ESMTP. */
	if (parts->code == 220 && (contains(parts->text, "SMTP") || contains(parts->text, "LMTP")))
		look->proof = true;
	else if (parts->code == 220 && contains(parts->text, "FTP"))
		look->foreign = true;
}

/* Can this incomplete line be the beginning of a reply? */
static bool may_be_reply(struct span piece)
{
	for (size_t i = 0; i < piece.length && i < 3; i++)
		if (piece.at[i] < (i ? '0' : '2') || piece.at[i] > (i ? '9' : '5'))
			return false;
	return piece.length < 4 || strchr(" -\t\r", piece.at[3]) != NULL;
}

static void look_at_server_line(struct patterns *patterns, struct look *look, struct span line,
				bool may_be_rest, bool first)
{
	struct reply_line parts;

	if (has_control(line)) {
		look->odd = true;
	} else if (patterns_reply_line(patterns, line, &parts)) {
		look_at_reply(look, &parts, first);
		look->lines++;
	} else if (!may_be_rest || contains(line, " HTTP/1.")) {
		look->odd = true;
	}
}

static void look_at_client_line(struct look *look, struct span line, bool may_be_rest)
{
	static const char *const foreign[] = {
		"USER", "PASS", "ACCT", "CWD",	   "PASV",    "EPSV",	      "PORT", "EPRT", "SYST", "FEAT",
		"TYPE", "RETR", "STOR", "LIST",	   "NLST",    "STAT",	      "CAPA", "STLS", "APOP", "UIDL",
		"DELE", "TOP",	"MODE", "GROUP",   "ARTICLE", "CAPABILITIES", "OPTS", "PBSZ", "PROT", "GET",
		"POST", "HEAD", "PUT",	"OPTIONS", "CONNECT", "NICK",	      "PING", "PWD",  NULL
	};
	struct span verb, argument = { 0 };

	if (has_control(line)) {
		look->foreign = true;
		return;
	}
	if (!command_split(line, &verb, &argument)) {
		look->odd = look->odd || !may_be_rest;
		return;
	}
	if (is_one_of(verb, foreign) || contains(line, " HTTP/1.") || begins(line, "AUTH TLS") ||
	    begins(line, "AUTH SSL")) {
		look->foreign = true;
		return;
	}
	if (!verb_is_known(verb_of(verb))) {
		look->odd = look->odd || !may_be_rest;
		return;
	}
	look->lines++;
	if ((begins(line, "EHLO ") || begins(line, "HELO ") || begins(line, "LHLO ")) && argument.length &&
	    !memchr(argument.at, ' ', argument.length))
		look->proof = true;
	if (begins(line, "MAIL FROM:") || begins(line, "RCPT TO:"))
		look->proof = true;
}

/*
 * Reads the bytes of one side as a server's or a client's. If the capture began later, the first line may be the rest of a
 * longer one. If |cut|, the server's last line is read although its end is missing.
 */
static struct look look_at(struct patterns *patterns, struct span bytes, bool as_server, bool from_start,
			   bool cut)
{
	struct look look = { 0 };
	bool first = true;

	while (bytes.length && !look.foreign && !(as_server && look.odd) &&
	       !(look.proof && (from_start || !as_server))) {
		const uint8_t *lf = memchr(bytes.at, '\n', bytes.length);
		struct span line = span_first(bytes, lf ? (size_t)(lf - bytes.at) : bytes.length);
		bool may_be_rest = first && !from_start;

		if (!lf && !(cut && as_server && line.length > 3)) {
			if (line.length > LINE_MAX_BYTES || has_control(line))
				look.odd = look.foreign = true;
			if (as_server && !may_be_rest && !may_be_reply(line))
				look.odd = true;
			break;
		}
		if (line.length && line.at[line.length - 1] == '\r')
			line.length--;
		if (as_server)
			look_at_server_line(patterns, &look, line, may_be_rest, first && from_start);
		else
			look_at_client_line(&look, line, may_be_rest);
		bytes = span_from(bytes, lf ? (size_t)(lf - bytes.at) + 1 : bytes.length);
		first = false;
	}
	return look;
}

/*
 * If the capture began later, a line that only SMTP servers send may be part of a message. It counts only if the other side
 * behaves like a client or was not captured.
 */
static bool backed(const struct first_bytes *first, enum direction client, const struct look *s,
		   const struct look *c)
{
	if (c->lines)
		return true;
	return first->side[client].length == 0 && (first->ended || (first->lost[client] && s->lines > 1));
}

/* The hypothesis that |server| is the server's direction. */
static enum recognized judge(struct patterns *patterns, const struct first_bytes *first, enum direction server)
{
	enum direction client = direction_other(server);
	struct look s = look_at(patterns, first->side[server], true, first->from_start, first->lost[server]);
	struct look c = look_at(patterns, first->side[client], false, first->from_start, first->lost[client]);
	bool silent = first->side[server].length == 0;

	/* A client may be in the middle of a message, so its lines need not fit. A server's always must. */
	if (s.odd || s.foreign || (c.foreign && !(s.proof && first->from_start)) ||
	    (first->from_start && c.odd && !s.proof && !c.proof))
		return RECOGNIZED_OTHER;
	if ((s.proof && (first->from_start || backed(first, client, &s, &c))) || (c.proof && s.lines))
		return RECOGNIZED_SMTP;
	if (c.proof && !c.odd && silent && (first->lost[server] || (first->ended && first->from_start)))
		return RECOGNIZED_SMTP;
	return RECOGNIZED_NOTHING_YET;
}

enum recognized recognize(struct patterns *patterns, const struct first_bytes *first)
{
	enum recognized straight = judge(patterns, first, DIR_SERVER), swapped = RECOGNIZED_OTHER;
	bool full = first->side[DIR_CLIENT].length >= RECOGNIZE_BYTES ||
		    first->side[DIR_SERVER].length >= RECOGNIZE_BYTES;

	if (!first->roles_known)
		swapped = judge(patterns, first, DIR_CLIENT);
	if (straight == RECOGNIZED_SMTP && swapped != RECOGNIZED_SMTP)
		return RECOGNIZED_SMTP;
	if (swapped == RECOGNIZED_SMTP && straight != RECOGNIZED_SMTP)
		return RECOGNIZED_SWAPPED;
	if (straight == RECOGNIZED_OTHER && swapped == RECOGNIZED_OTHER)
		return RECOGNIZED_OTHER;
	return full || first->ended ? RECOGNIZED_OTHER : RECOGNIZED_NOTHING_YET;
}
