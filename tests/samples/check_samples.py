#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compares the analyzer's output for samples/*.pcap with expected.txt.

usage: check_samples.py SMTPSCOPE EXPECTED SAMPLES
"""
import collections
import json
import os
import subprocess
import sys

FLAGS = ('unexpected-221', 'unexpected-500')


def expectations(path):
    """Returns rows (outcome, codes, causes of 221, causes of 500) of each capture's sessions."""
    rows = collections.defaultdict(list)
    with open(path, encoding='ascii') as file:
        for line in file:
            if not line.startswith('#') and line.strip():
                capture, rest = line.split(':', 1)
                outcome, codes, *causes = (column.split() for column in rest.split(';'))
                rows[capture].append((outcome[0], [int(code) for code in codes], *causes))
    return rows


def reported(smtpscope, capture):
    """Returns the same from the analyzer's records."""
    output = subprocess.run([smtpscope, 'read', '--format', 'json', capture], stdout=subprocess.PIPE, check=True).stdout
    replies, causes, outcomes = collections.defaultdict(list), collections.defaultdict(list), {}
    for record in map(json.loads, output.splitlines()):
        session = record.get('session')
        if record['type'] == 'reply':
            replies[session].append(record['code'])
        elif record['type'] == 'finding':
            causes[session, record['id']].append(record['cause'])
        elif record['type'] == 'session':
            outcomes[session] = record['outcome']
    return [(outcomes[n], replies[n], *(causes[n, flag] for flag in FLAGS)) for n in sorted(outcomes)]


def same(want, have):
    return want[0] in ('?', have[0]) and want[1] == have[1] and all(len(w) == len(h) and all(a in ('?', b) for a, b in zip(w, h)) for w, h in zip(want[2:], have[2:]))


def main(smtpscope, expected, folder):
    rows = expectations(expected)
    captures = {name[:-5] for name in os.listdir(folder) if name.endswith('.pcap')}
    wrong = ['%s: only one of capture and expectation is there' % name for name in sorted(captures ^ rows.keys())]
    for name in sorted(captures & rows.keys()):
        have = reported(smtpscope, os.path.join(folder, name + '.pcap'))
        if len(have) != len(rows[name]):
            wrong.append('%s: %d sessions, not %d' % (name, len(have), len(rows[name])))
        wrong += ['%s, session %d:\n  want %s\n  have %s' % (name, number, want, got)
                  for number, (want, got) in enumerate(zip(rows[name], have), 1) if not same(want, got)]
    print(*wrong, '%d captures, %d wrong lines' % (len(captures), len(wrong)), sep='\n')
    return 1 if wrong else 0


if __name__ == '__main__':
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    sys.exit(main(*sys.argv[1:]))
