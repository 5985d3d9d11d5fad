/* SPDX-License-Identifier: BSD-2-Clause */
/* cmd_watch: smtpscope watch -i INTERFACE: analyze live traffic. Opens everything, gives up what it does not need, and runs. */
#include "command_line.h"
#include "commands.h"
#include "hash_secret.h"
#include "key_writer.h"
#include "keylog.h"
#include "notice.h"
#include "openssl_library.h"
#include "ruleset.h"
#include "sandbox.h"
#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { ERROR_KEPT = 4096 };

/* Everything a watch has open. Zeroed: nothing. */
struct setup {
	struct options options;
	struct ruleset rules;
	struct watch watch;
	struct outlet output, packets;
	struct metrics *metrics;
	struct key_log_file keylog;
	struct key_writer *key_writer;
	struct pipeline_observer observer;
	struct criteria kept; /* whose packets are written: those selected, with --write-what instead of --only */
	struct buf error;
};

static void help(FILE *to)
{
	fputs("usage: smtpscope watch [OPTION]... -i INTERFACE...\n"
	      "\n"
	      "Analyzes live traffic until interrupted. If started as root, it drops root privileges once\n"
	      "the interfaces are open.\n"
	      "\n",
	      to);
	command_line_help(to, FOR_WATCH);
	fputs("\n"
	      "Exit status: 0 it was interrupted, 1 a finding at or above --fail-on, 2 wrong usage,\n"
	      "3 an interface could not be opened or failed, or output could not be written.\n",
	      to);
}

static bool complain(struct setup *s)
{
	notice("smtpscope: %s\n", buf_string(&s->error));
	buf_clear(&s->error);
	return false;
}

/* Says what is missing, and the line that gives it. */
static void explain_permission(void)
{
	char program[512];
	ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);

	program[length > 0 ? length : 0] = 0;
	notice("smtpscope: capturing needs the capability CAP_NET_RAW, which this program was not started "
	       "with; run it as root, or "
	       "give it once:\n");
	notice("  setcap cap_net_raw+ep %s\n", length > 0 ? program : "smtpscope");
}

static bool open_live(struct setup *s)
{
	const struct options *o = &s->options;
	const struct live_options live = {
		.interfaces = o->interfaces,
		.interface_count = o->interface_count,
		.replay = o->replay,
		.filter = { .ports = o->ports,
			    .port_count = o->port_count,
			    .any_port = o->any_port,
			    .extra = o->filter },
		.buffer_size = o->buffer_size,
		.snaplen = (uint32_t)o->snaplen,
		.promiscuous = o->promiscuous,
	};
	enum live_failure failure;

	s->watch.live = live_open(&live, &s->error, &failure);
	if (s->watch.live)
		return true;
	complain(s);
	if (failure == LIVE_NOT_PERMITTED)
		explain_permission();
	else if (!o->replay && !o->filter)
		notice("smtpscope: --list-interfaces prints the interfaces of this host\n");
	return false;
}

static bool open_output(struct setup *s)
{
	const struct options *o = &s->options;
	const struct outlet_config config = { .path = o->output,
					      .size = o->rotate_size,
					      .age = o->rotate_age,
					      .keep = (unsigned)o->rotate_keep,
					      .append = true };

	s->watch.output = &s->output;
	return outlet_init(&s->output, &config, &s->error) || complain(s);
}

static bool open_packets(struct setup *s)
{
	const struct options *o = &s->options;
	const struct outlet_config outlet = { .path = o->write,
					      .size = o->rotate_size,
					      .age = o->rotate_age,
					      .keep = (unsigned)o->rotate_keep,
					      .unit = WHOLE_ANNOUNCED };
	struct keep_config config = { .outlet = &s->packets,
				      .criteria = &s->kept,
				      .show_secrets = o->show_secrets,
				      .account = pipeline_account(s->watch.pipeline),
				      .memory = o->max_memory / 4 };

	if (!o->write)
		return true;
	for (size_t i = 1; live_name(s->watch.live, i); i++)
		if (live_link_type(s->watch.live, i) != live_link_type(s->watch.live, 0)) {
			notice("smtpscope: --write needs interfaces of one kind; %s and %s differ\n",
			       live_name(s->watch.live, 0), live_name(s->watch.live, i));
			return false;
		}
	if (!outlet_init(&s->packets, &outlet, &s->error))
		return complain(s);
	s->kept = o->criteria;
	s->kept.only = o->write_what;
	hash_secret_make(config.secret);
	s->watch.keep = keep_create(&config);
	return s->watch.keep != NULL;
}

static bool open_metrics(struct setup *s)
{
	if (!s->options.metrics)
		return true;
	s->metrics = metrics_create(s->rules.rules, SMTPSCOPE_VERSION);
	if (s->metrics)
		s->watch.metrics = metrics_server_create(s->options.metrics, s->metrics, &s->error);
	return s->watch.metrics || complain(s);
}

