/* SPDX-License-Identifier: BSD-2-Clause */
#include "option_table.h"

#include "metrics_server.h"
#include "notice.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define READ_WATCH (FOR_READ | FOR_WATCH)
enum { ERROR_KEPT = 4096 };

#define ALL (FOR_READ | FOR_WATCH | FOR_EXPLAIN | FOR_COMPARE | FOR_RULES | FOR_TOP | FOR_DIFF)

/************ words ************/

static const char *format_words(size_t index)
{
	return report_formats[index] ? report_formats[index]->name : NULL;
}

static const char *text_or_json(size_t index)
{
	static const char *const words[] = { "text", "json", NULL };

	return words[index];
}

static const char *only_words(size_t index)
{
	static const char *const words[] = { "findings", "failed", NULL };

	return words[index];
}

static const char *write_words(size_t index)
{
	static const char *const words[] = { "findings", "failed", "all", NULL };

	return words[index];
}

static const char *severity_words(size_t index)
{
	static const char *const words[] = { "info", "warning", "error", NULL };

	return words[index];
}

static const char *color_words(size_t index)
{
	static const char *const words[] = { "auto", "always", "never", NULL };

	return words[index];
}

/************ options of several commands ************/

static bool take_help(struct options *o, const struct option_row *row, const char *value)
{
	(void)row;
	(void)value;
	o->help = true;
	return true;
}

static bool take_format(struct options *o, const struct option_row *row, const char *value)
{
	size_t index;

	if (!option_word(row->name, value, row->words, &index))
		return false;
	o->format = report_formats[index];
	return true;
}

static bool take_json(struct options *o, const struct option_row *row, const char *value)
{
	size_t index;

	if (!option_word(row->name, value, row->words, &index))
		return false;
	o->as_json = index == 1;
	return true;
}

static bool take_output(struct options *o, const struct option_row *row, const char *value)
{
	(void)row;
	o->output = value;
	return true;
}

static bool take_ports(struct options *o, const struct option_row *row, const char *list)
{
	char *copy = strdup(list), *rest = NULL;
	bool good = copy != NULL;

	o->port_count = 0;
	/* An empty word is not a number, so a list with a hole in it is wrong. */
	for (char *word = copy; word && good; word = rest) {
		uint64_t port = 0;

		rest = strchr(word, ',');
		if (rest)
			*rest++ = 0;
		good = option_number(row->name, word, 1, 65535, &port);
		if (good && o->port_count == OPTIONS_PORTS_MAX) {
			notice("smtpscope: --ports takes at most %d ports\n", OPTIONS_PORTS_MAX);
			good = false;
		}
		if (good)
			o->ports[o->port_count++] = (uint16_t)port;
	}
	free(copy);
	return good;
}

static bool take_any_port(struct options *o, const struct option_row *row, const char *value)
{
	(void)row;
	(void)value;
	o->any_port = true;
	return true;
}

static bool take_rules(struct options *o, const struct option_row *row, const char *value)
{
	if (o->rules_count == OPTIONS_RULES_MAX) {
		notice("smtpscope: --%s can be given %d times\n", row->name, OPTIONS_RULES_MAX);
		return false;
	}
	o->rules[o->rules_count++] = value;
	return true;
}

static bool take_session(struct options *o, const struct option_row *row, const char *value)
{
	return option_number(row->name, value, 1, UINT64_MAX, &o->criteria.session);
}

static bool take_only(struct options *o, const struct option_row *row, const char *value)
{
	size_t index;

	if (!option_word(row->name, value, row->words, &index))
		return false;
	o->criteria.only = index == 0 ? REPORT_ONLY_FINDINGS : REPORT_ONLY_FAILED;
	return true;
}

/* Options that select sessions: the criterion says itself what is wrong. */
static bool take_criterion(struct options *o, const struct option_row *row, const char *value)
{
	struct buf error;
	bool good;

	buf_init(&error, ERROR_KEPT);
	good = row->criterion(&o->criteria, value, &error);
	if (!good)
		notice("smtpscope: --%s %s\n", row->name,
		       error.length ? buf_string(&error) : "does not take this value");
	buf_finish(&error);
	return good;
}

