/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_words.h"

#include "tls_names.h"

#include <stdio.h>

enum { NAMES_SHOWN = 3, NAME_SHOWN = 60 };

void tls_words_offer(struct words *w, const struct tls_handshake *h)
{
	char text[WORDS_VALUE_KEPT], versions[128] = "";
	const struct tls_client_hello *hello = &h->client_hello;
	size_t length = 0;

	if (!h->client_hello_seen) {
		words_text(w, "offer", "parameters that were not captured");
		return;
	}
	for (size_t i = 0; i < hello->version_count && length < sizeof versions - 24; i++) {
		const char *name = tls_version_words(hello->versions[i]);

		length += (size_t)snprintf(versions + length, sizeof versions - length, "%s%s", i ? ", " : "",
					   name ? name : "an unknown version");
	}
	snprintf(text, sizeof text, "%s%s with %zu cipher%s", versions, hello->ranged ? " and older" : "",
		 hello->cipher_count, hello->cipher_count == 1 ? "" : "s");
	words_text(w, "offer", text);
}

static void add(struct words *w, const char *text)
{
	words_add_wire(w, "certificate", span_text(text));
}

static void add_name(struct words *w, const char *name)
{
	words_add_wire(w, "certificate", span_first(span_text(name), NAME_SHOWN));
	if (strlen(name) > NAME_SHOWN)
		add(w, "...");
}

static void add_date(struct words *w, const char *before, int64_t seconds)
{
	const int64_t max = INT64_MAX / TSTAMP_SECOND;
	char text[TSTAMP_TEXT_SIZE] = "an impossible date";

	if (seconds > -max && seconds < max) {
		tstamp_format(text, seconds * TSTAMP_SECOND, 0);
		text[strcspn(text, "T")] = 0;
	}
	add(w, before);
	add(w, text);
}

void tls_words_certificate(struct words *w, const struct tls_handshake *h)
{
	const struct tls_certificate *c = h->certificate;
	const struct tls_certificate_entry *own;

	words_text(w, "certificate", c ? "for " : "unknown");
	if (!c)
		return;
	own = &c->chain[0];
	for (size_t i = 0; i < c->name_count && i < NAMES_SHOWN; i++) {
		add(w, i ? ", " : "");
		add_name(w, c->names[i]);
	}
	if (c->name_count > NAMES_SHOWN)
		add(w, " and others");
	if (!c->name_count)
		add_name(w, own->subject ? own->subject : "an unreadable name");
	if (c->fit == TLS_NAME_DIFFERS) {
		add(w, ", not for ");
		add_name(w, h->client_hello.sni);
	}
	if (own->self_issued) {
		add(w, ", self-signed");
	} else if (own->issuer) {
		add(w, ", issued by ");
		add_name(w, own->issuer);
	}
	if (own->times_known) {
		add_date(w, ", valid from ", own->not_before);
		add_date(w, " to ", own->not_after);
	}
}

enum finding_cause tls_words_fault(const struct tls_certificate *c, int64_t now)
{
	for (size_t i = 0; c && i < c->read; i++) {
		const struct tls_certificate_entry *e = &c->chain[i];

		/* A client takes the roots from its own store; those in the chain do not matter to it. */
		if (!e->times_known || (i > 0 && e->self_issued))
			continue;
		if (now > e->not_after)
			return CAUSE_TLS_HANDSHAKE_FAILED_CERTIFICATE_EXPIRED;
		if (now < e->not_before)
			return CAUSE_TLS_HANDSHAKE_FAILED_CERTIFICATE_NOT_YET_VALID;
	}
	if (c && c->fit == TLS_NAME_DIFFERS)
		return CAUSE_TLS_HANDSHAKE_FAILED_CERTIFICATE_NAME;
	if (c && c->chain[0].self_issued)
		return CAUSE_TLS_HANDSHAKE_FAILED_UNKNOWN_CA;
	return CAUSE_TLS_HANDSHAKE_FAILED_UNKNOWN;
}
