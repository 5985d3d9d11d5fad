/* SPDX-License-Identifier: BSD-2-Clause */
/* command_parser: reads one line of the client (RFC 5321 4.1.1): verbs of any extension, odd line ends, anything at all. */
#ifndef SMTPSCOPE_COMMAND_PARSER_H
#define SMTPSCOPE_COMMAND_PARSER_H

#include "command.h"

/*
 * Fills in verb, verb_id, flags and secret_at of |command|. The caller has set line (without its line end), line_length and the
 * flags that depend on the line end.
 */
void command_parse(struct command *command);

/*
 * Splits a line at its verb (a letter, then letters, digits and hyphens; blanks may precede it). |argument| is what follows the
 * blanks or colons behind the verb: empty, with |at| NULL, where nothing follows. False: the line does not begin with such a
 * word. Both are views of |line|.
 */
bool command_split(struct span line, struct span *verb, struct span *argument);

/* Does |line| begin with a known verb, followed by a blank, a colon or nothing? */
bool command_looks_like_one(struct span line);
/*
 * A stricter test, for places where text of a message is possible, too: is it a verb of RFC 5321 or of a common extension with
 * the argument it requires, or without one where it takes none?
 */
bool command_is_well_formed(const struct command *command);
/* Could |line| be a line of base64 (RFC 4648), as in a SASL dialogue, and not a command? */
bool command_looks_like_base64(struct span line);

#endif
