/* SPDX-License-Identifier: BSD-2-Clause */
/* link_type: numbers of link layers. Files have LINKTYPE_ numbers, the same everywhere; libpcap has DLT_
 * numbers, some of which differ by system. */
#ifndef SMTPSCOPE_LINK_TYPE_H
#define SMTPSCOPE_LINK_TYPE_H

/*
 * The LINKTYPE_ number (https://www.tcpdump.org/linktypes.html) of libpcap's |dlt|. A LINKTYPE_ number stays
 * what it is, and raw IP under the numbers 12 and 14, which old files have, becomes LINKTYPE_RAW.
 */
int link_type_of_dlt(int dlt);

#endif
