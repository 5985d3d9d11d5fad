/* SPDX-License-Identifier: BSD-2-Clause */
#include "key_probe.h"

#include "bpf_library.h"
#include "key_probe_object.h" /* the compiled BPF program, as bytes */

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	LINKS_MAX = 2 * CRYPTO_LIBRARIES_MAX, /* probes: one or two a library */
	FAILURES_MAX = CRYPTO_LIBRARIES_MAX + 2,
	FAILURE_SIZE = CRYPTO_PATH_SIZE + 128,
};

struct key_probe {
	struct bpf_library bpf;
	key_event_sink *sink;
	void *context;
	struct bpf_object *object;
	struct ring_buffer *ring;
	const volatile uint64_t *lost; /* written by the BPF program; a page */
	struct bpf_link *link[LINKS_MAX];
	size_t link_count;
	struct crypto_libraries libraries; /* those that are covered */
	char failure[FAILURES_MAX][FAILURE_SIZE];
	size_t failure_count;
};

static int take_event(void *context, void *bytes, size_t size)
{
	struct key_probe *p = context;
	struct key_event event;

	if (size < sizeof event)
		return 0;
	memcpy(&event, bytes, sizeof event);
	if (event.name_size <= KEY_EVENT_BYTES && event.secret_size <= KEY_EVENT_BYTES)
		p->sink(p->context, &event);
	explicit_bzero(&event, sizeof event);
	return 0;
}

/************ the program ************/

static bool fail(struct buf *error, const char *what)
{
	if (errno == EPERM || errno == EACCES)
		buf_format(error,
			   "%s: %s; it needs root (CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN and CAP_SYS_PTRACE)",
			   what, strerror(errno));
	else
		buf_format(error, "%s: %s", what, strerror(errno));
	return false;
}

static bool load(struct key_probe *p, struct buf *error)
{
	struct bpf_object_open_opts options = { .sz = sizeof options, .object_name = "smtpscope" };
	long page = sysconf(_SC_PAGESIZE);
	void *lost;

	p->bpf.libbpf_set_print(NULL); /* its messages are for developers */
	p->object = p->bpf.bpf_object__open_mem(KEY_PROBE_OBJECT, sizeof KEY_PROBE_OBJECT, &options);
	if (!p->object || p->bpf.bpf_object__load(p->object) != 0)
		return fail(error, "cannot load the BPF program");
	p->ring = p->bpf.ring_buffer__new(p->bpf.bpf_object__find_map_fd_by_name(p->object, "events"),
					  take_event, p, NULL);
	if (!p->ring)
		return fail(error, "cannot map the BPF ring buffer");
	lost = mmap(NULL, (size_t)page, PROT_READ, MAP_SHARED,
		    p->bpf.bpf_object__find_map_fd_by_name(p->object, "lost"), 0);
	if (lost == MAP_FAILED)
		return fail(error, "cannot map the BPF counters");
	p->lost = lost;
	return true;
}

/************ its probes ************/

/*
 * The kernel executes some instructions itself, such as push and jumps; at others, a probe costs a second trap, more than twice
 * the time. Returns an offset behind instructions of the second kind with which functions begin, and which change no register.
 */
static uint64_t cheap_offset(int fd, uint64_t offset)
{
#if defined(__x86_64__)
	static const struct {
		size_t length;
		uint8_t bytes[4];
	} instructions[] = { { 4, { 0xf3, 0x0f, 0x1e, 0xfa } }, /* endbr64 */
			     { 3, { 0x48, 0x85, 0xff } },	/* test %rdi,%rdi */
			     { 3, { 0x48, 0x85, 0xf6 } } };	/* test %rsi,%rsi */
	uint8_t code[16];
	size_t at = 0;

	if (pread(fd, code, sizeof code, (off_t)offset) != (ssize_t)sizeof code)
		return offset;
	for (size_t i = 0; i < sizeof instructions / sizeof *instructions; i++) {
		size_t length = instructions[i].length;

		if (memcmp(code + at, instructions[i].bytes, length) == 0)
			at += length;
	}
	return offset + at;
#else
	(void)fd;
	return offset;
#endif
}

