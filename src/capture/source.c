/* SPDX-License-Identifier: BSD-2-Clause */
#include "source.h"

int source_run(struct source *s, frame_sink *sink, void *context)
{
	struct frame frame;
	int status;

	if (s->kind->run)
		return s->kind->run(s, sink, context);
	while ((status = source_next(s, &frame)) > 0)
		sink(context, &frame);
	return status;
}

const char *source_error(struct source *s)
{
	return buf_string(&s->error);
}

void source_close(struct source *s)
{
	if (!s)
		return;
	buf_finish(&s->error);
	s->kind->close(s);
}
