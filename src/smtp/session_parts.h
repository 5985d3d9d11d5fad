/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session_parts: what several parts of one session work with, kept once for all of them, so that each needs one pointer only. It belongs to
 * the session. Each part has private state (opaque structs), and script/house.py checks who assigns the fields of |progress|.
 */
#ifndef SMTPSCOPE_SESSION_PARTS_H
#define SMTPSCOPE_SESSION_PARTS_H

#include "dialogue_progress.h"
#include "doubt.h"
#include "encrypted.h"
#include "pairing.h"
#include "session_facts.h"

struct overlong;
struct server_reader;
struct transaction;

struct session_parts {
	struct session_facts facts;
	struct doubt doubt;
	struct dialogue_progress progress;
	struct secret_set secrets;
	struct encrypted encrypted;
	struct pairing *pairing;
	struct server_reader *server; /* changed by the session only */
	struct transaction *transaction;
	struct overlong *overlong; /* NULL: no such line; changed by the session only */
};

#endif
