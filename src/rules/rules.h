/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rules: the knowledge, as data. What stands in rules/ (YAML) is compiled into the binary as the built-in set; --rules DIR
 * adds to it or overrides it by key. All strings are NUL-terminated UTF-8 and live as long as their set.
 */
#ifndef SMTPSCOPE_RULES_H
#define SMTPSCOPE_RULES_H

#include "certainty.h"
#include "responsibility.h"
#include "severity.h"
#include <stdbool.h>
#include <stddef.h>

/*
 * A question names what a reply answers: "connect", "end-of-data", "auth-response", or a verb in upper case ("RCPT", "BDAT").
 * NULL in an entry: whatever it answers. Questions that are not in the rules (unknown verbs) are treated as "other".
 */

/* What a basic code means (RFC 5321 4.2), in general or as the answer to one question. */
struct rule_code {
	unsigned code;
	const char *question;
	const char *name;    /* a few words: "Closing connection" */
	const char *meaning; /* what it says, a sentence or two */
	const char *when;    /* when one sees it */
	const char *fix;     /* what to do */
	const char *source;  /* RFC and section */
	const char *cause; /* of a refusal that says no more than this code (a cause of "delivery-failed"), or NULL */
};

#define RULE_ANY_DETAIL 1000u /* more than an enhanced code can have */

/*
 * What an enhanced code means (RFC 3463). |class| 0: the same for 2, 4 and 5. |detail| RULE_ANY_DETAIL: what the subject
 * says, for details that have no entry of their own.
 */
struct rule_enhanced {
	unsigned class, subject, detail;
	const char *question;
	const char *name, *meaning, *when, *fix, *source;
	const char *cause;
};

/* Which codes may answer a question (RFC 5321 4.3.2 and each extension's RFC). Lists end with 0 and are never NULL. */
struct rule_command {
	const char *question; /* as above; "*": codes that may answer any; "other": verbs without an entry */
	const char *name;     /* what it is for, a few words */
	const unsigned *success, *intermediate, *error;
	const char *source;
};

/* The words of a finding, by id and cause. {placeholders} (in |why| alone) stand for the session's own evidence. */
struct rule_finding {
	const char *id, *cause;
	enum severity severity;
	const char *title, *why, *fix, *reference;
	enum responsible responsible; /* RESPONSIBLE_UNKNOWN: the entry does not say */
	enum retry retry;	      /* likewise; RETRY_AUTOMATIC and RETRY_LATER both mean that it heals */
};

/*
 * What follows from a finding, and which outcomes it can be the reason for: lists of words parted by blanks; NULL: none, or not said.
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

/* Two codes side by side, where there is more to say than their entries do. |a| < |b|. */
struct rule_difference {
	unsigned a, b;
	const char *difference; /* paragraphs parted by LF */
	const char *belongs;	/* which one belongs where in a session */
	const char *source;
};

/* How near to the sender of the words a rule for texts is; levels are asked in this order. */
enum rule_level {
	RULE_PROVIDER, /* what one program or provider says; sees addresses, host names and links too */
	RULE_GENERAL,  /* words that mean the same everywhere; does not see what a text merely quotes */
	RULE_HINT,     /* words so vague that an enhanced code with a cause of its own wins over them */
	RULE_ADVICE,   /* decides no cause: says more about a reply whose cause is the rule's */
};

/* What the text of a refusal says about its cause. All lists end with NULL or 0 and are never NULL. */
struct rule_text {
	const char *id;
	const char *family; /* name of its file, without ".yaml" */
	enum rule_level level;
	unsigned rank;	/* 1 to 99: within a level the lowest is asked first */
	unsigned order; /* rules of one rank are asked in this order */
	enum certainty certainty;
	const unsigned *codes;	      /* 550, or 4 and 5 for all that begin so; empty: any */
	const char *const *questions; /* what the reply answers; empty: anything, also where that is not known */
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
	const char *const *hits, *const *misses; /* replies that it decides, and such that it must not */
};

