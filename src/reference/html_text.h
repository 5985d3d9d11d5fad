/* SPDX-License-Identifier: BSD-2-Clause */
/* html_text: the text of an HTML page, without its markup: enough to find the replies that a bounce in HTML quotes. */
#ifndef SMTPSCOPE_HTML_TEXT_H
#define SMTPSCOPE_HTML_TEXT_H

#include "buf.h"

enum { HTML_NAME_KEPT = 12 };

/* Zeroed, it is ready for the beginning of a page. */
struct html_text {
	enum { HTML_TEXT, HTML_TAG, HTML_ENTITY } state;
	char name[HTML_NAME_KEPT]; /* of the tag or entity, as far as it was read */
	size_t length;
	bool named;  /* the name of the tag is complete */
	bool hidden; /* inside an element that is not shown */
};

/* Appends the text of the next bytes of the page to |out|; blocks begin on lines of their own. */
void html_text_push(struct html_text *h, struct span bytes, struct buf *out);

#endif
