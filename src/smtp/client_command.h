/* SPDX-License-Identifier: BSD-2-Clause */
/* client_command: what a line of the client is, and what it leads to: a place in the queue, and forks (see enum fork). */
#ifndef SMTPSCOPE_CLIENT_COMMAND_H
#define SMTPSCOPE_CLIENT_COMMAND_H

#include "session_state.h"

/* A whole line without its LF, or what there is of one that |flags| (of enum command_flag) call cut or unfinished; |end|: offset behind it. */
void client_take_line(struct session *s, struct span line, unsigned flags, uint64_t end);
/* The command takes its place in the queue and is handed on. */
void client_submit(struct session *s, struct command *command);
/* From here on bytes are held until the reply to the command at client offset |start|, or what else decides, has come. */
void client_fork(struct session *s, enum fork fork, uint64_t start);

#endif
