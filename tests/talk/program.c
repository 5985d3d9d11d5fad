/* SPDX-License-Identifier: BSD-2-Clause */
/* talk: writes captures of conversations described as text. */
#include "replay.h"
#include "sealed.h"
#include "talk.h"

#include <errno.h>
#include <stdlib.h>

static const char usage[] =
    "usage: talk [--layer L] [--through P] [--swap N | --merge N | --split N:M | --twice N | --again N |\n"
    "             --lose N | --burst N:M | --suffix N | --prefix N] FILE.talk OUT.pcap\n"
    "       talk --list FILE.talk      print its segments\n"
    "       talk --dump FILE.talk      print what tests compare with, in fields separated by tabs\n"
    "       talk --layers              print the names of all layers\n"
    "       talk --keys                print the key log for tls13, tls13-two and tls12\n"
    "       talk --replay KINDS [--most N] [--segments N] [--layer L] [--through P] OUT.pcap FILE.talk...\n"
    "                                  all variants of these kinds (same, swap, merge, split, twice,\n"
    "                                  again, lose, burst, suffix, prefix; separated by commas)\n"
    "                                  in one capture, about N splits each (default 300), at up to N\n"
    "                                  segments of each (default: all);\n"
    "                                  prints number, file and change of each\n"
    "P is a proxy before the server: socks, connect, socks-joined, connect-joined; or tls13, tls13-two,\n"
    "tls12: inside TLS, whose handshake is the exchange. With the kind\n"
    "lose, each packet of the exchange with it is missing in turn, too (change \"exchange N\").\n"
    "OUT.pcap may be - for standard output.\n";

struct options {
	const struct talk_layer *layer;
	const struct talk_proxy *through; /* NULL: none */
	struct talk_change change;
	size_t most, segments;
	const char *kinds;
	enum { MODE_PCAP, MODE_LIST, MODE_DUMP, MODE_REPLAY, MODE_LAYERS, MODE_KEYS } mode;
};

static bool load(struct talk *t, const char *path)
{
	char error[TALK_ERROR_SIZE];

	if (talk_load(t, path, error))
		return true;
	fprintf(stderr, "talk: %s: %s\n", path, error);
	return false;
}

static void print_escaped(struct span bytes, size_t most)
{
	for (size_t i = 0; i < bytes.length && i < most; i++) {
		uint8_t c = bytes.at[i];
		if (c == '\r')
			printf("\\r");
		else if (c == '\n')
			printf("\\n");
		else if (c < 32 || c > 126 || c == '\\')
			printf("\\x%02x", c);
		else
			putchar(c);
	}
	if (bytes.length > most)
		printf("...");
}

static void print_flags(uint8_t flags)
{
	static const char letters[] = "FSRPAU";

	for (int i = 5; i >= 0; i--)
		if (flags >> i & 1)
			putchar(letters[i]);
}

static void list(const struct talk *t)
{
	for (size_t i = 0; i < t->count; i++) {
		const struct talk_segment *s = &t->segments[i];
		char time[TSTAMP_TEXT_SIZE];
		tstamp_format(time, s->segment.frame.time, 6);
		printf("%zu", i);
		if (s->captured)
			printf(" #%llu", (unsigned long long)s->segment.frame.number);
		else
			printf(" lost");
		printf(" %s %s/%c ", time + 11, t->sessions[s->session].name, s->from_client ? 'C' : 'S');
		if (s->segment.kind == SEGMENT_ICMP_ERROR)
			printf("ICMP %u/%u", s->segment.icmp.type, s->segment.icmp.code);
		else
			print_flags(s->segment.flags);
		printf(" seq %u", s->segment.seq - t->sessions[s->session].isn[!s->from_client]);
		if (s->segment.flags & TCP_ACK)
			printf(" ack %u", s->segment.ack - t->sessions[s->session].isn[s->from_client]);
		if (s->segment.payload.length != s->segment.payload_length)
			printf(" cut %zu", s->segment.payload.length);
		printf(" len %u ", s->segment.payload_length);
		print_escaped(s->whole, 60);
		putchar('\n');
	}
}

/* 1-based, in order of the first captured packets; 0: no packet was captured. */
static unsigned session_number(const struct talk *t, unsigned session)
{
	unsigned number = 0;

	for (size_t i = 0; i < t->count; i++) {
		bool first = t->segments[i].captured;
		for (size_t k = 0; k < i && first; k++)
			first = !t->segments[k].captured || t->segments[k].session != t->segments[i].session;
		number += first;
		if (first && t->segments[i].session == session)
			return number;
	}
	return 0;
}

