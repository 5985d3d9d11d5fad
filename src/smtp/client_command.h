/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * client_command: classifies a line of the client, and performs the consequences: a place in the queue, and
 * states in which bytes are held.
 */
#ifndef SMTPSCOPE_CLIENT_COMMAND_H
#define SMTPSCOPE_CLIENT_COMMAND_H

#include "client_state.h"
#include "command.h"

struct session;

/*
 * Reads a line without its LF, or the part of it that |flags| (of enum command_flag) call cut or unfinished.
 * |end|: the offset after it.
 */
void client_take_line(struct session *s, struct span line, unsigned flags, uint64_t end);
/* Adds the command to the queue and passes it on. */
void client_submit(struct session *s, struct command *command);
/*
 * Holds bytes from here on, in |state|. |start| is the client offset of the command whose reply decides,
 * UINT64_MAX: none does.
 */
void client_wait(struct session *s, enum client_state state, uint64_t start);

#endif
