/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * traffic: writes a capture of many interleaved SMTP sessions, and a record of what they contain. The same
 * options give the same bytes. Starts sessions until --sessions is reached or the file has --size bytes, and
 * then finishes those that are open.
 */
#include "dialogue.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

struct options {
	struct dialogue_config dialogue;
	uint64_t sessions; /* 0: limited by |size| only */
	uint64_t size;	   /* bytes of the file; 0: limited by |sessions| only */
	uint32_t concurrency;
	uint64_t seed;
	bool checksums;
	bool together; /* all sessions are open at the same time */
	struct disorder disorder;
	const char *output, *truth, *keylog;
};

static const struct preset {
	const char *name;
	struct options options;
} presets[] = {
	{ "bulk",
	  { .dialogue = { { 1, 3 }, { 1, 3 }, { 20000, 1500000 }, 0, WIRE_MSS_MAX, 70, 2 },
	    .size = 1000000000,
	    .concurrency = 50,
	    .seed = 1,
	    .checksums = true } },
	{ "chatty",
	  { .dialogue = { { 1, 6 }, { 1, 3 }, { 100, 900 }, 0, WIRE_MSS_MAX, 50, 10 },
	    .size = 300000000,
	    .concurrency = 1000,
	    .seed = 2,
	    .checksums = true } },
	/* Lost, repeated and reordered packets, and connections of which one side is missing. */
	{ "messy",
	  { .dialogue = { { 1, 3 }, { 1, 3 }, { 1000, 30000 }, 0, WIRE_MSS_MAX, 50, 10 },
	    .size = 300000000,
	    .concurrency = 200,
	    .seed = 5,
	    .checksums = true,
	    .disorder = { .lost = 1, .twice = 2, .swapped = 2, .one_sided = 10 } } },
	/* Very many sessions at the same time. */
	{ "wide",
	  { .dialogue = { { 0, 1 }, { 1, 1 }, { 0, 100 }, 0, WIRE_MSS_MAX, 0, 5 },
	    .sessions = 500000,
	    .concurrency = 500000,
	    .together = true,
	    .seed = 6,
	    .checksums = true } },
	/*
	 * Typical traffic of a mail host: most messages are short, and a few of several megabytes make up
	 * most of the bytes.
	 */
	{ "mixed",
	  { .dialogue = { { 1, 3 }, { 1, 2 }, { 1000, 20000000 }, 30000, WIRE_MSS_MAX, 70, 5 },
	    .size = 500000000,
	    .concurrency = 100,
	    .seed = 4,
	    .checksums = true } },
	{ "tiny",
	  { .dialogue = { { 0, 4 }, { 1, 4 }, { 0, 6000 }, 0, 536, 50, 40 },
	    .sessions = 300,
	    .concurrency = 20,
	    .seed = 3,
	    .checksums = true } },
};

static const char usage[] =
    "usage: traffic [OPTION]... --output FILE [--truth FILE]\n"
    "  --preset bulk|chatty|mixed|messy|wide|tiny   a set of the options below (default tiny); give it first\n"
    "  --sessions N                start no more than N sessions (0: no limit)\n"
    "  --size BYTES                start no session once the file has this size (0: no limit)\n"
    "  --concurrency N             sessions that run at the same time\n"
    "  --together                  end no session before the last one has begun\n"
    "  --disorder                  lose, repeat and swap some packets, and leave out one side of some connections\n"
    "  --messages MIN-MAX          messages per session\n"
    "  --recipients MIN-MAX        recipients per message, at most 16\n"
    "  --body MIN-MAX              bytes of a message body\n"
    "  --median BYTES              half of the bodies are shorter, few are much longer (0: all sizes are "
    "equally likely)\n"
    "  --mss N                     payload bytes of a full segment, 64 to 1448\n"
    "  --pipelining PERCENT        sessions that pipeline\n"
    "  --failures PERCENT          messages with a failure\n"
    "  --seed N                    seed of the random numbers\n"
    "  --tls BYTES                 inside TLS 1.3 (AES-128-GCM, port 465), with BYTES of text in a full record, 1 to 16384\n"
    "  --keylog FILE               the keys for that\n"
    "  --no-checksums              leave IP and TCP checksums 0\n"
    "  --output FILE, --truth FILE the capture, and what an analyzer should find in it (JSON)\n";

static void fail(const char *what, const char *which)
{
	fprintf(stderr, "traffic: %s: %s\n", which, what);
	exit(2);
}

