/* SPDX-License-Identifier: BSD-2-Clause */
/* command_parser: what one line of the client says, whatever it is (RFC 5321 4.1.1; verbs of any extension, odd line ends). */
#ifndef SMTPSCOPE_COMMAND_PARSER_H
#define SMTPSCOPE_COMMAND_PARSER_H

#include "command.h"

/*
 * Fills verb, flags and secret_at of |command|, whose line, line_length and the flags that depend on the line end are
 * set. |command->line| is the line without its end.
 */
void command_parse(struct command *command);

/*
 * The verb at the start of a line (a letter, then letters, digits and hyphens; blanks may go before it) and what stands behind
 * the blanks or colons after it; |argument| is empty, its |at| NULL, where nothing does. False: the line begins with no such
 * word. Views of |line|.
 */
bool command_split(struct span line, struct span *verb, struct span *argument);

/* Is it a verb of RFC 5321, of a registered extension, or one that servers are known to have? |verb| in upper case. */
bool command_verb_known(const char *verb);
/* A verb of RFC 5321 or of an SMTP extension that was standardized: a server may lack it, but it is no nonsense. */
bool command_verb_standard(const char *verb);

/* Does |line| begin with a known verb followed by a blank, a colon or nothing? */
bool command_looks_like_one(struct span line);
/*
 * Stricter: is it a verb of RFC 5321 or of a common extension with the argument that it has to have, or none where it must
 * have none? For where text of a message may stand as well.
 */
bool command_is_well_formed(const struct command *command);
/* Could |line| be a line of base64 (RFC 4648), as SASL dialogues send them, and no command? */
bool command_looks_like_base64(struct span line);

#endif
