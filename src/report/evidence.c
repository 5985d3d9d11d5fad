/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence.h"

enum {
	LAST_SHOWN = 2,		 /* lines before the end of a session that was broken off */
	LAST_UNEXPLAINED = 6,	 /* and where nothing explains the outcome */
	QUESTION_SEARCHED = 200, /* entries searched for the command of a reply */
};

bool evidence_needs_offers(const char *id, const char *cause)
{
	static const struct {
		const char *id, *cause; /* NULL: any */
	} rows[] = {
		{ "contract-violation", NULL },
		{ "starttls-stripped", NULL },
		{ "cleartext-credentials", NULL },
		{ "unexpected-500", "not-supported" },
		{ "unexpected-500", "pipelining-refused" },
		{ "unexpected-500", "command-mangled" },
		{ "login-refused", "mechanism" },
		{ "login-refused", "tls-required" },
		{ NULL, "smtp-auth" },
		{ NULL, "message-too-large" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if ((!rows[i].id || strcmp(id, rows[i].id) == 0) &&
		    (!rows[i].cause || strcmp(cause, rows[i].cause) == 0))
			return true;
	return false;
}

static bool said(const struct entry *e)
{
	return e->kind == ENTRY_COMMAND || e->kind == ENTRY_BODY || e->kind == ENTRY_REPLY ||
	       e->kind == ENTRY_LINE;
}

static bool matters(const struct entry *e, const struct evidence *evidence)
{
	if (e->kind == ENTRY_FINDING)
		return e->severity > SEVERITY_INFO || e->number == evidence->told;
	return e->kind == ENTRY_LINE || e->kind == ENTRY_REMARK || e->mark > 1 + SEVERITY_INFO;
}

static bool same_packet(const struct frame_ref *a, const struct frame_ref *b)
{
	return a->number && a->number == b->number && a->file == b->file;
}

/* The newest line of the finding's packet, as dialogue.c marks it. */
static void show_marked(struct entry *finding)
{
	for (struct entry *e = finding->before; e; e = e->before)
		if (e->mark && said(e) && same_packet(&e->frame, &finding->frame)) {
			e->hidden = false;
			return;
		}
}

/* The command that a reply answers. */
static void show_question(struct entry *reply)
{
	struct entry *e = reply->before;

	for (unsigned i = 0; e && i < QUESTION_SEARCHED; i++, e = e->before)
		if ((e->kind == ENTRY_COMMAND || e->kind == ENTRY_BODY) &&
		    (reply->direct || same_packet(&e->frame, &reply->question)) &&
		    (reply->direct || strcmp(e->verb, reply->verb) == 0)) {
			e->hidden = false;
			return;
		}
}

static void show_answer(struct entry *command)
{
	struct entry *e = command->next;

	if (e && e->kind == ENTRY_REPLY && e->direct)
		e->hidden = false;
}

static void show_last(struct dialogue *d, unsigned count)
{
	for (struct entry *e = d->last; e && count; e = e->before)
		if (said(e)) {
			e->hidden = false;
			count--;
		}
}

/* The newest list of extensions before |e|. */
static void show_offers(struct entry *e)
{
	for (; e; e = e->before)
		if (e->kind == ENTRY_REPLY && e->capabilities) {
			e->hidden = false;
			return;
		}
}

void evidence_choose(struct dialogue *d, const struct evidence *evidence)
{
	for (struct entry *e = d->first; e; e = e->next)
		e->hidden = !matters(e, evidence);
	for (struct entry *e = d->first; e; e = e->next) {
		if (e->kind != ENTRY_FINDING || e->hidden)
			continue;
		show_marked(e);
		if (evidence_needs_offers(entry_finding_text(e, FINDING_ID),
					  entry_finding_text(e, FINDING_CAUSE)))
			show_offers(e);
	}
	if (evidence->unexplained)
		show_last(d, LAST_UNEXPLAINED);
	else if (evidence->broken_off)
		show_last(d, LAST_SHOWN);
	for (struct entry *e = d->first; e; e = e->next) {
		/* Each line of a group is useless without the other, and a count without what is counted. */
		if (e->kind == ENTRY_REPLY && !e->hidden)
			show_question(e);
		if (e->kind == ENTRY_COMMAND && !e->hidden && e->mark)
			show_answer(e);
		if (e->kind == ENTRY_FOLD && e->before && !e->before->hidden && e->period)
			e->hidden = false;
	}
}
