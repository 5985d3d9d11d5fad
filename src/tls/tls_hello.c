/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_hello.h"

#include "tls_cursor.h"
#include "tls_names.h"

enum extension {
	EXTENSION_SNI = 0,
	EXTENSION_GROUPS = 10,
	EXTENSION_ALPN = 16,
	EXTENSION_ENCRYPT_THEN_MAC = 22,
	EXTENSION_TICKET = 35,
	EXTENSION_PSK = 41,
	EXTENSION_EARLY_DATA = 42,
	EXTENSION_VERSIONS = 43,
	EXTENSION_KEY_SHARE = 51
};

/* The random value of a HelloRetryRequest: the SHA-256 of "HelloRetryRequest" (RFC 8446 4.1.3). */
static const uint8_t RETRY[TLS_HELLO_RANDOM] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11,
						 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
						 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e,
						 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c };

bool tls_is_grease(uint16_t value)
{
	return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

static void read_suites(struct tls_client_hello *hello, struct span suites)
{
	uint16_t suite;

	for (size_t at = 0; span_get_be16(suites, at, &suite); at += 2) {
		if (tls_is_grease(suite) || suite == 0x00ff || suite == 0x5600)
			continue;
		if (hello->cipher_count < TLS_SUITES_KEPT)
			hello->suites[hello->cipher_count] = suite;
		hello->cipher_count++;
	}
}

static void read_versions(struct tls_client_hello *hello, struct span body)
{
	struct tls_cursor c = tls_cursor_of(body);
	struct span list = tls_take_vector(&c, 1);
	uint16_t version;

	hello->version_count = 0;
	hello->ranged = false;
	for (size_t at = 0; span_get_be16(list, at, &version); at += 2)
		if (!tls_is_grease(version) && hello->version_count < TLS_VERSIONS_KEPT)
			hello->versions[hello->version_count++] = version;
}

static void read_sni(struct tls_client_hello *hello, struct span body)
{
	struct tls_cursor outer = tls_cursor_of(body);
	struct tls_cursor c = tls_cursor_of(tls_take_vector(&outer, 2));
	uint8_t type = (uint8_t)tls_take_number(&c, 1);
	struct span name = tls_take_vector(&c, 2);

	if (!c.good || type != 0 || name.length >= sizeof hello->sni || memchr(name.at, 0, name.length))
		return;
	memcpy(hello->sni, name.at, name.length);
	hello->sni[name.length] = 0;
}

static void read_groups(struct tls_client_hello *hello, struct span body)
{
	struct tls_cursor c = tls_cursor_of(body);
	struct span list = tls_take_vector(&c, 2);
	uint16_t group;

	hello->group_count = 0;
	for (size_t at = 0; span_get_be16(list, at, &group); at += 2)
		if (!tls_is_grease(group) && hello->group_count < TLS_GROUPS_KEPT)
			hello->groups[hello->group_count++] = group;
}

static void read_shares(struct tls_client_hello *hello, struct span body)
{
	struct tls_cursor outer = tls_cursor_of(body), c = tls_cursor_of(tls_take_vector(&outer, 2));

	while (c.good && c.rest.length) {
		uint16_t group = (uint16_t)tls_take_number(&c, 2);

		tls_take_vector(&c, 2);
		if (c.good && tls_group_post_quantum(group))
			hello->post_quantum = true;
	}
}

/* Joins the protocol names with commas. */
static void read_alpn(char alpn[static TLS_ALPN_SIZE], struct span body)
{
	struct tls_cursor outer = tls_cursor_of(body), c = tls_cursor_of(tls_take_vector(&outer, 2));
	size_t length = 0;

	while (c.good && c.rest.length) {
		struct span name = tls_take_vector(&c, 1);

		if (!name.length || length + name.length + 2 > TLS_ALPN_SIZE || memchr(name.at, 0, name.length))
			continue;
		if (length)
			alpn[length++] = ',';
		memcpy(alpn + length, name.at, name.length);
		length += name.length;
	}
	alpn[length] = 0;
}

static bool take_extension(struct tls_cursor *c, uint16_t *type, struct span *body)
{
	if (!c->rest.length)
		return false;
	*type = (uint16_t)tls_take_number(c, 2);
	*body = tls_take_vector(c, 2);
	return c->good;
}

static void read_client_extension(struct tls_client_hello *hello, uint16_t type, struct span content)
{
	switch (type) {
	case EXTENSION_SNI:
		read_sni(hello, content);
		break;
	case EXTENSION_VERSIONS:
		read_versions(hello, content);
		break;
	case EXTENSION_GROUPS:
		read_groups(hello, content);
		break;
	case EXTENSION_KEY_SHARE:
		read_shares(hello, content);
		break;
	case EXTENSION_ALPN:
		read_alpn(hello->alpn, content);
		break;
	case EXTENSION_ENCRYPT_THEN_MAC:
		hello->encrypt_then_mac = true;
		break;
	case EXTENSION_TICKET:
		hello->ticket = content.length > 0;
		break;
	case EXTENSION_PSK:
		hello->psk = true;
		break;
	case EXTENSION_EARLY_DATA:
		hello->early_data = true;
		break;
	default:
		break;
	}
}

bool tls_client_hello_read(struct tls_client_hello *hello, struct span body)
{
	struct tls_cursor c = tls_cursor_of(body), extensions;
	struct span suites, content;
	uint16_t type;

	*hello = (struct tls_client_hello){ .size = body.length, .version_count = 1, .ranged = true };
	hello->versions[0] = (uint16_t)tls_take_number(&c, 2);
	span_copy(tls_take(&c, TLS_HELLO_RANDOM), 0, hello->random, sizeof hello->random);
	hello->session_id = tls_take_vector(&c, 1).length > 0;
	suites = tls_take_vector(&c, 2);
	read_suites(hello, suites);
	tls_take_vector(&c, 1);
	if (!c.good || hello->versions[0] >> 8 != 3 || suites.length < 2)
		return false;
	if (!c.rest.length)
		return true;
	extensions = tls_cursor_of(tls_take_vector(&c, 2));
	if (!c.good)
		return false;
	while (take_extension(&extensions, &type, &content))
		read_client_extension(hello, type, content);
	return extensions.good;
}

bool tls_server_hello_read(struct tls_server_hello *hello, struct span body)
{
	struct tls_cursor c = tls_cursor_of(body), extensions;
	struct span random, content;
	uint16_t type;

	*hello = (struct tls_server_hello){ 0 };
	hello->version = (uint16_t)tls_take_number(&c, 2);
	random = tls_take(&c, TLS_HELLO_RANDOM);
	span_copy(random, 0, hello->random, sizeof hello->random);
	hello->retry = c.good && memcmp(random.at, RETRY, sizeof RETRY) == 0;
	tls_take_vector(&c, 1);
	hello->suite = (uint16_t)tls_take_number(&c, 2);
	hello->compressed = tls_take_number(&c, 1) != 0;
	if (!c.good || hello->version >> 8 != 3)
		return false;
	if (!c.rest.length)
		return true;
	extensions = tls_cursor_of(tls_take_vector(&c, 2));
	if (!c.good)
		return false;
	while (take_extension(&extensions, &type, &content)) {
		if (type == EXTENSION_VERSIONS)
			span_get_be16(content, 0, &hello->version);
		else if (type == EXTENSION_KEY_SHARE)
			span_get_be16(content, 0, &hello->group);
		else if (type == EXTENSION_PSK)
			hello->psk = true;
		else if (type == EXTENSION_ALPN)
			read_alpn(hello->alpn, content);
		else if (type == EXTENSION_ENCRYPT_THEN_MAC)
			hello->encrypt_then_mac = true;
	}
	return extensions.good;
}

void tls_alpn_read(char alpn[static TLS_ALPN_SIZE], struct span body)
{
	struct tls_cursor c = tls_cursor_of(body), extensions = tls_cursor_of(tls_take_vector(&c, 2));
	struct span content;
	uint16_t type;

	alpn[0] = 0;
	while (c.good && take_extension(&extensions, &type, &content))
		if (type == EXTENSION_ALPN)
			read_alpn(alpn, content);
}
