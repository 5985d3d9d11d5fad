/* SPDX-License-Identifier: BSD-2-Clause */
#include "keylog.h"

#include "key_log_file.h"
#include "notice.h"
#include "openssl_library.h"

#include <errno.h>
#include <stdio.h>

enum { MESSAGE_KEPT = 8192 };

static void tell(struct buf *text)
{
	if (text->length)
		notice("smtpscope: %s\n", buf_string(text));
	buf_clear(text);
}

bool keylog_possible(const char *option)
{
	struct openssl_library openssl = { 0 };

	if (openssl_library_load(&openssl))
		return true;
	notice("smtpscope: %s needs %s, which is not installed\n", option, openssl_library_name());
	return false;
}

bool keylog_read(struct pipeline *p, const char *path)
{
	struct key_log_file file;
	struct buf message;
	bool good;

	if (!path)
		return true;
	if (!keylog_possible("--keylog"))
		return false;
	buf_init(&message, MESSAGE_KEPT);
	good = key_log_file_open(&file, path, false, pipeline_keys(p), &message, &message);
	tell(&message);
	if (good) {
		good = key_log_file_read(&file);
		if (!good)
			notice("smtpscope: %s: %s\n", path, strerror(errno));
		key_log_file_close(&file, &message);
		tell(&message);
	}
	buf_finish(&message);
	return good;
}
