/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * keylog: a library to preload into programs that use OpenSSL, so that they write their TLS secrets to
 * $SSLKEYLOGFILE (man smtpscope-tls). Not a part of smtpscope, and not linked to OpenSSL either: it must also
 * load into programs that never use TLS, such as the other daemons of a mail server.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define EXPORTED __attribute__((visibility("default")))

/* Of OpenSSL, which keeps them opaque. */
typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_st SSL;
typedef void keylog_callback(const SSL *ssl, const char *line);

EXPORTED SSL_CTX *SSL_CTX_new(const void *method);
EXPORTED SSL_CTX *SSL_CTX_new_ex(void *library, const char *properties, const void *method);
EXPORTED SSL *SSL_new(SSL_CTX *context);

static struct stat opened; /* of the file; st_nlink 0: there is none */
static int file = -1;

/*
 * The file is opened before the program gives up root and enters its chroot. A link, a file of somebody else
 * and one that others can read are refused: the secrets open every recorded session. A pipe is refused
 * because writing to it could block or end the program.
 */
__attribute__((constructor)) static void open_file(void)
{
	const char *path = secure_getenv("SSLKEYLOGFILE");

	if (!path || !*path)
		return;
	file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
	if (file < 0)
		return;
	if (fstat(file, &opened) == 0 && S_ISREG(opened.st_mode) && opened.st_uid == geteuid() &&
	    (opened.st_mode & 077) == 0)
		return;
	close(file);
	file = -1;
}

/* A program that closes all descriptors may have opened another file, or a connection, under this number. */
static int still_open(void)
{
	struct stat now;

	return file >= 0 && fstat(file, &now) == 0 && now.st_dev == opened.st_dev &&
	       now.st_ino == opened.st_ino;
}

static void write_line(const SSL *ssl, const char *line)
{
	char end = '\n';
	struct iovec parts[2] = { { .iov_base = (void *)(uintptr_t)line, .iov_len = strlen(line) },
				  { .iov_base = &end, .iov_len = 1 } };

	(void)ssl;
	/* One call, so that lines of several processes do not mix. */
	if (still_open() && writev(file, parts, 2) < 0)
		return;
}

/*
 * Stores the function of libssl in |function|, a pointer to a function pointer; NULL if there is none. A libssl that
 * came with a plugin is not among the libraries that RTLD_NEXT searches.
 */
static void find(const char *name, void *function)
{
	static const char *const libraries[] = { "libssl.so.3", "libssl.so.1.1" };
	void *found = dlsym(RTLD_NEXT, name);

	for (size_t i = 0; i < sizeof libraries / sizeof *libraries && !found; i++) {
		void *library = dlopen(libraries[i], RTLD_LAZY | RTLD_NOLOAD);

		if (!library)
			continue;
		found = dlsym(library, name);
		dlclose(library); /* the program holds it */
	}
	memcpy(function, &found, sizeof found);
}

/* A program that writes a key log of its own keeps it. */
static void log_keys(SSL_CTX *context)
{
	keylog_callback *(*get)(const SSL_CTX *);
	void (*set)(SSL_CTX *, keylog_callback *);

	if (!context || file < 0)
		return;
	find("SSL_CTX_get_keylog_callback", &get);
	find("SSL_CTX_set_keylog_callback", &set);
	if (get && set && !get(context))
		set(context, write_line);
}

SSL_CTX *SSL_CTX_new(const void *method)
{
	SSL_CTX *(*create)(const void *), *context;

	find("SSL_CTX_new", &create);
	context = create ? create(method) : NULL;
	log_keys(context);
	return context;
}

SSL_CTX *SSL_CTX_new_ex(void *library, const char *properties, const void *method)
{
	SSL_CTX *(*create)(void *, const char *, const void *), *context;

	find("SSL_CTX_new_ex", &create);
	context = create ? create(library, properties, method) : NULL;
	log_keys(context);
	return context;
}

/* Also for contexts that were created inside of libssl. */
SSL *SSL_new(SSL_CTX *context)
{
	SSL *(*create)(SSL_CTX *);

	find("SSL_new", &create);
	log_keys(context);
	return create ? create(context) : NULL;
}
