/* SPDX-License-Identifier: BSD-2-Clause */
#include "json_finding.h"

#include "figures.h"
#include "names.h"

/* The packet numbers of the evidence, and their files or interfaces. */
static void write_frames(struct json_report *r, const struct finding *f)
{
	struct json *j = &r->json;

	json_key(j, "frames");
	json_array(j);
	for (size_t i = 0; i < f->frame_count; i++)
		json_unsigned(j, f->frames[i].number);
	json_end_array(j);
	if (!r->config.several_inputs)
		return;
	json_key(j, r->config.live ? "interfaces" : "files");
	json_array(j);
	for (size_t i = 0; i < f->frame_count; i++)
		json_unsigned(j, f->frames[i].file);
	json_end_array(j);
}

/* "client":"192.0.2.1:40000","server":"[2001:db8::25]:25" */
static void write_ends(struct json *j, const struct flow *flow)
{
	char text[FIGURE_SIZE];

	figure_endpoint(text, &flow->client);
	json_key(j, "client");
	json_text(j, flow->transcript ? NULL : text);
	figure_endpoint(text, &flow->server);
	json_key(j, "server");
	json_text(j, flow->transcript ? NULL : text);
}

void json_finding(struct json_report *r, const struct record *record)
{
	struct json *j = &r->json;
	const struct session_facts *session = record->event->session;
	const struct finding *f = record->finding;

	json_object(j);
	json_key(j, "type");
	json_word(j, "finding");
	json_key(j, "number");
	json_own_finding(j, f->number);
	json_key(j, "root");
	json_other_finding(j, f->root);
	json_key(j, "session");
	json_identity(r, session);
	json_frame(r, &f->frame);
	json_moment(r, "time", &f->frame);
	write_frames(r, f);
	write_ends(j, session->flow);
	json_key(j, "id");
	json_text(j, f->id);
	json_key(j, "cause");
	json_text(j, f->cause ? f->cause : "unknown");
	json_key(j, "severity");
	json_word(j, name_severity(f->severity));
	json_key(j, "certainty");
	json_word(j, name_certainty(f->certainty));
	json_key(j, "recipient");
	json_wire_text(r, session, f->recipient);
	json_code_or_null(j, f->code);
	json_enhanced(j, f->enhanced);
	json_key(j, "responsible");
	json_word(j, responsible_names[f->responsible]);
	json_key(j, "retry");
	json_word(j, retry_names[f->retry]);
	/* Credentials were masked before wire text was inserted into these sentences. */
	json_key(j, "title");
	json_text(j, f->title);
	json_key(j, "why");
	json_text(j, f->why);
	json_key(j, "fix");
	json_text(j, f->fix);
	json_key(j, "reference");
	json_text(j, f->reference);
	if (f->crossed) {
		json_key(j, "crossed");
		json_bool(j, true);
	}
	json_end_object(j);
	json_line_end(j);
}
