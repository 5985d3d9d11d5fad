/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tls_opener: opens the records of one TLS connection with the secrets of a store (tls_keys.h). It follows the handshake's
 * stages, KeyUpdate (RFC 8446 4.6.3) and the sequence numbers of both directions. After a loss, it finds its place again by
 * trying sequence numbers: a tag that fits is proof.
 */
#ifndef SMTPSCOPE_TLS_OPENER_H
#define SMTPSCOPE_TLS_OPENER_H

#include "tls_handshake.h"
#include "tls_opened.h"
#include "tls_workspace.h"

/* Why records are not opened. */
enum tls_sealed_by {
	TLS_OPENED,	      /* they are, or nothing is known yet */
	TLS_SEALED_NO_KEY,    /* no secret of this connection was given */
	TLS_SEALED_SUITE,     /* this suite, version or compression is not supported */
	TLS_SEALED_PLACE,     /* the place was lost after missing or damaged records */
	TLS_SEALED_MIDSTREAM, /* the capture began after the handshake, and no key fits */
	TLS_SEALED_LATE_KEY,  /* its secret was given after its records */
	TLS_SEALED_WRONG_KEY, /* the secret given for this connection does not fit its records */
};

/* The reason for a connection that has none of the secrets given, or was not tried because there are none. TLS_OPENED: nothing was sealed. */
enum tls_sealed_by tls_sealed_without_keys(const struct tls_handshake *handshake);

struct tls_opener;

/*
 * The opener of a connection whose hellos |handshake| reads: it must be given each chunk first, and outlive the opener, which
 * sets its hello_sink. |workspace| must outlive it, too. Returns NULL if memory runs out.
 */
struct tls_opener *tls_opener_create(struct tls_workspace *workspace, struct tls_handshake *handshake,
				     tls_opened_sink *sink, void *context);
/* Cleanses and frees. */
void tls_opener_destroy(struct tls_opener *o);
/* Chunks and gaps of each direction in order. */
void tls_opener_push(struct tls_opener *o, const struct chunk *chunk);
/* Returns whether the next records need secrets that the store does not have. */
bool tls_opener_lacks_keys(struct tls_opener *o);
/* Returns whether any record was opened. */
bool tls_opener_opened(const struct tls_opener *o);
enum tls_sealed_by tls_opener_sealed(const struct tls_opener *o);

#endif
