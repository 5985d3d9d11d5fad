/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * key_event: what the probes of key_probe.bpf.c report of a TLS handshake. Shared by the BPF program and its reader, so it has
 * types of the language alone.
 */
#ifndef SMTPSCOPE_KEY_EVENT_H
#define SMTPSCOPE_KEY_EVENT_H

enum key_event_kind {
	KEY_EVENT_MASTER = 1,	      /* TLS 1.2 and older: the master secret; |name| is the client random */
	KEY_EVENT_HANDSHAKE,	      /* TLS 1.3: the handshake secret, the parent of the next two */
	KEY_EVENT_CLIENT_HANDSHAKE,   /* client_handshake_traffic_secret */
	KEY_EVENT_SERVER_HANDSHAKE,   /* server_handshake_traffic_secret */
	KEY_EVENT_CLIENT_APPLICATION, /* client_application_traffic_secret_0 */
	KEY_EVENT_SERVER_APPLICATION, /* server_application_traffic_secret_0 */
};

enum { KEY_EVENT_BYTES = 64 };

struct key_event {
	unsigned char kind; /* of enum key_event_kind */
	unsigned char name_size, secret_size;
	unsigned char name[KEY_EVENT_BYTES]; /* TLS 1.3: the transcript hash that the secret was derived with */
	unsigned char secret[KEY_EVENT_BYTES];
};

#endif
