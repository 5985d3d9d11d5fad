/* SPDX-License-Identifier: BSD-2-Clause */
#include "guess.h"

/* First bytes of other kinds of files, and their names. */
struct signature {
	const char *begin, *words;
};

static const struct signature known[] = {
	{ "snoop", "a snoop capture, which is not supported (convert it with editcap or tcpdump)" },
	{ "GMBU", "a Network Monitor capture, which is not supported (convert it with editcap)" },
	{ "RTSS", "a Network Monitor capture, which is not supported (convert it with editcap)" },
	{ "\x1f\x8b", "gzip data" },
	{ "\xfd"
	  "7zXZ",
	  "xz data" },
	{ "\x28\xb5\x2f\xfd", "zstd data" },
	{ "\x04\x22\x4d\x18", "lz4 data" },
	{ "BZh", "bzip2 data, which is not supported (decompress it with bunzip2)" },
	{ "PK\x03\x04", "a zip archive" },
	{ "7z\xbc\xaf", "a 7z archive" },
	{ "%PDF", "a PDF document" },
	{ "\x7f"
	  "ELF",
	  "a program" },
};

/* Accepts printable ASCII, white space, escape, and bytes above 127 (UTF-8, Latin-1). */
static bool is_text(struct span head)
{
	size_t plain = 0;

	for (size_t i = 0; i < head.length; i++) {
		uint8_t byte = head.at[i];
		if (byte < ' ' && !(byte >= '\t' && byte <= '\r') && byte != 0x1b)
			return false;
		if (byte == 0x7f)
			return false;
		plain += byte < 0x80;
	}
	return plain * 2 > head.length;
}

const char *guess_content(struct span head)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (span_equal(span_first(head, strlen(known[i].begin)), span_text(known[i].begin)))
			return known[i].words;
	return is_text(head) ? "text" : NULL;
}
