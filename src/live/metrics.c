/* SPDX-License-Identifier: BSD-2-Clause */
#include "metrics.h"

#include "names.h"
#include "verdict.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
	CODES = 400,
	FIRST_CODE = 200,
	PHASES = PHASE_UNKNOWN + 1,
	BOUNDS = 14,
	FINDINGS = 1024,
	VERDICTS = 2048,
	OUTCOMES = OUTCOME_ABORTED + 1,
	SESSION_OUTCOMES = SESSION_UNKNOWN + 1
};

/*
 * Commands with a label of their own; all others are "other", so that a sender cannot create series at will.
 */
static const char *const QUESTIONS[] = { "connect",	"EHLO", "HELO",	    "LHLO", "MAIL", "RCPT",   "DATA",
					 "end-of-data", "BDAT", "RSET",	    "NOOP", "QUIT", "VRFY",   "EXPN",
					 "HELP",	"AUTH", "STARTTLS", "ETRN", "none", "unseen", "other" };
enum { QUESTION_COUNT = sizeof QUESTIONS / sizeof *QUESTIONS };

/* Upper bounds of the latency classes, in ms; the last class has none. */
static const uint64_t BOUND_MS[BOUNDS] = { 1,	2,   5,	   10,	 25,	50,    100,
					   250, 500, 1000, 5000, 10000, 60000, 300000 };

struct histogram {
	uint64_t classes[BOUNDS + 1], count;
	double sum; /* seconds */
};

/* Findings of one id and cause; the strings are valid as long as the rules. */
struct finding_count {
	const char *id, *cause;
	enum severity severity;
	uint64_t count;
};

/* Verdicts of one id, cause and side; the texts live as long as the rules. */
struct verdict_count {
	const char *id, *cause;
	enum responsible responsible;
	uint64_t count;
};

struct metrics {
	uint64_t replies[CODES][QUESTION_COUNT];
	uint64_t sessions[SESSION_OUTCOMES];
	struct histogram latency[PHASES];
	struct finding_count findings[FINDINGS];
	size_t finding_count;
	struct verdict_count verdicts[VERDICTS];
	size_t verdict_count;
	uint64_t recipients[OUTCOMES];
	const char *version;
};

struct metrics *metrics_create(const struct rules *rules, const char *version)
{
	struct metrics *m = calloc(1, sizeof *m);

	if (!m)
		return NULL;
	m->version = version;
	/* A series that begins with its first finding would hide it from rate() and increase(). */
	for (size_t i = 0; i < rules->finding_count && m->finding_count < FINDINGS; i++)
		m->findings[m->finding_count++] =
		    (struct finding_count){ .id = rules->findings[i].id,
					    .cause = rules->findings[i].cause,
					    .severity = rules->findings[i].severity };
	return m;
}

void metrics_destroy(struct metrics *m)
{
	free(m);
}

/************ counting ************/

static size_t question_index(const char *name)
{
	for (size_t i = 0; i < QUESTION_COUNT; i++)
		if (strcmp(QUESTIONS[i], name) == 0)
			return i;
	return QUESTION_COUNT - 1;
}

static size_t question_of(const struct exchange *x)
{
	if (x->answers == ANSWERS_AUTH_RESPONSE)
		return question_index("AUTH");
	if (x->answers == ANSWERS_COMMAND && x->command)
		return question_index(x->command->verb);
	return question_index(x->answers == ANSWERS_BDAT ? "BDAT" : name_answers(x->answers));
}

static void count_reply(struct metrics *m, const struct exchange *x)
{
	unsigned code = x->reply->code;
	struct histogram *h = &m->latency[x->phase];
	size_t class = 0;

	if (code >= FIRST_CODE && code < FIRST_CODE + CODES)
		m->replies[code - FIRST_CODE][question_of(x)]++;
	if (x->latency < 0)
		return;
	while (class < BOUNDS && x->latency > (int64_t)BOUND_MS[class] * TSTAMP_MILLISECOND)
		class ++;
	h->classes[class]++;
	h->count++;
	h->sum += (double)x->latency / (double)TSTAMP_SECOND;
}

static void count_finding(struct metrics *m, const struct finding *f)
{
	const char *cause = f->cause ? f->cause : "unknown";
	size_t i = 0;

	while (i < m->finding_count &&
	       (strcmp(m->findings[i].id, f->id) != 0 || strcmp(m->findings[i].cause, cause) != 0))
		i++;
	if (i == FINDINGS)
		return;
	if (i == m->finding_count)
		m->findings[m->finding_count++] =
		    (struct finding_count){ .id = f->id, .cause = cause, .severity = f->severity };
	m->findings[i].count++;
}

static void count_verdict(struct metrics *m, const struct verdict *v)
{
	const char *cause = v->cause ? v->cause : "unknown";
	size_t i = 0;

	if (!v->id)
		return;
	while (i < m->verdict_count &&
	       (strcmp(m->verdicts[i].id, v->id) != 0 || strcmp(m->verdicts[i].cause, cause) != 0 ||
		m->verdicts[i].responsible != v->responsible))
		i++;
	if (i == VERDICTS)
		return;
	if (i == m->verdict_count)
		m->verdicts[m->verdict_count++] =
		    (struct verdict_count){ .id = v->id, .cause = cause, .responsible = v->responsible };
	m->verdicts[i].count++;
}

