/* SPDX-License-Identifier: BSD-2-Clause */
/* bpf_library: the functions of libbpf that key_probe.c calls; the library is loaded for `watch --keys-from-host` alone. */
#ifndef SMTPSCOPE_BPF_LIBRARY_H
#define SMTPSCOPE_BPF_LIBRARY_H

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "library.h"

struct bpf_library {
	LIBRARY_POINTER(libbpf_set_print);
	LIBRARY_POINTER(bpf_object__open_mem);
	LIBRARY_POINTER(bpf_object__load);
	LIBRARY_POINTER(bpf_object__close);
	LIBRARY_POINTER(bpf_object__find_map_fd_by_name);
	LIBRARY_POINTER(bpf_object__find_program_by_name);
	LIBRARY_POINTER(bpf_program__attach_uprobe);
	LIBRARY_POINTER(bpf_link__destroy);
	LIBRARY_POINTER(ring_buffer__new);
	LIBRARY_POINTER(ring_buffer__consume);
	LIBRARY_POINTER(ring_buffer__free);
};

/* Returns false if the library is not installed or has another interface. */
bool bpf_library_load(struct bpf_library *library);

#endif
