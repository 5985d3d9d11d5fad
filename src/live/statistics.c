/* SPDX-License-Identifier: BSD-2-Clause */
#include "statistics.h"

#include <inttypes.h>

void statistics_print_keys(const struct statistics *s, FILE *to)
{
	struct host_keys_counts c;

	if (!s->host_keys)
		return;
	host_keys_count(s->host_keys, &c);
	/* The others are of programs and connections that are not captured. */
	fprintf(to,
		"smtpscope: keys of %" PRIu64 " TLS handshakes of this host's processes: %" PRIu64
		" opened a captured session, %" PRIu64 " belong to none; %" PRIu64 " secrets were lost\n",
		c.handshakes, s->tied, c.handshakes > s->tied ? c.handshakes - s->tied : 0, c.lost);
}

void statistics_print(const struct statistics *s, FILE *to)
{
	const struct pipeline_counts *c = &s->counts;
	const char *name;

	fprintf(to,
		"smtpscope: after %" PRIu64 " s: %" PRIu64 " packets, %" PRIu64 " sessions (%" PRIu64
		" open, %" PRIu64 " evicted), %" PRIu64 " replies\n",
		s->seconds, c->packets, c->sessions, c->open, c->evicted, c->replies);
	fprintf(to, "smtpscope: findings: %" PRIu64 " errors, %" PRIu64 " warnings, %" PRIu64 " notes\n",
		c->findings[SEVERITY_ERROR], c->findings[SEVERITY_WARNING], c->findings[SEVERITY_INFO]);
	fprintf(to,
		"smtpscope: messages: %" PRIu64 " accepted, %" PRIu64 " deferred, %" PRIu64
		" rejected, %" PRIu64 " aborted, %" PRIu64 " unknown\n",
		c->outcomes[OUTCOME_ACCEPTED], c->outcomes[OUTCOME_DEFERRED], c->outcomes[OUTCOME_REJECTED],
		c->outcomes[OUTCOME_ABORTED], c->outcomes[OUTCOME_UNKNOWN]);
	for (size_t i = 0; (name = live_name(s->live, i)); i++)
		fprintf(to, "smtpscope: %s: %" PRIu64 " packets, %" PRIu64 " dropped by the kernel\n", name,
			live_packets(s->live, i), live_dropped_of(s->live, i));
	fprintf(to, "smtpscope: memory: %" PRIu64 " of %" PRIu64 " KiB\n", s->memory >> 10,
		s->memory_limit >> 10);
	if (s->waited_packets)
		fprintf(to,
			"smtpscope: behind: %" PRIu64 " packets (%" PRIu64 " KiB) waiting in memory, %" PRIu64
			" have waited in total\n",
			s->waiting_packets, s->waiting_bytes >> 10, s->waited_packets);
	if (s->kept_lost)
		fprintf(to, "smtpscope: --write had no room for %" PRIu64 " packets\n", s->kept_lost);
	if (s->output_lost || s->kept_unwritten)
		fprintf(to,
			"smtpscope: could not be written: %" PRIu64 " lines of the report, %" PRIu64
			" packets\n",
			s->output_lost, s->kept_unwritten);
	statistics_print_keys(s, to);
	fflush(to);
}
