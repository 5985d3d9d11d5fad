/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch_options.h"

#include "metrics_server.h"

#include <getopt.h>
#include <stdlib.h>

enum {
	OPT_INTERFACE = OPTIONS_MORE,
	OPT_LIST,
	OPT_REPLAY,
	OPT_FILTER,
	OPT_BUFFER,
	OPT_SNAPLEN,
	OPT_PROMISCUOUS,
	OPT_USER,
	OPT_QUIET,
	OPT_MAX_MEMORY,
	OPT_MAX_SESSIONS,
	OPT_ROTATE_SIZE,
	OPT_ROTATE_TIME,
	OPT_ROTATE_KEEP,
	OPT_WRITE,
	OPT_WRITE_WHAT,
	OPT_METRICS,
	OPT_WAITING,
};

static const struct option OPTIONS[] = {
	{ "interface", required_argument, NULL, OPT_INTERFACE },
	{ "list-interfaces", no_argument, NULL, OPT_LIST },
	{ "replay", required_argument, NULL, OPT_REPLAY },
	{ "filter", required_argument, NULL, OPT_FILTER },
	{ "buffer-size", required_argument, NULL, OPT_BUFFER },
	{ "snaplen", required_argument, NULL, OPT_SNAPLEN },
	{ "promiscuous", no_argument, NULL, OPT_PROMISCUOUS },
	{ "user", required_argument, NULL, OPT_USER },
	{ "quiet", no_argument, NULL, OPT_QUIET },
	{ "max-memory", required_argument, NULL, OPT_MAX_MEMORY },
	{ "max-sessions", required_argument, NULL, OPT_MAX_SESSIONS },
	{ "rotate-size", required_argument, NULL, OPT_ROTATE_SIZE },
	{ "rotate-time", required_argument, NULL, OPT_ROTATE_TIME },
	{ "rotate-keep", required_argument, NULL, OPT_ROTATE_KEEP },
	{ "write", required_argument, NULL, OPT_WRITE },
	{ "write-what", required_argument, NULL, OPT_WRITE_WHAT },
	{ "metrics", required_argument, NULL, OPT_METRICS },
	{ "waiting", required_argument, NULL, OPT_WAITING },
	{ NULL, 0, NULL, 0 },
};
_Static_assert(sizeof OPTIONS / sizeof *OPTIONS <= OPTIONS_MORE_MAX,
	       "more options than the shared parser takes");

const char watch_options_help[] =
    "  -i, --interface NAME   where to listen; may be given several times; any is all of them\n"
    "  --list-interfaces      print the interfaces there are\n"
    "  --filter EXPRESSION    only packets that this pcap filter takes too\n"
    "  --buffer-size SIZE     room for packets not read yet, per interface (default 64M)\n"
    "  --snaplen BYTES        keep so much of each packet (default all)\n"
    "  --promiscuous          also packets that are not for this host\n"
    "  --user NAME            whom to become when started as root (default smtpscope, else nobody)\n"
    "  --quiet                findings only\n"
    "  --max-memory SIZE      what the analysis may hold (default 512M)\n"
    "  --max-sessions N       sessions followed at once (default 65536)\n"
    "  --rotate-size SIZE     begin a new --output or --write file at this size\n"
    "  --rotate-time TIME     or after this time (30s, 15m, 24h, 7d)\n"
    "  --rotate-keep N        older files kept (default 10)\n"
    "  --write FILE           keep packets of sessions in this pcap file\n"
    "  --write-what findings|failed|all   of which (default findings)\n"
    "  --metrics ADDRESS:PORT serve figures to Prometheus\n"
    "  --waiting TIME         report sessions that have waited this long\n"
    "  --replay FILE          packets of a capture file as if they came now\n";

/* A number with a unit behind it; |units| are letters, |factors| what they stand for, the first without a letter. */
static bool scaled(const char *option, const char *text, const char *units, const uint64_t *factors,
		   uint64_t *value)
{
	char *end;
	unsigned long long read = strtoull(text, &end, 10);
	uint64_t factor = factors[0];
	const char *unit = *end ? strchr(units, *end) : NULL;

	if (unit)
		factor = factors[unit - units + 1];
	if (*text < '0' || *text > '9' || (*end && (!unit || end[1])) || read == 0 ||
	    read > UINT64_MAX / 4 / factor) {
		fprintf(stderr,
			"smtpscope: --%s takes a number with one of %s behind it or nothing, not '%s'\n",
			option, units, text);
		return false;
	}
	*value = read * factor;
	return true;
}

static bool size(const char *option, const char *text, uint64_t *value)
{
	static const uint64_t factors[] = { 1, 1 << 10, 1 << 20, 1 << 30, UINT64_C(1) << 40, 1 << 10 };

	return scaled(option, text, "KMGTk", factors, value);
}

