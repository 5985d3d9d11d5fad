/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules: what smtpscope knows, as data. The YAML files in rules/ are compiled into the binary as the built-in set; --rules DIR adds to
 * that set or overrides its entries. All strings are NUL-terminated UTF-8 and live as long as their set.
 */
#ifndef SMTPSCOPE_RULES_H
#define SMTPSCOPE_RULES_H

#include "certainty.h"
#include "responsibility.h"
#include "severity.h"
#include <stdbool.h>
#include <stddef.h>

/*
 * A question names what a reply answers: "connect", "end-of-data", "auth-response", or a verb in upper case ("RCPT", "BDAT"). In an
 * entry, NULL means any question. Questions that are not in the rules (unknown verbs) are treated as "other".
 */

/* What a basic code means (RFC 5321 4.2), in general or as the answer to one question. */
struct rule_code {
	unsigned code;
	const char *question;
	const char *name; /* a few words: "Closing connection" */
	const char *standard; /* what the standard calls it: "Service closing transmission channel"; NULL: no standard has it */
	const char *meaning; /* what the code says, a sentence or two */
	const char *when;    /* in which situations servers send it */
	const char *fix;     /* what to do */
	const char *source;  /* RFC and section */
	const char *cause; /* why mail failed if the reply says no more than this code: a cause of "delivery-failed", or NULL */
};

#define RULE_ANY_DETAIL 1000u /* greater than any detail of an enhanced code */

/*
 * What an enhanced code means (RFC 3463). |class| 0 stands for 2, 4 and 5. |detail| RULE_ANY_DETAIL stands for all details of the
 * subject that have no entry of their own.
 */
struct rule_enhanced {
	unsigned class, subject, detail;
	const char *question;
	const char *name, *meaning, *when, *fix, *source;
	const char *cause;
};

/* Which codes may answer a question (RFC 5321 4.3.2 and each extension's RFC). Lists end with 0 and are never NULL. */
struct rule_command {
	const char *question; /* as above; "*": codes that may answer any question; "other": verbs without an entry */
	const char *name; /* what it is for, a few words */
	const unsigned *success, *intermediate, *error;
	const char *source;
};

/* The texts of a finding, by id and cause. Only |why| may hold {placeholders}, which stand for evidence from the session. */
struct rule_finding {
	const char *id, *cause;
	enum severity severity;
	const char *title, *why, *fix, *reference;
	enum responsible responsible; /* RESPONSIBLE_UNKNOWN: the entry does not say */
	enum retry retry;	      /* likewise; RETRY_AUTOMATIC and RETRY_LATER both mean that it heals */
};

/*
 * What follows from a finding, and which outcomes it can be the reason for: lists of words separated by blanks; NULL if there are none.
 * The entry for "id/cause" wins over that for "id", field by field.
 */
struct rule_explanation {
	const char *finding;   /* "id" or "id/cause" */
	const char *explains;  /* shell patterns on "id/cause" of findings that follow from it */
	const char *outcomes;  /* delivered, partial, deferred, rejected, aborted, no-mail, unknown */
	const char *lasting;   /* "yes": it also holds for the messages that come after it */
	const char *healed_by; /* hello, login, tls or message: accepting it later disproves the finding */
	const char *responsible, *retry;
};

/* How two codes differ, where their own entries do not tell enough. |a| < |b|. */
struct rule_difference {
	unsigned a, b;
	const char *difference; /* paragraphs separated by LF */
	const char *belongs;	/* where in a session each of the two belongs */
	const char *source;
};

/* How specific a rule for texts is. Levels are asked in this order. */
enum rule_level {
	RULE_PROVIDER, /* wording of one program or provider; matches addresses, host names and links, too */
	RULE_GENERAL,  /* wording that means the same everywhere; does not match what a text only quotes */
	RULE_HINT,     /* wording so vague that an enhanced code with a cause takes precedence */
	RULE_ADVICE,   /* decides no cause: says more about a reply whose cause is the rule's */
};

/* What the text of a refusal says about its cause. All lists end with NULL or 0 and are never NULL. */
struct rule_text {
	const char *id;
	const char *family; /* name of its file without ".yaml" */
	enum rule_level level;
	unsigned rank;	/* 1 to 99: within a level the lowest is asked first */
	unsigned order; /* rules of one rank are asked in this order */
	enum certainty certainty;
	const unsigned *codes;	      /* 550, or 4 and 5 for all codes of that class; empty: any */
	const char *const *questions; /* what the reply answers; empty: anything, or unknown */
	/* Enhanced codes that the reply must have one of, as rule_enhanced_key makes them; empty: any or none. */
	const unsigned *enhanced;
	/*
	 * PCRE2. One of |patterns| and all of |also| must match the text as reply_text.h prepares it for the level, none of
	 * |unless| may. One of |marks| must match the plain text: words that only one provider or program uses. |patterns| is
	 * empty only in advice for every reply with the cause.
	 */
	const char *const *patterns, *const *also, *const *unless, *const *marks;
	const char *cause;     /* a cause of "delivery-failed" */
	const char *detail;    /* the reason within the cause, one sentence; |meaning| begins with it */
	const char *meaning;   /* what the server says with it */
	const char *fix, *url; /* what to do, where to read on; NULL: what the cause says, nowhere */
	enum responsible responsible;		 /* RESPONSIBLE_UNKNOWN: as the cause */
	enum retry retry;			 /* RETRY_UNKNOWN: by the cause and the class of the code */
	const char *const *hits, *const *misses; /* replies that the rule decides, and replies that it must not decide */
};