static bool take_fail_on(struct options *o, const struct option_row *row, const char *value)
{
	size_t index;

	if (!option_word(row->name, value, row->words, &index))
		return false;
	o->fail = true;
	o->fail_on = (enum severity)index;
	return true;
}

static bool take_show_secrets(struct options *o, const struct option_row *row, const char *value)
{
	(void)row;
	(void)value;
	o->show_secrets = true;
	return true;
}

static bool take_color(struct options *o, const struct option_row *row, const char *value)
{
	size_t index;

	if (!option_word(row->name, value, row->words, &index))
		return false;
	o->color = index == 1 ? COLOR_ALWAYS : index == 2 ? COLOR_NEVER : COLOR_AUTO;
	return true;
}

static bool take_keylog(struct options *o, const struct option_row *row, const char *value)
{
	(void)row;
	o->keylog = value;
	return true;
}

static bool take_verbose(struct options *o, const struct option_row *row, const char *value)
{
	(void)row;
	(void)value;
	o->verbose = true;
	return true;
}

/************ options of watch ************/

static bool take_interface(struct options *o, const struct option_row *row, const char *name)
{
	(void)row;
	if (o->interface_count == LIVE_INTERFACES_MAX) {
		notice("smtpscope: at most %d interfaces can be watched\n", LIVE_INTERFACES_MAX);
		return false;
	}
	o->interfaces[o->interface_count++] = name;
	return true;
}

static bool take_list_interfaces(struct options *o, const struct option_row *row, const char *value)
{
	(void)row;
	(void)value;
	return o->list_interfaces = true;
}

static bool take_replay(struct options *o, const struct option_row *row, const char *value)
{
	(void)row;
	o->replay = value;
	return true;
}

static bool take_filter(struct options *o, const struct option_row *row, const char *value)
{
	(void)row;
	o->filter = value;
	return true;
}

static bool take_buffer_size(struct options *o, const struct option_row *row, const char *value)
{
	if (!option_size(row->name, value, &o->buffer_size))
		return false;
	if (o->buffer_size >= 1 << 18 && o->buffer_size <= INT32_MAX)
		return true;
	notice("smtpscope: --buffer-size takes from 256K to less than 2G\n");
	return false;
}

static bool take_snaplen(struct options *o, const struct option_row *row, const char *value)
{
	return option_number(row->name, value, 64, 262144, &o->snaplen);
}

static bool take_promiscuous(struct options *o, const struct option_row *row, const char *value)
{
	(void)row;
	(void)value;
	return o->promiscuous = true;
}

static bool take_user(struct options *o, const struct option_row *row, const char *value)
{
	(void)row;
	o->user = value;
	return true;
}

static bool take_keys_from_host(struct options *o, const struct option_row *row, const char *value)
{
	(void)row;
	(void)value;
	return o->keys_from_host = true;
}

static bool take_keylog_write(struct options *o, const struct option_row *row, const char *value)
{
	(void)row;
	o->keylog_write = value;
	return true;
}

static bool take_quiet(struct options *o, const struct option_row *row, const char *value)
{
	(void)row;
	(void)value;
	return o->quiet = true;
}

static bool take_full(struct options *o, const struct option_row *row, const char *value)
{
	(void)row;
	(void)value;
	return o->full = true;
}

static bool take_no_pager(struct options *o, const struct option_row *row, const char *value)
{
	(void)row;
	(void)value;
	return o->no_pager = true;
}

static bool take_jobs(struct options *o, const struct option_row *row, const char *value)
{
	o->jobs_given = true;
	return option_number(row->name, value, 0, OPTIONS_JOBS_MAX, &o->jobs);
}

