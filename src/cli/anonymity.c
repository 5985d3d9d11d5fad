/* SPDX-License-Identifier: BSD-2-Clause */
#include "anonymity.h"

#include "hash_secret.h"
#include "notice.h"
#include "openssl_library.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

enum { KEY_MIN = 16, KEY_MAX = 4096, KEY_RANDOM = 32 };

/* Returns the length of the key, or 0. */
static size_t read_key(const char *path, uint8_t key[static KEY_MAX])
{
	FILE *file = path ? fopen(path, "r") : NULL;
	size_t length;

	if (!path)
		return getrandom(key, KEY_RANDOM, 0) == KEY_RANDOM ? KEY_RANDOM : 0;
	if (!file) {
		notice("smtpscope: %s: %s\n", path, strerror(errno));
		return 0;
	}
	length = fread(key, 1, KEY_MAX, file);
	fclose(file);
	if (length >= KEY_MIN)
		return length;
	notice("smtpscope: %s: a key needs at least %d bytes\n", path, KEY_MIN);
	return 0;
}

/* Why there are no pseudonyms. */
static void complain(void)
{
	struct openssl_library openssl = { 0 };

	if (openssl_library_load(&openssl))
		notice("smtpscope: out of memory\n");
	else
		notice("smtpscope: --anonymize needs %s, which is not installed\n", openssl_library_name());
}

bool anonymity_open(struct anonymity *a, const struct rules *rules, const char *path, bool providers,
		    struct account *account)
{
	struct disguise_config config = { .rules = rules, .providers = providers, .account = account };
	uint8_t key[KEY_MAX];
	size_t length = read_key(path, key);

	if (!length)
		return false;
	a->pseudonym = pseudonym_create(span_of(key, length));
	explicit_bzero(key, sizeof key);
	config.pseudonym = a->pseudonym;
	hash_secret_make(config.secret);
	a->disguise = a->pseudonym ? disguise_create(&config) : NULL;
	if (!a->disguise)
		complain();
	return a->disguise != NULL;
}

void anonymity_close(struct anonymity *a)
{
	disguise_destroy(a->disguise);
	pseudonym_destroy(a->pseudonym);
}

void anonymity_push(void *anonymity, const struct frame *frame)
{
	struct anonymity *a = anonymity;

	pipeline_push(a->pipeline, frame);
}
