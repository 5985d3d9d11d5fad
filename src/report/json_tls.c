/* SPDX-License-Identifier: BSD-2-Clause */
#include "json_tls.h"

#include "names.h"
#include "tls_handshake.h"
#include "tls_names.h"

#include <stdio.h>

#define SECONDS_MAX INT64_C(9000000000) /* beyond it, nanoseconds do not fit */

/* The name of a number, or the number in hexadecimal. */
static void write_number(struct json *j, const char *name, uint16_t number)
{
	char hex[8];

	snprintf(hex, sizeof hex, "0x%04x", number);
	json_word(j, name ? name : hex);
}

static void write_protocols(struct json_report *r, const struct session_facts *session, const char *names)
{
	struct json *j = &r->json;

	json_array(j);
	while (*names) {
		size_t length = strcspn(names, ",");

		json_wire(r, session, span_of(names, length), SIZE_MAX);
		names += length + (names[length] == ',');
	}
	json_end_array(j);
}

/* Clients of TLS 1.3 send a session id that means nothing (RFC 8446 D.4). */
static const char *resumption(const struct tls_client_hello *hello)
{
	return hello->psk			    ? "psk"
	       : hello->ticket			    ? "ticket"
	       : hello->session_id && hello->ranged ? "session-id"
						    : NULL;
}

/* What the client offers, and how its hello was sent. */
static void write_offered(struct json_report *r, const struct session_facts *session,
			  const struct tls_handshake *h)
{
	struct json *j = &r->json;
	const struct tls_client_hello *hello = &h->client_hello;

	json_object(j);
	json_key(j, "versions");
	json_array(j);
	for (size_t i = 0; i < hello->version_count; i++)
		write_number(j, tls_version_name(hello->versions[i]), hello->versions[i]);
	json_end_array(j);
	json_key(j, "older_versions");
	json_bool(j, hello->ranged);
	json_key(j, "ciphers");
	json_array(j);
	for (size_t i = 0; i < hello->cipher_count && i < TLS_SUITES_KEPT; i++)
		write_number(j, tls_cipher_name(hello->suites[i]), hello->suites[i]);
	json_end_array(j);
	json_key(j, "cipher_count");
	json_unsigned(j, hello->cipher_count);
	json_key(j, "groups");
	json_array(j);
	for (size_t i = 0; i < hello->group_count; i++)
		write_number(j, tls_group_name(hello->groups[i]), hello->groups[i]);
	json_end_array(j);
	json_key(j, "post_quantum");
	json_bool(j, hello->post_quantum);
	json_key(j, "alpn");
	write_protocols(r, session, hello->alpn);
	json_key(j, "resumption");
	json_word(j, resumption(hello));
	json_key(j, "early_data");
	json_bool(j, hello->early_data);
	json_key(j, "bytes");
	json_unsigned(j, hello->size);
	json_key(j, "segments");
	json_unsigned(j, h->hello_segments);
	json_text_or_null(j, "ja3", h->fingerprint.ja3);
	json_text_or_null(j, "ja4", h->fingerprint.ja4);
	json_end_object(j);
}

static void write_alerts(struct json *j, const struct tls_handshake *h)
{
	json_array(j);
	for (size_t i = 0; h && i < h->alert_count; i++) {
		const struct tls_alert *alert = &h->alerts[i];
		const char *name = tls_alert_name(alert->description);

		json_object(j);
		json_key(j, "sender");
		json_word(j, alert->sender == DIR_CLIENT ? "client" : "server");
		json_key(j, "level");
		json_word(j, alert->level == 1 ? "warning" : alert->level == 2 ? "fatal" : "unknown");
		json_key(j, "code");
		json_unsigned(j, alert->description);
		json_key(j, "description");
		json_word(j, name ? name : "unknown");
		json_key(j, "opened");
		json_bool(j, alert->opened);
		json_end_object(j);
	}
	json_end_array(j);
}

static void write_second(struct json *j, const char *key, bool known, int64_t seconds)
{
	json_key(j, key);
	json_time(j,
		  known && seconds > -SECONDS_MAX && seconds < SECONDS_MAX ? seconds * TSTAMP_SECOND
									   : TSTAMP_NONE,
		  0);
}

