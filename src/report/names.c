/* SPDX-License-Identifier: BSD-2-Clause */
#include "names.h"

#define NAME(names, value) ((size_t)(value) < sizeof(names) / sizeof *(names) ? (names)[value] : "unknown")

const char *name_answers(enum answers answers)
{
	static const char *const names[] = {
		[ANSWERS_CONNECT] = "connect",
		[ANSWERS_COMMAND] = "command",
		[ANSWERS_END_OF_DATA] = "end-of-data",
		[ANSWERS_BDAT] = "bdat",
		[ANSWERS_AUTH_RESPONSE] = "auth-response",
		[ANSWERS_NONE] = "none",
		[ANSWERS_UNSEEN] = "unseen",
	};
	return NAME(names, answers);
}

const char *name_phase(enum phase phase)
{
	static const char *const names[] = {
		[PHASE_CONNECT] = "connect", [PHASE_HELLO] = "hello",	    [PHASE_TLS] = "tls",
		[PHASE_AUTH] = "auth",	     [PHASE_ENVELOPE] = "envelope", [PHASE_BODY] = "body",
		[PHASE_FINAL] = "final",     [PHASE_QUIT] = "quit",	    [PHASE_UNKNOWN] = "unknown",
	};
	return NAME(names, phase);
}

const char *name_expected(enum expected expected)
{
	static const char *const names[] = { [EXPECTED_YES] = "yes", [EXPECTED_NO] = "no" };

	return NAME(names, expected);
}

const char *name_severity(enum severity severity)
{
	static const char *const names[] = { "info", "warning", "error" };

	return NAME(names, severity);
}

const char *name_certainty(enum certainty certainty)
{
	static const char *const names[] = { "possible", "likely", "certain" };

	return NAME(names, certainty);
}

const char *name_outcome(enum outcome outcome)
{
	static const char *const names[] = { "unknown", "accepted", "deferred", "rejected", "aborted" };

	return NAME(names, outcome);
}

const char *name_session_outcome(enum session_outcome outcome)
{
	static const char *const names[] = { "no-mail",	 "delivered", "partial",
					     "deferred", "rejected",  "aborted" };

	return NAME(names, outcome);
}

const char *name_protocol(enum protocol protocol)
{
	static const char *const names[] = { "none", "smtp", "lmtp", "tls", "other" };

	return NAME(names, protocol);
}

const char *name_opened(enum flow_opened opened)
{
	static const char *const names[] = { "unanswered", "refused", "handshake", "midstream" };

	return NAME(names, opened);
}

const char *name_closed(enum flow_closed closed)
{
	static const char *const names[] = { "none", "client-fin", "server-fin", "client-rst", "server-rst" };

	return NAME(names, closed);
}

const char *name_tls_mode(enum tls_mode mode)
{
	static const char *const names[] = { "none", "starttls", "implicit" };

	return NAME(names, mode);
}

const char *name_visibility(unsigned index)
{
	static const char *const names[NAME_VISIBILITY_BITS] = {
		"midstream",	     "client-only", "server-only", "gap",
		"truncated-packets", "encrypted",   "unfinished",  "evicted",
	};
	return NAME(names, index);
}