/* Opens the key log while that is still permitted, and reads what it has so far. */
static bool open_keylog(struct setup *s)
{
	struct buf warning;
	bool good;

	if (!s->options.keylog)
		return true;
	if (!keylog_possible("--keylog"))
		return false;
	buf_init(&warning, ERROR_KEPT);
	good = key_log_file_open(&s->keylog, s->options.keylog, true, pipeline_keys(s->watch.pipeline),
				 &s->error, &warning);
	if (warning.length)
		notice("smtpscope: %s\n", buf_string(&warning));
	buf_finish(&warning);
	if (!good)
		return complain(s);
	s->watch.keylog = &s->keylog;
	if (key_log_file_read(&s->keylog))
		return true;
	notice("smtpscope: %s: %s\n", s->options.keylog, strerror(errno));
	return false;
}

static void on_record(void *context, const struct record *record)
{
	struct setup *s = context;

	if (s->metrics)
		metrics_record(s->metrics, record);
	if (s->watch.keep)
		keep_record(s->watch.keep, record);
}

static void on_secret(void *context, const uint8_t random[static TLS_RANDOM_SIZE], enum tls_secret_kind kind,
		      const struct tls_secret *secret)
{
	struct setup *s = context;

	key_writer_put(s->key_writer, random, kind, secret);
}

static void on_segment(void *context, const struct segment *segment, const struct packet_trace *trace)
{
	struct setup *s = context;

	if (s->watch.keep)
		keep_segment(s->watch.keep, segment, trace);
}

static bool open_pipeline(struct setup *s)
{
	struct options *o = &s->options;
	struct pipeline_config config = {
		.ports = o->ports,
		.port_count = o->port_count,
		.any_port = o->any_port,
		.format = o->format,
		.rules = s->rules.rules,
		.criteria = &o->criteria,
		.out = s->output.file,
		.report = { .color = options_use_color(o, s->output.file),
			    .show_secrets = o->show_secrets,
			    .several_inputs = o->interface_count > 1,
			    .live = true,
			    .verbose = o->verbose,
			    .quiet = o->quiet,
			    .width = options_width(s->output.file) },
		.keys_may_come = o->keylog || o->keys_from_host,
		.waiting = o->waiting,
		.max_sessions = o->max_sessions,
		.max_memory = o->max_memory,
		.observer = &s->observer,
	};

	s->observer = (struct pipeline_observer){ .context = s, .record = on_record, .segment = on_segment };
	if (s->key_writer)
		s->observer.secret = on_secret;
	/* Sessions interleave: a page for each at its end would come too late. */
	if (strcmp(o->format->name, "text") == 0)
		config.format = report_format_find("log");
	s->watch.pipeline = pipeline_create(&config);
	if (!s->watch.pipeline)
		notice("smtpscope: out of memory\n");
	return s->watch.pipeline != NULL;
}

static bool open_key_writer(struct setup *s)
{
	if (!s->options.keylog_write)
		return true;
	buf_text(&s->error, "--keylog-write: ");
	s->key_writer = key_writer_open(s->options.keylog_write, &s->error);
	if (!s->key_writer)
		return complain(s);
	buf_clear(&s->error);
	return true;
}

/* Its probes are attached with the rights of root. */
static bool open_host_keys(struct setup *s)
{
	if (!s->options.keys_from_host)
		return true;
	if (!keylog_possible("--keys-from-host"))
		return false;
	s->watch.host_keys = host_keys_open(pipeline_keys(s->watch.pipeline), &s->error);
	return s->watch.host_keys || complain(s);
}

/* Could the user that this becomes begin new files? Better said now than when the first has grown. */
static void check_rotation(struct setup *s, const struct outlet *outlet)
{
	if (!outlet->file || outlet->directory < 0 || (!s->options.rotate_size && !s->options.rotate_age))
		return;
	if (faccessat(outlet->directory, ".", W_OK, AT_EACCESS) != 0)
		notice("smtpscope: %s: the user this runs as cannot write to its directory; no new "
		       "file will be started\n",
		       outlet->config.path);
}

/* Everything is open: nothing else is needed from here on. */
static bool confine(struct setup *s, const struct sandbox_account *account)
{
	int directories[2];
	struct sandbox_needs needs = { .directories = directories, .serves = s->watch.metrics != NULL };

	if (s->output.directory >= 0)
		directories[needs.directory_count++] = s->output.directory;
	if (s->watch.keep)
		directories[needs.directory_count++] = s->packets.directory;
	if (account->name && (!outlet_give(&s->output, account->uid, account->gid, &s->error) ||
			      !outlet_give(&s->packets, account->uid, account->gid, &s->error)))
		return complain(s);
	if (!sandbox_drop(account, &s->error))
		return complain(s);
	check_rotation(s, &s->output);
	check_rotation(s, &s->packets);
	if (!pipeline_prepare(s->watch.pipeline))
		notice("smtpscope: %s is not installed: facts of TLS will not be read\n",
		       openssl_library_name());
	if (!sandbox_enter(&needs, &s->error)) {
		notice("smtpscope: running without a sandbox: %s\n", buf_string(&s->error));
		buf_clear(&s->error);
	}
	return true;
}