static void count_recipients(struct metrics *m, const struct message *message)
{
	for (size_t i = 0; i < message->recipient_count; i++)
		m->recipients[message->recipients[i].outcome]++;
	for (int o = OUTCOME_UNKNOWN; o <= OUTCOME_ABORTED; o++)
		m->recipients[o] += message_omitted_with(message, (enum outcome)o);
}

static void count_ended(struct metrics *m, const struct record *record)
{
	const struct session_facts *session = record->event->session;

	m->sessions[session->outcome]++;
	for (size_t i = 0; i < session->message_count; i++)
		count_recipients(m, &session->messages[i]);
	if (record->verdict)
		count_verdict(m, record->verdict);
}

void metrics_record(void *metrics, const struct record *record)
{
	struct metrics *m = metrics;

	if (record->kind == RECORD_FINDING)
		count_finding(m, record->finding);
	else if (record->event->kind == SMTP_REPLY)
		count_reply(m, record->event->exchange);
	else if (record->event->kind == SMTP_ENDED)
		count_ended(m, record);
}

/************ text ************/

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void single(struct buf *out, const char *name, const char *type, const char *help, uint64_t value)
{
	head(out, name, type, help);
	buf_format(out, "%s %" PRIu64 "\n", name, value);
}

/* Escapes backslash, quote and line feed in a label value. */
static void label(struct buf *out, const char *name, const char *value)
{
	buf_format(out, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			buf_format(out, "\\%c", *value);
		else if (*value == '\n')
			buf_text(out, "\\n");
		else
			buf_format(out, "%c", *value);
	}
	buf_text(out, "\"");
}

static void write_counts(const struct statistics *s, struct buf *out)
{
	const struct pipeline_counts *c = &s->counts;

	single(out, "smtpscope_packets_total", "counter", "Packets analyzed.", c->packets);
	single(out, "smtpscope_bytes_total", "counter", "Bytes of these packets on the wire.", c->bytes);
	single(out, "smtpscope_sessions_opened_total", "counter", "Sessions seen.", c->sessions);
	single(out, "smtpscope_sessions_open", "gauge", "Open sessions.", c->open);
	single(out, "smtpscope_sessions_evicted_total", "counter", "Sessions dropped early to limit memory.",
	       c->evicted);
	single(out, "smtpscope_memory_bytes", "gauge", "Memory used by the analysis.", s->memory);
	single(out, "smtpscope_memory_limit_bytes", "gauge", "Memory limit of the analysis.", s->memory_limit);
	single(out, "smtpscope_waiting_packets", "gauge", "Packets in memory waiting for the analysis.",
	       s->waiting_packets);
	single(out, "smtpscope_waiting_bytes", "gauge", "Bytes of these packets.", s->waiting_bytes);
	single(out, "smtpscope_waited_packets_total", "counter",
	       "Packets that waited in memory because the analysis was behind.", s->waited_packets);
	single(out, "smtpscope_kept_packets_lost_total", "counter", "Packets for which --write had no room.",
	       s->kept_lost);
	single(out, "smtpscope_output_lines_lost_total", "counter",
	       "Lines of the report that could not be written.", s->output_lost);
	single(out, "smtpscope_kept_packets_unwritten_total", "counter",
	       "Packets of --write that could not be written.", s->kept_unwritten);
	single(out, "smtpscope_uptime_seconds", "gauge", "Seconds since the start.", s->seconds);
}

static void write_host_keys(const struct statistics *s, struct buf *out)
{
	struct host_keys_counts c;

	if (!s->host_keys)
		return;
	host_keys_count(s->host_keys, &c);
	single(out, "smtpscope_host_handshakes_total", "counter",
	       "TLS handshakes of this host's processes whose keys were read.", c.handshakes);
	single(out, "smtpscope_tls_keys_used_total", "counter", "Connections that were opened with a key.",
	       s->tied);
	single(out, "smtpscope_host_secrets_lost_total", "counter",
	       "TLS secrets of this host's processes for which there was no room.", c.lost);
}

static void write_messages(const struct statistics *s, struct buf *out)
{
	head(out, "smtpscope_messages_total", "counter", "Messages of ended sessions by outcome.");
	for (int o = OUTCOME_UNKNOWN; o <= OUTCOME_ABORTED; o++)
		buf_format(out, "smtpscope_messages_total{outcome=\"%s\"} %" PRIu64 "\n",
			   name_outcome((enum outcome)o), s->counts.outcomes[o]);
}