static void write_entry(struct json_report *r, const struct session_facts *session,
			const struct tls_certificate_entry *e)
{
	struct json *j = &r->json;

	json_object(j);
	json_key(j, "subject");
	json_wire_text(r, session, e->subject);
	json_key(j, "issuer");
	json_wire_text(r, session, e->issuer);
	write_second(j, "not_before", e->times_known, e->not_before);
	write_second(j, "not_after", e->times_known, e->not_after);
	json_key(j, "self_issued");
	json_bool(j, e->self_issued);
	json_end_object(j);
}

static void write_certificate(struct json_report *r, const struct session_facts *session,
			      const struct tls_certificate *c)
{
	struct json *j = &r->json;

	json_object(j);
	json_key(j, "names");
	json_array(j);
	for (size_t i = 0; i < c->name_count; i++)
		json_wire_text(r, session, c->names[i]);
	json_end_array(j);
	json_key(j, "names_omitted");
	json_unsigned(j, c->names_omitted);
	json_key(j, "fits");
	if (c->fit == TLS_NAME_UNKNOWN)
		json_null(j);
	else
		json_bool(j, c->fit == TLS_NAME_FITS);
	json_key(j, "key");
	json_word(j, c->key);
	json_key(j, "key_bits");
	json_unsigned(j, c->key_bits);
	json_key(j, "count");
	json_unsigned(j, c->count);
	json_key(j, "chain");
	json_array(j);
	for (size_t i = 0; i < c->read; i++)
		write_entry(r, session, &c->chain[i]);
	json_end_array(j);
	json_end_object(j);
}

/* What only the sizes of the encrypted records suggest. */
static void write_guess(struct json_report *r, const struct session_facts *session,
			const struct tls_handshake *h)
{
	struct json *j = &r->json;
	uint64_t bytes = h && !session_tls(session)->decrypted ? tls_handshake_message(h) : 0;

	json_key(j, "likely_message_bytes");
	if (bytes)
		json_unsigned(j, bytes);
	else
		json_null(j);
}

static void write_handshake(struct json_report *r, const struct session_facts *session,
			    const struct tls_handshake *h)
{
	struct json *j = &r->json;
	uint16_t group = h ? tls_handshake_group(h) : 0;
	bool chosen = h && h->server_hello_seen && !h->server_hello.retry;

	json_key(j, "group");
	if (group)
		write_number(j, tls_group_name(group), group);
	else
		json_null(j);
	json_key(j, "alpn");
	json_wire_text(r, session, h && h->server_hello.alpn[0] ? h->server_hello.alpn : NULL);
	json_key(j, "resumed");
	if (chosen)
		json_bool(j, tls_handshake_resumed(h));
	else
		json_null(j);
	json_key(j, "retry");
	if (h && h->server_hello_seen)
		json_bool(j, h->retried);
	else
		json_null(j);
	json_key(j, "offered");
	if (h && h->client_hello_seen)
		write_offered(r, session, h);
	else
		json_null(j);
	json_key(j, "certificate");
	if (h && h->certificate)
		write_certificate(r, session, h->certificate);
	else
		json_null(j);
	json_key(j, "alerts");
	write_alerts(j, h);
	json_key(j, "completed");
	if (h && h->client_hello_seen)
		json_bool(j, tls_handshake_complete(h));
	else
		json_null(j);
	write_guess(r, session, h);
}

void json_tls(struct json_report *r, const struct session_facts *session)
{
	struct json *j = &r->json;
	const struct tls_facts *tls = session_tls(session);

	if (tls->mode == TLS_NONE) {
		json_null(j);
		return;
	}
	json_object(j);
	json_key(j, "mode");
	json_word(j, name_tls_mode(tls->mode));
	json_key(j, "version");
	json_text(j, tls->version);
	json_key(j, "cipher");
	json_text(j, tls->cipher);
	json_key(j, "sni");
	json_wire_text(r, session, tls->sni);
	json_key(j, "decrypted");
	json_bool(j, tls->decrypted);
	json_key(j, "alert");
	json_text(j, tls->alert);
	json_key(j, "sealed");
	json_text(j, tls->sealed);
	write_handshake(r, session, tls->handshake);
	json_end_object(j);
}
