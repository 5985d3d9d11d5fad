#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs hostile traffic (hostile.c) through `read` and `watch` with a small --max-memory, and compares the growth of the process with the limit.

usage: check_memory.py HOSTILE SMTPSCOPE TALK-PROGRAM FILE.talk [--all] [--kind NAME]

The kind "opened" is the talk inside TLS with known keys, in many connections at the same time. `write` and `keep` are `read` and `watch` with
--write. The growth is the largest resident set of a run minus that of a run over three sessions. It may exceed the limit by a tenth. Without
--all, the traffic is just large enough to exceed the limit several times, and only some combinations of kind and format run."""
import argparse
import os
import struct
import subprocess
import sys
import tempfile

MIB = 1024 * 1024
# A kind: connections and rounds of a short run (None: the generator's own).
KINDS = {
    'commands': (200, 9), 'holes': (200, 60), 'syn': (150000, 0), 'open': (25000, 0), 'replies': (500, 60), 'ehlo': (500, 10),
    'recipients': (200, 50), 'findings': (400, 60), 'tls': (1500, 30), 'held': (1500, 40), 'stories': (15000, 0), 'fragments': (30000, 1),
    'opened': (8000, 0),
}
FORMATS = ['json', 'text', 'list', 'log', 'html', 'markdown']
SHORT = [('json', None), ('text', 'findings'), ('list', 'stories'), ('html', 'recipients'), ('markdown', 'findings')]

# The test runner fills memory that is taken (MALLOC_PERTURB_), so that also memory counts which the program has not touched.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != 'MALLOC_PERTURB_'}


def run(command):
    """Returns the largest resident set in bytes, the exit status, and standard error."""
    with tempfile.TemporaryFile() as error:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=error, env=ENVIRONMENT)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        error.seek(0)
        return usage.ru_maxrss * 1024, child.returncode, error.read().decode(errors='replace')


def clone(capture, times, out):
    """Writes each packet of an Ethernet capture |times| times, each time with another address of the client: connections at the same time."""
    at, packets = 24, []
    while at < len(capture):
        size = struct.unpack_from('<I', capture, at + 8)[0]
        packets.append(capture[at:at + 16 + size])
        at += 16 + size
    client = packets[0][16 + 14 + 12:16 + 14 + 16]
    addresses = [struct.pack('>I', 0x0a000000 + number) for number in range(times)]
    out.write(capture[:24])
    for packet in packets:
        for address in addresses:
            out.write(packet.replace(client, address, 1))


def command_of(scope, how, form, limit, capture):
    command = {'read': ['read', capture], 'write': ['read', '--write', capture + '.written', capture], 'watch': ['watch', '--replay', capture],
               'keep': ['watch', '--replay', capture, '--write', capture + '.written']}[how]
    if os.path.exists(capture + '.keys'):
        command += ['--keylog', capture + '.keys']
    return [scope, *command, '--format', form, '--max-memory', '%dM' % limit]


def check(scope, how, kind, form, limit, capture, tiny):
    """Yields what is wrong."""
    base, _, _ = run(command_of(scope, how, form, limit, tiny))
    most, status, error = run(command_of(scope, how, form, limit, capture))
    growth = most - base
    print('%-5s %-10s %-8s limit %3d MiB: grew by %5.1f MiB, status %d' % (how, kind, form, limit, growth / MIB, status), flush=True)
    if growth > limit * MIB * 1.1:
        yield '%s %s %s grew by %.1f MiB with a limit of %d MiB' % (how, kind, form, growth / MIB, limit)
    if status not in (0, 3):
        yield '%s %s %s ended with status %d: %s' % (how, kind, form, status, error[-300:])
    if (status == 3) != ('memory ran out' in error) and how in ('read', 'write'):
        yield '%s %s %s: status %d, but standard error says: %s' % (how, kind, form, status, error[-300:])


def combinations(wanted, everything):
    for kind in KINDS:
        if wanted and kind != wanted:
            continue
        if not everything:
            yield from (('read', kind, form, 32) for form, only in SHORT if only in (None, kind))
            if kind in ('commands', 'holes', 'syn', 'opened'):
                yield 'watch', kind, 'json', 32
            if kind in ('open', 'tls'):
                yield 'write', kind, 'json', 32
                yield 'keep', kind, 'json', 32
            # With this limit, threads are used: all sessions end at once, and come to much.
            if kind == 'findings':
                yield 'read', kind, 'json', 64
            continue
        for limit in (32, 64):
            for form in FORMATS:
                yield 'read', kind, form, limit
            for how in ('watch', 'write', 'keep'):
                yield how, kind, 'json', limit


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('hostile')
    parser.add_argument('scope')
    parser.add_argument('talk')
    parser.add_argument('script', metavar='FILE.talk')
    parser.add_argument('--all', action='store_true')
    parser.add_argument('--kind', choices=list(KINDS))
    args = parser.parse_args()
    wrong = []
    with tempfile.TemporaryDirectory() as directory:
        def make(kind, *sizes):
            path = os.path.join(directory, '-'.join([kind, *sizes]) + '.pcap')
            if not os.path.exists(path):
                with open(path, 'wb') as out:
                    if kind == 'opened':
                        made = subprocess.run([args.talk, '--through', 'tls13', args.script, '-'], stdout=subprocess.PIPE, check=True).stdout
                        clone(made, int(sizes[0]) if sizes else 20000, out)
                        with open(path + '.keys', 'wb', opener=lambda name, flags: os.open(name, flags, 0o600)) as keys:
                            subprocess.run([args.talk, '--keys'], stdout=keys, check=True)
                    else:
                        subprocess.run([args.hostile, kind, *sizes], stdout=out, check=True)
            return path

        tiny, last = make('open', '3'), None
        for how, kind, form, limit in combinations(args.kind, args.all):
            capture = make(kind, *([] if args.all else map(str, KINDS[kind])))
            if last and last != capture:
                os.remove(last)
            last = capture
            wrong += check(args.scope, how, kind, form, limit, capture, tiny)
    for text in wrong:
        print('WRONG:', text)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
