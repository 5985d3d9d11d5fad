/* SPDX-License-Identifier: BSD-2-Clause */
#include "responsibility.h"
#include <stddef.h>

const char *const responsible_names[] = { "unknown", "sender",	"client",    "recipient", "receiver",
					  "server",  "network", "middlebox", "nobody",	  NULL };
const char *const retry_names[] = { "unknown", "useless", "automatic", "later", "unneeded", NULL };

const char *responsible_words(enum responsible responsible)
{
	static const char *const words[] = {
		"unknown",
		"the sender",
		"the sending program or its settings",
		"the recipient",
		"a policy of the receiver",
		"the receiving server",
		"the network",
		"a device between client and server",
		"nobody in particular",
	};

	return words[responsible];
}

const char *retry_words(enum retry retry)
{
	static const char *const words[] = {
		"Unknown whether a retry can succeed.",
		"Retrying without a change will not help.",
		"A mail queue retries by itself.",
		"Sending it again later may succeed, but nothing retries by itself.",
		"Nothing has to be sent again.",
	};

	return words[retry];
}
