/* SPDX-License-Identifier: BSD-2-Clause */
#include "live.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "link_type.h"
#include "source.h"

/* In measurements at full speed over a virtual cable, 2 MiB sometimes lost packets, 64 MiB never did. */
#define RING_SIZE ((size_t)64 << 20)

enum { ERROR_KEPT = 1024 };

struct interface {
	char *name;
	pcap_t *handle; /* NULL: the interface is gone */
	int link_type;
	uint32_t digits; /* fraction digits of its timestamps */
	uint64_t packets, dropped;
	uint64_t arrived; /* packets that the kernel put into the ring, as of the last query_kernel */
	/* since the last live_fill: packets read, and their captured bytes */
	uint64_t sampled, sampled_bytes;
};

struct live {
	struct interface interfaces[LIVE_INTERFACES_MAX];
	size_t count;
	struct source *replay;
	bool replay_ended;
	size_t ring_size;	    /* bytes of each ring */
	bool drained;		    /* the last live_read emptied the rings */
	struct buf error, reported; /* errors not yet returned; what live_error returned last */
	/* For the callback of libpcap: */
	struct interface *reading;
	frame_sink *sink;
	void *context;
};

/************ opening ************/

/* Prefers the error text of the handle, which is often more detailed than that of the status code. */
static void set_error(struct buf *error, const char *name, pcap_t *handle, int status)
{
	const char *more = handle ? pcap_geterr(handle) : "";

	buf_format(error, "%s: %s", name, *more ? more : pcap_statustostr(status));
}

static enum live_failure failure_of(int status)
{
	switch (status) {
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		return LIVE_NOT_PERMITTED;
	case PCAP_ERROR_NO_SUCH_DEVICE:
		return LIVE_NO_INTERFACE;
	default:
		return LIVE_FAILED;
	}
}

/*
 * Compiles and sets the filter for the handle's link type. If a list of ports is too long for the kernel,
 * accepts all of TCP.
 */
static bool set_filter(pcap_t *handle, const char *name, const struct filter_options *wanted, struct buf *error)
{
	enum { KERNEL_INSTRUCTIONS = 4096 };
	struct filter_options options = *wanted;
	struct bpf_program program;
	struct buf text;
	bool good;

	buf_init(&text, FILTER_TEXT_LIMIT);
	for (;;) {
		buf_clear(&text);
		good = filter_text(&text, &options, filter_vlan_of(pcap_datalink(handle))) &&
		       pcap_compile(handle, &program, buf_string(&text), 1, PCAP_NETMASK_UNKNOWN) == 0;
		if (!good || program.bf_len <= KERNEL_INSTRUCTIONS || options.any_port)
			break;
		pcap_freecode(&program);
		options.any_port = true;
	}
	buf_finish(&text);
	if (!good) {
		buf_format(error, "%s: --filter: %s", name, pcap_geterr(handle));
		return false;
	}
	good = pcap_setfilter(handle, &program) == 0;
	if (!good)
		set_error(error, name, handle, PCAP_ERROR);
	pcap_freecode(&program);
	return good;
}

static pcap_t *activate(const struct live_options *o, const char *name, struct buf *error,
			enum live_failure *failure)
{
	char reason[PCAP_ERRBUF_SIZE] = "";
	pcap_t *handle = pcap_create(name, reason);
	int status;

	*failure = LIVE_FAILED;
	if (!handle) {
		buf_format(error, "%s: %s", name, reason);
		return NULL;
	}
	pcap_set_snaplen(handle, o->snaplen ? (int)o->snaplen : 262144);
	pcap_set_promisc(handle, o->promiscuous);
	pcap_set_timeout(handle, LIVE_BLOCK_TIME);
	pcap_set_buffer_size(handle, (int)(o->buffer_size ? o->buffer_size : RING_SIZE));
	/* If nanoseconds are not available, microseconds are good enough. */
	pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO);
	status = pcap_activate(handle);
	if (status < 0) {
		*failure = failure_of(status);
		set_error(error, name, handle, status);
		pcap_close(handle);
		return NULL;
	}
	if (strcmp(name, "any") == 0)
		pcap_set_datalink(handle, DLT_LINUX_SLL2);
	if (!set_filter(handle, name, &o->filter, error)) {
		*failure = LIVE_BAD_FILTER;
		pcap_close(handle);
		return NULL;
	}
	if (pcap_setnonblock(handle, 1, reason) < 0) {
		buf_format(error, "%s: %s", name, reason);
		pcap_close(handle);
		return NULL;
	}
	return handle;
}

