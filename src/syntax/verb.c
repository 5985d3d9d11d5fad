/* SPDX-License-Identifier: BSD-2-Clause */
#include "verb.h"

enum kind { FOREIGN, IN_USE, STANDARD };

/* In the order of their first letters, which verb_of relies on. */
static const struct {
	char name[VERB_NAME_SIZE];
	enum kind kind;
} VERBS[VERB_COUNT] = {
	[VERB_NONE] = { "", FOREIGN },
	[VERB_OTHER] = { "", FOREIGN },
	[VERB_ATRN] = { "ATRN", STANDARD },
	[VERB_AUTH] = { "AUTH", STANDARD },
	[VERB_BDAT] = { "BDAT", STANDARD },
	[VERB_BURL] = { "BURL", STANDARD },
	[VERB_CHECKPOINT] = { "CHECKPOINT", IN_USE },
	[VERB_DATA] = { "DATA", STANDARD },
	[VERB_EHLO] = { "EHLO", STANDARD },
	[VERB_EMAL] = { "EMAL", IN_USE },
	[VERB_ESAM] = { "ESAM", IN_USE },
	[VERB_ESND] = { "ESND", IN_USE },
	[VERB_ESOM] = { "ESOM", IN_USE },
	[VERB_ETRN] = { "ETRN", STANDARD },
	[VERB_EVFY] = { "EVFY", IN_USE },
	[VERB_EXPN] = { "EXPN", STANDARD },
	[VERB_HELO] = { "HELO", STANDARD },
	[VERB_HELP] = { "HELP", STANDARD },
	[VERB_LHLO] = { "LHLO", STANDARD },
	[VERB_MAIL] = { "MAIL", STANDARD },
	[VERB_NOOP] = { "NOOP", STANDARD },
	[VERB_ONEX] = { "ONEX", IN_USE },
	[VERB_PROXY] = { "PROXY", FOREIGN },
	[VERB_QHLO] = { "QHLO", IN_USE },
	[VERB_QUIT] = { "QUIT", STANDARD },
	[VERB_RCPT] = { "RCPT", STANDARD },
	[VERB_REQA] = { "REQA", IN_USE },
	[VERB_RSET] = { "RSET", STANDARD },
	[VERB_SAML] = { "SAML", STANDARD },
	[VERB_SEND] = { "SEND", STANDARD },
	[VERB_SOML] = { "SOML", STANDARD },
	[VERB_STARTTLS] = { "STARTTLS", STANDARD },
	[VERB_TIME] = { "TIME", IN_USE },
	[VERB_TURN] = { "TURN", STANDARD },
	[VERB_VERB] = { "VERB", IN_USE },
	[VERB_VRFY] = { "VRFY", STANDARD },
	[VERB_X_ADAT] = { "X-ADAT", IN_USE },
	[VERB_X_ANONYMOUSTLS] = { "X-ANONYMOUSTLS", IN_USE },
	[VERB_X_DRCP] = { "X-DRCP", IN_USE },
	[VERB_X_EXCH50] = { "X-EXCH50", IN_USE },
	[VERB_X_EXPS] = { "X-EXPS", IN_USE },
	[VERB_X_LINK2STATE] = { "X-LINK2STATE", IN_USE },
	[VERB_XADR] = { "XADR", IN_USE },
	[VERB_XAUTH] = { "XAUTH", IN_USE },
	[VERB_XCLIENT] = { "XCLIENT", IN_USE },
	[VERB_XEXCH50] = { "XEXCH50", IN_USE },
	[VERB_XEXPS] = { "XEXPS", IN_USE },
	[VERB_XFORWARD] = { "XFORWARD", IN_USE },
	[VERB_XQUE] = { "XQUE", IN_USE },
	[VERB_XSTA] = { "XSTA", IN_USE },
	[VERB_XTRN] = { "XTRN", IN_USE },
	[VERB_XUSR] = { "XUSR", IN_USE },
};

/* The first verb with each letter. */
static const uint8_t FIRST['Z' - 'A' + 1] = {
	['A' - 'A'] = VERB_ATRN, ['B' - 'A'] = VERB_BDAT,  ['C' - 'A'] = VERB_CHECKPOINT,
	['D' - 'A'] = VERB_DATA, ['E' - 'A'] = VERB_EHLO,  ['H' - 'A'] = VERB_HELO,
	['L' - 'A'] = VERB_LHLO, ['M' - 'A'] = VERB_MAIL,  ['N' - 'A'] = VERB_NOOP,
	['O' - 'A'] = VERB_ONEX, ['P' - 'A'] = VERB_PROXY, ['Q' - 'A'] = VERB_QHLO,
	['R' - 'A'] = VERB_RCPT, ['S' - 'A'] = VERB_SAML,  ['T' - 'A'] = VERB_TIME,
	['V' - 'A'] = VERB_VERB, ['X' - 'A'] = VERB_X_ADAT
};

/* Is |word| the |name|, which is in upper case, in any letter case? */
static bool is_name(struct span word, const char *name)
{
	size_t at = 0;

	for (; at < word.length && name[at]; at++) {
		uint8_t byte = word.at[at];

		if (byte != (uint8_t)name[at] && (byte < 'a' || byte > 'z' || byte - 'a' + 'A' != name[at]))
			return false;
	}
	return at == word.length && !name[at];
}

/* Four letters in upper case, as a number. No other bytes than these letters, in any case, give the same one. */
static uint32_t four_letters(const void *at)
{
	uint32_t letters;

	memcpy(&letters, at, sizeof letters);
	return letters & UINT32_C(0xdfdfdfdf);
}

/* Is the |name| that of |word|, which has four bytes? */
static bool is_short_name(struct span word, const char *name)
{
	return !name[4] && four_letters(word.at) == four_letters(name);
}

enum verb verb_of(struct span word)
{
	char first;

	if (!word.length)
		return VERB_NONE;
	first = (char)(word.at[0] >= 'a' && word.at[0] <= 'z' ? word.at[0] - 'a' + 'A' : word.at[0]);
	if (first < 'A' || first > 'Z' || !FIRST[first - 'A'])
		return VERB_OTHER;
	for (int v = FIRST[first - 'A']; v < VERB_COUNT && VERBS[v].name[0] == first; v++)
		if (word.length == 4 ? is_short_name(word, VERBS[v].name) : is_name(word, VERBS[v].name))
			return (enum verb)v;
	return VERB_OTHER;
}

const char *verb_name(enum verb verb)
{
	return VERBS[verb].name;
}

bool verb_is_standard(enum verb verb)
{
	return VERBS[verb].kind == STANDARD;
}

bool verb_is_known(enum verb verb)
{
	return VERBS[verb].kind != FOREIGN;
}
