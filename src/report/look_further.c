/* SPDX-License-Identifier: BSD-2-Clause */
#include "look_further.h"

#include <inttypes.h>

enum { COMMAND_LIMIT = 4096, COMMAND_AT = 27 };

/* "  all of one session          smtpscope read --session 3 mail.pcap" */
static void put(struct page *p, const struct report_config *config, const char *what, const char *options)
{
	struct buf line;

	buf_init(&line, COMMAND_LIMIT);
	buf_format(&line, "%s %s %s", config->again, options, config->inputs);
	page_to(p, 2);
	page_style(p, STYLE_DIM);
	page_put(p, what);
	page_style(p, STYLE_PLAIN);
	page_to(p, COMMAND_AT);
	/* A command is never broken or cut: it is there to be copied. */
	page_put_whole(p, buf_span(&line));
	page_newline(p);
	buf_finish(&line);
}

void look_further_page(struct page *p, const struct report_config *config, const struct report_summary *s,
		       const struct failure_groups *g, bool list)
{
	char options[GROUP_WORD_SIZE + 32];
	bool one = s->sessions == 1;

	if (!config->again || !config->inputs || !s->sessions || s->missing_session)
		return;
	page_style(p, STYLE_BOLD);
	page_put(p, "Look further:");
	page_newline(p);
	if (one && !config->full) {
		put(p, config, "the complete dialogue", "--full");
	} else if (!one && g->sessions.count) {
		snprintf(options, sizeof options, "--session %" PRIu64, g->sessions.first[0]);
		put(p, config, "all of one session", options);
	}
	if (g->count > 1 || (g->count && g->causes[0].sessions.count > 1)) {
		snprintf(options, sizeof options, "--cause %s", g->causes[0].word);
		put(p, config, "sessions of one cause", options);
	}
	if (!one && !list)
		put(p, config, "one line a session",
		    g->sessions.count ? "--only failed --format list" : "--format list");
	put(p, config, "for scripts", "--format json");
}