/* An enhanced code as a number for |enhanced| of a text rule; |class| 0: any, |detail| RULE_ANY_DETAIL: any. Never 0. */
static inline unsigned rule_enhanced_key(unsigned class, unsigned subject, unsigned detail)
{
	return 1 + (class * 1001 + subject) * 1001 + detail;
}

/* Wording that the program recognizes in replies. All lists end with NULL and are never NULL. */
struct rule_phrase {
	const char *name;			 /* kebab-case; PHRASE_<NAME> of phrase_names.h */
	const char *const *words;		 /* lower case; one has to be in the reply, see phrase.h */
	const char *const *hits, *const *misses; /* whole replies that it matches, and such that it must not */
};

/* A set. Each table is sorted by its key, as rules_load leaves it. */
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
	const struct rule_phrase *phrases; /* by name; at enum phrase, in the built-in set and all laid over it */
	size_t phrase_count;
};

/* The set compiled in. Static: never freed. */
const struct rules *rules_builtin(void);

/* Every placeholder that a |why| may hold, without braces: "code", "text", ... Ends with NULL. */
extern const char *const rule_placeholders[];

/* What is wrong with a rule file: |line| is 1-based, 0 where the fault has no line. Strings live for the time of the call. */
typedef void rules_fault(void *context, const char *file, unsigned line, const char *text);

/*
 * Reads all *.yaml files of |dir| and of |dir|/texts (bounded in number and size) and lays them over |base| (NULL: over nothing): an entry with
 * the key of one in |base| replaces the fields it names and keeps the others. Every fault found is handed to |fault|, not only
 * the first. True, and |*out| set, where there was none. |base| must outlive |*out|; rules_destroy takes what this made, or NULL.
 * Where all faults are ones of single rules for texts, |*out| is set although the answer is false: it has all other rules.
 */
bool rules_load(const struct rules *base, const char *dir, rules_fault *fault, void *context,
		struct rules **out);
void rules_destroy(struct rules *rules);

/*
 * Lookups; NULL where the set has none. A code's entry for |question| wins over its general one; |question| may be NULL.
 * An enhanced code's entry of its class wins over that for all classes, one for the question over one without; where there
 * is none for the detail, the entry for the whole subject (RULE_ANY_DETAIL) is given.
 */
const struct rule_code *rules_code(const struct rules *r, unsigned code, const char *question);
const struct rule_enhanced *rules_enhanced(const struct rules *r, unsigned class, unsigned subject,
					   unsigned detail, const char *question);
const struct rule_command *rules_command(const struct rules *r, const char *question);
/* The entry of |id| with |cause|; else that of |id| with cause "unknown"; else NULL. */
const struct rule_finding *rules_finding(const struct rules *r, const char *id, const char *cause);
/* The entry for |finding| ("id" or "id/cause") itself, or NULL. */
const struct rule_explanation *rules_explanation(const struct rules *r, const char *finding);
const struct rule_difference *rules_difference(const struct rules *r, unsigned a, unsigned b);

/*
 * May |code| answer |question|? A 2xx or 3xx only where the lists of the question, or those of "*", name it. A 4xx or 5xx may
 * refuse anything, but for 500, which has to be listed (it has a finding of its own). A question without an entry is taken as
 * "other"; where the set has no such entry either, the answer is yes.
 */
bool rules_expects(const struct rules *r, const char *question, unsigned code);

/* "positive-completion", "positive-intermediate", "transient-negative", "permanent-negative" (RFC 5321 4.2.1). */
const char *rules_category(unsigned code);

/*
 * The cause of a refusal that can be told from its codes alone: the enhanced code's, which may be "unspecified"; without an
 * enhanced code (|class| 0) the basic code's, or "unspecified". NULL for a 2xx or 3xx. Lives as long as the set.
 */
const char *rules_cause(const struct rules *r, unsigned code, unsigned class, unsigned subject,
			unsigned detail, const char *question);

#endif