static void dump(const struct talk *t)
{
	printf("title\t%s\n", t->title ? t->title : "");
	printf("replies\t%s\n", t->replies ? t->replies : "");
	printf("options\t%s\n", t->options ? t->options : "");
	printf("replay\t%s\n", t->replay ? t->replay : "");
	for (unsigned i = 0; i < t->session_count; i++)
		printf("session\t%u\t%u\t%s\n", i, session_number(t, i), t->sessions[i].name);
	for (size_t i = 0; i < t->count; i++) {
		const struct talk_segment *s = &t->segments[i];
		if (s->from_client || !s->segment.payload_length)
			continue;
		printf("server\t%u\t%u\t%u\t%u\t", s->session,
		       s->segment.seq - t->sessions[s->session].isn[1] - 1, s->segment.payload_length,
		       s->captured);
		for (size_t k = 0; k < s->segment.payload.length; k++)
			printf("%02x", s->segment.payload.at[k]);
		putchar('\n');
	}
	for (size_t i = 0; i < t->expect_count; i++) {
		const struct talk_expect *e = &t->expects[i];
		printf("expect\t%u\t%u\t%d\t%llu\t%s\n", e->line, e->session, e->in_header,
		       (unsigned long long)e->server_offset, e->text);
	}
}

static FILE *open_output(const char *path)
{
	FILE *out;

	if (!strcmp(path, "-"))
		return stdout;
	out = fopen(path, "wb");
	if (!out)
		fprintf(stderr, "talk: %s: %s\n", path, strerror(errno));
	return out;
}

static bool close_output(FILE *out, const char *path, bool good)
{
	if (fflush(out) || ferror(out))
		good = false;
	if (out != stdout && fclose(out))
		good = false;
	if (!good)
		fprintf(stderr, "talk: %s: writing failed\n", path);
	return good;
}

static bool write_one(const struct options *o, const char *path, const char *to)
{
	struct talk t, changed = { 0 }, through = { 0 };
	FILE *out;
	bool good = false;

	if (!load(&t, path))
		return false;
	if (!talk_change(&changed, &t, o->change) ||
	    (o->through && !talk_through(&through, &changed, o->through, SIZE_MAX))) {
		fprintf(stderr, "talk: %s: the change does not apply\n", path);
	} else {
		out = open_output(to);
		if (out)
			good = close_output(out, to,
					    talk_write_pcap(o->through ? &through : &changed, o->layer, out));
	}
	talk_finish(&through);
	talk_finish(&changed);
	talk_finish(&t);
	return good;
}

static bool has_kind(const char *kinds, enum talk_change_kind kind)
{
	return strstr(kinds, talk_change_name(kind)) != NULL;
}

static bool add_talk(struct replay *r, const struct talk *t, const char *path, const char *change)
{
	unsigned number = replay_add(r, t);

	printf("%u\t%s\t%s\n", number, path, change);
	return number != 0;
}

/* Through a proxy, a change that leaves no session with a handshake makes no variant. */
static bool add_variant(struct replay *r, const struct options *o, const struct talk *t, const char *path,
			struct talk_change change)
{
	struct talk changed, through = { 0 };
	char text[40];
	bool good = true;

	if (!talk_change(&changed, t, change))
		return false;
	talk_change_text(text, change);
	if (!o->through)
		good = add_talk(r, &changed, path, text);
	else if (talk_through(&through, &changed, o->through, SIZE_MAX))
		good = add_talk(r, &through, path, text);
	talk_finish(&through);
	talk_finish(&changed);
	return good;
}

static bool add_exchange_losses(struct replay *r, const struct options *o, const struct talk *t,
				const char *path)
{
	bool good = true;

	for (size_t i = 0; i < talk_proxy_segments(o->through) && good; i++) {
		struct talk through;
		char text[40];

		if (!talk_through(&through, t, o->through, i))
			break;
		snprintf(text, sizeof text, "exchange %zu", i);
		good = add_talk(r, &through, path, text);
		talk_finish(&through);
	}
	return good;
}

static bool add_variants(struct replay *r, const struct options *o, const char *path)
{
	enum { PACKETS_MAX = 100000 }; /* limit for the packets of all splits of a long talk */
	struct talk_change change = { 0 };
	struct talk_steps steps;
	struct talk t;
	bool good = true;

	if (!load(&t, path))
		return false;
	steps =
	    talk_steps_for(&t, t.count * o->most > PACKETS_MAX ? PACKETS_MAX / t.count : o->most, o->segments);
	if (has_kind(o->kinds, TALK_SAME))
		good = add_variant(r, o, &t, path, change);
	while (good && talk_change_next(&t, &change, steps))
		if (has_kind(o->kinds, change.kind))
			good = add_variant(r, o, &t, path, change);
	if (good && o->through && has_kind(o->kinds, TALK_LOSE))
		good = add_exchange_losses(r, o, &t, path);
	talk_finish(&t);
	return good;
}

