/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transcript_feed: feeds a dialogue that was read from a text through the stages after the packets. Its lines become chunks in the order in
 * which they stand; packet numbers are line numbers. There are no times, acknowledgements or addresses (flow.transcript).
 */
#ifndef SMTPSCOPE_TRANSCRIPT_FEED_H
#define SMTPSCOPE_TRANSCRIPT_FEED_H

#include "proxy.h"
#include "transcript.h"

/*
 * Feeds |dialogue| to |sink| as session |number|. A dialogue without its beginning gets a greeting that is not in the text, so that its
 * replies can be paired.
 */
void transcript_feed(const struct proxy_sink *sink, const struct transcript *dialogue, uint64_t number);

#endif
