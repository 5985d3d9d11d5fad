/* SPDX-License-Identifier: BSD-2-Clause */
/* socks: SOCKS 4, 4a and 5 (RFC 1928, RFC 1929) before a dialogue. User names and passwords are skipped and never kept. */
#ifndef SMTPSCOPE_SOCKS_H
#define SMTPSCOPE_SOCKS_H

#include "tunnel.h"

enum tunnel_verdict socks_read(const struct tunnel_talk *talk, struct tunnel *tunnel);

#endif
