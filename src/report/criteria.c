/* SPDX-License-Identifier: BSD-2-Clause */
#include "criteria.h"

#include "code_pattern.h"
#include "moment.h"

#include <string.h>

void criteria_init(struct criteria *c)
{
	*c = (struct criteria){ .since = TSTAMP_NONE, .until = TSTAMP_NONE };
}

void criteria_finish(struct criteria *c)
{
	line_pattern_destroy(c->line);
	criteria_init(c);
}

bool criteria_given(const struct criteria *c)
{
	return c->session || c->only != REPORT_ALL || c->client.addr.version || c->server.addr.version ||
	       c->server_name || c->from || c->to || c->code || c->cause || c->line || c->queue_id ||
	       c->since != TSTAMP_NONE || c->until != TSTAMP_NONE || c->chooses;
}

/* "192.0.2.0/24", "2001:db8::1" */
static bool parse_network(struct network *n, const char *text)
{
	char address[ADDR_TEXT_SIZE];
	size_t length = strcspn(text, "/");
	struct network parsed = { .bits = 0 };
	unsigned most;

	if (length >= sizeof address)
		return false;
	memcpy(address, text, length);
	address[length] = 0;
	if (!addr_parse(&parsed.addr, address))
		return false;
	most = parsed.addr.version == 4 ? 32 : 128;
	if (!text[length]) {
		parsed.bits = most;
	} else {
		const char *digits = text + length + 1;

		if (!*digits || strlen(digits) > 3 || digits[strspn(digits, "0123456789")])
			return false;
		for (; *digits; digits++)
			parsed.bits = 10 * parsed.bits + (unsigned)(*digits - '0');
		if (parsed.bits > most)
			return false;
	}
	*n = parsed;
	return true;
}

bool network_has(const struct network *n, const struct addr *a)
{
	unsigned whole = n->bits / 8, rest = n->bits % 8;

	if (n->addr.version != a->version || memcmp(n->addr.bytes, a->bytes, whole) != 0)
		return false;
	return !rest || (n->addr.bytes[whole] ^ a->bytes[whole]) >> (8 - rest) == 0;
}

bool criteria_client(struct criteria *c, const char *text, struct buf *error)
{
	if (parse_network(&c->client, text))
		return true;
	buf_format(error, "takes an address such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32, not '%s'", text);
	return false;
}

bool criteria_server(struct criteria *c, const char *text, struct buf *error)
{
	/* Names contain no colon or slash, and do not consist of digits and dots only. */
	if (parse_network(&c->server, text))
		return true;
	if (*text && !strpbrk(text, ":/ ") && text[strspn(text, "0123456789.")]) {
		c->server_name = text;
		return true;
	}
	buf_format(error,
		   "takes a name, or an address such as 192.0.2.1, 192.0.2.0/24 or 2001:db8::/32, not '%s'",
		   text);
	return false;
}

/* "<a@b>" is equivalent to "a@b"; "<>" is the null sender. */
static bool set_address(const char **pattern, const char *text, struct buf *error)
{
	if (strcmp(text, "<>") == 0) {
		*pattern = "";
		return true;
	}
	if (!strpbrk(text, "<>")) {
		*pattern = text;
		return true;
	}
	buf_format(error, "takes an address without angle brackets such as *@example.com, or <>, not '%s'",
		   text);
	return false;
}

bool criteria_from(struct criteria *c, const char *text, struct buf *error)
{
	return set_address(&c->from, text, error);
}

bool criteria_to(struct criteria *c, const char *text, struct buf *error)
{
	return set_address(&c->to, text, error);
}

bool criteria_code(struct criteria *c, const char *text, struct buf *error)
{
	c->code = text;
	if (code_pattern_valid(text))
		return true;
	buf_format(error, "takes reply codes such as 550, 4xx, 5.7.1, 5.7.*, separated by commas, not '%s'",
		   text);
	return false;
}

bool criteria_cause(struct criteria *c, const char *text, struct buf *error)
{
	(void)error;
	c->cause = text;
	return true;
}

bool criteria_match(struct criteria *c, const char *text, struct buf *error)
{
	struct buf fault;

	buf_init(&fault, 1024);
	line_pattern_destroy(c->line);
	c->line = line_pattern_create(text, &fault);
	if (!c->line)
		buf_format(error, "takes a regular expression, not %s",
			   fault.length ? buf_string(&fault) : "a longer one: out of memory");
	buf_finish(&fault);
	return c->line != NULL;
}

bool criteria_queue_id(struct criteria *c, const char *text, struct buf *error)
{
	(void)error;
	c->queue_id = text;
	return true;
}

static bool set_time(tstamp *time, const char *text, struct buf *error)
{
	if (moment_parse(text, time))
		return true;
	buf_format(
	    error,
	    "takes a time such as 2026-11-28, 2026-11-28T15:04:05Z, 2026-11-28T16:04+01:00 or @1795878245, not '%s'",
	    text);
	return false;
}

bool criteria_since(struct criteria *c, const char *text, struct buf *error)
{
	return set_time(&c->since, text, error);
}

bool criteria_until(struct criteria *c, const char *text, struct buf *error)
{
	return set_time(&c->until, text, error);
}
