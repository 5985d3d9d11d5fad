/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_hello.h"

#include "tls_cursor.h"

enum {
	EXTENSION_SNI = 0,
	EXTENSION_ENCRYPT_THEN_MAC = 22,
	EXTENSION_EARLY_DATA = 42,
	EXTENSION_VERSIONS = 43
};

/* The random value of a HelloRetryRequest: the SHA-256 of "HelloRetryRequest" (RFC 8446 4.1.3). */
static const uint8_t RETRY[TLS_HELLO_RANDOM] = { 0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11,
						 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
						 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e,
						 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c };

/* Random values that peers must ignore (RFC 8701). */
static bool is_grease(uint16_t value)
{
	return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

static size_t count_ciphers(struct span suites)
{
	size_t count = 0;
	uint16_t suite;

	for (size_t at = 0; span_get_be16(suites, at, &suite); at += 2)
		if (!is_grease(suite) && suite != 0x00ff && suite != 0x5600)
			count++;
	return count;
}

static void read_versions(struct tls_client_hello *hello, struct span body)
{
	struct tls_cursor c = { body, true };
	struct span list = tls_take_vector(&c, 1);
	uint16_t version;

	hello->version_count = 0;
	hello->ranged = false;
	for (size_t at = 0; span_get_be16(list, at, &version); at += 2)
		if (!is_grease(version) && hello->version_count < TLS_VERSIONS_KEPT)
			hello->versions[hello->version_count++] = version;
}

static void read_sni(struct tls_client_hello *hello, struct span body)
{
	struct tls_cursor outer = { body, true };
	struct tls_cursor c = { tls_take_vector(&outer, 2), true };
	uint8_t type = (uint8_t)tls_take_number(&c, 1);
	struct span name = tls_take_vector(&c, 2);

	if (!c.good || type != 0 || name.length >= sizeof hello->sni || memchr(name.at, 0, name.length))
		return;
	memcpy(hello->sni, name.at, name.length);
	hello->sni[name.length] = 0;
}

static bool take_extension(struct tls_cursor *c, uint16_t *type, struct span *body)
{
	if (!c->rest.length)
		return false;
	*type = (uint16_t)tls_take_number(c, 2);
	*body = tls_take_vector(c, 2);
	return c->good;
}

bool tls_client_hello_read(struct tls_client_hello *hello, struct span body)
{
	struct tls_cursor c = { body, true }, extensions;
	struct span suites, content;
	uint16_t type;

	*hello = (struct tls_client_hello){ .size = body.length, .version_count = 1, .ranged = true };
	hello->versions[0] = (uint16_t)tls_take_number(&c, 2);
	span_copy(tls_take(&c, TLS_HELLO_RANDOM), 0, hello->random, sizeof hello->random);
	tls_take_vector(&c, 1);
	suites = tls_take_vector(&c, 2);
	hello->cipher_count = count_ciphers(suites);
	tls_take_vector(&c, 1);
	if (!c.good || hello->versions[0] >> 8 != 3 || suites.length < 2)
		return false;
	if (!c.rest.length)
		return true;
	extensions = (struct tls_cursor){ tls_take_vector(&c, 2), true };
	if (!c.good)
		return false;
	while (take_extension(&extensions, &type, &content)) {
		if (type == EXTENSION_SNI)
			read_sni(hello, content);
		else if (type == EXTENSION_VERSIONS)
			read_versions(hello, content);
		else if (type == EXTENSION_EARLY_DATA)
			hello->early_data = true;
		else if (type == EXTENSION_ENCRYPT_THEN_MAC)
			hello->encrypt_then_mac = true;
	}
	return extensions.good;
}

bool tls_server_hello_read(struct tls_server_hello *hello, struct span body)
{
	struct tls_cursor c = { body, true }, extensions;
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
	extensions = (struct tls_cursor){ tls_take_vector(&c, 2), true };
	if (!c.good)
		return false;
	while (take_extension(&extensions, &type, &content))
		if (type == EXTENSION_VERSIONS)
			span_get_be16(content, 0, &hello->version);
		else if (type == EXTENSION_ENCRYPT_THEN_MAC)
			hello->encrypt_then_mac = true;
	return extensions.good;
}
