/* SPDX-License-Identifier: BSD-2-Clause */
/* Captures on the loopback interface of a separate network namespace, if the system allows creating one. */
#include "live.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

static const uint16_t PORTS[] = { 25 };
static const char *const LOOPBACK[] = { "lo", "lo" };

/*
 * Creates a network with only a loopback interface. Returns false, and prints a line, if that is not
 * possible.
 */
static bool own_network(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int sock;
	bool up;

	if (unshare(CLONE_NEWNET) != 0) {
		puts("skipped: live captures need root and network namespaces");
		return false;
	}
	sock = socket(AF_INET, SOCK_DGRAM, 0);
	up = ioctl(sock, SIOCSIFFLAGS, &request) == 0;
	close(sock);
	return up;
}

/* Sends a SYN to |port|, which a RST answers. */
static void knock(uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int sock = socket(AF_INET, SOCK_STREAM, 0);

	ck_assert_int_ne(connect(sock, (struct sockaddr *)&to, sizeof to), 0);
	close(sock);
}

struct seen {
	unsigned count, of_file[2];
	struct frame_ref last;
	int link_type;
};

static void on_frame(void *context, const struct frame *frame)
{
	struct seen *seen = context;

	seen->count++;
	seen->of_file[frame->ref.file]++;
	seen->last = frame->ref;
	seen->link_type = frame->link_type;
}

/* Reads until |wanted| frames have arrived, or half a second has passed. */
static void collect(struct live *l, struct seen *seen, unsigned wanted)
{
	struct pollfd fds[LIVE_INTERFACES_MAX];

	for (int i = 0; i < 10 && seen->count < wanted; i++) {
		size_t count = live_poll(l, fds);
		poll(fds, count, 50);
		live_read(l, 1000, on_frame, seen);
	}
}

static struct live *open_with(struct live_options options, enum live_failure *failure)
{
	struct buf error;
	struct live *l;

	buf_init(&error, 1024);
	l = live_open(&options, &error, failure);
	ck_assert_int_eq(l == NULL, error.length > 0);
	ck_assert_ptr_null(strchr(buf_string(&error), '\n'));
	buf_finish(&error);
	return l;
}

START_TEST(mail_is_seen_and_other_traffic_is_not)
{
	enum live_failure failure;
	struct seen seen = { 0 };
	struct live *l;

	if (!own_network())
		return;
	l = open_with((struct live_options){ .interfaces = LOOPBACK,
					     .interface_count = 1,
					     .filter = { .ports = PORTS, .port_count = 1 } },
		      &failure);
	ck_assert_ptr_nonnull(l);
	knock(80);
	knock(25);
	collect(l, &seen, 3);
	ck_assert_uint_eq(seen.count, 2);
	ck_assert_uint_eq(seen.last.number, 2);
	ck_assert_uint_eq(seen.last.digits, 9);
	ck_assert_int_eq(seen.link_type, 1);
	ck_assert_uint_eq(live_packets(l, 0), 2);
	ck_assert_uint_eq(live_dropped(l), 0);
	ck_assert_ptr_null(live_error(l));
	ck_assert_str_eq(live_name(l, 0), "lo");
	ck_assert_ptr_null(live_name(l, 1));
	live_close(l);
}
END_TEST

START_TEST(several_interfaces_are_told_apart)
{
	enum live_failure failure;
	struct seen seen = { 0 };
	struct live *l;

	if (!own_network())
		return;
	l = open_with((struct live_options){ .interfaces = LOOPBACK,
					     .interface_count = 2,
					     .filter = { .ports = PORTS, .port_count = 1 } },
		      &failure);
	ck_assert_ptr_nonnull(l);
	knock(25);
	collect(l, &seen, 4);
	ck_assert_uint_eq(seen.count, 4);
	ck_assert_uint_eq(seen.last.number, 2);
	ck_assert_uint_eq(seen.of_file[1], 2);
	live_close(l);
}
END_TEST

