/* SPDX-License-Identifier: BSD-2-Clause */
#include "microhttpd_library.h"

LIBRARY_NOTE(LIBMICROHTTPD_SONAME, "metrics", "Serve the metrics of watch to Prometheus");

bool microhttpd_library_load(struct microhttpd_library *library)
{
	static const struct library_function functions[] = {
		LIBRARY_FUNCTION(struct microhttpd_library, MHD_start_daemon),
		LIBRARY_FUNCTION(struct microhttpd_library, MHD_stop_daemon),
		LIBRARY_FUNCTION(struct microhttpd_library, MHD_get_daemon_info),
		LIBRARY_FUNCTION(struct microhttpd_library, MHD_run),
		LIBRARY_FUNCTION(struct microhttpd_library, MHD_get_connection_info),
		LIBRARY_FUNCTION(struct microhttpd_library, MHD_create_response_from_buffer),
		LIBRARY_FUNCTION(struct microhttpd_library, MHD_add_response_header),
		LIBRARY_FUNCTION(struct microhttpd_library, MHD_queue_response),
		LIBRARY_FUNCTION(struct microhttpd_library, MHD_destroy_response),
	};

	return library_load(library, LIBMICROHTTPD_SONAME, functions, sizeof functions / sizeof *functions);
}
