/* SPDX-License-Identifier: BSD-2-Clause */
/* again: the words of a command line that reads the same sessions again, for the commands that a report suggests. */
#ifndef SMTPSCOPE_AGAIN_H
#define SMTPSCOPE_AGAIN_H

#include "buf.h"
#include "options.h"

/* Appends "smtpscope read" with the options that determine which sessions there are. */
void again_command(struct buf *text, const struct options *o);
/*
 * Appends the |count| input files in |paths|, quoted for a shell; many become FILE.... False, and nothing, if one of them is standard
 * input, which cannot be read again.
 */
bool again_inputs(struct buf *text, char **paths, size_t count);

#endif
