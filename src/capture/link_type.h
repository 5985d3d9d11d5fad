/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * link_type: link-layer numbers. Files have LINKTYPE_ numbers, which are the same everywhere; libpcap has
 * DLT_ numbers, some of which depend on the system.
 */
#ifndef SMTPSCOPE_LINK_TYPE_H
#define SMTPSCOPE_LINK_TYPE_H

/*
 * Returns the LINKTYPE_ number (https://www.tcpdump.org/linktypes.html) for libpcap's |dlt|. LINKTYPE_
 * numbers pass unchanged, except 12 and 14, used for raw IP in old files, which become LINKTYPE_RAW.
 */
int link_type_of_dlt(int dlt);

#endif
