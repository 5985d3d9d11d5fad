/* SPDX-License-Identifier: BSD-2-Clause */
#include "link_type.h"

#include <pcap/dlt.h>
#include <stddef.h>

int link_type_of_dlt(int dlt)
{
	/* All others have the same number on every system, or no meaning outside one. */
	static const struct {
		int dlt, link_type;
	} differing[] = {
		{ DLT_RAW, 101 },	 { DLT_LOOP, 108 },	 { DLT_ENC, 109 }, { DLT_ATM_RFC1483, 100 },
		{ DLT_SLIP_BSDOS, 102 }, { DLT_PPP_BSDOS, 103 }, { 12, 101 },	   { 14, 101 },
	};

	for (size_t i = 0; i < sizeof differing / sizeof *differing; i++)
		if (differing[i].dlt == dlt)
			return differing[i].link_type;
	return dlt;
}
