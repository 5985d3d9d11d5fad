/* SPDX-License-Identifier: BSD-2-Clause */
#include "early_start.h"

#include <string.h>

bool early_start_offered(const struct reply *reply)
{
	static const char *const names[] = { "PIPECONNECT", "PIPE_CONNECT" };
	static const char common[] = "CONNECT"; /* nearly no line has it */

	for (size_t i = 1; i < reply->line_count; i++) {
		struct span line = reply->lines[i];

		if (line.length < strlen(names[0]) || !memmem(line.at, line.length, common, sizeof common - 1))
			continue;
		for (size_t n = 0; n < sizeof names / sizeof *names; n++)
			if (memmem(line.at, line.length, names[n], strlen(names[n])))
				return true;
	}
	return false;
}

/* FNV-1a over address and port. */
static size_t slot_of(const struct endpoint *server)
{
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < sizeof server->addr.bytes; i++)
		hash = (hash ^ server->addr.bytes[i]) * 16777619U;
	return (hash ^ server->port) * 16777619U % EARLY_START_SERVERS;
}

void early_start_learn(struct early_start *e, const struct endpoint *server)
{
	e->servers[slot_of(server)] = *server;
}

bool early_start_knows(const struct early_start *e, const struct endpoint *server)
{
	return endpoint_equal(&e->servers[slot_of(server)], server);
}
