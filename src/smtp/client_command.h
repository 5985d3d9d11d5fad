/* SPDX-License-Identifier: BSD-2-Clause */
/* client_command: what a line of the client is, and what follows: a place in the queue, and states in which bytes are held. */
#ifndef SMTPSCOPE_CLIENT_COMMAND_H
#define SMTPSCOPE_CLIENT_COMMAND_H

#include "session_state.h"

/* A whole line without its LF, or what there is of one that |flags| (of enum command_flag) call cut or unfinished; |end|: offset behind it. */
void client_take_line(struct session *s, struct span line, unsigned flags, uint64_t end);
/* The command takes its place in the queue and is handed on. */
void client_submit(struct session *s, struct command *command);
/* From here on bytes are held, in |state|; |start| is the client offset of the command whose reply decides, UINT64_MAX: none does. */
void client_wait(struct session *s, enum client_state state, uint64_t start);

#endif