static bool duration(const char *option, const char *text, tstamp *value)
{
	static const uint64_t factors[] = { 1, 1, 60, 3600, 86400 };
	uint64_t seconds;

	if (!scaled(option, text, "smhd", factors, &seconds))
		return false;
	if (seconds > 1000000000) {
		fprintf(stderr, "smtpscope: --%s: '%s' is too long\n", option, text);
		return false;
	}
	*value = (tstamp)seconds * TSTAMP_SECOND;
	return true;
}

static bool add_interface(struct watch_options *o, const char *name)
{
	if (o->interface_count == LIVE_INTERFACES_MAX) {
		fprintf(stderr, "smtpscope: at most %d interfaces can be watched\n", LIVE_INTERFACES_MAX);
		return false;
	}
	o->interfaces[o->interface_count++] = name;
	return true;
}

static bool parse_write_what(struct watch_options *o, const char *word)
{
	static const char *const words[] = { "findings", "failed", "all", NULL };
	static const enum report_only what[] = { REPORT_ONLY_FINDINGS, REPORT_ONLY_FAILED, REPORT_ALL };
	int chosen = options_choice("write-what", word, words);

	if (chosen >= 0)
		o->write_what = what[chosen];
	return chosen >= 0;
}

static bool take_figure(struct watch_options *o, int option, const char *value)
{
	switch (option) {
	case OPT_BUFFER:
		if (!size("buffer-size", value, &o->buffer_size))
			return false;
		if (o->buffer_size >= 1 << 18 && o->buffer_size <= INT32_MAX)
			return true;
		fputs("smtpscope: --buffer-size takes from 256K to less than 2G\n", stderr);
		return false;
	case OPT_SNAPLEN:
		return options_number("snaplen", value, 64, 262144, &o->snaplen);
	case OPT_MAX_MEMORY:
		if (!size("max-memory", value, &o->max_memory))
			return false;
		if (o->max_memory >= 8 << 20)
			return true;
		fputs("smtpscope: --max-memory takes no less than 8M\n", stderr);
		return false;
	case OPT_MAX_SESSIONS:
		return options_number("max-sessions", value, 1, 100000000, &o->max_sessions);
	case OPT_ROTATE_SIZE:
		return size("rotate-size", value, &o->rotate_size);
	case OPT_ROTATE_TIME:
		return duration("rotate-time", value, &o->rotate_age);
	case OPT_ROTATE_KEEP:
		return options_number("rotate-keep", value, 1, 10000, &o->rotate_keep);
	case OPT_WAITING:
		return duration("waiting", value, &o->waiting);
	default:
		return false;
	}
}

static bool take(void *context, int option, const char *value)
{
	struct watch_options *o = context;

	switch (option) {
	case 'i':
	case OPT_INTERFACE:
		return add_interface(o, value);
	case OPT_LIST:
		return o->list_interfaces = true;
	case OPT_REPLAY:
		o->replay = value;
		return true;
	case OPT_FILTER:
		o->filter = value;
		return true;
	case OPT_PROMISCUOUS:
		return o->promiscuous = true;
	case OPT_USER:
		o->user = value;
		return true;
	case OPT_QUIET:
		return o->quiet = true;
	case OPT_WRITE:
		o->write = value;
		return true;
	case OPT_WRITE_WHAT:
		return parse_write_what(o, value);
	case OPT_METRICS:
		o->metrics = value;
		if (metrics_server_address_fits(value))
			return true;
		fprintf(stderr,
			"smtpscope: --metrics takes ADDRESS:PORT such as 127.0.0.1:9225 or [::1]:9225, not "
			"'%s'\n",
			value);
		return false;
	default:
		return take_figure(o, option, value);
	}
}

/* What does not go together. */
static const char *contradiction(const struct watch_options *o, int argc)
{
	if (o->shared.first_file != argc)
		return "watch takes options only; an interface is named with -i";
	if (!o->interface_count && !o->replay)
		return "watch needs an interface: -i NAME; --list-interfaces prints them";
	if (o->interface_count && o->replay)
		return "-i and --replay do not go together";
	if (o->quiet && o->shared.verbose)
		return "--quiet and --verbose do not go together";
	if ((o->rotate_size || o->rotate_age) && !o->shared.output && !o->write)
		return "--rotate-size and --rotate-time are for --output FILE and --write FILE";
	if (o->shared.output && o->write && strcmp(o->shared.output, o->write) == 0)
		return "--output and --write need a file each";
	return NULL;
}

bool watch_options_parse(struct watch_options *o, int argc, char **argv)
{
	const struct options_more more = { .options = OPTIONS, .letters = "i:", .take = take, .context = o };
	const char *wrong;

	*o = (struct watch_options){ .max_memory = 512 << 20,
				     .max_sessions = 65536,
				     .rotate_keep = 10,
				     .write_what = REPORT_ONLY_FINDINGS };
	if (!options_parse_more(&o->shared, argc, argv, &more))
		return false;
	if (o->shared.help || o->list_interfaces)
		return true;
	wrong = contradiction(o, argc);
	if (wrong)
		fprintf(stderr, "smtpscope: %s; see smtpscope watch --help\n", wrong);
	return !wrong;
}
