/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sandbox: what a program that reads hostile bytes gives up once everything it needs is open: root, capabilities, gaining new
 * privileges, and all system calls but those of a reader (libseccomp). A call that is not allowed ends the program at once;
 * opening a file elsewhere and asking for executable memory are refused, since libraries ask and can do without.
 */
#ifndef SMTPSCOPE_SANDBOX_H
#define SMTPSCOPE_SANDBOX_H

#include "buf.h"

struct sandbox_account {
	const char *name; /* NULL: the program does not run as root, or stays what it is */
	unsigned uid, gid;
};

/*
 * Whom to become: |wanted|, or, where that is NULL, `smtpscope` where there is such a user, else `nobody`. Only root becomes
 * another: for others |name| is NULL. False, and a line in |error|, where there is no user |wanted|, or who is not root asked.
 */
bool sandbox_find_account(struct sandbox_account *account, const char *wanted, struct buf *error);

/* Becomes that user, without any capability, and for good. False, and a line in |error|, where that is not possible. */
bool sandbox_drop(const struct sandbox_account *account, struct buf *error);

struct sandbox_needs {
	const int *directories; /* in which files are opened and renamed */
	size_t directory_count;
	bool serves; /* takes connections on a socket that is open already */
};

/*
 * Allows what a reader needs and nothing else from here on. False, and a line in |error|, where the system cannot do that (or
 * the program was built with sanitizers, which need more).
 */
bool sandbox_enter(const struct sandbox_needs *needs, struct buf *error);

#endif
