/* SPDX-License-Identifier: BSD-2-Clause */
#include "again.h"

#include <string.h>

enum { INPUTS_SHOWN = 3 };

/* Appends |word|, in quotes if the shell would change it. */
static void add_quoted(struct buf *text, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%";

	if (*word && strspn(word, plain) == strlen(word)) {
		buf_text(text, word);
		return;
	}
	buf_text(text, "'");
	for (; *word; word++) {
		if (*word == '\'')
			buf_text(text, "'\\''");
		else
			buf_append(text, span_of(word, 1));
	}
	buf_text(text, "'");
}

static void add_option(struct buf *text, const char *option, const char *value)
{
	if (!value)
		return;
	buf_format(text, " %s ", option);
	add_quoted(text, value);
}

static void add_ports(struct buf *text, const struct options *o)
{
	struct options defaults;

	options_init(&defaults);
	if (o->port_count == defaults.port_count &&
	    memcmp(o->ports, defaults.ports, o->port_count * sizeof *o->ports) == 0)
		return;
	for (size_t i = 0; i < o->port_count; i++)
		buf_format(text, "%s%u", i ? "," : " --ports ", o->ports[i]);
}

void again_command(struct buf *text, const struct options *o)
{
	buf_text(text, "smtpscope read");
	if (o->any_port)
		buf_text(text, " --any-port");
	add_ports(text, o);
	for (size_t i = 0; i < o->rules_count; i++)
		add_option(text, "--rules", o->rules[i]);
	add_option(text, "--filter", o->filter);
	add_option(text, "--keylog", o->keylog);
}

bool again_inputs(struct buf *text, char **paths, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(paths[i], "-") == 0)
			return false;
	if (count > INPUTS_SHOWN)
		buf_text(text, "FILE...");
	for (size_t i = 0; i < count && count <= INPUTS_SHOWN; i++) {
		if (i)
			buf_text(text, " ");
		if (paths[i][0] == '-')
			buf_text(text, "./");
		add_quoted(text, paths[i]);
	}
	return true;
}
