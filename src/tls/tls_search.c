/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_search.h"

enum { GUESSED_SEQUENCES = 64 };

void tls_search_stage(struct tls_opener_side *side, enum tls_stage stage)
{
	tls_protection_end(&side->protection);
	explicit_bzero(&side->secret, sizeof side->secret);
	side->stage = stage;
	side->sequence = 0;
	side->reported = false;
	side->asked = 0;
}

static const struct tls_key_entry *entry_of(struct tls_opener *o)
{
	struct tls_keys *keys = o->workspace->keys;
	const struct tls_handshake *h = o->handshake;
	const struct tls_key_entry *found = NULL;
	struct tls_key_id id;

	if (o->id_known)
		return tls_keys_find(keys, &o->id);
	if (h->client_hello_seen &&
	    tls_key_id_make(&id, TLS_NAME_RANDOM,
			    span_of(h->client_hello.random, sizeof h->client_hello.random)))
		found = tls_keys_find(keys, &id);
	if (!found && o->version >= TLS_1_3 && tls_workspace_prepare(o->workspace) &&
	    tls_transcript_begin(&o->transcript, o->workspace->crypto, o->suite.hash) &&
	    tls_key_id_make(&id, TLS_NAME_TRANSCRIPT,
			    span_of(o->transcript.to_server_hello, o->transcript.digest_length)))
		found = tls_keys_find(keys, &id);
	if (found) {
		o->id = id;
		o->id_known = true;
	}
	return found;
}

bool tls_search_has_keys(struct tls_opener *o)
{
	const struct tls_key_entry *entry = entry_of(o);
	const struct tls_secret *secret = entry ? entry->secret : NULL;

	if (!entry)
		return false;
	if (o->version < TLS_1_3)
		return secret[TLS_SECRET_MASTER].length != 0;
	return secret[TLS_SECRET_HANDSHAKE].length ||
	       (secret[TLS_SECRET_CLIENT_APPLICATION].length && secret[TLS_SECRET_SERVER_APPLICATION].length) ||
	       (o->id.name == TLS_NAME_TRANSCRIPT && secret[TLS_SECRET_CLIENT_HANDSHAKE].length &&
		secret[TLS_SECRET_SERVER_HANDSHAKE].length);
}

bool tls_search_has_handshake_keys(struct tls_opener *o)
{
	const struct tls_key_entry *entry = entry_of(o);

	return entry && (entry->secret[TLS_SECRET_HANDSHAKE].length ||
			 (entry->secret[TLS_SECRET_CLIENT_HANDSHAKE].length &&
			  entry->secret[TLS_SECRET_SERVER_HANDSHAKE].length));
}

/* TLS 1.3: derives a traffic secret of |stage| from the handshake secret. */
static bool derive(struct tls_opener *o, const struct tls_secret *parent, enum tls_stage stage,
		   enum direction d, struct tls_secret *secret)
{
	static const char *const labels[2][2] = { { "c hs traffic", "s hs traffic" },
						  { "c ap traffic", "s ap traffic" } };
	struct tls_crypto *crypto = o->workspace->crypto;
	const struct tls_transcript *t = &o->transcript;
	struct tls_secret master;
	bool good;

	if (stage == TLS_STAGE_HANDSHAKE)
		return tls_derive_secret(crypto, o->suite.hash, parent, labels[0][d],
					 span_of(t->to_server_hello, t->digest_length), secret);
	good = t->finished && !t->broken && tls_master_secret(crypto, o->suite.hash, parent, &master) &&
	       tls_derive_secret(crypto, o->suite.hash, &master, labels[1][d],
				 span_of(t->to_finished, t->digest_length), secret);
	explicit_bzero(&master, sizeof master);
	return good;
}

/* TLS 1.3: the traffic secret of |stage|, as it was before any KeyUpdate. */
static bool traffic_secret(struct tls_opener *o, enum tls_stage stage, enum direction d,
			   struct tls_secret *secret)
{
	enum tls_secret_kind kind =
	    stage == TLS_STAGE_HANDSHAKE ? TLS_SECRET_CLIENT_HANDSHAKE : TLS_SECRET_CLIENT_APPLICATION;
	const struct tls_key_entry *entry = entry_of(o);
	const struct tls_transcript *t = &o->transcript;
	struct tls_key_id id;

	kind = (enum tls_secret_kind)(kind + (d == DIR_SERVER));
	if (entry && entry->secret[kind].length) {
		*secret = entry->secret[kind];
		return true;
	}
	if (entry && entry->secret[TLS_SECRET_HANDSHAKE].length && t->hash &&
	    derive(o, &entry->secret[TLS_SECRET_HANDSHAKE], stage, d, secret))
		return true;
	/* Application secrets may be known by the transcript up to the server's Finished. */
	if (stage != TLS_STAGE_APPLICATION || !t->finished || t->broken ||
	    !tls_key_id_make(&id, TLS_NAME_TRANSCRIPT, span_of(t->to_finished, t->digest_length)))
		return false;
	entry = tls_keys_find(o->workspace->keys, &id);
	if (!entry || !entry->secret[kind].length)
		return false;
	*secret = entry->secret[kind];
	return true;
}

