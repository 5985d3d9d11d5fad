#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The live tests: live.py WORK-DIRECTORY SMTPSCOPE [--tls] [TEST]... Run by tests/live/live, in namespaces of its own. With --tls, those of
sessions inside TLS, which have servers of their own."""
import inspect
import os
import sys
import time
import traceback

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'samples', 'lab'))
import network  # noqa: E402
import servers  # noqa: E402
import cases  # noqa: E402
import tls_cases  # noqa: E402


class Lab:
    """The cable, the servers there are, and the program."""

    def __init__(self, work, program):
        network.private_system(work)
        network.lay_cable()
        self.work, self.program = work, program
        self.postfix = servers.Postfix(work)
        self.opensmtpd = servers.OpenSmtpd(work) if os.environ.get('SMTPD') else None
        self.exim = servers.Exim(work) if os.environ.get('EXIM') else None
        for server in (self.postfix, self.opensmtpd, self.exim):
            if server:
                server.start()
        os.makedirs(work + '/out')
        os.chmod(work + '/out', 0o777)

    def path(self, name):
        return os.path.join(self.work, 'out', name)


def main(work, program, names):
    inside_tls = names[:1] == ['--tls']
    names = names[1:] if inside_tls else names
    module = tls_cases if inside_tls else cases
    tests = {name[5:]: function for name, function in inspect.getmembers(module, inspect.isfunction) if name.startswith('test_')}
    for name in names:
        if name not in tests:
            raise SystemExit('tests/live: there is no test %s; there are: %s' % (name, ' '.join(tests)))
    lab = tls_cases.Lab(work, program) if inside_tls else Lab(work, program)
    if not inside_tls and not lab.opensmtpd and not lab.exim:
        print('neither OpenSMTPD nor Exim is here (SMTPD=PATH, EXIM=PATH): Postfix alone', flush=True)
    failed = 0
    for name in names or tests:
        began = time.monotonic()
        try:
            tests[name](lab)
            result = 'ok'
        except Exception:  # pylint: disable=broad-except
            traceback.print_exc()
            result, failed = 'FAILED', failed + 1
        print('%-24s %s (%.1f s)' % (name, result, time.monotonic() - began), flush=True)
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
