/* SPDX-License-Identifier: BSD-2-Clause */
#include "json_parts.h"

#include "redact.h"

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
	if (!ref || !ref->number) {
		JSON_PIECE(&r->json, true, ",\"frame\":null");
		return;
	}
	JSON_UNSIGNED(&r->json, ",\"frame\":", ref->number);
	if (r->config.several_inputs) {
		json_key(&r->json, r->config.live ? "interface" : "file");
		json_unsigned(&r->json, ref->file);
	}
}

/* Writes what json_identity writes to |text|; returns its length. */
static size_t write_identity(char text[static JSON_NAMES_SIZE], const struct session_facts *session)
{
	const struct flow *flow = session->flow;
	char uid[IDENTITY_UID_SIZE], community[IDENTITY_COMMUNITY_SIZE];
	char *to = decimal_write(text, session->number, 1);

	if (flow->transcript) {
		to = stpcpy(to, ",\"uid\":null,\"community_id\":null");
		return (size_t)(to - text);
	}
	identity_uid(uid, &flow->client, &flow->server, flow->first.time);
	identity_community(community, &flow->client, &flow->server);
	to = stpcpy(stpcpy(to, ",\"uid\":\""), uid);
	to = stpcpy(stpcpy(to, "\",\"community_id\":\""), community);
	*to++ = '"';
	return (size_t)(to - text);
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
