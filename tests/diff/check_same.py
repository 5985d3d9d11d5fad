#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""check_same.py SMTPSCOPE TALK TALKS: `diff` of a capture with itself, and with a copy whose clock is ahead, for a sample of the talks. All sessions
align, nothing differs, and the limits of the clock offset are right.
"""
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / 'talk'))
import sample  # noqa: E402

AHEAD_US = 3250000
MICROSECONDS = 0xa1b2c3d4
NANOSECONDS = 0xa1b23c4d


def with_clock_ahead(capture):
    """The bytes of a pcap file whose packets are later."""
    magic = struct.unpack_from('<I', capture)[0]
    assert magic in (MICROSECONDS, NANOSECONDS), hex(magic)
    unit = 1000000 if magic == MICROSECONDS else 1000000000
    out, at = bytearray(capture), 24
    while at + 16 <= len(capture):
        seconds, fraction, length = struct.unpack_from('<III', capture, at)
        fraction += AHEAD_US * (unit // 1000000)
        struct.pack_into('<II', out, at, seconds + fraction // unit, fraction % unit)
        at += 16 + length
    return bytes(out)


def faults(scope, one, other, ahead_us):
    done = subprocess.run([scope, 'diff', '--format', 'json', one, other], capture_output=True, text=True, check=False, timeout=300)
    if done.returncode != 0:
        yield 'exit status %d %s' % (done.returncode, done.stderr.strip())
    for line in done.stdout.splitlines():
        record = json.loads(line)
        if record['type'] in ('unpaired', 'difference'):
            yield line[:300]
        if record['type'] == 'pair' and record['a']['session'] != record['b']['session']:
            yield 'session %d is aligned with session %d' % (record['a']['session'], record['b']['session'])
        offset = record.get('clock_offset')
        if offset and not offset['low_us'] <= ahead_us <= offset['high_us']:
            yield 'clock offset %s, but it is %d us' % (offset, ahead_us)


def main(scope, talk, talks):
    count = failures = 0
    with tempfile.TemporaryDirectory() as name:
        one, other = os.path.join(name, 'one.pcap'), os.path.join(name, 'other.pcap')
        for path in sample.of(sorted(pathlib.Path(talks).rglob('*.talk'))):
            subprocess.run([talk, path, one], check=True)
            with open(one, 'rb') as capture, open(other, 'wb') as later:
                later.write(with_clock_ahead(capture.read()))
            for second, ahead in ((one, 0), (other, AHEAD_US)):
                count += 1
                for fault in faults(scope, one, second, ahead):
                    failures += 1
                    print('failed: %s: %s' % (path.name, fault))
    print('%d comparisons, %d failures' % (count, failures))
    return 1 if failures or not count else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