static int status_of(struct setup *s)
{
	uint64_t findings[3];
	const struct options *o = &s->options;

	if (s->key_writer && key_writer_failed(s->key_writer)) {
		notice("smtpscope: %s: %s\n", o->keylog_write, strerror(key_writer_failed(s->key_writer)));
		return STATUS_DAMAGED;
	}
	if (s->watch.failed || pipeline_error_text(s->watch.pipeline, 0))
		return STATUS_DAMAGED;
	pipeline_findings(s->watch.pipeline, findings);
	for (int severity = SEVERITY_ERROR; o->fail && severity >= (int)o->fail_on; severity--)
		if (findings[severity])
			return STATUS_FOUND;
	return STATUS_OK;
}

static void finish(struct setup *s)
{
	host_keys_close(s->watch.host_keys);
	key_writer_close(s->key_writer);
	key_log_file_close(&s->keylog, &s->error);
	if (s->error.length)
		complain(s);
	if (s->options.write && s->packets.file)
		outlet_finish(&s->packets, &s->error);
	/* Charged to the account of the pipeline. The outlet uses its head. */
	keep_destroy(s->watch.keep);
	s->watch.keep = NULL;
	pipeline_destroy(s->watch.pipeline);
	metrics_server_destroy(s->watch.metrics);
	metrics_destroy(s->metrics);
	if (s->output.file)
		outlet_finish(&s->output, &s->error);
	live_close(s->watch.live);
	ruleset_finish(&s->rules);
	criteria_finish(&s->options.criteria);
	buf_finish(&s->error);
}

static int run(struct setup *s)
{
	struct sandbox_account account;

	if (!ruleset_load(&s->rules, s->options.rules, s->options.rules_count) ||
	    (s->options.criteria.cause && !ruleset_has_cause(&s->rules, s->options.criteria.cause)))
		return STATUS_USAGE;
	if (!sandbox_find_account(&account, s->options.user, &s->error)) {
		complain(s);
		return STATUS_USAGE;
	}
	if (!open_live(s) || !open_output(s) || !open_metrics(s) || !open_key_writer(s) ||
	    !open_pipeline(s) || !open_packets(s) || !open_keylog(s) || !open_host_keys(s))
		return STATUS_DAMAGED;
	s->watch.signals = watch_block_signals();
	if (s->watch.signals < 0 || !confine(s, &account))
		return STATUS_DAMAGED;
	watch_run(&s->watch);
	return status_of(s);
}

static int list_interfaces(struct setup *s)
{
	if (live_list(stdout, &s->error))
		return STATUS_OK;
	complain(s);
	return STATUS_DAMAGED;
}

/* What does not go together; NULL: nothing. */
static const char *contradiction(const struct options *o, int argc)
{
	if (o->first_argument != argc)
		return "watch takes only options; name an interface with -i";
	if (!o->interface_count && !o->replay)
		return "watch needs an interface: -i NAME; --list-interfaces prints them";
	if (o->interface_count && o->replay)
		return "-i and --replay exclude each other";
	if (o->keys_from_host && o->replay)
		return "--keys-from-host needs an interface: keys are those of new connections";
	if (o->keylog_write && !o->keys_from_host && !o->keylog)
		return "--keylog-write needs --keys-from-host or --keylog";
	if (o->quiet && o->verbose)
		return "--quiet and --verbose exclude each other";
	if ((o->rotate_size || o->rotate_age) && !o->output && !o->write)
		return "--rotate-size and --rotate-time need --output FILE or --write FILE";
	if (o->output && o->write && strcmp(o->output, o->write) == 0)
		return "--output and --write need different files";
	return NULL;
}

int cmd_watch(int argc, char **argv)
{
	struct setup setup = { .output = { .directory = -1 },
			       .packets = { .directory = -1 },
			       .keylog = { .descriptor = -1 } };
	const char *wrong;
	int status;

	if (!command_line_parse(&setup.options, FOR_WATCH, argc, argv))
		return STATUS_USAGE;
	if (setup.options.help) {
		help(stdout);
		return STATUS_OK;
	}
	wrong = setup.options.list_interfaces ? NULL : contradiction(&setup.options, argc);
	if (wrong) {
		notice("smtpscope: %s; see smtpscope watch --help\n", wrong);
		return STATUS_USAGE;
	}
	buf_init(&setup.error, ERROR_KEPT);
	setup.watch.replay = setup.options.replay != NULL;
	status = setup.options.list_interfaces ? list_interfaces(&setup) : run(&setup);
	finish(&setup);
	return status;
}