/* Puts the probe |program| on |function| of the library. Returns false with errno. */
static bool attach(struct key_probe *p, const struct crypto_library *library, const char *program,
		   const char *function, bool at_return)
{
	struct bpf_program *probe = p->bpf.bpf_object__find_program_by_name(p->object, program);
	struct bpf_link *link;
	uint64_t offset;
	char path[32];

	errno = ENOENT;
	if (!probe || !elf_file_function(library->fd, function, &offset))
		return false;
	snprintf(path, sizeof path, "/proc/self/fd/%d", library->fd);
	link = p->bpf.bpf_program__attach_uprobe(probe, at_return, -1, path,
						 (size_t)cheap_offset(library->fd, offset));
	if (!link)
		return false;
	p->link[p->link_count++] = link;
	return true;
}

static bool cover(struct key_probe *p, const struct crypto_library *library)
{
	if (library->kind == CRYPTO_OPENSSL)
		return attach(p, library, "probe_evp_kdf_derive", "EVP_KDF_derive", false);
	/* The one at the return first: an entry without its return would stay in the map. */
	return attach(p, library, "probe_hkdf_expanded", "nettle_hkdf_expand", true) &&
	       attach(p, library, "probe_hkdf_expand", "nettle_hkdf_expand", false);
}

static bool cover_all(struct key_probe *p, struct buf *error)
{
	struct crypto_libraries found = { .count = 0 };

	crypto_libraries_find(&found);
	for (size_t i = 0; i < found.count; i++) {
		const struct crypto_library *library = &found.library[i];

		if (cover(p, library))
			p->libraries.library[p->libraries.count++] = *library;
		else
			snprintf(p->failure[p->failure_count++], FAILURE_SIZE, "%s: %s", library->path,
				 errno == ENOENT ? "has no function to probe" : strerror(errno));
	}
	if (found.more)
		snprintf(p->failure[p->failure_count++], FAILURE_SIZE, "%zu more libraries: only %d can be",
			 found.more, CRYPTO_LIBRARIES_MAX);
	if (found.hidden)
		snprintf(p->failure[p->failure_count++], FAILURE_SIZE,
			 "libraries of processes that it may not examine without CAP_SYS_PTRACE: %zu processes",
			 found.hidden);
	crypto_libraries_finish(&found);
	if (p->libraries.count)
		return true;
	if (p->failure_count)
		buf_format(error, "cannot attach a probe: %s", p->failure[0]);
	else
		buf_text(error,
			 "found neither OpenSSL 3 (libcrypto.so.3) nor GnuTLS (libnettle.so) on this host");
	return false;
}

struct key_probe *key_probe_open(key_event_sink *sink, void *context, struct buf *error)
{
	struct key_probe *p = calloc(1, sizeof *p);

	if (!p) {
		buf_text(error, "out of memory");
		return NULL;
	}
	p->sink = sink;
	p->context = context;
	if (!bpf_library_load(&p->bpf)) {
		buf_format(error, "reading keys needs %s, which is not installed", LIBBPF_SONAME);
		free(p);
		return NULL;
	}
	if (load(p, error) && cover_all(p, error))
		return p;
	key_probe_close(p);
	return NULL;
}

/************ afterwards ************/

void key_probe_consume(struct key_probe *p)
{
	p->bpf.ring_buffer__consume(p->ring);
}

uint64_t key_probe_lost(const struct key_probe *p)
{
	return *p->lost;
}

const struct crypto_library *key_probe_library(const struct key_probe *p, size_t index)
{
	return index < p->libraries.count ? &p->libraries.library[index] : NULL;
}

const char *key_probe_failure(const struct key_probe *p, size_t index)
{
	return index < p->failure_count ? p->failure[index] : NULL;
}

void key_probe_close(struct key_probe *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < p->link_count; i++)
		p->bpf.bpf_link__destroy(p->link[i]);
	p->bpf.ring_buffer__free(p->ring);
	if (p->lost)
		munmap((void *)(uintptr_t)p->lost, (size_t)sysconf(_SC_PAGESIZE));
	p->bpf.bpf_object__close(p->object);
	free(p);
}