static bool take_max_memory(struct options *o, const struct option_row *row, const char *value)
{
	if (!option_size(row->name, value, &o->max_memory))
		return false;
	o->memory_given = true;
	if (o->max_memory >= 8 << 20)
		return true;
	notice("smtpscope: --max-memory takes no less than 8M\n");
	return false;
}

static bool take_max_sessions(struct options *o, const struct option_row *row, const char *value)
{
	return option_number(row->name, value, 1, 100000000, &o->max_sessions);
}

static bool take_rotate_size(struct options *o, const struct option_row *row, const char *value)
{
	return option_size(row->name, value, &o->rotate_size);
}

static bool take_rotate_time(struct options *o, const struct option_row *row, const char *value)
{
	return option_duration(row->name, value, &o->rotate_age);
}

static bool take_rotate_keep(struct options *o, const struct option_row *row, const char *value)
{
	return option_number(row->name, value, 1, 10000, &o->rotate_keep);
}

static bool take_write(struct options *o, const struct option_row *row, const char *value)
{
	(void)row;
	o->write = value;
	return true;
}

static bool take_anonymize(struct options *o, const struct option_row *row, const char *value)
{
	(void)row;
	o->anonymize_key = value;
	return o->anonymize = true;
}

static bool take_anonymize_providers(struct options *o, const struct option_row *row, const char *value)
{
	(void)row;
	(void)value;
	return o->anonymize = o->anonymize_providers = true;
}

static bool take_write_keys(struct options *o, const struct option_row *row, const char *value)
{
	(void)row;
	(void)value;
	return o->write_keys = true;
}

static bool take_write_what(struct options *o, const struct option_row *row, const char *value)
{
	static const enum report_only what[] = { REPORT_ONLY_FINDINGS, REPORT_ONLY_FAILED, REPORT_ALL };
	size_t index;

	if (!option_word(row->name, value, row->words, &index))
		return false;
	o->write_what = what[index];
	return true;
}

static bool take_metrics(struct options *o, const struct option_row *row, const char *value)
{
	o->metrics = value;
	if (metrics_server_address_fits(value))
		return true;
	notice("smtpscope: --%s takes ADDRESS:PORT such as 127.0.0.1:9225 or [::1]:9225, not '%s'\n",
	       row->name, value);
	return false;
}

static bool take_waiting(struct options *o, const struct option_row *row, const char *value)
{
	return option_duration(row->name, value, &o->waiting);
}

/************ options of diff ************/

static bool take_compared_session(struct options *o, const struct option_row *row, const char *value)
{
	if (o->session_count == 2) {
		fprintf(stderr, "smtpscope: --%s can be given twice\n", row->name);
		return false;
	}
	return option_number(row->name, value, 1, UINT64_MAX, &o->sessions[o->session_count++]);
}

/************ options of explain ************/

/* "rcpt" becomes "RCPT", "Connect" becomes "connect". */
static bool take_command(struct options *o, const struct option_row *row, const char *text)
{
	static const char *const words[] = { "connect", "end-of-data", "auth-response" };
	size_t length = strlen(text);
	bool good = length > 0 && length < sizeof o->question;

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (strcasecmp(text, words[i]) == 0) {
			memcpy(o->question, words[i], strlen(words[i]) + 1);
			return true;
		}
	}
	for (size_t i = 0; good && i <= length; i++) {
		char c = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 32) : text[i];

		good = !c || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
		o->question[i] = c;
	}
	if (!good)
		notice("smtpscope explain: --%s: '%s' is not a verb; expected a verb such as RCPT, connect, end-of-data or "
		       "auth-response\n",
		       row->name, text);
	return good;
}

