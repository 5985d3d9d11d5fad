/* SPDX-License-Identifier: BSD-2-Clause */
#include "sandbox.h"

#include "seccomp_library.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <pwd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/************ who ************/

bool sandbox_find_account(struct sandbox_account *account, const char *wanted, struct buf *error)
{
	const struct passwd *entry;

	*account = (struct sandbox_account){ 0 };
	if (geteuid() != 0) {
		if (!wanted)
			return true;
		buf_text(error, "--user: only root can switch users");
		return false;
	}
	entry = getpwnam(wanted ? wanted : "smtpscope");
	if (!entry && !wanted)
		entry = getpwnam("nobody");
	if (!entry) {
		buf_format(error, "--user: there is no user '%s'", wanted ? wanted : "nobody");
		return false;
	}
	*account =
	    (struct sandbox_account){ .name = wanted ? wanted : "", .uid = entry->pw_uid, .gid = entry->pw_gid };
	return true;
}

static bool fail(const char *what, struct buf *error)
{
	buf_format(error, "%s: %s", what, strerror(errno));
	return false;
}

/* Drops all capabilities, also from the sets from which they could return, if permitted. */
static bool drop_capabilities(struct buf *error)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = { { 0 } };

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capset, &header, none) != 0)
		return fail("cannot drop capabilities", error);
	return true;
}

bool sandbox_drop(const struct sandbox_account *account, struct buf *error)
{
	if (account->name) {
		for (int c = 0; prctl(PR_CAPBSET_READ, c, 0, 0, 0) >= 0; c++)
			prctl(PR_CAPBSET_DROP, c, 0, 0, 0);
		if (setgroups(0, NULL) != 0 || setresgid(account->gid, account->gid, account->gid) != 0 ||
		    setresuid(account->uid, account->uid, account->uid) != 0)
			return fail("--user", error);
		if (account->uid != 0 && setuid(0) == 0) {
			buf_text(error, "--user: root privileges could be regained");
			return false;
		}
	}
	if (!drop_capabilities(error))
		return false;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return fail("cannot set no_new_privs", error);
	return true;
}

/************ what ************/

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif

/* Reading packets from rings, reading and writing open files, memory, time, signals, exit. */
// clang-format off
static const int READER_CALLS[] = {
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(lseek), SCMP_SYS(fstat), SCMP_SYS(ftruncate),
	SCMP_SYS(fcntl), SCMP_SYS(dup3), SCMP_SYS(close), SCMP_SYS(fsync), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk), SCMP_SYS(madvise), SCMP_SYS(mlock), SCMP_SYS(futex),
	SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
	SCMP_SYS(getrandom), SCMP_SYS(restart_syscall), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(tgkill), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(rseq),
	/*
	 * libpcap reads the ring's counters, unmaps it, and checks whether a failed interface still exists.
	 */
	SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(getsockname),
};
// clang-format on

// clang-format off
static const int SERVER_CALLS[] = {
	SCMP_SYS(accept4), SCMP_SYS(accept), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_ctl), SCMP_SYS(sendto),
	SCMP_SYS(sendmsg), SCMP_SYS(sendfile), SCMP_SYS(shutdown), SCMP_SYS(getpeername),
};
// clang-format on

/* The filter that is made. */
struct filter {
	struct seccomp_library seccomp;
	scmp_filter_ctx context;
};

/* Matches if argument |arg|, masked with |mask|, is |value|. */
static struct scmp_arg_cmp masked(unsigned arg, uint64_t mask, uint64_t value)
{
	return (struct scmp_arg_cmp){ .arg = arg, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value };
}

static int allow_all(const struct filter *filter, const int *calls, size_t count)
{
	int status = 0;

	for (size_t i = 0; i < count && status == 0; i++)
		status = filter->seccomp.seccomp_rule_add(filter->context, SCMP_ACT_ALLOW, calls[i], 0);
	return status;
}

/*
 * Non-executable memory can be mapped; executable memory is refused, and PCRE2 then uses its interpreter.
 * Files can be opened and renamed in the given directories, and are refused elsewhere: libraries try to read
 * their configuration.
 */
