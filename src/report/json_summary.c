/* SPDX-License-Identifier: BSD-2-Clause */
#include "json_summary.h"

#include "names.h"

void json_summary(struct json *j, const struct report_summary *s)
{
	static const enum outcome order[] = { OUTCOME_ACCEPTED, OUTCOME_DEFERRED, OUTCOME_REJECTED,
					      OUTCOME_ABORTED, OUTCOME_UNKNOWN };

	json_object(j);
	json_key(j, "type");
	json_word(j, "summary");
	json_key(j, "version");
	json_unsigned(j, 2);
	json_key(j, "packets");
	json_unsigned(j, s->packets);
	json_key(j, "bytes");
	json_unsigned(j, s->bytes);
	json_key(j, "sessions");
	json_unsigned(j, s->sessions);
	json_key(j, "replies");
	json_unsigned(j, s->replies);
	json_key(j, "findings");
	json_object(j);
	for (unsigned i = 0; i < 3; i++) {
		json_key(j, name_severity((enum severity)i));
		json_unsigned(j, s->findings[i]);
	}
	json_end_object(j);
	json_key(j, "messages");
	json_object(j);
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		json_key(j, name_outcome(order[i]));
		json_unsigned(j, s->outcomes[order[i]]);
	}
	json_end_object(j);
	json_key(j, "dropped_packets");
	if (s->dropped_known)
		json_unsigned(j, s->dropped_packets);
	else
		json_null(j);
	json_key(j, "evicted_sessions");
	json_unsigned(j, s->evicted_sessions);
	json_key(j, "errors");
	json_array(j);
	for (size_t i = 0; i < s->error_count; i++)
		json_text(j, s->errors[i]);
	json_end_array(j);
	json_end_object(j);
	json_line_end(j);
}