static uint64_t number(const char *text, const char *option, uint64_t low, uint64_t high)
{
	char *end;
	unsigned long long value = strtoull(text, &end, 10);

	if (*end || end == text || *text == '-' || value < low || value > high)
		fail("not a number in the range that makes sense", option);
	return value;
}

static void range(const char *text, const char *option, uint32_t low, uint32_t high, uint32_t *to)
{
	char first[24];
	const char *dash = strchr(text, '-');
	size_t length = dash ? (size_t)(dash - text) : strlen(text);

	if (length >= sizeof first)
		fail("a number, or two with - between them, was expected", option);
	memcpy(first, text, length);
	first[length] = 0;
	to[0] = (uint32_t)number(first, option, low, high);
	to[1] = dash ? (uint32_t)number(dash + 1, option, to[0], high) : to[0];
}

static void use_preset(struct options *options, const char *name)
{
	for (size_t i = 0; i < sizeof presets / sizeof *presets; i++) {
		if (strcmp(presets[i].name, name) == 0) {
			*options = presets[i].options;
			return;
		}
	}
	fail("no such preset", name);
}

static void take_option(struct options *o, int which, const char *name, const char *value)
{
	switch (which) {
	case 'P':
		use_preset(o, value);
		break;
	case 'n':
		o->sessions = number(value, name, 0, UINT32_MAX);
		break;
	case 's':
		o->size = number(value, name, 0, UINT64_C(1) << 50);
		break;
	case 'c':
		o->concurrency = (uint32_t)number(value, name, 1, 1000000);
		break;
	case 'g':
		o->together = true;
		break;
	case 'D':
		o->disorder = (struct disorder){ .lost = 1, .twice = 2, .swapped = 2, .one_sided = 10 };
		break;
	case 'm':
		range(value, name, 0, 1000000, o->dialogue.messages);
		break;
	case 'r':
		range(value, name, 1, DIALOGUE_RECIPIENTS, o->dialogue.recipients);
		break;
	case 'b':
		range(value, name, 0, UINT32_MAX, o->dialogue.body);
		break;
	case 'd':
		o->dialogue.body_median = (uint32_t)number(value, name, 0, UINT32_MAX);
		break;
	case 'M':
		o->dialogue.mss = (uint32_t)number(value, name, 64, WIRE_MSS_MAX);
		break;
	case 'p':
		o->dialogue.pipelining = (double)number(value, name, 0, 100);
		break;
	case 'f':
		o->dialogue.failures = (double)number(value, name, 0, 100);
		break;
	case 'S':
		o->seed = number(value, name, 0, UINT64_MAX);
		break;
	case 'T':
		o->dialogue.tls = (uint32_t)number(value, name, 1, RECORDS_TEXT_MAX);
		break;
	case 'k':
		o->keylog = value;
		break;
	case 'C':
		o->checksums = false;
		break;
	case 'o':
		o->output = value;
		break;
	case 't':
		o->truth = value;
		break;
	default:
		fputs(usage, which == 'h' ? stdout : stderr);
		exit(which == 'h' ? 0 : 2);
	}
}