static bool protect(struct tls_opener *o, struct tls_protection *p, const struct tls_record_keys *keys)
{
	const struct tls_protection_config config = { .version = o->version,
						      .suite = o->suite,
						      .encrypt_then_mac = o->encrypt_then_mac };

	return tls_protection_begin(p, o->workspace->crypto, &config, keys);
}

static bool protect_13(struct tls_opener *o, struct tls_protection *p, const struct tls_secret *secret)
{
	struct tls_record_keys keys = { 0 };
	bool good = tls_traffic_keys(o->workspace->crypto, &o->suite, secret, &keys) && protect(o, p, &keys);

	explicit_bzero(&keys, sizeof keys);
	return good;
}

static bool protect_old(struct tls_opener *o, enum direction d, const uint8_t *client_random,
			const struct tls_secret *master, struct tls_protection *p)
{
	const struct tls_old_handshake handshake = { .version = o->version,
						     .client_random = client_random,
						     .server_random = o->handshake->server_hello.random };
	struct tls_record_keys keys[2] = { 0 };
	bool good = tls_old_keys(o->workspace->crypto, &o->suite, master, &handshake, keys) &&
		    protect(o, p, &keys[d]);

	explicit_bzero(keys, sizeof keys);
	return good;
}

/* Gets the keys of the side's stage, unless it has them, or was told since the last new secret that there are none. */
static bool load(struct tls_opener *o, enum direction d)
{
	struct tls_opener_side *side = &o->side[d];
	uint64_t added = tls_keys_added(o->workspace->keys);
	const struct tls_key_entry *entry;

	if (side->protection.unlock)
		return true;
	if (!o->version || !added || side->asked == added || !tls_workspace_prepare(o->workspace))
		return false;
	side->asked = added;
	if (o->version >= TLS_1_3)
		return traffic_secret(o, side->stage, d, &side->secret) &&
		       protect_13(o, &side->protection, &side->secret);
	entry = entry_of(o);
	return entry && entry->secret[TLS_SECRET_MASTER].length &&
	       protect_old(o, d, o->handshake->client_hello.random, &entry->secret[TLS_SECRET_MASTER],
			   &side->protection);
}

void tls_search_load(struct tls_opener *o, enum direction d)
{
	(void)load(o, d);
}

void tls_search_update(struct tls_opener *o, struct tls_opener_side *side)
{
	side->sequence = 0;
	if (!tls_next_secret(o->workspace->crypto, o->suite.hash, &side->secret) ||
	    !protect_13(o, &side->protection, &side->secret))
		side->dead = true;
}

static bool attempt(struct tls_opener *o, struct tls_opener_side *side, struct tls_protection *p,
		    const struct tls_collected *r, uint64_t sequence, struct tls_plain *plain)
{
	if (!side->tries_left || !tls_workspace_try(o->workspace, r->last->frame.time))
		return false;
	side->tries_left--;
	return tls_protection_open(p, &r->sealed, sequence, o->workspace->out, plain);
}

/* Tries |count| sequence numbers from |first| on. */
static bool try_sequences(struct tls_opener *o, struct tls_opener_side *side, struct tls_protection *p,
			  const struct tls_collected *r, uint64_t first, uint64_t count,
			  struct tls_plain *plain)
{
	for (uint64_t i = 0; i < count && side->tries_left; i++) {
		if (!attempt(o, side, p, r, first + i, plain))
			continue;
		side->sequence = first + i + 1;
		return true;
	}
	return false;
}

/* Makes |p| and |secret| those of the side. */
static void adopt(struct tls_opener_side *side, struct tls_protection *p, const struct tls_secret *secret,
		  enum tls_stage stage)
{
	tls_protection_end(&side->protection);
	side->protection = *p;
	side->secret = *secret;
	/* In the same stage, it is the secret after a KeyUpdate, which key logs do not have. */
	side->reported = side->stage == stage;
	side->stage = stage;
	*p = (struct tls_protection){ 0 };
}

/* TLS 1.3: tries the keys that come after those of the side: of the next stage, or after a KeyUpdate that was lost. */
static bool try_next_keys(struct tls_opener *o, enum direction d, const struct tls_collected *r,
			  struct tls_plain *plain)
{
	struct tls_opener_side *side = &o->side[d];
	struct tls_protection p = { 0 };
	struct tls_secret secret = side->secret;
	bool good;

	if (side->stage == TLS_STAGE_HANDSHAKE)
		good = traffic_secret(o, TLS_STAGE_APPLICATION, d, &secret);
	else
		good = secret.length && side->slack &&
		       tls_next_secret(o->workspace->crypto, o->suite.hash, &secret);
	good = good && protect_13(o, &p, &secret) && try_sequences(o, side, &p, r, 0, side->slack + 1, plain);
	if (good)
		adopt(side, &p, &secret, TLS_STAGE_APPLICATION);
	tls_protection_end(&p);
	explicit_bzero(&secret, sizeof secret);
	return good;
}

/* ---- without the handshake ---- */