static int allow_some(const struct filter *filter, const struct sandbox_needs *needs)
{
	static const int opening[] = { SCMP_SYS(openat), SCMP_SYS(newfstatat) };
	static const uint32_t asking[] = { SIOCGIFNAME, SIOCGIFFLAGS, SIOCGIFINDEX, PERF_EVENT_IOC_DISABLE };
	static const uint32_t drawing[] = { TIOCGWINSZ, TCGETS, TCSETS, TCSETSW, TCSETSF, TCFLSH, TIOCGPGRP };
	static const int refused[] = { SCMP_SYS(open), SCMP_SYS(stat), SCMP_SYS(access), SCMP_SYS(readlink) };
	const uint32_t no = SCMP_ACT_ERRNO(EACCES);
	int status = 0;

	for (int i = 0; i < 2 && status == 0; i++) {
		int call = i ? SCMP_SYS(mprotect) : SCMP_SYS(mmap);

		status = filter->seccomp.seccomp_rule_add(filter->context, SCMP_ACT_ALLOW, call, 1,
							  masked(2, PROT_EXEC, 0));
		if (status == 0)
			status = filter->seccomp.seccomp_rule_add(filter->context, no, call, 1,
								  masked(2, PROT_EXEC, PROT_EXEC));
	}
	/* Both names of a rename are in the same directory. */
	for (size_t d = 0; d < needs->directory_count; d++)
		for (int i = 0; i < 2 && status == 0; i++)
			status = filter->seccomp.seccomp_rule_add(
			    filter->context, SCMP_ACT_ALLOW, i ? SCMP_SYS(renameat2) : SCMP_SYS(renameat), 2,
			    masked(0, UINT32_MAX, (uint32_t)needs->directories[d]),
			    masked(2, UINT32_MAX, (uint32_t)needs->directories[d]));
	for (size_t i = 0; i < sizeof opening / sizeof *opening && status == 0; i++) {
		for (size_t d = 0; d < needs->directory_count && status == 0; d++)
			status = filter->seccomp.seccomp_rule_add(
			    filter->context, SCMP_ACT_ALLOW, opening[i], 1,
			    masked(0, UINT32_MAX, (uint32_t)needs->directories[d]));
		if (status == 0)
			status = filter->seccomp.seccomp_rule_add(filter->context, no, opening[i], 1,
								  masked(0, UINT32_MAX, (uint32_t)AT_FDCWD));
	}
	/* glibc implements fstat as newfstatat with an empty name on a descriptor. */
	if (status == 0)
		status = filter->seccomp.seccomp_rule_add(filter->context, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat),
							  1, masked(3, AT_EMPTY_PATH, AT_EMPTY_PATH));
	/* A terminal: its size and its modes. */
	for (size_t i = 0; needs->terminal && i < sizeof drawing / sizeof *drawing && status == 0; i++)
		status = filter->seccomp.seccomp_rule_add(filter->context, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
							  masked(1, UINT32_MAX, drawing[i]));
	/* Querying the name and state of an interface, removing key probes at the end; other terminal requests are refused. */
	for (size_t i = 0; i < sizeof asking / sizeof *asking && status == 0; i++)
		status = filter->seccomp.seccomp_rule_add(filter->context, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
							  masked(1, UINT32_MAX, asking[i]));
	if (status == 0 && !needs->terminal)
		status = filter->seccomp.seccomp_rule_add(filter->context, no, SCMP_SYS(ioctl), 1,
							  masked(1, UINT32_MAX, TCGETS));
	for (size_t i = 0; i < sizeof refused / sizeof *refused && status == 0; i++)
		status = filter->seccomp.seccomp_rule_add(filter->context, no, refused[i], 0);
	return status;
}

bool sandbox_enter(const struct sandbox_needs *needs, struct buf *error)
{
#ifdef SANITIZED
	(void)needs;
	(void)allow_all;
	(void)masked;
	(void)allow_some;
	(void)READER_CALLS;
	(void)SERVER_CALLS;
	buf_text(error, "built with sanitizers, which need system calls that the sandbox forbids");
	return false;
#else
	struct filter filter;
	int status;

	if (!seccomp_library_load(&filter.seccomp)) {
		buf_format(error, "cannot filter system calls without %s, which is not installed",
			   LIBSECCOMP_SONAME);
		return false;
	}
	filter.context = filter.seccomp.seccomp_init(SCMP_ACT_KILL_PROCESS);
	status = filter.context ? 0 : -ENOMEM;
	/* The memory contains other people's mail: do not dump core. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (status == 0)
		status = allow_all(&filter, READER_CALLS, sizeof READER_CALLS / sizeof *READER_CALLS);
	if (status == 0 && needs->serves)
		status = allow_all(&filter, SERVER_CALLS, sizeof SERVER_CALLS / sizeof *SERVER_CALLS);
	if (status == 0)
		status = allow_some(&filter, needs);
	if (status == 0)
		status = filter.seccomp.seccomp_load(filter.context);
	filter.seccomp.seccomp_release(filter.context);
	if (status != 0)
		buf_format(error, "cannot filter system calls: %s", strerror(-status));
	return status == 0;
#endif
}
