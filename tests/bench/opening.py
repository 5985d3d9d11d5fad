# SPDX-License-Identifier: BSD-2-Clause
"""What opening TLS records costs: the same mail is read inside TLS 1.3 (AES-128-GCM, full records), with its key log, and in plain text.

The difference of CPU time per byte of mail is compared with what `openssl speed -evp aes-128-gcm` (blocks of 16,384 bytes) needs at the
same time. The programs run alternately; user and system time are each the least of all runs, because load on the machine only ever adds
time.
"""
import json
import os
import re
import subprocess

import counts
import traces

SESSIONS, SESSIONS_QUICK = 140, 7
RECORD = 16384
MOST = 1 / 0.6  # of what openssl needs
TEXT = re.compile(r'AES-128-GCM +([0-9.]+)k', re.I)


def cost(command):
    """Returns the seconds of user and of system time of one run."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit('bench: %s ended with status %d' % (' '.join(command), process.returncode))
    return usage.ru_utime, usage.ru_stime


def least(times):
    return sum(min(column) for column in zip(*times))


def speed():
    """Returns the seconds a byte of openssl's own benchmark."""
    output = subprocess.run(['openssl', 'speed', '-evp', 'aes-128-gcm', '-bytes', str(RECORD), '-seconds', '1'],
                            check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return 1 / (float(TEXT.search(output).group(1)) * 1000)


def message_bytes(scope, capture):
    """Returns the bytes of all messages."""
    total = 0
    output = subprocess.run([scope, 'read', '--format', 'json', capture], check=False, stdout=subprocess.PIPE, text=True).stdout
    for line in output.splitlines():
        record = json.loads(line)
        if record['type'] == 'session':
            total += sum(message['bytes'] or 0 for message in record['messages'])
    return total


def run(args, page):
    """Measures and prints. Returns what is wrong with the counts."""
    scope = os.path.join(args.build, 'smtpscope')
    sessions = ['--sessions', str(SESSIONS_QUICK if args.quick else SESSIONS)]
    size = SESSIONS_QUICK if args.quick else SESSIONS
    keys = os.path.join(args.directory or os.path.join(args.build, 'traces'), 'tls.keys')
    plain, _ = traces.generate(args.build, args.directory, 'bulk', 0, sessions, 'tls-plain-%d' % size)
    sealed, truth = traces.generate(args.build, args.directory, 'bulk', 0, [*sessions, '--tls', str(RECORD), '--keylog', keys],
                                    'tls-sealed-%d' % size)
    os.chmod(keys, 0o600)
    base, whole, unit = [], [], []
    for _ in range(args.runs):
        base.append(cost([scope, 'read', '--jobs', '0', '--format', 'json', plain]))
        whole.append(cost([scope, 'read', '--format', 'json', '--keylog', keys, sealed]))
        unit.append(speed())
    text = message_bytes(scope, plain)
    opening, limit = (least(whole) - least(base)) / text, MOST * min(unit)
    page.title('tls: opening %.0f MB of mail' % (text / 1e6))
    page.line('plain text %.3f s, inside TLS %.3f s' % (least(base), least(whole)))
    page.line('opening %.3f ns a byte, openssl speed %.3f: %.2fx (wanted: at most %.2fx%s)'
              % (opening * 1e9, min(unit) * 1e9, opening / min(unit), MOST, '' if opening <= limit else '; MISSED'))
    if args.no_check:
        return []
    lines = counts.differences(scope, sealed, truth, ['--keylog', keys])
    page.line('counts: %s' % ('as written' if not lines else 'WRONG: ' + '; '.join(lines)))
    return lines
