/* SPDX-License-Identifier: BSD-2-Clause */
/* viewer_page: the HTML page around the records of a report, made by the build from src/report/viewer. */
#ifndef SMTPSCOPE_VIEWER_PAGE_H
#define SMTPSCOPE_VIEWER_PAGE_H

#include <stddef.h>

/* UTF-8 text before and after the records; without a terminating NUL. */
extern const unsigned char viewer_head[], viewer_tail[];
extern const size_t viewer_head_length, viewer_tail_length;

#endif