static bool write_replay(const struct options *o, const char *to, char **paths, int count)
{
	struct replay r;
	FILE *out;
	bool good = true;

	replay_init(&r, o->layer);
	for (int i = 0; i < count && good; i++)
		good = add_variants(&r, o, paths[i]);
	if (good) {
		out = open_output(to);
		good = out && close_output(out, to, replay_write(&r, out));
	}
	replay_finish(&r);
	return good;
}

static size_t number_of(const char *text, char **end)
{
	return (size_t)strtoull(text, end, 10);
}

static bool read_option(struct options *o, const char *name, const char *value)
{
	char *end;

	if (!strcmp(name, "--layer")) {
		o->layer = talk_layer_find(value);
		return o->layer != NULL;
	}
	if (!strcmp(name, "--through")) {
		o->through = talk_proxy_find(value);
		return o->through != NULL;
	}
	if (!strcmp(name, "--replay")) {
		o->mode = MODE_REPLAY;
		o->kinds = value;
		return true;
	}
	if (!strcmp(name, "--most")) {
		o->most = number_of(value, &end);
		return !*end && o->most;
	}
	if (!strcmp(name, "--segments")) {
		o->segments = number_of(value, &end);
		return !*end;
	}
	o->change.kind = !strcmp(name, "--swap")     ? TALK_SWAP
			 : !strcmp(name, "--merge")  ? TALK_MERGE
			 : !strcmp(name, "--split")  ? TALK_SPLIT
			 : !strcmp(name, "--twice")  ? TALK_TWICE
			 : !strcmp(name, "--again")  ? TALK_AGAIN
			 : !strcmp(name, "--lose")   ? TALK_LOSE
			 : !strcmp(name, "--burst")  ? TALK_BURST
			 : !strcmp(name, "--suffix") ? TALK_SUFFIX
			 : !strcmp(name, "--prefix") ? TALK_PREFIX
						     : TALK_SAME;
	o->change.at = number_of(value, &end);
	if ((o->change.kind == TALK_SPLIT || o->change.kind == TALK_BURST) && *end == ':')
		o->change.offset = number_of(end + 1, &end);
	return o->change.kind != TALK_SAME && !*end;
}

static bool inspect(const struct options *o, const char *path)
{
	struct talk t;

	if (!load(&t, path))
		return false;
	if (o->mode == MODE_LIST)
		list(&t);
	else
		dump(&t);
	talk_finish(&t);
	return true;
}

static bool read_arguments(struct options *o, int argc, char **argv, int *rest)
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		if (!strcmp(argv[i], "--list"))
			o->mode = MODE_LIST;
		else if (!strcmp(argv[i], "--dump"))
			o->mode = MODE_DUMP;
		else if (!strcmp(argv[i], "--layers"))
			o->mode = MODE_LAYERS;
		else if (!strcmp(argv[i], "--keys"))
			o->mode = MODE_KEYS;
		else if (i + 1 < argc && read_option(o, argv[i], argv[i + 1]))
			i++;
		else
			return false;
	}
	*rest = i;
	switch (o->mode) {
	case MODE_PCAP:
		return argc - i == 2;
	case MODE_REPLAY:
		return argc - i >= 2;
	case MODE_LAYERS:
	case MODE_KEYS:
		return argc == i;
	default:
		return argc - i == 1;
	}
}

int main(int argc, char **argv)
{
	struct options o = { .layer = talk_layer_find("ethernet"), .most = 300 };
	int rest;
	bool good = true;

	if (!read_arguments(&o, argc, argv, &rest)) {
		fputs(usage, stderr);
		return 2;
	}
	switch (o.mode) {
	case MODE_PCAP:
		good = write_one(&o, argv[rest], argv[rest + 1]);
		break;
	case MODE_REPLAY:
		good = write_replay(&o, argv[rest], argv + rest + 1, argc - rest - 1);
		break;
	case MODE_LAYERS:
		for (size_t i = 0; talk_layer_name(i); i++)
			puts(talk_layer_name(i));
		break;
	case MODE_KEYS:
		sealed_keys_print(stdout);
		break;
	default:
		good = inspect(&o, argv[rest]);
		break;
	}
	return good ? 0 : 1;
}
