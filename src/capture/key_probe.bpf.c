/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * The probes of key_probe.c, which the kernel runs when a process calls one of two exported functions. They read arguments
 * whose layout is public: the OSSL_PARAM array of EVP_KDF_derive(3), and the HkdfLabel of RFC 8446 7.1. They know no offset
 * in a structure of a library, change nothing, and report only the secrets of TLS.
 */
#include <linux/bpf.h>
#include <linux/ptrace.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "key_event.h"

enum {
	PARAMS_MAX = 16,     /* parameters read of one call */
	CALLS_MAX = 4096,    /* calls in progress at once, in all processes */
	RING_SIZE = 1 << 19, /* bytes: some 3,000 events */
	NAME_SIZE = 8,	     /* of a parameter; longer names are of no interest */
	LABEL_READ = 12,     /* bytes of "s hs traffic"; "key expansion" has one more */
	LABEL_SIZE = LABEL_READ + 2,
	RANDOM_SIZE = 32,
	/* Of a HkdfLabel: length (2), length of the label (1), "tls13 s hs traffic" (18), length of the context (1). */
	HKDF_LABEL_HEAD = 22,
};

/* OSSL_PARAM(3). */
struct parameter {
	const char *key;
	unsigned int type;
	const void *data;
	__u64 size;
	__u64 return_size;
};

struct bytes {
	const void *data;
	__u64 size;
};

/* The parameters that say what is derived. */
struct derivation {
	struct bytes label;
	struct bytes secret, client_random; /* TLS1-PRF */
	struct bytes key, data;		    /* TLS13-KDF */
	__u32 seeds;
};

/* A call of nettle_hkdf_expand that has not returned. */
struct expansion {
	__u32 kind;
	__u32 name_size;
	struct bytes output;
	unsigned char name[KEY_EVENT_BYTES];
};

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_SIZE);
} events SEC(".maps");

/* How many events found no room. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} lost SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, CALLS_MAX);
	__type(key, __u64); /* process and thread */
	__type(value, struct expansion);
} expansions SEC(".maps");

const char terms[] SEC("license") = "Dual BSD/GPL";

/************ reporting ************/

static __always_inline void count_lost(void)
{
	__u32 zero = 0;
	__u64 *count = bpf_map_lookup_elem(&lost, &zero);

	if (count)
		__sync_fetch_and_add(count, 1);
}

/* Reports |secret| under |name|. */
static __always_inline void report(unsigned char kind, const struct bytes *name, const struct bytes *secret)
{
	__u64 name_size = name->size, secret_size = secret->size;
	struct key_event *event;

	if (!name_size || name_size > KEY_EVENT_BYTES || !secret_size || secret_size > KEY_EVENT_BYTES)
		return;
	event = bpf_ringbuf_reserve(&events, sizeof *event, 0);
	if (!event) {
		count_lost();
		return;
	}
	__builtin_memset(event, 0, sizeof *event);
	event->kind = kind;
	event->name_size = name_size;
	event->secret_size = secret_size;
	if (bpf_probe_read_user(event->name, name_size, name->data) ||
	    bpf_probe_read_user(event->secret, secret_size, secret->data))
		bpf_ringbuf_discard(event, 0);
	else
		bpf_ringbuf_submit(event, 0);
}

static __always_inline int same(const char *text, const char *word, int size)
{
	for (int i = 0; i < size; i++)
		if (text[i] != word[i])
			return 0;
	return 1;
}
#define begins(text, word) same(text, word, sizeof(word) - 1)
#define equals(text, word) same(text, word, sizeof(word))

/************ OpenSSL 3 ************/

int read_parameter(__u64 from, struct derivation *d);

/*
 * Returns 0 at the end of the array. A global function: the verifier of the kernel checks it once instead of once for each
 * order of parameters.
 */
__attribute__((noinline)) int read_parameter(__u64 from, struct derivation *d)
{
	struct parameter p;
	char name[NAME_SIZE] = { 0 };
	struct bytes value;

	if (!d || bpf_probe_read_user(&p, sizeof p, (const void *)from) || !p.key)
		return 0;
	if (bpf_probe_read_user_str(name, sizeof name, p.key) < 0)
		return 0;
	value = (struct bytes){ .data = p.data, .size = p.size };
	if (equals(name, "secret")) {
		d->secret = value;
	} else if (equals(name, "key")) {
		d->key = value;
	} else if (equals(name, "label")) {
		d->label = value;
	} else if (equals(name, "data")) {
		d->data = value;
	} else if (equals(name, "seed")) {
		if (d->seeds == 0)
			d->label = value;
		else if (d->seeds == 2)
			d->client_random = value;
		d->seeds++;
	}
	return 1;
}

/*
 * int EVP_KDF_derive(EVP_KDF_CTX *ctx, unsigned char *key, size_t keylen, const OSSL_PARAM params[]). The keys of TLS 1.2
 * come from the master secret, "key expansion", and the random values of server and client (RFC 5246 6.3), also in a resumed
 * session. The secrets of TLS 1.3 come from their parent, a label and a transcript hash.
 */
