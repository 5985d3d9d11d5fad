/* SPDX-License-Identifier: BSD-2-Clause */
/* microhttpd_library: the functions of libmicrohttpd that metrics_server.c calls; the library is loaded for `watch --metrics` alone. */
#ifndef SMTPSCOPE_MICROHTTPD_LIBRARY_H
#define SMTPSCOPE_MICROHTTPD_LIBRARY_H

#include <microhttpd.h>

#include "library.h"

struct microhttpd_library {
	LIBRARY_POINTER(MHD_start_daemon);
	LIBRARY_POINTER(MHD_stop_daemon);
	LIBRARY_POINTER(MHD_get_daemon_info);
	LIBRARY_POINTER(MHD_run);
	LIBRARY_POINTER(MHD_get_connection_info);
	LIBRARY_POINTER(MHD_create_response_from_buffer);
	LIBRARY_POINTER(MHD_add_response_header);
	LIBRARY_POINTER(MHD_queue_response);
	LIBRARY_POINTER(MHD_destroy_response);
};

/* Returns false if the library is not installed or has another interface. */
bool microhttpd_library_load(struct microhttpd_library *library);

#endif
