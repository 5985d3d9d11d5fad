/* SPDX-License-Identifier: BSD-2-Clause */
/* json_parts: parts shared by several types of records. */
#ifndef SMTPSCOPE_JSON_PARTS_H
#define SMTPSCOPE_JSON_PARTS_H

#include "identity.h"
#include "json.h"
#include "report.h"

enum {
	JSON_SESSIONS_NAMED = 4096, /* sessions whose identities are kept: more than are usually open at once */
	JSON_NAMES_SIZE = 112,
	JSON_MEANINGS = 128,
};

/* What the end of a reply's record depends on, and its text. */
struct json_meaning {
	const char *name, *category, *rule, *cause,
	    *pairing; /* constants, or texts of the rules; compared by address */
	enum expected expected;
	enum phase phase;
	bool truncated, inside_tls;
	struct buf text; /* empty: none yet */
};

/* The JSON report. */
struct json_report {
	struct report_config config;
	struct json json;
	struct buf scratch; /* text with masked credentials */
	/*
	 * Identities of sessions, by number: computing them costs more than writing them, and every reply has
	 * them.
	 */
	struct {
		uint64_t number; /* 0: none */
		size_t length;
		char text[JSON_NAMES_SIZE];
	} named[JSON_SESSIONS_NAMED];
	struct json_meaning meanings[JSON_MEANINGS]; /* the latest ones */
};

/* Writes |text| from the wire as a string; credentials, and everything from |secret_at| on, are masked. */
void json_wire(struct json_report *r, const struct session_facts *session, struct span text, size_t secret_at);
/* The same for a NUL-terminated string; null for NULL. */
void json_wire_text(struct json_report *r, const struct session_facts *session, const char *text);
/* The number of the session, behind its key, then "uid" and "community_id". */
void json_identity(struct json_report *r, const struct session_facts *session);
/* "frame", behind another member, and with several inputs its file or interface. |ref| may be NULL. */
void json_frame(struct json_report *r, const struct frame_ref *ref);
/* |key| and the time of the packet; |ref| may be NULL. */
static inline void json_moment(struct json_report *r, const char *key, const struct frame_ref *ref)
{
	json_key(&r->json, key);
	json_time(&r->json, ref && ref->number ? ref->time : TSTAMP_NONE, ref ? ref->digits : 0);
}
/* |key| and |text|; null for NULL and "". */
static inline void json_text_or_null(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	json_text(j, text && *text ? text : NULL);
}
/* "enhanced", behind another member; null for "". */
static inline void json_enhanced(struct json *j, const char *enhanced)
{
	JSON_PIECE(j, false, ",\"enhanced\":");
	json_word(j, *enhanced ? enhanced : NULL);
}
/* "code", behind another member; null for 0. */
static inline void json_code_or_null(struct json *j, unsigned code)
{
	if (code)
		JSON_UNSIGNED(j, ",\"code\":", code);
	else
		JSON_PIECE(j, true, ",\"code\":null");
}
/* An object with "ip" and "port"; null if the address is not known. */
void json_endpoint(struct json *j, const struct endpoint *e);

#endif