static bool guess_suite(struct tls_opener *o, enum direction d, const struct tls_key_entry *entry,
			const struct tls_collected *r, struct tls_plain *plain)
{
	const struct tls_secret *secret = &entry->secret[TLS_SECRET_CLIENT_APPLICATION + (d == DIR_SERVER)];
	struct tls_opener_side *side = &o->side[d];
	uint64_t sequences = side->slack > GUESSED_SEQUENCES ? side->slack : GUESSED_SEQUENCES;
	struct tls_protection p = { 0 };
	bool good = false;

	if (o->version && o->version < TLS_1_3) {
		secret = &entry->secret[TLS_SECRET_MASTER];
		good = secret->length && entry->id.name == TLS_NAME_RANDOM &&
		       protect_old(o, d, entry->id.bytes, secret, &p);
	} else {
		good = secret->length == tls_digest_length(o->suite.hash) && protect_13(o, &p, secret);
	}
	good = good && try_sequences(o, side, &p, r, 0, sequences, plain);
	if (good) {
		adopt(side, &p, secret, TLS_STAGE_APPLICATION);
		o->id = entry->id;
		o->id_known = true;
		/* The other side's place is as unknown. */
		if (!o->side[!d].opened && o->side[!d].slack < GUESSED_SEQUENCES)
			o->side[!d].slack = GUESSED_SEQUENCES;
	}
	tls_protection_end(&p);
	return good;
}

static bool guess_entry(struct tls_opener *o, enum direction d, const struct tls_key_entry *entry,
			const struct tls_collected *r, struct tls_plain *plain)
{
	static const uint16_t suites[] = { 0x1301, 0x1302, 0x1303, 0x1304, 0x1305 };

	if (o->version)
		return guess_suite(o, d, entry, r, plain);
	for (size_t i = 0; i < sizeof suites / sizeof *suites; i++) {
		tls_suite_find(suites[i], &o->suite);
		o->version = TLS_1_3;
		if (guess_suite(o, d, entry, r, plain))
			return true;
		o->version = 0;
	}
	return false;
}

/* The handshake was not captured whole: tries the keys of this connection, or of those that nobody claimed. */
static bool guess(struct tls_opener *o, enum direction d, const struct tls_collected *r, struct tls_plain *plain)
{
	const struct tls_key_entry *entry;

	if (!o->guesses_left || !tls_keys_added(o->workspace->keys) || !tls_workspace_prepare(o->workspace))
		return false;
	o->guesses_left--;
	entry = entry_of(o);
	if (entry)
		return guess_entry(o, d, entry, r, plain);
	if (o->handshake->client_hello_seen)
		return false;
	entry = tls_keys_unclaimed(o->workspace->keys, NULL);
	for (unsigned i = 0; entry && i < TLS_GUESSED_KEYS; i++) {
		if (guess_entry(o, d, entry, r, plain))
			return true;
		entry = tls_keys_unclaimed(o->workspace->keys, entry);
	}
	return false;
}

/* Without its ClientHello, a connection has no name that key logs know. */
static void report_secret(struct tls_opener *o, enum direction d)
{
	struct tls_workspace *w = o->workspace;
	const struct tls_client_hello *hello = &o->handshake->client_hello;
	struct tls_opener_side *side = &o->side[d];
	enum tls_secret_kind kind =
	    side->stage == TLS_STAGE_HANDSHAKE ? TLS_SECRET_CLIENT_HANDSHAKE : TLS_SECRET_CLIENT_APPLICATION;
	const struct tls_key_entry *entry;

	if (!w->used || side->reported || !o->handshake->client_hello_seen)
		return;
	side->reported = true;
	if (o->version >= TLS_1_3) {
		w->used(w->used_context, hello->random, (enum tls_secret_kind)(kind + (d == DIR_SERVER)),
			&side->secret);
		return;
	}
	/* Both directions have the same secret. */
	entry = o->side[!d].opened ? NULL : entry_of(o);
	if (entry)
		w->used(w->used_context, hello->random, TLS_SECRET_MASTER, &entry->secret[TLS_SECRET_MASTER]);
}

bool tls_search_open(struct tls_opener *o, enum direction d, const struct tls_collected *r,
		     struct tls_plain *plain)
{
	struct tls_opener_side *side = &o->side[d];
	bool good = false;

	if (load(o, d) &&
	    tls_protection_open(&side->protection, &r->sealed, side->sequence, o->workspace->out, plain)) {
		side->sequence++;
		good = true;
	} else if (side->protection.unlock && side->slack) {
		good = try_sequences(o, side, &side->protection, r, side->sequence + 1, side->slack, plain);
	}
	if (!good && o->version >= TLS_1_3 && o->id_known && tls_workspace_prepare(o->workspace))
		good = try_next_keys(o, d, r, plain);
	if (!good && !side->opened && !side->protection.unlock)
		good = guess(o, d, r, plain);
	o->refused |= !good && o->id_known && side->protection.unlock;
	/* Without tries left, the place is lost until the next gap. */
	if (!good && !side->tries_left)
		side->dead = true;
	if (good && !side->opened)
		tls_keys_claim(o->workspace->keys, &o->id);
	if (good)
		report_secret(o, d);
	return good;
}
