/* SPDX-License-Identifier: BSD-2-Clause */
/* http_connect: the method CONNECT of HTTP/1 (RFC 9110 9.3.6) before a dialogue, repeated if the proxy requires credentials first. */
#ifndef SMTPSCOPE_HTTP_CONNECT_H
#define SMTPSCOPE_HTTP_CONNECT_H

#include "tunnel.h"

enum tunnel_verdict http_connect_read(const struct tunnel_talk *talk, struct tunnel *tunnel);

#endif