SEC("uprobe")
int probe_evp_kdf_derive(struct pt_regs *ctx)
{
	__u64 parameters = PT_REGS_PARM4(ctx);
	struct derivation d = { 0 };
	char label[LABEL_SIZE] = { 0 };

	for (int i = 0; i < PARAMS_MAX; i++)
		if (!read_parameter(parameters + i * sizeof(struct parameter), &d))
			break;
	if (d.label.size != LABEL_READ && d.label.size != LABEL_READ + 1)
		return 0;
	if (bpf_probe_read_user(label, d.label.size == LABEL_READ ? LABEL_READ : LABEL_READ + 1, d.label.data))
		return 0;
	if (equals(label, "key expansion") && d.client_random.size == RANDOM_SIZE)
		report(KEY_EVENT_MASTER, &d.client_random, &d.secret);
	else if (equals(label, "s hs traffic"))
		report(KEY_EVENT_HANDSHAKE, &d.data, &d.key);
	return 0;
}

/************ GnuTLS (Nettle) ************/

#if defined(__TARGET_ARCH_x86)
/* The seventh and eighth argument are on the stack, after the return address. */
static __always_inline int read_expansion(struct pt_regs *ctx, struct bytes *info, struct bytes *output)
{
	__u64 rest[2];

	if (bpf_probe_read_user(rest, sizeof rest, (const void *)(PT_REGS_SP(ctx) + 8)))
		return 0;
	*info = (struct bytes){ .data = (const void *)ctx->r9, .size = ctx->r8 };
	*output = (struct bytes){ .data = (const void *)rest[1], .size = rest[0] };
	return 1;
}
#elif defined(__TARGET_ARCH_arm64)
static __always_inline int read_expansion(struct pt_regs *ctx, struct bytes *info, struct bytes *output)
{
	const struct user_pt_regs *regs = (const struct user_pt_regs *)ctx;

	*info = (struct bytes){ .data = (const void *)regs->regs[5], .size = regs->regs[4] };
	*output = (struct bytes){ .data = (const void *)regs->regs[7], .size = regs->regs[6] };
	return 1;
}
#endif

static __always_inline unsigned char kind_of(const char *label)
{
	if (begins(label, "tls13 c hs traffic"))
		return KEY_EVENT_CLIENT_HANDSHAKE;
	if (begins(label, "tls13 s hs traffic"))
		return KEY_EVENT_SERVER_HANDSHAKE;
	if (begins(label, "tls13 c ap traffic"))
		return KEY_EVENT_CLIENT_APPLICATION;
	if (begins(label, "tls13 s ap traffic"))
		return KEY_EVENT_SERVER_APPLICATION;
	return 0;
}

/*
 * void nettle_hkdf_expand(void *mac_ctx, update, digest, size_t digest_size, size_t info_size, const uint8_t *info, size_t
 * length, uint8_t *dst). The info is a HkdfLabel; the secret is what the call returns.
 */
SEC("uprobe")
int probe_hkdf_expand(struct pt_regs *ctx)
{
	struct expansion e = { 0 };
	struct bytes info, output;
	char head[HKDF_LABEL_HEAD];
	__u64 thread = bpf_get_current_pid_tgid();
	__u64 name_size;

	if (!read_expansion(ctx, &info, &output) || info.size <= HKDF_LABEL_HEAD ||
	    bpf_probe_read_user(head, sizeof head, info.data) || head[2] != HKDF_LABEL_HEAD - 4)
		return 0;
	e.kind = kind_of(head + 3);
	name_size = (unsigned char)head[HKDF_LABEL_HEAD - 1];
	if (!e.kind || !name_size || name_size > KEY_EVENT_BYTES || info.size != HKDF_LABEL_HEAD + name_size ||
	    bpf_probe_read_user(e.name, name_size, (const char *)info.data + HKDF_LABEL_HEAD))
		return 0;
	e.name_size = name_size;
	e.output = output;
	bpf_map_update_elem(&expansions, &thread, &e, BPF_ANY);
	return 0;
}

SEC("uretprobe")
int probe_hkdf_expanded(struct pt_regs *ctx)
{
	__u64 thread = bpf_get_current_pid_tgid();
	struct expansion *found = bpf_map_lookup_elem(&expansions, &thread);
	__u64 size = found ? found->output.size : 0;
	struct key_event *event;

	(void)ctx;
	if (!found)
		return 0;
	event = bpf_ringbuf_reserve(&events, sizeof *event, 0);
	if (!event) {
		count_lost();
	} else {
		__builtin_memset(event, 0, sizeof *event);
		event->kind = found->kind;
		event->name_size = found->name_size;
		event->secret_size = size;
		__builtin_memcpy(event->name, found->name, sizeof event->name);
		if (!size || size > KEY_EVENT_BYTES ||
		    bpf_probe_read_user(event->secret, size, found->output.data))
			bpf_ringbuf_discard(event, 0);
		else
			bpf_ringbuf_submit(event, 0);
	}
	bpf_map_delete_elem(&expansions, &thread);
	return 0;
}