static bool open_interface(struct live *l, const struct live_options *o, const char *name, struct buf *error,
			   enum live_failure *failure)
{
	struct interface *i = &l->interfaces[l->count];

	i->name = strdup(name);
	if (!i->name)
		return false;
	l->count++;
	i->handle = activate(o, name, error, failure);
	if (!i->handle)
		return false;
	i->link_type = link_type_of_dlt(pcap_datalink(i->handle));
	i->digits = pcap_get_tstamp_precision(i->handle) == PCAP_TSTAMP_PRECISION_NANO ? 9 : 6;
	return true;
}

static bool open_replay(struct live *l, const char *path, struct buf *error)
{
	const struct source_options options = { .path = path, .buffer_size = SOURCE_BUFFER_SIZE };

	l->replay = source_open(&options, error);
	if (!l->replay)
		return false;
	l->interfaces[0].name = strdup(path);
	l->interfaces[0].link_type = -1;
	l->count = 1;
	return l->interfaces[0].name != NULL;
}

struct live *live_open(const struct live_options *options, struct buf *error, enum live_failure *failure)
{
	struct live *l = calloc(1, sizeof *l);
	bool good = l != NULL;

	*failure = LIVE_FAILED;
	if (!l)
		return NULL;
	l->ring_size = options->buffer_size ? options->buffer_size : RING_SIZE;
	buf_init(&l->error, ERROR_KEPT);
	buf_init(&l->reported, ERROR_KEPT);
	if (options->replay)
		good = open_replay(l, options->replay, error);
	for (size_t i = 0;
	     !options->replay && good && i < options->interface_count && i < LIVE_INTERFACES_MAX; i++)
		good = open_interface(l, options, options->interfaces[i], error, failure);
	if (!good) {
		live_close(l);
		return NULL;
	}
	return l;
}

void live_close(struct live *l)
{
	if (!l)
		return;
	for (size_t i = 0; i < l->count; i++) {
		if (l->interfaces[i].handle)
			pcap_close(l->interfaces[i].handle);
		free(l->interfaces[i].name);
	}
	source_close(l->replay);
	buf_finish(&l->error);
	buf_finish(&l->reported);
	free(l);
}

/************ reading ************/

size_t live_poll(const struct live *l, struct pollfd *fds)
{
	size_t count = 0;

	for (size_t i = 0; i < l->count; i++)
		if (l->interfaces[i].handle)
			fds[count++] = (struct pollfd){ .fd = pcap_get_selectable_fd(l->interfaces[i].handle),
							.events = POLLIN };
	return count;
}

/* Reads the socket's counters directly, because pcap_stats opens files in /sys. Each call resets them. */
static void query_kernel(struct interface *i)
{
	struct tpacket_stats_v3 stats = { 0 };
	socklen_t size = sizeof stats;

	if (!i->handle || getsockopt(pcap_fileno(i->handle), SOL_PACKET, PACKET_STATISTICS, &stats, &size) != 0)
		return;
	i->dropped += stats.tp_drops;
	if (stats.tp_packets > stats.tp_drops) /* tp_packets includes the dropped ones */
		i->arrived += stats.tp_packets - stats.tp_drops;
}

static void on_packet(u_char *live, const struct pcap_pkthdr *header, const u_char *bytes)
{
	struct live *l = (struct live *)(void *)live;
	struct interface *i = l->reading;
	struct frame frame = {
		.ref = { .number = ++i->packets & FRAME_NUMBER_MAX,
			 .file = (uint32_t)(i - l->interfaces) & FRAME_FILE_MAX,
			 .digits = i->digits & FRAME_DIGITS_MAX },
		.bytes = { .at = bytes, .length = header->caplen },
		.wire_length = header->len > header->caplen ? header->len : header->caplen,
		.link_type = i->link_type,
	};

	/* With nanosecond precision, tv_usec holds nanoseconds. */
	frame.ref.time = (tstamp)header->ts.tv_sec * TSTAMP_SECOND +
			 (tstamp)header->ts.tv_usec * (i->digits == 9 ? 1 : 1000);
	i->sampled++;
	i->sampled_bytes += header->caplen;
	l->sink(l->context, &frame);
}

/* An interface that went down may come up again; one that was removed does not. */
static void note_failure(struct live *l, struct interface *i)
{
	buf_format(&l->error, "%s%s: %s", l->error.length ? "; " : "", i->name, pcap_geterr(i->handle));
	if (strstr(pcap_geterr(i->handle), "went down"))
		return;
	pcap_close(i->handle);
	i->handle = NULL;
}

