/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * later_number: numbers of findings in the JSON of a report that has only some of the sessions. Findings are numbered over all sessions, so
 * such a report writes its own number behind a mark, and the one who puts the reports together replaces both. Both marks are control
 * characters, which JSON never contains.
 */
#ifndef SMTPSCOPE_LATER_NUMBER_H
#define SMTPSCOPE_LATER_NUMBER_H

enum {
	LATER_NUMBER_OF = 0x01, /* before the number of the finding that is written */
	LATER_NUMBER_TO = 0x02, /* before the number of a finding that is referred to */
};

#endif
