/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client_command: classifies a line of the client, and performs the consequences: a place in the queue, and
 * states in which bytes are held.
 */
#ifndef SMTPSCOPE_CLIENT_COMMAND_H
#define SMTPSCOPE_CLIENT_COMMAND_H

#include "client_state.h"
#include "command.h"

struct client_reader;

/*
 * Reads a line without its LF, or the part of it that |flags| (of enum command_flag) call cut or unfinished.
 * |end|: the offset after it.
 */
void client_take_line(struct client_reader *c, struct span line, unsigned flags, uint64_t end);
/* Adds the command to the queue and passes it on. */
void client_submit(struct client_reader *c, struct command *command);
/*
 * Holds bytes from here on, in |state|. |start| is the client offset of the command whose reply decides,
 * UINT64_MAX: none does.
 */
void client_wait(struct client_reader *c, enum client_state state, uint64_t start);

#endif