START_TEST(a_ring_that_fills_up_says_so)
{
	enum { KNOCKS = 1500, ENTRIES = 4 * KNOCKS, PERCENT = (2 << 20) / 100 };
	enum live_failure failure;
	struct seen seen = { 0 };
	unsigned fill;
	struct live *l;

	if (!own_network())
		return;
	l = open_with((struct live_options){ .interfaces = LOOPBACK,
					     .interface_count = 1,
					     .buffer_size = 2 << 20,
					     .filter = { .ports = PORTS, .port_count = 1 } },
		      &failure);
	ck_assert_ptr_nonnull(l);
	ck_assert_uint_lt(live_batch(l), 1000);
	ck_assert_int_eq(live_pause(l), 0);
	/* The first packets show the average length. */
	for (int i = 0; i < KNOCKS; i++)
		knock(25);
	poll(NULL, 0, 100);
	ck_assert_uint_eq(live_read(l, 10, on_frame, &seen), 10);
	ck_assert(!live_drained(l));
	fill = live_fill(l);
	/*
	 * Two packets of 54 to 74 bytes per knock, plus the kernel's headers. On loopback each packet is in
	 * the ring twice, outgoing and incoming; libpcap delivers only the second.
	 */
	ck_assert_uint_gt(fill, ENTRIES * 120 / PERCENT);
	ck_assert_uint_lt(fill, ENTRIES * 200 / PERCENT);
	while (live_read(l, 1000, on_frame, &seen))
		;
	ck_assert(live_drained(l));
	ck_assert_uint_eq(seen.count, 2 * KNOCKS);
	ck_assert_uint_eq(live_fill(l), 0);
	ck_assert_uint_eq(live_dropped(l), 0);
	live_close(l);
}
END_TEST

START_TEST(more_ports_than_the_kernel_takes_become_all_of_tcp)
{
	enum live_failure failure;
	uint16_t ports[1000];
	struct seen seen = { 0 };
	struct live *l;

	if (!own_network())
		return;
	for (uint16_t i = 0; i < 1000; i++)
		ports[i] = (uint16_t)(2 * i + 1001);
	l = open_with((struct live_options){ .interfaces = LOOPBACK,
					     .interface_count = 1,
					     .filter = { .ports = ports, .port_count = 1000 } },
		      &failure);
	ck_assert_ptr_nonnull(l);
	knock(1003);
	knock(80);
	collect(l, &seen, 4);
	ck_assert_uint_eq(seen.count, 4);
	live_close(l);
}
END_TEST

START_TEST(what_cannot_be_opened_is_told_apart)
{
	static const char *const nowhere[] = { "nowhere0" };
	enum live_failure failure;

	if (!own_network())
		return;
	ck_assert_ptr_null(
	    open_with((struct live_options){ .interfaces = nowhere, .interface_count = 1 }, &failure));
	ck_assert_int_eq(failure, LIVE_NO_INTERFACE);
	ck_assert_ptr_null(
	    open_with((struct live_options){ .interfaces = LOOPBACK,
					     .interface_count = 1,
					     .filter = { .any_port = true, .extra = "no such word" } },
		      &failure));
	ck_assert_int_eq(failure, LIVE_BAD_FILTER);
	ck_assert_int_eq(setresuid(65534, 65534, 65534), 0);
	ck_assert_ptr_null(
	    open_with((struct live_options){ .interfaces = LOOPBACK, .interface_count = 1 }, &failure));
	ck_assert_int_eq(failure, LIVE_NOT_PERMITTED);
}
END_TEST

START_TEST(a_file_is_replayed_to_its_end)
{
	static const uint8_t capture[] = {
		0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,	 0,   4,
		0,    1,    0,	  0,	0, /* header */
		1,    0,    0,	  0,	2, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 'a', 'b', 'c',
		2,    0,    0,	  0,	2, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 'd', 'e', 'f',
	};
	char path[] = "/tmp/test_live_XXXXXX";
	int fd = mkstemp(path);
	enum live_failure failure;
	struct seen seen = { 0 };
	struct live *l;

	ck_assert_int_eq(write(fd, capture, sizeof capture), sizeof capture);
	close(fd);
	l = open_with((struct live_options){ .replay = path }, &failure);
	ck_assert_ptr_nonnull(l);
	ck_assert(!live_ended(l));
	ck_assert_uint_eq(live_read(l, 1, on_frame, &seen), 1);
	ck_assert_int_eq(seen.last.time, TSTAMP_SECOND + 2000);
	ck_assert_uint_eq(live_read(l, 10, on_frame, &seen), 1);
	ck_assert(live_ended(l));
	ck_assert_uint_eq(live_read(l, 10, on_frame, &seen), 0);
	ck_assert(!live_drained(l));
	ck_assert_uint_eq(live_fill(l), 0);
	ck_assert_ptr_null(live_error(l));
	live_close(l);
	unlink(path);
	ck_assert_ptr_null(open_with((struct live_options){ .replay = path }, &failure));
	ck_assert_int_eq(failure, LIVE_FAILED);
}
END_TEST

SUITE("live", mail_is_seen_and_other_traffic_is_not, several_interfaces_are_told_apart,
      a_ring_that_fills_up_says_so, more_ports_than_the_kernel_takes_become_all_of_tcp,
      what_cannot_be_opened_is_told_apart, a_file_is_replayed_to_its_end)
