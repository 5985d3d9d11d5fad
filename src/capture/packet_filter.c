/* SPDX-License-Identifier: BSD-2-Clause */
#include "packet_filter.h"

#include "link_type.h"

#include <pcap/pcap.h>
#include <stdlib.h>

enum { SNAPLEN = 262144, ERROR_KEPT = 4096, WORDS_MAX = 256, PARENTHESES_MAX = 64 };

/* The expression for one link type. */
struct program {
	int link_type;
	bool compiled;
	struct bpf_program code;
	struct buf error;
};

struct packet_filter {
	const char *expression;
	struct program programs[PACKET_FILTER_LINKS];
	size_t count;
	size_t recent; /* index of the program used last */
};

/* LINKTYPE_RAW is the only link type with layers of its own whose DLT_ number differs (link_type.h). */
static int dlt_of(int link_type)
{
	return link_type == link_type_of_dlt(DLT_RAW) ? DLT_RAW : link_type;
}

/* Compiles |text|. Returns false, and libpcap's reason in |error| (may be NULL), on failure. */
static bool compile(const char *text, int dlt, struct bpf_program *code, struct buf *error)
{
	pcap_t *pcap = pcap_open_dead(dlt, SNAPLEN);
	bool good = pcap && pcap_compile(pcap, code, text, 1, PCAP_NETMASK_UNKNOWN) == 0;

	if (!good && error)
		buf_text(error, pcap ? pcap_geterr(pcap) : "out of memory");
	if (pcap)
		pcap_close(pcap);
	return good;
}

/************ the place of an error ************/

/* Returns whether |text| is the beginning of some valid expression, as far as a few endings show. */
static bool is_beginning(struct span text)
{
	static const char *const endings[] = { "",
					       " tcp",
					       " 25",
					       " 192.0.2.1",
					       " 192.0.2.0/24",
					       " 2001:db8::1",
					       " 00:00:5e:00:53:01",
					       " host 192.0.2.1",
					       " port 25",
					       " proto 6",
					       " 1-2",
					       " 25-26",
					       " = 1",
					       " 1 = 1",
					       "0] = 1",
					       "] = 1",
					       " broadcast" };
	size_t open = 0;
	struct buf whole;
	bool good = false;

	for (size_t i = 0; i < text.length; i++)
		open += text.at[i] == '(' ? 1 : text.at[i] == ')' && open ? (size_t)-1 : 0;
	buf_init(&whole, ERROR_KEPT);
	for (size_t i = 0; i < sizeof endings / sizeof *endings && !good; i++) {
		struct bpf_program code;

		buf_clear(&whole);
		buf_append(&whole, text);
		buf_text(&whole, endings[i]);
		for (size_t k = 0; k < open && k < PARENTHESES_MAX; k++)
			buf_text(&whole, ")");
		good = compile(buf_string(&whole), DLT_EN10MB, &code, NULL);
		if (good)
			pcap_freecode(&code);
	}
	buf_finish(&whole);
	return good;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

/* Names the first word that cannot follow what is before it: libpcap says only that there is a syntax error. */
static void tell_place(const char *expression, struct buf *error)
{
	size_t at = 0, words = 0;

	while (expression[at] && words++ < WORDS_MAX) {
		size_t begin, length = 0;

		while (is_blank(expression[at]))
			at++;
		begin = at;
		while (expression[at] && !is_blank(expression[at])) {
			at++;
			length++;
		}
		if (length && !is_beginning(span_of(expression, at))) {
			buf_format(error, " at '%.*s' (character %zu)", (int)(length < 100 ? length : 100),
				   expression + begin, begin + 1);
			return;
		}
	}
	buf_text(error, " at its end");
}

static void describe(const char *expression, const char *reason, struct buf *error)
{
	static const char prefix[] = "can't parse filter expression: ";
	bool syntax = strstr(reason, "syntax error") != NULL;
	const char *quote, *end, *found = NULL;
	char word[100];

	if (strncmp(reason, prefix, sizeof prefix - 1) == 0)
		reason += sizeof prefix - 1;
	buf_format(error, "'%s': %s", expression, syntax ? "syntax error" : reason);
	if (syntax) {
		tell_place(expression, error);
		return;
	}
	/* Other messages quote the word they are about. */
	quote = strchr(reason, '\'');
	end = quote ? strchr(quote + 1, '\'') : NULL;
	if (end && (size_t)(end - quote) < sizeof word) {
		snprintf(word, sizeof word, "%.*s", (int)(end - quote - 1), quote + 1);
		found = strstr(expression, word);
	}
	if (found)
		buf_format(error, " (character %zu)", (size_t)(found - expression) + 1);
}

/************ the filter ************/

struct packet_filter *packet_filter_create(const char *expression, struct buf *error)
{
	struct packet_filter *f;
	struct bpf_program code;
	struct buf reason;
	bool good;

	buf_init(&reason, ERROR_KEPT);
	/* Some expressions are valid for one of these only. */
	good = compile(expression, DLT_EN10MB, &code, &reason) || compile(expression, DLT_RAW, &code, NULL) ||
	       compile(expression, DLT_IEEE802_11, &code, NULL);
	if (!good)
		describe(expression, buf_string(&reason), error);
	buf_finish(&reason);
	if (!good)
		return NULL;
	pcap_freecode(&code);
	f = calloc(1, sizeof *f);
	if (!f) {
		buf_text(error, "out of memory");
		return NULL;
	}
	f->expression = expression;
	return f;
}

void packet_filter_destroy(struct packet_filter *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->count; i++) {
		if (f->programs[i].compiled)
			pcap_freecode(&f->programs[i].code);
		buf_finish(&f->programs[i].error);
	}
	free(f);
}

/* The program for |link_type|, compiled at its first packet; NULL if there are too many. */
static struct program *program_of(struct packet_filter *f, int link_type)
{
	struct program *p = &f->programs[f->recent];
	struct buf reason;

	if (f->recent < f->count && p->link_type == link_type)
		return p;
	for (size_t i = 0; i < f->count; i++) {
		if (f->programs[i].link_type == link_type) {
			f->recent = i;
			return &f->programs[i];
		}
	}
	if (f->count == PACKET_FILTER_LINKS)
		return NULL;
	f->recent = f->count++;
	p = &f->programs[f->recent];
	p->link_type = link_type;
	buf_init(&p->error, 2 * ERROR_KEPT);
	buf_init(&reason, ERROR_KEPT);
	p->compiled = compile(f->expression, dlt_of(link_type), &p->code, &reason);
	if (!p->compiled) {
		buf_format(&p->error, "--filter cannot be applied to packets of link type %d: ", link_type);
		describe(f->expression, buf_string(&reason), &p->error);
	}
	buf_finish(&reason);
	return p;
}

bool packet_filter_matches(struct packet_filter *f, const struct frame *frame)
{
	const struct program *p = program_of(f, frame->link_type);
	struct pcap_pkthdr header = { .caplen = (bpf_u_int32)frame->bytes.length, .len = frame->wire_length };

	return p && p->compiled && pcap_offline_filter(&p->code, &header, frame->bytes.at) != 0;
}

const char *packet_filter_error(struct packet_filter *f, size_t index)
{
	for (size_t i = 0; i < f->count; i++)
		if (!f->programs[i].compiled && index-- == 0)
			return buf_string(&f->programs[i].error);
	return NULL;
}
