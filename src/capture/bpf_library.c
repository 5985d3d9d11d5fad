/* SPDX-License-Identifier: BSD-2-Clause */
#include "bpf_library.h"

LIBRARY_NOTE(LIBBPF_SONAME, "keys", "Read the TLS secrets of this host");

bool bpf_library_load(struct bpf_library *library)
{
	static const struct library_function functions[] = {
		LIBRARY_FUNCTION(struct bpf_library, libbpf_set_print),
		LIBRARY_FUNCTION(struct bpf_library, bpf_object__open_mem),
		LIBRARY_FUNCTION(struct bpf_library, bpf_object__load),
		LIBRARY_FUNCTION(struct bpf_library, bpf_object__close),
		LIBRARY_FUNCTION(struct bpf_library, bpf_object__find_map_fd_by_name),
		LIBRARY_FUNCTION(struct bpf_library, bpf_object__find_program_by_name),
		LIBRARY_FUNCTION(struct bpf_library, bpf_program__attach_uprobe),
		LIBRARY_FUNCTION(struct bpf_library, bpf_link__destroy),
		LIBRARY_FUNCTION(struct bpf_library, ring_buffer__new),
		LIBRARY_FUNCTION(struct bpf_library, ring_buffer__consume),
		LIBRARY_FUNCTION(struct bpf_library, ring_buffer__free),
	};

	return library_load(library, LIBBPF_SONAME, functions, sizeof functions / sizeof *functions);
}