static void read_options(struct options *options, int argc, char **argv)
{
	static const struct option names[] = {
		{ "preset", required_argument, NULL, 'P' },
		{ "sessions", required_argument, NULL, 'n' },
		{ "size", required_argument, NULL, 's' },
		{ "concurrency", required_argument, NULL, 'c' },
		{ "together", no_argument, NULL, 'g' },
		{ "disorder", no_argument, NULL, 'D' },
		{ "messages", required_argument, NULL, 'm' },
		{ "recipients", required_argument, NULL, 'r' },
		{ "body", required_argument, NULL, 'b' },
		{ "median", required_argument, NULL, 'd' },
		{ "mss", required_argument, NULL, 'M' },
		{ "pipelining", required_argument, NULL, 'p' },
		{ "failures", required_argument, NULL, 'f' },
		{ "seed", required_argument, NULL, 'S' },
		{ "tls", required_argument, NULL, 'T' },
		{ "keylog", required_argument, NULL, 'k' },
		{ "no-checksums", no_argument, NULL, 'C' },
		{ "output", required_argument, NULL, 'o' },
		{ "truth", required_argument, NULL, 't' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int index = 0, which;

	use_preset(options, "tiny");
	while ((which = getopt_long(argc, argv, "", names, &index)) != -1)
		take_option(options, which, which == '?' ? "" : names[index].name, optarg);
	if (optind < argc)
		fail("nothing but options was expected", argv[optind]);
	if (!options->output)
		fail("is needed", "--output");
	if (!options->sessions && !options->size)
		fail("one of them must not be 0", "--sessions, --size");
}

static bool more(const struct options *options, const struct dialogue_truth *truth, const struct wire *wire)
{
	return (!options->sessions || truth->sessions < options->sessions) &&
	       (!options->size || wire->written < options->size) && !ferror(wire->out);
}

/* Plays all sessions, alternating between them. Returns false if memory runs out. */
static bool play(const struct options *options, struct wire *wire, struct dialogue_truth *truth)
{
	struct rng rng = { options->seed };
	struct dialogue_text text;
	struct dialogue *running = calloc(options->concurrency, sizeof *running);
	uint32_t count = 0;

	if (!dialogue_text_init(&text, &rng) || !running) {
		free(running);
		free(text.lines);
		return false;
	}
	wire->now = UINT64_C(1767225600000000); /* 2026-01-01 */
	wire_begin(wire);
	for (;;) {
		uint32_t which;
		bool begins = count < options->concurrency && more(options, truth, wire);

		if (begins)
			dialogue_init(&running[count++], truth->sessions, &options->dialogue, truth, &rng,
				      wire, &text);
		if (!count)
			break;
		which = begins && options->together ? count - 1 : rng_between(&rng, 0, count - 1);
		wire->now += rng_between(&rng, 1, 60);
		if (!dialogue_turn(&running[which]))
			running[which] = running[--count];
	}
	wire_end(wire);
	free(running);
	free(text.lines);
	return true;
}

static void write_truth(FILE *out, const struct wire *wire, const struct dialogue_truth *truth)
{
	uint64_t replies = 0;
	const char *comma = "";

	fprintf(out, "{\n  \"packets\": %llu,\n  \"bytes\": %llu,\n  \"sessions\": %llu,\n  \"codes\": {",
		(unsigned long long)wire->packets, (unsigned long long)wire->bytes,
		(unsigned long long)truth->sessions);
	for (size_t code = 0; code < sizeof truth->replies / sizeof *truth->replies; code++) {
		if (!truth->replies[code])
			continue;
		fprintf(out, "%s\"%zu\": %llu", comma, code, (unsigned long long)truth->replies[code]);
		replies += truth->replies[code];
		comma = ", ";
	}
	fprintf(out, "},\n  \"replies\": %llu,\n", (unsigned long long)replies);
	fprintf(out,
		"  \"messages\": {\"accepted\": %llu, \"deferred\": %llu, \"rejected\": %llu, \"aborted\": "
		"%llu, ",
		(unsigned long long)truth->accepted, (unsigned long long)truth->deferred,
		(unsigned long long)truth->rejected, (unsigned long long)truth->aborted);
	fprintf(out, "\"unknown\": 0},\n  \"unexpected-221\": %llu,\n  \"unexpected-500\": %llu\n}\n",
		(unsigned long long)truth->unexpected_221, (unsigned long long)truth->unexpected_500);
}

static FILE *open_output(const char *path)
{
	FILE *out = fopen(path, "wb");

	if (!out) {
		perror(path);
		exit(1);
	}
	return out;
}

static void close_output(FILE *out, const char *path)
{
	if (!(ferror(out) | fclose(out)))
		return;
	fprintf(stderr, "traffic: %s: write error\n", path);
	exit(1);
}

/* The files beside the capture. */
static void write_more(const struct options *options, const struct wire *wire,
		       const struct dialogue_truth *truth)
{
	FILE *out;

	if (options->truth) {
		out = open_output(options->truth);
		write_truth(out, wire, truth);
		close_output(out, options->truth);
	}
	if (options->keylog) {
		out = open_output(options->keylog);
		sealed_keys_print(out);
		close_output(out, options->keylog);
	}
}

int main(int argc, char **argv)
{
	struct options options;
	struct dialogue_truth truth = { 0 };
	struct wire wire = { 0 };
	bool done;

	read_options(&options, argc, argv);
	wire.checksums = options.checksums;
	wire.disorder = options.disorder;
	wire.disorder.rng = (struct rng){ options.seed + 1 };
	wire.out = open_output(options.output);
	setvbuf(wire.out, NULL, _IOFBF, 1 << 20);
	done = play(&options, &wire, &truth);
	close_output(wire.out, options.output);
	if (!done)
		fail("out of memory", options.output);
	write_more(&options, &wire, &truth);
	return 0;
}
