/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox: drops privileges once everything is open: root, capabilities, the ability to gain privileges, and
 * all system calls that are not needed (libseccomp). A forbidden call kills the program; opening other files
 * and mapping executable memory fail with an error, because libraries try that and can continue without.
 */
#ifndef SMTPSCOPE_SANDBOX_H
#define SMTPSCOPE_SANDBOX_H

#include "buf.h"

struct sandbox_account {
	const char *name; /* NULL: the program does not run as root, or does not switch users */
	unsigned uid, gid;
};

/*
 * Finds the user to switch to: |wanted|, or if that is NULL, `smtpscope` if that user exists, otherwise
 * `nobody`. Only root can switch: for others |name| is NULL. Returns false, and a line in |error|, if there
 * is no user |wanted|, or if a user other than root requested it.
 */
bool sandbox_find_account(struct sandbox_account *account, const char *wanted, struct buf *error);

/*
 * Switches to that user permanently, without any capability. Returns false, and a line in |error|, if that is
 * not possible.
 */
bool sandbox_drop(const struct sandbox_account *account, struct buf *error);

struct sandbox_needs {
	const int *directories; /* in which files are opened and renamed */
	size_t directory_count;
	bool terminal; /* draws on a terminal that is already open */
	bool serves;   /* accepts connections on a socket that is already open */
};

/*
 * Restricts the program to the necessary system calls from here on. Returns false, and a line in |error|, if
 * the system cannot do that (or the program was built with sanitizers, which need more calls).
 */
bool sandbox_enter(const struct sandbox_needs *needs, struct buf *error);

#endif
