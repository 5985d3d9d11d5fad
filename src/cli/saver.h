/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * saver: writes some sessions of smtpscope top to a file, as packets or as a report. It analyzes the packets again and selects the
 * sessions by their endpoints and times.
 */
#ifndef SMTPSCOPE_SAVER_H
#define SMTPSCOPE_SAVER_H

#include "frame.h"
#include "full_screen.h"
#include "options.h"
#include "rules.h"

/* Saving may use this part of --max-memory. The caller leaves it free. */
enum { SAVER_MEMORY_SHARE = 8 };

struct saver {
	const struct options *options;
	const struct rules *rules;
	/* Passes all packets that are still there to |sink|. Returns false if they cannot be read. */
	bool (*packets)(void *context, frame_sink *sink, void *sink_context);
	void *context;
	int directory; /* where files are created; AT_FDCWD: names may be paths */
	bool several_inputs;
};

/*
 * Creates the file of |request| and writes the sessions. An existing file is not overwritten. Returns whether that worked; one line
 * in |message| says what was saved, or why not.
 */
bool saver_save(const struct saver *s, const struct save_request *request, struct buf *message);

#endif
