/* SPDX-License-Identifier: BSD-2-Clause */
#include "cut.h"

#include "collector.h"
#include "cutter.h"
#include "hash_secret.h"
#include "packet_writer.h"
#include "remarks.h"

#include <stdlib.h>

enum { LINKTYPE_ETHERNET = 1, LOSS_SIZE = 160 };

struct cut {
	struct cut_config config;
	struct collector *collector;
	struct cutter *cutter;
	struct packet_writer *writer;
	struct remarks *remarks;      /* NULL: pcap has no comments */
	struct session_marks **marks; /* of the selected sessions; owned */
	size_t count, capacity;
	size_t bytes; /* of all marks */
	size_t most;  /* CUT_SESSIONS_BYTES, or less if the account is small */
	bool nanoseconds, begun;
	uint64_t unkept;      /* sessions whose marks did not fit */
	uint64_t other_links; /* packets that a pcap file cannot hold */
	char loss[LOSS_SIZE];
};

static bool reserve(struct cut *c)
{
	size_t capacity = c->capacity ? c->capacity * 2 : 64;
	struct session_marks **grown;

	if (c->count < c->capacity)
		return true;
	grown = account_resize(c->config.account, c->marks, capacity * sizeof(struct session_marks *));
	if (!grown)
		return false;
	c->marks = grown;
	c->capacity = capacity;
	return true;
}

static void take_marks(void *context, struct session_marks *marks, const struct record *record)
{
	struct cut *c = context;
	size_t size = sizeof *marks + marks->bytes;

	if (c->remarks)
		remarks_verdict(c->remarks, record);
	if (c->bytes + size > c->most || !reserve(c)) {
		c->unkept++;
		marks_destroy(marks);
		return;
	}
	c->bytes += size;
	c->nanoseconds |= marks->first.digits == 9;
	c->marks[c->count++] = marks;
}

struct cut *cut_create(const struct cut_config *config)
{
	struct collector_config collector = { .criteria = config->criteria,
					      .show_secrets = config->show_secrets,
					      .sink = take_marks,
					      .account = config->account };
	struct packet_writer_config writer = { .pcapng = config->pcapng,
					       .program = config->program,
					       .account = config->account };
	/* Comments would tell what the packets no longer say. */
	bool comments = config->pcapng && !config->disguise;
	struct cut *c = calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->config = *config;
	c->most = account_share(config->account, CUT_SESSIONS_BYTES, 4);
	collector.disguise = config->disguise;
	writer.bare = config->disguise != NULL;
	collector.context = c;
	hash_secret_make(collector.secret);
	c->collector = collector_create(&collector);
	c->writer = packet_writer_create(&writer);
	c->remarks = comments ? remarks_create(config->account) : NULL;
	if (!c->collector || !c->writer || (comments && !c->remarks)) {
		cut_destroy(c);
		return NULL;
	}
	return c;
}

void cut_destroy(struct cut *c)
{
	if (!c)
		return;
	collector_destroy(c->collector);
	cutter_destroy(c->cutter);
	packet_writer_destroy(c->writer);
	remarks_destroy(c->remarks);
	for (size_t i = 0; i < c->count; i++)
		marks_destroy(c->marks[i]);
	account_free(c->config.account, c->marks);
	free(c);
}

void cut_record(void *cut, const struct record *record)
{
	struct cut *c = cut;

	if (c->remarks && record->kind == RECORD_FINDING)
		remarks_finding(c->remarks, record);
	collector_record(c->collector, record);
}

void cut_describe(void *cut, const struct description *description)
{
	struct cut *c = cut;

	/* The second pass opens the files again. */
	if (!c->begun)
		packet_writer_describe(c->writer, description);
}

void cut_secrets(void *cut, struct span lines)
{
	struct cut *c = cut;

	if (c->config.keys && !c->begun && !c->config.disguise)
		packet_writer_secrets(c->writer, lines);
}

/************ the second pass ************/

static void write_packet(void *context, const struct frame *frame, const struct session_marks *marks)
{
	struct cut *c = context;
	const char *texts[REMARKS_A_PACKET];
	size_t count = c->remarks ? remarks_of(c->remarks, &frame->ref, texts) : 0;

	(void)marks;
	if (c->config.also)
		c->config.also(c->config.also_context, frame);
	if (!c->config.out)
		return;
	if (!c->begun) {
		packet_writer_begin(c->writer, frame->link_type, c->config.out);
		c->begun = true;
	}
	if (!packet_writer_packet(c->writer, frame, texts, count, c->config.out))
		c->other_links++;
}

static void replace_address(void *disguise, enum layout_kind kind, uint8_t *address)
{
	pseudonym_address(disguise_pseudonym(disguise), kind, address);
}

static int by_number(const void *a, const void *b)
{
	const struct session_marks *x = *(const struct session_marks *const *)a,
				   *y = *(const struct session_marks *const *)b;

	return x->number < y->number ? -1 : x->number > y->number;
}

bool cut_begin(struct cut *c)
{
	struct cutter_config cutter = { .sink = write_packet, .context = c, .account = c->config.account };
	struct packet_writer_config writer = { .pcapng = c->config.pcapng,
					       .nanoseconds = c->nanoseconds,
					       .bare = c->config.disguise != NULL,
					       .program = c->config.program,
					       .account = c->config.account };

	if (c->config.disguise) {
		cutter.address = replace_address;
		cutter.address_context = c->config.disguise;
	}
	hash_secret_make(cutter.secret);
	c->cutter = cutter_create(&cutter);
	if (!c->cutter)
		return false;
	packet_writer_configure(c->writer, &writer);
	if (c->count)
		qsort(c->marks, c->count, sizeof(struct session_marks *), by_number);
	for (size_t i = 0; i < c->count; i++)
		if (!cutter_add(c->cutter, c->marks[i]))
			return false;
	if (!c->remarks)
		return true;
	remarks_sort(c->remarks);
	if (remarks_verdicts(c->remarks)[0])
		packet_writer_comment(c->writer, remarks_verdicts(c->remarks));
	return true;
}

void cut_push(void *cut, const struct frame *frame)
{
	struct cut *c = cut;

	cutter_push(c->cutter, frame);
}

bool cut_finish(struct cut *c)
{
	cutter_finish(c->cutter);
	if (!c->config.out)
		return true;
	if (!c->begun)
		packet_writer_begin(c->writer, LINKTYPE_ETHERNET, c->config.out);
	return fflush(c->config.out) == 0 && !ferror(c->config.out);
}

const char *cut_loss(struct cut *c, size_t index)
{
	const struct {
		uint64_t count;
		const char *text;
	} losses[] = {
		{ c->unkept, "sessions were left out of the packet file: not enough memory" },
		{ c->other_links,
		  "packets have another link type than the first and were left out; a .pcapng file can hold them" },
		{ c->cutter ? cutter_count(c->cutter).left_out : 0,
		  "packets were left out of the packet file: their credentials could not be replaced safely" },
	};

	for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
		if (!losses[i].count || index-- > 0)
			continue;
		snprintf(c->loss, sizeof c->loss, "%llu %s", (unsigned long long)losses[i].count,
			 losses[i].text);
		return c->loss;
	}
	return NULL;
}
