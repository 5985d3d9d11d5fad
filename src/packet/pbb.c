/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pbb: provider backbone bridges, MAC in MAC (IEEE 802.1ah): a service tag, then the customer's complete
 * frame.
 */
#include "layer.h"

enum { SERVICE_TAG = 4 };

static enum packet_outcome decode(struct walk *w)
{
	return walk_on(w, SERVICE_TAG, LAYER_ETHERTYPE, ETHERTYPE_ETHERNET);
}

const struct layer layer_pbb = {
	.name = "pbb",
	.decode = decode,
	.keys = (const struct layer_key[]){ { LAYER_ETHERTYPE, 0x88e7 }, { LAYER_END } },
};
