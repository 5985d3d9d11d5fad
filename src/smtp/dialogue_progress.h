/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dialogue_progress: how far the dialogue of a session has come. All parts of the session may read it. Each field is written only by the
 * parts named here (script/house.py).
 */
#ifndef SMTPSCOPE_DIALOGUE_PROGRESS_H
#define SMTPSCOPE_DIALOGUE_PROGRESS_H

#include "flow.h"

struct dialogue_progress {
	bool text_sent;	    /* transaction: the end of data was sent and has not been answered */
	bool inside;	    /* encrypted: text inside TLS is read */
	bool server_tls;    /* encrypted: the server's bytes are no longer readable */
	bool greeting_done; /* answer, effect: the greeting was seen, or is known to be lost */
	bool hello_done;    /* effect */
	bool quit_done;	    /* effect */
	bool answering; /* turns: a reply is being passed on, its effects are not complete, and nothing is read of the client */
	bool begun;	    /* smtp: a chunk of either side has arrived */
	bool greeting_open; /* effect, answer: the lines of the greeting were interrupted by another code */
	enum direction speaker : 8; /* turns: the sender of the last payload */
	bool lmtp;		    /* effect; the port decides at first (turns) */
};

#endif
