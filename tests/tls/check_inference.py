#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compares what is inferred of encrypted sessions with what they say when they are opened.

usage: check_inference.py SMTPSCOPE TALK TALKS TRAFFIC

Each talk inside TLS, and generated traffic, is read without keys and with them. Without keys the program says whether the handshake was
completed, which side closed, and the probable size of the longest message (doc/tls-inference.md). Prints a table; fails if a message is told
where none was sent, or if the outcome of the handshake or of the connection differs.
"""
import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'talk'))
import sample  # noqa: E402

LEAST = 200  # bytes of messages about which something is said
# Talks in which something else has the sizes of a message and its replies, with the reason.
UNUSUAL = {'500-long-line-in-message': 'a command of 602 bytes behind a short reply'}
TABLE = [('message of %d bytes or more sent, and told' % LEAST, 'told'), ('such a message sent, nothing told', 'missed'),
         ('told with the size of a shorter one', 'other'), ('told with another size', 'size'), ('message told where none was sent', 'false'), ('no such message, nothing told', 'silent')]


def sessions(program, capture, *options):
    result = subprocess.run([program, 'read', '--format', 'json', *options, capture], capture_output=True, check=False)
    assert result.returncode in (0, 1), (capture, result.stderr)
    return [r for r in map(json.loads, result.stdout.splitlines()) if r['type'] == 'session']


def sent(session):
    """Sizes of the messages whose end was answered."""
    return [m['bytes'] for m in session['messages'] if m['bytes'] and m['code']]


def judge(closed, opened):
    """How the inference of one session is."""
    said, sizes = closed['tls']['likely_message_bytes'], sent(opened)
    longest = max(sizes, default=0)
    if not said:
        return 'missed' if longest >= LEAST else 'silent'
    if not longest:
        return 'false'
    # The final dot, and dots that the client doubled. Of several messages, another one may be told.
    fitting = [size for size in sizes if size <= said <= size + size // 50 + 5]
    return 'size' if not fitting else 'told' if longest in fitting else 'other'


def compare(program, keys, capture, options, name, counts):
    """Counts, and returns what must not be."""
    closed, opened = sessions(program, capture, *options), sessions(program, capture, *options, '--keylog', keys)
    faults = []
    if len(closed) != len(opened):
        return ['%s: %d sessions, and %d with keys' % (name, len(closed), len(opened))]
    for one, other in zip(closed, opened):
        if not one['tls'] or not other['tls'] or not other['tls']['decrypted'] or one['tcp']['missing_bytes']:
            continue
        result = judge(one, other)
        counts[result] += 1
        if result in ('false', 'size'):
            print('%s, session %d: %s told, %s sent' % (name, one['session'], one['tls']['likely_message_bytes'], sent(other)))
            faults += ['%s: a message is told that was not sent' % name] * (name.split(',')[0] not in UNUSUAL)
        if one['tls']['completed'] != other['tls']['completed'] or one['tcp']['closed'] != other['tcp']['closed']:
            faults.append('%s, session %d: completed %s, closed %s, and with keys %s, %s' % (
                name, one['session'], one['tls']['completed'], one['tcp']['closed'], other['tls']['completed'], other['tcp']['closed']))
    return faults


def main(program, talk, talks, traffic):
    counts = {'talks': collections.Counter(), 'traffic': collections.Counter()}
    faults = []
    with tempfile.TemporaryDirectory() as directory:
        keys, capture = os.path.join(directory, 'keys'), os.path.join(directory, 'capture')
        pathlib.Path(keys).write_bytes(subprocess.run([talk, '--keys'], capture_output=True, check=True).stdout)
        os.chmod(keys, 0o600)
        for path in sample.if_asked(sorted(pathlib.Path(talks).glob('*.talk'))):
            text = path.read_text(encoding='utf-8')
            options = re.search(r'^options: *(.*)$', text, re.M)
            for proxy in ('tls13', 'tls12'):
                if re.search(r'^[CS][^\n:]*:.*(\$\{tls|STARTTLS)', text, re.M) or \
                        subprocess.run([talk, '--through', proxy, path, capture], capture_output=True, check=False).returncode:
                    continue
                faults += compare(program, keys, capture, options.group(1).split() if options else [], '%s, %s' % (path.stem, proxy), counts['talks'])
        for record in ('400', '4096', '16384'):
            for failures in ('0', '60'):
                subprocess.run([traffic, '--preset', 'tiny', '--sessions', '300', '--body', '0-60000', '--failures', failures, '--tls', record,
                                '--output', capture], check=True)
                faults += compare(program, keys, capture, [], 'traffic with %s bytes a record, %s %% failures' % (record, failures), counts['traffic'])
    for title, key in TABLE:
        print('%-55s %5d %5d' % (title, counts['talks'][key], counts['traffic'][key]))
    print(*faults, sep='\n')
    return 1 if faults else 0


if __name__ == '__main__':
    if len(sys.argv) != 5:
        raise SystemExit(__doc__)
    sys.exit(main(*map(os.path.abspath, sys.argv[1:])))