const struct option_row option_table[] = {
	{ "interface", 'i', "NAME", NULL, "capture on this interface; may be given several times; any means all",
	  FOR_WATCH | FOR_TOP, take_interface },
	{ "list-interfaces", 0, NULL, NULL, "list the interfaces and exit", FOR_WATCH, take_list_interfaces },
	{ "format", 'f', NULL, format_words, "how to report (default text)", READ_WATCH, take_format },
	{ "format", 'f', NULL, text_or_json, "how to report (default text)",
	  FOR_EXPLAIN | FOR_COMPARE | FOR_DIFF, take_json },
	{ "full", 0, NULL, NULL,
	  "complete dialogues, also of sessions without a problem (with --format text)", FOR_READ, take_full },
	{ "no-pager", 0, NULL, NULL, "do not show the report on a terminal through $PAGER", FOR_READ,
	  take_no_pager },
	{ "output", 'o', "FILE", NULL, "write the report to FILE (default standard output)", READ_WATCH,
	  take_output },
	{ "ports", 0, "LIST", NULL, "TCP ports of mail servers (default 24,25,465,587,2525)",
	  READ_WATCH | FOR_TOP | FOR_DIFF, take_ports },
	{ "any-port", 0, NULL, NULL, "look for SMTP on every TCP port", READ_WATCH | FOR_TOP | FOR_DIFF,
	  take_any_port },
	{ "command", 0, "VERB", NULL,
	  "the command answered: a verb such as RCPT, or connect, end-of-data, auth-response", FOR_EXPLAIN,
	  take_command },
	{ "rules", 0, "DIR", NULL, "add or override rules; may be given several times",
	  FOR_READ | FOR_WATCH | FOR_EXPLAIN | FOR_COMPARE | FOR_TOP, take_rules },
	{ "session", 0, "N", NULL, "only session N", READ_WATCH, take_session },
	{ "session", 0, "N", NULL, "only session N of A; a second time: of B, or of the only file", FOR_DIFF,
	  take_compared_session },
	{ "only", 0, NULL, only_words, "only sessions with a warning or error; only failed deliveries",
	  READ_WATCH, take_only },
	{ "client", 0, "ADDR[/BITS]", NULL, "only sessions of this client or network", READ_WATCH,
	  take_criterion, criteria_client },
	{ "server", 0, "ADDR[/BITS]|NAME", NULL,
	  "only sessions with this server or network, or with a server of this name", READ_WATCH,
	  take_criterion, criteria_server },
	{ "from", 0, "PATTERN", NULL, "only sessions with a message from this address (*@example.com)",
	  READ_WATCH, take_criterion, criteria_from },
	{ "to", 0, "PATTERN", NULL, "only sessions with a message to this address", READ_WATCH,
	  take_criterion, criteria_to },
	{ "code", 0, "CODES", NULL, "only sessions with a reply of these codes (550, 4xx, 5.7.*)", READ_WATCH,
	  take_criterion, criteria_code },
	{ "cause", 0, "NAME", NULL, "only sessions with a finding of this cause or id", READ_WATCH,
	  take_criterion, criteria_cause },
	{ "match", 0, "REGEX", NULL, "only sessions with this in a line of the dialogue", READ_WATCH,
	  take_criterion, criteria_match },
	{ "queue-id", 0, "ID", NULL, "only the session in which the server gave a message this id",
	  READ_WATCH, take_criterion, criteria_queue_id },
	{ "since", 0, "TIME", NULL, "only sessions with packets at or after this time (2026-11-28T15:04Z)",
	  READ_WATCH, take_criterion, criteria_since },
	{ "until", 0, "TIME", NULL, "only sessions that began at or before this time", READ_WATCH,
	  take_criterion, criteria_until },
	{ "anonymize", 0, "[=KEYFILE]", NULL,
	  "replace names and addresses in all outputs by pseudonyms, the same for the same key", FOR_READ,
	  take_anonymize, .optional = true },
	{ "anonymize-providers", 0, NULL, NULL, "also those of providers that the rules know", FOR_READ,
	  take_anonymize_providers },
	{ "fail-on", 0, NULL, severity_words, "exit with status 1 on a finding of this severity or higher",
	  READ_WATCH, take_fail_on },
	{ "show-secrets", 0, NULL, NULL, "print credentials instead of <redacted>", READ_WATCH | FOR_TOP,
	  take_show_secrets },
	{ "color", 0, NULL, color_words, "use colors; auto (default): on a terminal, unless NO_COLOR is set",
	  READ_WATCH | FOR_TOP | FOR_DIFF, take_color },
	{ "keylog", 0, "FILE", NULL, "read inside TLS with the secrets in FILE (SSLKEYLOGFILE)",
	  READ_WATCH | FOR_TOP, take_keylog },
	{ "keys-from-host", 0, NULL, NULL, "read the TLS keys of this host's processes (needs root)",
	  FOR_WATCH, take_keys_from_host },
	{ "keylog-write", 0, "FILE", NULL, "append the TLS keys of opened sessions to this file", FOR_WATCH,
	  take_keylog_write },
	{ "filter", 0, "EXPRESSION", NULL, "only packets that match this pcap filter, too",
	  READ_WATCH | FOR_TOP | FOR_DIFF, take_filter },
	{ "buffer-size", 0, "SIZE", NULL, "size of each interface's buffer for unread packets (default 64M)",
	  FOR_WATCH | FOR_TOP, take_buffer_size },
	{ "snaplen", 0, "BYTES", NULL, "capture at most BYTES bytes of each packet (default all)",
	  FOR_WATCH | FOR_TOP, take_snaplen },
	{ "promiscuous", 0, NULL, NULL, "also capture packets for other hosts", FOR_WATCH | FOR_TOP,
	  take_promiscuous },
	{ "user", 0, "NAME", NULL, "user to switch to when started as root (default smtpscope, else nobody)",
	  FOR_WATCH | FOR_TOP, take_user },
	{ "jobs", 0, "N", NULL, "analyze with N threads, one of which reads, too (0: with that one alone)",
	  FOR_READ, take_jobs },
	{ "max-memory", 0, "SIZE", NULL,
	  "memory that the analysis may use (default 512M; read: half of the machine's)",
	  READ_WATCH | FOR_TOP, take_max_memory },
	{ "max-sessions", 0, "N", NULL, "sessions followed at the same time (default 65536)",
	  FOR_WATCH | FOR_TOP, take_max_sessions },
	{ "rotate-size", 0, "SIZE", NULL, "start a new --output or --write file at this size", FOR_WATCH,
	  take_rotate_size },
	{ "rotate-time", 0, "TIME", NULL, "start a new file after this time (30s, 15m, 24h, 7d)", FOR_WATCH,
	  take_rotate_time },
	{ "rotate-keep", 0, "N", NULL, "older files to keep (default 10)", FOR_WATCH, take_rotate_keep },
	{ "write", 0, "FILE", NULL,
	  "write the packets of the sessions to FILE: pcapng if its name ends so, otherwise pcap", READ_WATCH,
	  take_write },
	{ "write-keys", 0, NULL, NULL, "write the TLS secrets of pcapng inputs to a pcapng FILE, too",
	  FOR_READ, take_write_keys },
	{ "write-what", 0, NULL, write_words, "which sessions (default findings)", FOR_WATCH, take_write_what },
	{ "metrics", 0, "ADDRESS:PORT", NULL, "serve metrics to Prometheus", FOR_WATCH, take_metrics },
	{ "waiting", 0, "TIME", NULL, "report sessions that have waited this long", FOR_WATCH, take_waiting },
	{ "replay", 0, "FILE", NULL, "read packets from a capture file as if they arrived now", FOR_WATCH,
	  take_replay },
	{ "quiet", 'q', NULL, NULL, "verdicts and stories only", FOR_WATCH, take_quiet },
	{ "verbose", 'v', NULL, NULL, "also commands and events such as a reset (with --format log)",
	  READ_WATCH, take_verbose },
	{ "help", 'h', NULL, NULL, "print this help and exit", ALL, take_help },
	{ 0 },
};
_Static_assert(sizeof option_table / sizeof *option_table <= OPTION_ROWS_MAX + 1,
	       "more options than command_line.c has room for");
