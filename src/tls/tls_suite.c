/* SPDX-License-Identifier: BSD-2-Clause */
#include "tls_suite.h"

#include <stdbool.h>
#include <stdlib.h>

enum group {
	GCM_128,   /* AES-128-GCM, SHA-256 */
	GCM_256,   /* AES-256-GCM, SHA-384 */
	CHACHA,	   /* ChaCha20-Poly1305, SHA-256 */
	CCM_128,   /* AES-128-CCM, SHA-256 */
	CCM_256,   /* AES-256-CCM, SHA-256 */
	CCM_128_8, /* with tags of 8 bytes */
	CCM_256_8,
	CBC_128_SHA1, /* AES-128-CBC and HMAC-SHA-1 */
	CBC_256_SHA1,
	CBC_128_SHA256,
	CBC_256_SHA256,
	CBC_256_SHA384, /* with SHA-384 in the PRF, too */
};

static const struct tls_suite GROUPS[] = {
	[GCM_128] = { TLS_AES_128_GCM, TLS_SHA256, TLS_SHA256, 16, 16 },
	[GCM_256] = { TLS_AES_256_GCM, TLS_SHA384, TLS_SHA384, 32, 16 },
	[CHACHA] = { TLS_CHACHA20_POLY1305, TLS_SHA256, TLS_SHA256, 32, 16 },
	[CCM_128] = { TLS_AES_128_CCM, TLS_SHA256, TLS_SHA256, 16, 16 },
	[CCM_256] = { TLS_AES_256_CCM, TLS_SHA256, TLS_SHA256, 32, 16 },
	[CCM_128_8] = { TLS_AES_128_CCM, TLS_SHA256, TLS_SHA256, 16, 8 },
	[CCM_256_8] = { TLS_AES_256_CCM, TLS_SHA256, TLS_SHA256, 32, 8 },
	[CBC_128_SHA1] = { TLS_AES_128_CBC, TLS_SHA256, TLS_SHA1, 16, 0 },
	[CBC_256_SHA1] = { TLS_AES_256_CBC, TLS_SHA256, TLS_SHA1, 32, 0 },
	[CBC_128_SHA256] = { TLS_AES_128_CBC, TLS_SHA256, TLS_SHA256, 16, 0 },
	[CBC_256_SHA256] = { TLS_AES_256_CBC, TLS_SHA256, TLS_SHA256, 32, 0 },
	[CBC_256_SHA384] = { TLS_AES_256_CBC, TLS_SHA384, TLS_SHA384, 32, 0 },
};

/* Suites with consecutive numbers that alternate between two groups, or are all of one. */
static const struct range {
	uint16_t first, last;
	uint8_t even, odd; /* groups of the numbers with an even and an odd distance from |first| */
} RANGES[] = {
	{ 0x002f, 0x0034, CBC_128_SHA1, CBC_128_SHA1 },
	{ 0x0035, 0x003a, CBC_256_SHA1, CBC_256_SHA1 },
	{ 0x003c, 0x003d, CBC_128_SHA256, CBC_256_SHA256 },
	{ 0x003e, 0x0040, CBC_128_SHA256, CBC_128_SHA256 },
	{ 0x0067, 0x0067, CBC_128_SHA256, CBC_128_SHA256 },
	{ 0x0068, 0x006b, CBC_256_SHA256, CBC_256_SHA256 },
	{ 0x006c, 0x006d, CBC_128_SHA256, CBC_256_SHA256 },
	{ 0x008c, 0x008d, CBC_128_SHA1, CBC_256_SHA1 },
	{ 0x0090, 0x0091, CBC_128_SHA1, CBC_256_SHA1 },
	{ 0x0094, 0x0095, CBC_128_SHA1, CBC_256_SHA1 },
	{ 0x009c, 0x00ad, GCM_128, GCM_256 },
	{ 0x00ae, 0x00af, CBC_128_SHA256, CBC_256_SHA384 },
	{ 0x00b2, 0x00b3, CBC_128_SHA256, CBC_256_SHA384 },
	{ 0x00b6, 0x00b7, CBC_128_SHA256, CBC_256_SHA384 },
	{ 0x1301, 0x1302, GCM_128, GCM_256 },
	{ 0x1303, 0x1303, CHACHA, CHACHA },
	{ 0x1304, 0x1305, CCM_128, CCM_128_8 },
	{ 0xc004, 0xc005, CBC_128_SHA1, CBC_256_SHA1 },
	{ 0xc009, 0xc00a, CBC_128_SHA1, CBC_256_SHA1 },
	{ 0xc00e, 0xc00f, CBC_128_SHA1, CBC_256_SHA1 },
	{ 0xc013, 0xc014, CBC_128_SHA1, CBC_256_SHA1 },
	{ 0xc018, 0xc019, CBC_128_SHA1, CBC_256_SHA1 },
	{ 0xc023, 0xc02a, CBC_128_SHA256, CBC_256_SHA384 },
	{ 0xc02b, 0xc032, GCM_128, GCM_256 },
	{ 0xc035, 0xc036, CBC_128_SHA1, CBC_256_SHA1 },
	{ 0xc037, 0xc038, CBC_128_SHA256, CBC_256_SHA384 },
	{ 0xc09c, 0xc09f, CCM_128, CCM_256 },
	{ 0xc0a0, 0xc0a3, CCM_128_8, CCM_256_8 },
	{ 0xc0a4, 0xc0a7, CCM_128, CCM_256 },
	{ 0xc0a8, 0xc0ab, CCM_128_8, CCM_256_8 },
	{ 0xc0ac, 0xc0ad, CCM_128, CCM_256 },
	{ 0xc0ae, 0xc0af, CCM_128_8, CCM_256_8 },
	{ 0xcca8, 0xccae, CHACHA, CHACHA },
	{ 0xd001, 0xd002, GCM_128, GCM_256 },
	{ 0xd003, 0xd003, CCM_128_8, CCM_128_8 },
	{ 0xd005, 0xd005, CCM_128, CCM_128 },
};

static int compare(const void *key, const void *entry)
{
	uint16_t number = *(const uint16_t *)key;
	const struct range *range = entry;

	return number < range->first ? -1 : number > range->last;
}

bool tls_suite_find(uint16_t number, struct tls_suite *suite)
{
	const struct range *found =
	    bsearch(&number, RANGES, sizeof RANGES / sizeof *RANGES, sizeof *RANGES, compare);

	if (found)
		*suite = GROUPS[(number - found->first) % 2 ? found->odd : found->even];
	return found != NULL;
}
