/* SPDX-License-Identifier: BSD-2-Clause */
#include "socks.h"

#include "addr.h"

#include <stdio.h>

enum {
	VERSION_4 = 4,
	VERSION_5 = 5,
	COMMAND_CONNECT = 1,
	GRANTED_4 = 0x5a,
	LAST_REFUSAL_4 = 0x5d,
	METHOD_NONE = 0,
	METHOD_PASSWORD = 2,
	METHOD_REFUSED = 0xff,
	PASSWORD_VERSION = 1,
	ADDRESS_IPV4 = 1,
	ADDRESS_NAME = 3,
	ADDRESS_IPV6 = 4,
	TEXT_MAX = 255, /* bytes of a user name or host name */
};

/* One side's bytes, read from the front. */
struct side {
	struct span bytes;
	size_t at;
	bool lost; /* not captured */
};

static bool get(const struct side *side, size_t offset, uint8_t *value)
{
	return span_get_u8(side->bytes, side->at + offset, value);
}

static bool has(const struct side *side, size_t count)
{
	return span_has(side->bytes, side->at, count);
}

static void set_target(struct tunnel *tunnel, struct span host, uint16_t port)
{
	snprintf(tunnel->target, sizeof tunnel->target, "%.*s:%u", (int)host.length, (const char *)host.at,
		 (unsigned)port);
}

static void set_target_address(struct tunnel *tunnel, const struct addr *address, uint16_t port)
{
	char text[ADDR_TEXT_SIZE];

	addr_format(text, address);
	snprintf(tunnel->target, sizeof tunnel->target, address->version == 6 ? "[%s]:%u" : "%s:%u", text,
		 (unsigned)port);
}

/* Reads text that ends with a NUL; |*text| is the text without it. */
static enum tunnel_verdict get_text(struct side *c, struct span *text)
{
	struct span rest = span_first(span_from(c->bytes, c->at), TEXT_MAX + 1);
	const uint8_t *end = rest.length ? memchr(rest.at, 0, rest.length) : NULL;

	if (!end)
		return rest.length > TEXT_MAX ? TUNNEL_NONE : TUNNEL_BEGUN;
	*text = span_of(rest.at, (size_t)(end - rest.at));
	c->at += text->length + 1;
	return TUNNEL_OPEN;
}

static enum tunnel_verdict request_4(struct side *c, struct tunnel *tunnel)
{
	struct addr address = { .version = 4 };
	struct span user, host;
	enum tunnel_verdict verdict;
	uint16_t port = 0;
	uint8_t command;

	if (!get(c, 1, &command))
		return TUNNEL_BEGUN;
	if (command != COMMAND_CONNECT)
		return TUNNEL_NONE;
	if (!span_get_be16(c->bytes, 2, &port) || !span_copy(c->bytes, 4, address.bytes, 4))
		return TUNNEL_BEGUN;
	c->at = 8;
	verdict = get_text(c, &user);
	if (verdict != TUNNEL_OPEN)
		return verdict;
	/* SOCKS 4a: the invalid address 0.0.0.x means that a host name follows the user name. */
	if (address.bytes[0] || address.bytes[1] || address.bytes[2] || !address.bytes[3]) {
		set_target_address(tunnel, &address, port);
		tunnel_add_address(tunnel, false, 4, 4);
		return TUNNEL_OPEN;
	}
	verdict = get_text(c, &host);
	if (verdict == TUNNEL_OPEN)
		set_target(tunnel, host, port);
	return verdict;
}

static enum tunnel_verdict reply_4(struct side *s, struct tunnel *tunnel)
{
	uint8_t version, status;

	if (!get(s, 0, &version))
		return TUNNEL_BEGUN;
	if (version != 0)
		return TUNNEL_NONE;
	if (!get(s, 1, &status))
		return TUNNEL_BEGUN;
	if (status < GRANTED_4 || status > LAST_REFUSAL_4)
		return TUNNEL_NONE;
	if (status != GRANTED_4)
		return TUNNEL_REFUSED;
	if (!has(s, 8))
		return TUNNEL_BEGUN;
	tunnel_add_address(tunnel, true, 4, 4);
	s->at += 8;
	return TUNNEL_OPEN;
}

static enum tunnel_verdict read_4(struct side *c, struct side *s, struct tunnel *tunnel)
{
	enum tunnel_verdict verdict = c->lost ? TUNNEL_OPEN : request_4(c, tunnel);

	if (verdict != TUNNEL_OPEN)
		return verdict;
	tunnel->request_whole = !c->lost;
	return s->lost ? TUNNEL_OPEN : reply_4(s, tunnel);
}

/* The methods that the client offers, and the one that the server selects. */
static enum tunnel_verdict methods_5(struct side *c, struct side *s, uint8_t *method)
{
	uint8_t count, version, next;

	if (!c->lost) {
		if (!get(c, 1, &count))
			return TUNNEL_BEGUN;
		if (count == 0)
			return TUNNEL_NONE;
		if (!has(c, 2 + (size_t)count))
			return TUNNEL_BEGUN;
		c->at += 2 + (size_t)count;
	}
	if (s->lost) {
		/* The client's next byte shows the selected method. */
		if (!get(c, 0, &next))
			return TUNNEL_BEGUN;
		*method = next == PASSWORD_VERSION ? METHOD_PASSWORD : METHOD_NONE;
		return TUNNEL_OPEN;
	}
	if (!get(s, 0, &version))
		return TUNNEL_BEGUN;
	if (version != VERSION_5)
		return TUNNEL_NONE;
	if (!get(s, 1, method))
		return TUNNEL_BEGUN;
	s->at += 2;
	if (*method == METHOD_REFUSED)
		return TUNNEL_REFUSED;
	return *method == METHOD_NONE || *method == METHOD_PASSWORD ? TUNNEL_OPEN : TUNNEL_NONE;
}