/* An enhanced code as a number for |enhanced| of a text rule; |class| 0: any, |detail| RULE_ANY_DETAIL: any. Never 0. */
static inline unsigned rule_enhanced_key(unsigned class, unsigned subject, unsigned detail)
{
	return 1 + (class * 1001 + subject) * 1001 + detail;
}

/* Wording that the program recognizes in replies. All lists end with NULL and are never NULL. */
struct rule_phrase {
	const char *name;			 /* kebab-case; PHRASE_<NAME> of phrase_names.h */
	const char *const *words;		 /* lower case; phrase.h says when they match */
	const char *const *hits, *const *misses; /* replies that it matches, and replies that it must not match */
};

/* The words for a pattern of stories. |headline| and |advice| may hold the placeholders of rule_story_placeholders. */
struct rule_story {
	const char *name; /* kebab-case; STORY_<NAME> of story_names.h */
	const char *headline, *advice;
	/* Advice that takes the place of |advice|; NULL: none does. */
	const char *if_greylisted;	     /* the last attempt was greylisted */
	const char *if_automatic, *if_later; /* the last attempt has this value of enum retry */
	const char *if_in_doubt;	     /* an earlier attempt may have been accepted as well */
};

/* Ordinary replies in one language, for `smtpscope rules test`. The list ends with NULL and is never NULL. */
struct rule_control {
	const char *name;     /* kebab-case */
	const char *language; /* two letters: "en" */
	/* No rule of another language and no rule of a provider may match one of these. */
	const char *const *replies;
};

struct word_index;

/* A set of rules. Each table is sorted by its key. */
struct rules {
	const struct rule_code *codes;
	size_t code_count;
	const struct rule_enhanced *enhanced;
	size_t enhanced_count;
	const struct rule_command *commands;
	size_t command_count;
	const struct rule_finding *findings;
	size_t finding_count;
	const struct rule_explanation *explanations;
	size_t explanation_count;
	const struct rule_difference *differences;
	size_t difference_count;
	const struct rule_text *texts; /* in the order in which they are asked */
	size_t text_count;
	const struct word_index *words;	   /* of |texts|; NULL: not computed yet (word_index.h) */
	const struct rule_phrase *phrases; /* by name; enum phrase is the index */
	size_t phrase_count;
	const struct rule_story *stories; /* by name; enum story_pattern is the index */
	size_t story_count;
	const struct rule_control *controls; /* by name */
	size_t control_count;
};

/* The built-in set. It is static and must not be freed. */
const struct rules *rules_builtin(void);

/* All placeholders that |why| may hold, without braces: "code", "text", ... Ends with NULL. */
extern const char *const rule_placeholders[];
/* Those of stories. Ends with NULL. */
extern const char *const rule_story_placeholders[];

/* Called for each fault of a rule file. |line| is 1-based, or 0 if the fault has no line. The strings live only during the call. */
typedef void rules_fault(void *context, const char *file, unsigned line, const char *text);

/*
 * Reads all *.yaml files of |dir| and of |dir|/texts (their number and size is bounded) and lays them over |base|, which may be NULL: an
 * entry with the key of one in |base| replaces the fields that it names and keeps the others. Calls |fault| for every fault, not only
 * for the first. Returns true, and stores the set in |*out|, if there was none. If all faults are ones of single rules for texts or
 * phrases, it returns false, but |*out| is a set without those. Otherwise |*out| is NULL. |base| must outlive the set.
 */
bool rules_load(const struct rules *base, const char *dir, rules_fault *fault, void *context,
		struct rules **out);
/* Frees a set that rules_load made. |rules| may be NULL. */
void rules_destroy(struct rules *rules);

/*
 * Lookups return NULL if the set has no such entry. A code's entry for |question| takes precedence over its general one; |question| may
 * be NULL. For an enhanced code, the entry for its class takes precedence over the one for all classes, and then the one for the
 * question over the one without. If the detail has no entry, the one for the whole subject (RULE_ANY_DETAIL) is returned.
 */
const struct rule_code *rules_code(const struct rules *r, unsigned code, const char *question);
const struct rule_enhanced *rules_enhanced(const struct rules *r, unsigned class, unsigned subject,
					   unsigned detail, const char *question);
const struct rule_command *rules_command(const struct rules *r, const char *question);
/* The entry of |id| with |cause|, or else the one with cause "unknown". */
const struct rule_finding *rules_finding(const struct rules *r, const char *id, const char *cause);
/* The entry for exactly |finding| ("id" or "id/cause"). */
const struct rule_explanation *rules_explanation(const struct rules *r, const char *finding);
const struct rule_difference *rules_difference(const struct rules *r, unsigned a, unsigned b);

/*
 * May |code| answer |question|? A 2xx or 3xx may if the lists of the question, or those of "*", name it. A 4xx or 5xx may refuse
 * anything, except that 500 has to be listed, because it has a finding of its own. A question without an entry is treated as "other";
 * if the set does not have that either, the answer is yes.
 */
bool rules_expects(const struct rules *r, const char *question, unsigned code);

/* "positive-completion", "positive-intermediate", "transient-negative", "permanent-negative" (RFC 5321 4.2.1). */
const char *rules_category(unsigned code);

/*
 * The cause of a refusal as far as its codes tell: that of the enhanced code, which may be "unspecified", or, without an enhanced code
 * (|class| 0), that of the basic code or "unspecified". NULL for a 2xx or 3xx. Lives as long as the set.
 */
const char *rules_cause(const struct rules *r, unsigned code, unsigned class, unsigned subject,
			unsigned detail, const char *question);

#endif