static size_t read_replay(struct live *l, size_t most, frame_sink *sink, void *context)
{
	struct frame frame;
	size_t count = 0;
	int status = 1;

	while (!l->replay_ended && count < most && (status = source_next(l->replay, &frame)) > 0) {
		l->interfaces[0].packets++;
		l->interfaces[0].link_type = frame.link_type;
		sink(context, &frame);
		count++;
	}
	if (status <= 0)
		l->replay_ended = true;
	if (status < 0)
		buf_format(&l->error, "%s", source_error(l->replay));
	return count;
}

size_t live_read(struct live *l, size_t most, frame_sink *sink, void *context)
{
	size_t count = 0;

	if (l->replay)
		return read_replay(l, most, sink, context);
	l->sink = sink;
	l->context = context;
	l->drained = true;
	for (size_t i = 0; i < l->count; i++) {
		struct interface *interface = &l->interfaces[i];
		int status;

		if (!interface->handle)
			continue;
		l->reading = interface;
		status = pcap_dispatch(interface->handle, (int)most, on_packet, (u_char *)l);
		if (status < 0) {
			note_failure(l, interface);
			continue;
		}
		count += (size_t)status;
		if ((size_t)status >= most) {
			l->drained = false;
		} else {
			/*
			 * The ring is empty: resynchronize. Packets that libpcap skips would otherwise count
			 * as waiting forever.
			 */
			query_kernel(interface);
			interface->arrived = interface->packets;
		}
	}
	return count;
}

bool live_drained(const struct live *l)
{
	return !l->replay && l->drained;
}

unsigned live_fill(struct live *l)
{
	/* Bytes per packet for the kernel's header and alignment. */
	const uint64_t head = 100;
	uint64_t most = 0;

	for (size_t n = 0; n < l->count && !l->replay; n++) {
		struct interface *i = &l->interfaces[n];
		uint64_t waiting, fill;

		query_kernel(i);
		waiting = i->arrived > i->packets ? i->arrived - i->packets : 0;
		fill = i->sampled ? waiting * (i->sampled_bytes / i->sampled + head) * 100 / l->ring_size : 0;
		most = fill > most ? fill : most;
		i->sampled = i->sampled_bytes = 0;
	}
	return most < 100 ? (unsigned)most : 100;
}

size_t live_batch(const struct live *l)
{
	const size_t frame = 1600, least = 64, most = 2048;
	size_t batch = l->ring_size / 8 / frame;

	return batch < least ? least : batch < most ? batch : most;
}

int live_pause(const struct live *l)
{
	const size_t a_millisecond = 4 << 20;
	const size_t most = 4;
	size_t pause = l->ring_size / a_millisecond;

	return (int)(pause < most ? pause : most);
}

bool live_ended(const struct live *l)
{
	if (l->replay)
		return l->replay_ended;
	for (size_t i = 0; i < l->count; i++)
		if (l->interfaces[i].handle)
			return false;
	return true;
}

/************ facts ************/

uint64_t live_dropped(struct live *l)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < l->count; i++) {
		query_kernel(&l->interfaces[i]);
		sum += l->interfaces[i].dropped;
	}
	return sum;
}

const char *live_name(const struct live *l, size_t index)
{
	return index < l->count ? l->interfaces[index].name : NULL;
}

uint64_t live_packets(const struct live *l, size_t index)
{
	return l->interfaces[index].packets;
}

uint64_t live_dropped_of(const struct live *l, size_t index)
{
	return l->interfaces[index].dropped;
}

int live_link_type(const struct live *l, size_t index)
{
	return l->interfaces[index].link_type;
}

const char *live_error(struct live *l)
{
	struct buf swap = l->reported;

	if (!l->error.length)
		return NULL;
	l->reported = l->error;
	l->error = swap;
	buf_clear(&l->error);
	return buf_string(&l->reported);
}

bool live_list(FILE *to, struct buf *error)
{
	char reason[PCAP_ERRBUF_SIZE] = "";
	pcap_if_t *all = NULL;

	if (pcap_findalldevs(&all, reason) != 0) {
		buf_format(error, "cannot list the interfaces: %s", reason);
		return false;
	}
	for (pcap_if_t *one = all; one; one = one->next)
		fprintf(to, "%-16s %s%s%s%s\n", one->name, one->flags & PCAP_IF_UP ? "up" : "down",
			one->flags & PCAP_IF_LOOPBACK ? ", loopback" : "", one->description ? ", " : "",
			one->description ? one->description : "");
	pcap_freealldevs(all);
	return true;
}