static void write_interfaces(const struct statistics *s, struct buf *out)
{
	static const struct {
		const char *name, *help;
		uint64_t (*value)(const struct live *l, size_t index);
	} figures[] = {
		{ "smtpscope_interface_packets_total", "Packets of the interface that passed its filter.",
		  live_packets },
		{ "smtpscope_interface_dropped_packets_total",
		  "Packets that the kernel dropped because the buffer was full.", live_dropped_of },
	};
	const char *name;

	for (size_t f = 0; s->live && f < sizeof figures / sizeof *figures; f++) {
		head(out, figures[f].name, "counter", figures[f].help);
		for (size_t i = 0; (name = live_name(s->live, i)); i++) {
			buf_format(out, "%s{", figures[f].name);
			label(out, "interface", name);
			buf_format(out, "} %" PRIu64 "\n", figures[f].value(s->live, i));
		}
	}
}

static void write_replies(const struct metrics *m, struct buf *out)
{
	head(out, "smtpscope_replies_total", "counter",
	     "Server replies by code and by the command they answer.");
	for (size_t code = 0; code < CODES; code++)
		for (size_t q = 0; q < QUESTION_COUNT; q++)
			if (m->replies[code][q])
				buf_format(out,
					   "smtpscope_replies_total{code=\"%zu\",command=\"%s\"} %" PRIu64 "\n",
					   code + FIRST_CODE, QUESTIONS[q], m->replies[code][q]);
}

static void write_findings(const struct metrics *m, struct buf *out)
{
	head(out, "smtpscope_findings_total", "counter", "Findings by id and cause.");
	for (size_t i = 0; i < m->finding_count; i++) {
		buf_text(out, "smtpscope_findings_total{");
		label(out, "id", m->findings[i].id);
		buf_text(out, ",");
		label(out, "cause", m->findings[i].cause);
		buf_format(out, ",severity=\"%s\"} %" PRIu64 "\n", name_severity(m->findings[i].severity),
			   m->findings[i].count);
	}
}

static void write_sessions(const struct metrics *m, struct buf *out)
{
	head(out, "smtpscope_sessions_total", "counter", "Ended sessions by outcome.");
	for (int o = 0; o < SESSION_OUTCOMES; o++)
		buf_format(out, "smtpscope_sessions_total{outcome=\"%s\"} %" PRIu64 "\n",
			   name_session_outcome((enum session_outcome)o), m->sessions[o]);
}

static void write_verdicts(const struct metrics *m, struct buf *out)
{
	head(out, "smtpscope_verdicts_total", "counter",
	     "Verdicts of ended sessions by id, cause and responsible side.");
	for (size_t i = 0; i < m->verdict_count; i++) {
		buf_text(out, "smtpscope_verdicts_total{");
		label(out, "id", m->verdicts[i].id);
		buf_text(out, ",");
		label(out, "cause", m->verdicts[i].cause);
		buf_format(out, ",responsible=\"%s\"} %" PRIu64 "\n",
			   responsible_names[m->verdicts[i].responsible], m->verdicts[i].count);
	}
}

static void write_recipients(const struct metrics *m, struct buf *out)
{
	head(out, "smtpscope_recipients_total", "counter", "Recipients of ended sessions by outcome.");
	for (int o = 0; o < OUTCOMES; o++)
		buf_format(out, "smtpscope_recipients_total{outcome=\"%s\"} %" PRIu64 "\n",
			   name_outcome((enum outcome)o), m->recipients[o]);
}

static void write_latencies(const struct metrics *m, struct buf *out)
{
	const char *name = "smtpscope_reply_latency_seconds";

	head(out, name, "histogram",
	     "Seconds from the last byte of a command to the first byte of its reply, by phase.");
	for (int p = 0; p < PHASES; p++) {
		const struct histogram *h = &m->latency[p];
		const char *phase = name_phase((enum phase)p);
		uint64_t so_far = 0;

		if (!h->count)
			continue;
		for (size_t i = 0; i < BOUNDS; i++) {
			so_far += h->classes[i];
			buf_format(out, "%s_bucket{phase=\"%s\",le=\"%g\"} %" PRIu64 "\n", name, phase,
				   (double)BOUND_MS[i] / 1000, so_far);
		}
		buf_format(out, "%s_bucket{phase=\"%s\",le=\"+Inf\"} %" PRIu64 "\n", name, phase, h->count);
		buf_format(out, "%s_sum{phase=\"%s\"} %.9g\n", name, phase, h->sum);
		buf_format(out, "%s_count{phase=\"%s\"} %" PRIu64 "\n", name, phase, h->count);
	}
}

static void write_build(const struct metrics *m, struct buf *out)
{
	head(out, "smtpscope_build_info", "gauge", "1, with the version of the program as a label.");
	buf_text(out, "smtpscope_build_info{");
	label(out, "version", m->version);
	buf_text(out, "} 1\n");
}

void metrics_text(const struct metrics *m, const struct statistics *statistics, struct buf *out)
{
	write_build(m, out);
	write_counts(statistics, out);
	write_host_keys(statistics, out);
	write_interfaces(statistics, out);
	write_sessions(m, out);
	write_messages(statistics, out);
	write_recipients(m, out);
	write_replies(m, out);
	write_findings(m, out);
	write_verdicts(m, out);
	write_latencies(m, out);
}
