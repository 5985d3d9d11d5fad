/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_page.h"

#include "figures.h"
#include "redact.h"
#include "tls_handshake.h"
#include "tls_names.h"

enum { LINE_MAX = 16 * 1024, NAMES_SHOWN = 4 };

static void put(struct page *p, const struct buf *line, const struct secret_set *secrets)
{
	struct buf scratch;

	if (!line->length)
		return;
	buf_init(&scratch, LINE_MAX);
	page_wrap_parts(p, redact(&scratch, secrets, buf_span(line), SIZE_MAX), 2);
	page_newline(p);
	buf_finish(&scratch);
}

static const char *between(const struct buf *b)
{
	return b->length ? " · " : "";
}

static void negotiated_words(struct buf *b, const struct session_facts *session, const struct tls_handshake *h)
{
	uint16_t group = tls_handshake_group(h);

	if (h->server_hello_seen && !h->server_hello.retry) {
		if (session_tls(session)->cipher)
			buf_text(b, session_tls(session)->cipher);
		else
			buf_format(b, "cipher 0x%04x", h->server_hello.suite);
	}
	if (group && tls_group_name(group))
		buf_format(b, "%s%s", between(b), tls_group_name(group));
	if (tls_handshake_resumed(h))
		buf_format(b, "%sresumed", between(b));
	if (h->retried)
		buf_format(b, "%shello repeated for another group", between(b));
	if (h->server_hello.alpn[0])
		buf_format(b, "%sprotocol %s", between(b), h->server_hello.alpn);
}

static void hello_words(struct buf *b, const struct tls_handshake *h)
{
	const struct tls_client_hello *hello = &h->client_hello;
	char bytes[FIGURE_SIZE], segments[FIGURE_SIZE];

	if (!h->client_hello_seen)
		return;
	if (hello->sni[0])
		buf_format(b, "%sfor %s", between(b), hello->sni);
	figure_many(bytes, hello->size, "byte", NULL);
	figure_many(segments, h->hello_segments, "segment", NULL);
	buf_format(b, "%shello of %s in %s%s", between(b), bytes, segments,
		   hello->post_quantum ? ", post-quantum key included" : "");
	if (h->fingerprint.ja4[0])
		buf_format(b, " · JA4 %s", h->fingerprint.ja4);
}

/* Only the sizes of the encrypted records suggest it. */
static void guess_words(struct buf *b, const struct tls_handshake *h)
{
	uint64_t bytes = tls_handshake_message(h);
	char figure[FIGURE_SIZE];

	if (!bytes)
		return;
	figure_many(figure, bytes, "byte", NULL);
	buf_format(
	    b,
	    "Probably a message of about %s was sent, as the sizes of the records suggest; the reply to it cannot be read",
	    figure);
}

static void date_words(struct buf *b, const char *before, int64_t seconds)
{
	char text[TSTAMP_TEXT_SIZE];
	const int64_t max = INT64_MAX / TSTAMP_SECOND;

	if (seconds <= -max || seconds >= max) {
		buf_format(b, "%s(date out of range)", before);
		return;
	}
	tstamp_format(text, seconds * TSTAMP_SECOND, 0);
	text[strcspn(text, "T")] = 0;
	buf_format(b, "%s%s", before, text);
}

static void validity_words(struct buf *b, const struct tls_certificate_entry *e, int64_t now)
{
	if (!e->times_known)
		return;
	date_words(b, now < e->not_before ? " · not valid before " : " · valid from ", e->not_before);
	date_words(b, now > e->not_after ? ", expired on " : " to ", e->not_after);
}

static void certificate_words(struct buf *b, const struct tls_certificate *c, int64_t now)
{
	const struct tls_certificate_entry *own = &c->chain[0];

	buf_format(b, "Certificate %s", own->subject ? own->subject : "without a readable subject");
	if (c->name_count)
		buf_text(b, " for ");
	for (size_t i = 0; i < c->name_count && i < NAMES_SHOWN; i++)
		buf_format(b, "%s%s", i ? ", " : "", c->names[i]);
	if (c->name_count > NAMES_SHOWN)
		buf_format(b, " and %zu more", c->name_count - NAMES_SHOWN + c->names_omitted);
	if (own->self_issued)
		buf_text(b, " · self-signed");
	else if (own->issuer)
		buf_format(b, " · issued by %s", own->issuer);
	validity_words(b, own, now);
	if (c->key)
		buf_format(b, " · %s, %u bits", c->key, c->key_bits);
	if (c->fit != TLS_NAME_UNKNOWN)
		buf_text(b, c->fit == TLS_NAME_FITS ? " · fits the name asked for"
						    : " · does not fit the name asked for");
}

void tls_page_put(struct page *p, const struct session_facts *session, const struct secret_set *secrets)
{
	const struct tls_handshake *h = session_tls(session)->handshake;
	struct buf line;

	if (!h)
		return;
	buf_init(&line, LINE_MAX);
	negotiated_words(&line, session, h);
	hello_words(&line, h);
	if (line.length) {
		page_put(p, "Handshake ");
		put(p, &line, secrets);
	}
	buf_clear(&line);
	if (!session_tls(session)->decrypted)
		guess_words(&line, h);
	put(p, &line, secrets);
	buf_clear(&line);
	if (h->certificate)
		certificate_words(&line, h->certificate, session->flow->first.time / TSTAMP_SECOND);
	put(p, &line, secrets);
	buf_finish(&line);
}
