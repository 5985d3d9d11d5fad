#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compares the analyzer's counts with those of the traffic generator.

usage: counts.py TRAFFIC SMTPSCOPE    generates small traces in a temporary directory and checks them
"""
import collections
import json
import os
import subprocess
import sys
import tempfile

# One trace per row; each covers another part of the generator.
SMALL = [
    ['--preset', 'tiny'],
    ['--preset', 'tiny', '--seed', '11', '--pipelining', '100', '--mss', '64'],
    ['--preset', 'tiny', '--seed', '12', '--pipelining', '0', '--concurrency', '300'],
    ['--preset', 'chatty', '--size', '500000'],
    ['--preset', 'bulk', '--size', '5000000', '--body', '1000-400000', '--failures', '30', '--no-checksums'],
    ['--preset', 'bulk', '--size', '5000000', '--body', '1000-400000', '--failures', '30', '--tls', '16384'],
    ['--preset', 'tiny', '--seed', '13', '--tls', '700'],
]


def measured(smtpscope, capture, options=()):
    """Returns what `read --format json` reports about a capture, with the generator's names."""
    codes = collections.Counter()
    found = collections.Counter()
    sessions = 0
    summary = {}
    with subprocess.Popen([smtpscope, 'read', '--format', 'json', *options, capture], stdout=subprocess.PIPE) as process:
        for line in process.stdout:
            record = json.loads(line)
            kind = record['type']
            if kind == 'reply':
                codes[str(record['code'])] += 1
            elif kind == 'finding':
                found[record['id']] += 1
            elif kind == 'session':
                sessions += 1
            elif kind == 'summary':
                summary = record
    if process.returncode != 0:
        raise SystemExit('%s ended with status %d on %s' % (smtpscope, process.returncode, capture))
    return {
        'packets': summary.get('packets'), 'bytes': summary.get('bytes'), 'sessions': sessions,
        'codes': dict(sorted(codes.items())), 'replies': summary.get('replies'), 'messages': summary.get('messages'),
        'unexpected-221': found['unexpected-221'], 'unexpected-500': found['unexpected-500'],
    }


def differences(smtpscope, capture, truth_file, options=()):
    """Returns one line for each count that differs from the generator's."""
    with open(truth_file, encoding='ascii') as file:
        truth = json.load(file)
    have = measured(smtpscope, capture, options)
    return ['%s: %s: counted %s, written %s' % (os.path.basename(capture), key, have.get(key), truth[key])
            for key in truth if have.get(key) != truth[key]]


def main(traffic, smtpscope):
    wrong = []
    with tempfile.TemporaryDirectory(prefix='smtpscope-counts-') as directory:
        capture, truth, keys = (os.path.join(directory, name) for name in ('trace.pcap', 'trace.json', 'trace.keys'))
        for options in SMALL:
            subprocess.run([traffic, *options, '--output', capture, '--truth', truth, '--keylog', keys], check=True)
            os.chmod(keys, 0o600)
            lines = differences(smtpscope, capture, truth, ['--keylog', keys])
            print('%s: %s' % (' '.join(options), 'as written' if not lines else 'wrong'))
            wrong += lines
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == '__main__':
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
