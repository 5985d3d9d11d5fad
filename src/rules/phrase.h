/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * phrase: recognizes wording in the text of a reply. The wording is data, in rules/phrases.yaml; the program asks for a phrase by
 * an enum that compile_rules generates from that file (phrase_names.h), so a phrase that the rules do not have does not compile.
 */
#ifndef SMTPSCOPE_PHRASE_H
#define SMTPSCOPE_PHRASE_H

#include "phrase_names.h"
#include "rules.h"
#include "span.h"

/*
 * Does one of the |count| |lines| of a reply (without codes and line ends) hold a word of |phrase|? A word matches at the start of
 * a word of the line, whatever the case of ASCII letters, but not inside a host name: a host called "idle.example.net" has not
 * timed out. A word does not match across two lines. Linear in the length of the lines; allocates nothing. False where |rules|
 * were not laid over the built-in ones and lack the phrase.
 */
bool phrase_matches(const struct rules *rules, enum phrase phrase, const struct span *lines, size_t count);

/*
 * Tries the examples of all phrases in |rules|. Calls |fault| with "phrases" as file and line 0 for each example that
 * fails. Returns the number of examples; stores in |*failed| how many of them fail.
 */
size_t phrase_test(const struct rules *rules, rules_fault *fault, void *context, size_t *failed);

#endif
