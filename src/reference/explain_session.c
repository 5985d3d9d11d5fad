/* SPDX-License-Identifier: BSD-2-Clause */
#include "explain_session.h"

#include "names.h"
#include "reference_page.h"
#include "verdict.h"

#include <inttypes.h>
#include <stdlib.h>

enum { LINE_KEPT = 4096, FINDINGS_SHOWN = 32 };

/* A finding, kept until its session ends. */
struct kept {
	enum severity severity;
	char *title, *why, *fix; /* owned; |why| and |fix| are NULL where the reply is explained by itself */
};

struct session_report {
	FILE *out;
	struct kept kept[FINDINGS_SHOWN];
	size_t count, left_out;
};

static void *create(const struct report_config *config)
{
	struct session_report *r = calloc(1, sizeof *r);

	if (r)
		r->out = config->out->file;
	return r;
}

static void keep_finding(struct session_report *r, const struct finding *f)
{
	struct kept *k;
	struct buf title;

	if (r->count == FINDINGS_SHOWN) {
		r->left_out++;
		return;
	}
	k = &r->kept[r->count++];
	buf_init(&title, LINE_KEPT);
	buf_format(&title, "%s (line %" PRIu64 "; %s/%s, %s)", f->title, (uint64_t)f->frame.number, f->id,
		   f->cause ? f->cause : "unknown", name_certainty(f->certainty));
	*k = (struct kept){ .severity = f->severity, .title = strdup(buf_string(&title)) };
	if (strcmp(f->id, "delivery-failed") != 0) {
		k->why = strdup(f->why);
		k->fix = strdup(f->fix);
	}
	buf_finish(&title);
}

static void print_verdict(FILE *out, const struct verdict *v)
{
	struct buf line;

	if (!v || !v->failed)
		return;
	buf_init(&line, LINE_KEPT);
	page_field(out, "Result", v->headline);
	buf_format(&line, "%s: %s", responsible_names[v->responsible], responsible_words(v->responsible));
	page_field(out, "Responsible", buf_string(&line));
	buf_clear(&line);
	buf_format(&line, "%s: %s", retry_names[v->retry], retry_words(v->retry));
	page_field(out, "Retry", buf_string(&line));
	page_field(out, "What to do", v->advice);
	buf_finish(&line);
}

static void forget_findings(struct session_report *r)
{
	for (size_t i = 0; i < r->count; i++) {
		free(r->kept[i].title);
		free(r->kept[i].why);
		free(r->kept[i].fix);
	}
	r->count = r->left_out = 0;
}

static void print_session(struct session_report *r, const struct record *record)
{
	const struct session_facts *session = record->event->session;
	struct buf line;

	buf_init(&line, LINE_KEPT);
	buf_format(&line, "The session in lines %" PRIu64 " to %" PRIu64 ": %s",
		   (uint64_t)session->flow->first.number, (uint64_t)session->flow->last.number,
		   name_session_outcome(session->outcome));
	putc('\n', r->out);
	page_heading(r->out, buf_string(&line), '-');
	print_verdict(r->out, record->verdict);
	if (!r->count)
		page_text(
		    r->out, 0,
		    "Nothing in the dialogue is wrong. Times, packets and the connection itself are not in the text.");
	for (size_t i = 0; i < r->count; i++) {
		page_field(r->out, name_severity(r->kept[i].severity), r->kept[i].title);
		if (r->kept[i].why)
			page_field(r->out, "", r->kept[i].why);
		if (r->kept[i].fix)
			page_field(r->out, "", r->kept[i].fix);
	}
	if (r->left_out)
		fprintf(r->out, "%zu more findings\n", r->left_out);
	buf_finish(&line);
	forget_findings(r);
}

static void record(void *report, const struct record *record)
{
	struct session_report *r = report;

	if (record->kind == RECORD_FINDING)
		keep_finding(r, record->finding);
	else if (record->kind == RECORD_EVENT && record->event->kind == SMTP_ENDED)
		print_session(r, record);
}

static void drop(void *report, const struct record *record)
{
	(void)record;
	forget_findings(report);
}

static void summary(void *report, const struct report_summary *summary)
{
	(void)report;
	(void)summary;
}

static void destroy(void *report)
{
	if (report)
		forget_findings(report);
	free(report);
}

const struct report_format explain_session = {
	.name = "session", .create = create, .record = record, .drop = drop, .summary = summary, .destroy = destroy
};
