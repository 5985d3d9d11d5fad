/* SPDX-License-Identifier: BSD-2-Clause */
#include "server_name.h"

#include <string.h>

struct span server_name(const struct session_facts *session)
{
	size_t length = session->greeting ? strcspn(session->greeting, " \n\t") : 0;

	if (length == 0 || length > SERVER_NAME_MAX || !memchr(session->greeting, '.', length))
		return span_of(NULL, 0);
	return span_of(session->greeting, length);
}