/* Skips the user name and password (RFC 1929). */
static enum tunnel_verdict password_5(struct side *c, struct side *s, struct tunnel *tunnel)
{
	uint8_t version, user, password, status;

	if (!c->lost) {
		if (!get(c, 0, &version))
			return TUNNEL_BEGUN;
		if (version != PASSWORD_VERSION)
			return TUNNEL_NONE;
		if (!get(c, 1, &user) || !get(c, 2 + (size_t)user, &password) ||
		    !has(c, 3 + (size_t)user + password))
			return TUNNEL_BEGUN;
		tunnel_add_secret(tunnel, c->at + 2, user);
		tunnel_add_secret(tunnel, c->at + 3 + user, password);
		c->at += 3 + (size_t)user + password;
	}
	if (s->lost)
		return TUNNEL_OPEN;
	if (!get(s, 0, &version))
		return TUNNEL_BEGUN;
	if (version != PASSWORD_VERSION)
		return TUNNEL_NONE;
	if (!get(s, 1, &status))
		return TUNNEL_BEGUN;
	s->at += 2;
	return status == 0 ? TUNNEL_OPEN : TUNNEL_REFUSED;
}

/* Address type, address and port, as in requests and in replies (|of_server|), whose address is not the target. */
static enum tunnel_verdict address_5(struct side *side, struct tunnel *tunnel, bool of_server)
{
	struct addr address = { 0 };
	size_t size, from = side->at + 1;
	uint8_t type, length;
	uint16_t port;

	if (!get(side, 0, &type))
		return TUNNEL_BEGUN;
	if (type == ADDRESS_NAME) {
		if (!get(side, 1, &length))
			return TUNNEL_BEGUN;
		size = length;
		from++;
	} else if (type == ADDRESS_IPV4 || type == ADDRESS_IPV6) {
		size = type == ADDRESS_IPV4 ? 4 : 16;
	} else {
		return TUNNEL_NONE;
	}
	if (!span_get_be16(side->bytes, from + size, &port))
		return TUNNEL_BEGUN;
	side->at = from + size + 2;
	if (type != ADDRESS_NAME)
		tunnel_add_address(tunnel, of_server, from, size);
	if (of_server)
		return TUNNEL_OPEN;
	if (type == ADDRESS_NAME) {
		set_target(tunnel, span_first(span_from(side->bytes, from), size), port);
	} else {
		address.version = type == ADDRESS_IPV4 ? 4 : 6;
		span_copy(side->bytes, from, address.bytes, size);
		set_target_address(tunnel, &address, port);
	}
	return TUNNEL_OPEN;
}

static enum tunnel_verdict request_5(struct side *c, struct tunnel *tunnel)
{
	uint8_t version, command, reserved;

	if (!get(c, 0, &version))
		return TUNNEL_BEGUN;
	if (version != VERSION_5)
		return TUNNEL_NONE;
	if (!get(c, 1, &command) || !get(c, 2, &reserved))
		return TUNNEL_BEGUN;
	if (command != COMMAND_CONNECT || reserved != 0)
		return TUNNEL_NONE;
	c->at += 3;
	return address_5(c, tunnel, false);
}

static enum tunnel_verdict reply_5(struct side *s, struct tunnel *tunnel)
{
	uint8_t version, status, reserved;

	if (!get(s, 0, &version))
		return TUNNEL_BEGUN;
	if (version != VERSION_5)
		return TUNNEL_NONE;
	if (!get(s, 1, &status))
		return TUNNEL_BEGUN;
	if (status != 0)
		return TUNNEL_REFUSED;
	if (!get(s, 2, &reserved))
		return TUNNEL_BEGUN;
	s->at += 3;
	return address_5(s, tunnel, true);
}

static enum tunnel_verdict read_5(struct side *c, struct side *s, struct tunnel *tunnel)
{
	uint8_t method = METHOD_NONE;
	enum tunnel_verdict verdict = methods_5(c, s, &method);

	if (verdict == TUNNEL_OPEN && method == METHOD_PASSWORD)
		verdict = password_5(c, s, tunnel);
	if (verdict == TUNNEL_OPEN && !c->lost)
		verdict = request_5(c, tunnel);
	tunnel->request_whole = verdict == TUNNEL_OPEN && !c->lost;
	if (verdict == TUNNEL_OPEN && !s->lost)
		verdict = reply_5(s, tunnel);
	return verdict;
}

enum tunnel_verdict socks_read(const struct tunnel_talk *talk, struct tunnel *tunnel)
{
	struct side c = { .bytes = talk->client, .lost = talk->client_lost };
	struct side s = { .bytes = talk->server, .lost = talk->server_lost };
	enum tunnel_verdict verdict;
	uint8_t first;

	*tunnel = (struct tunnel){ .via = "socks" };
	if (c.lost && s.lost)
		return TUNNEL_NONE;
	if (!get(c.lost ? &s : &c, 0, &first))
		/* A proxy never speaks first. */
		return c.lost || s.bytes.length == 0 ? TUNNEL_BEGUN : TUNNEL_NONE;
	/* A reply of version 4 begins with 0. */
	if (c.lost ? first == 0 : first == VERSION_4)
		verdict = read_4(&c, &s, tunnel);
	else if (first == VERSION_5)
		verdict = read_5(&c, &s, tunnel);
	else
		return TUNNEL_NONE;
	tunnel->client_length = c.at;
	tunnel->server_length = s.at;
	return verdict;
}
