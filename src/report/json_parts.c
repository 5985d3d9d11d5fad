/* SPDX-License-Identifier: BSD-2-Clause */
#include "json_parts.h"

#include "redact.h"
#include <inttypes.h>

/* Writes text from the wire, with credentials masked. */
void json_wire(struct json_report *r, const struct session_facts *session, struct span text, size_t secret_at)
{
	bool nothing_hidden = secret_at == SIZE_MAX && (!session->secrets || !session->secrets->count);

	if (!nothing_hidden && !r->config.show_secrets)
		text = redact(&r->scratch, session->secrets, text, secret_at);
	json_string(&r->json, text);
}

void json_wire_text(struct json_report *r, const struct session_facts *session, const char *text)
{
	if (text)
		json_wire(r, session, span_text(text), SIZE_MAX);
	else
		json_null(&r->json);
}

/* "frame", and its file or interface. */
void json_frame(struct json_report *r, const struct frame_ref *ref)
{
	json_key(&r->json, "frame");
	if (!ref || !ref->number) {
		json_null(&r->json);
		return;
	}
	json_unsigned(&r->json, ref->number);
	if (r->config.several_inputs) {
		json_key(&r->json, r->config.live ? "interface" : "file");
		json_unsigned(&r->json, ref->file);
	}
}

void json_moment(struct json_report *r, const char *key, const struct frame_ref *ref)
{
	json_key(&r->json, key);
	json_time(&r->json, ref && ref->number ? ref->time : TSTAMP_NONE, ref ? ref->digits : 0);
}

void json_text_or_null(struct json *j, const char *key, const char *text)
{
	json_key(j, key);
	json_text(j, text && *text ? text : NULL);
}

void json_code_or_null(struct json *j, unsigned code)
{
	json_key(j, "code");
	if (code)
		json_unsigned(j, code);
	else
		json_null(j);
}

/* Writes what json_identity writes to |text|; returns its length. */
static size_t write_identity(char text[static JSON_NAMES_SIZE], const struct session_facts *session)
{
	const struct flow *flow = session->flow;
	char uid[IDENTITY_UID_SIZE], community[IDENTITY_COMMUNITY_SIZE];
	int length;

	if (flow->transcript) {
		length = snprintf(text, JSON_NAMES_SIZE, "%" PRIu64 ",\"uid\":null,\"community_id\":null",
				  session->number);
	} else {
		identity_uid(uid, &flow->client, &flow->server, flow->first.time);
		identity_community(community, &flow->client, &flow->server);
		length = snprintf(text, JSON_NAMES_SIZE, "%" PRIu64 ",\"uid\":\"%s\",\"community_id\":\"%s\"",
				  session->number, uid, community);
	}
	return length > 0 ? (size_t)length : 0;
}

void json_identity(struct json_report *r, const struct session_facts *session)
{
	size_t place = session->number % JSON_SESSIONS_NAMED;

	if (r->named[place].number != session->number || !session->number) {
		r->named[place].length = write_identity(r->named[place].text, session);
		r->named[place].number = session->number;
	}
	json_piece(&r->json, true, r->named[place].text, r->named[place].length);
}

void json_endpoint(struct json *j, const struct endpoint *e)
{
	char text[ADDR_TEXT_SIZE];

	if (!e->addr.version) {
		json_null(j);
		return;
	}
	addr_format(text, &e->addr);
	json_object(j);
	json_key(j, "ip");
	json_text(j, text);
	json_key(j, "port");
	json_unsigned(j, e->port);
	json_end_object(j);
}
