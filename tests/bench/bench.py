#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Measures `smtpscope read` against a bare libpcap loop over the same captures: CPU time (user and system) and peak memory.

The programs run alternately, so that load on the machine affects all of them; figures are medians. Output goes to /dev/null.
The trace `tls` measures what opening TLS records costs (opening.py).
The exit status is 1 if the analyzer's counts differ from the generator's.
"""
import argparse
import os
import statistics
import subprocess
import sys

import counts
import opening
import traces

# A trace: its preset, bytes of the file, bytes with --quick, and the limit for the ratio of JSON output to the loop.
TRACES = [('bulk', 1000000000, 50000000, 4.0), ('chatty', 300000000, 15000000, None)]


def cost(program, command):
    """Returns the CPU seconds and MiB of peak memory of one run."""
    output = subprocess.run([program, *command], check=True, stdout=subprocess.PIPE, text=True).stdout
    microseconds, kib, status = (int(word) for word in output.split())
    if status:
        raise SystemExit('bench: %s ended with status %d' % (' '.join(command), status))
    return microseconds / 1e6, kib / 1024


def measure(build, capture, runs):
    """Returns medians of every program over |capture|, as rows (name, seconds, MiB)."""
    scope = os.path.join(build, 'smtpscope')
    tools = os.path.join(build, 'tests', 'bench')
    programs = {'libpcap loop': [os.path.join(tools, 'loop'), capture]}
    if os.access(scope, os.X_OK):
        for form in ('json', 'text'):
            programs['read --format %s' % form] = [scope, 'read', '--format', form, capture]
    samples = {name: [] for name in programs}
    with open(capture, 'rb') as file:  # load it into the page cache, so that the first program has no disadvantage
        while file.read(1 << 24):
            pass
    for _ in range(runs):
        for name, command in programs.items():
            samples[name].append(cost(os.path.join(tools, 'cost'), command))
    return [(name, *(statistics.median(column) for column in zip(*taken))) for name, taken in samples.items()]


def show(preset, capture, rows, limit):
    size = os.path.getsize(capture) / 1e6
    base = rows[0][1]
    print('\n%s (%.0f MB)%14s %8s %8s %9s' % (preset, size, 'processor', 'ratio', 'MB/s', 'peak'))
    for name, seconds, memory in rows:
        note = ''
        if limit and name.endswith('json'):
            note = '  at most %.1f wanted%s' % (limit, '' if seconds <= limit * base else ': TOO SLOW')
        print('  %-20s %8.3f s %7.2fx %8.0f %5.1f MiB%s' % (name, seconds, seconds / max(base, 1e-6), size / max(seconds, 1e-6), memory, note))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog='script/bench')
    parser.add_argument('--quick', action='store_true', help='small traces: seconds, not minutes')
    parser.add_argument('--runs', type=int, default=5, help='runs of each program (default 5)')
    parser.add_argument('--only', choices=[row[0] for row in TRACES] + ['tls'], help='only this trace')
    parser.add_argument('--no-check', action='store_true', help='measure only, do not compare the counts with the truth')
    parser.add_argument('--directory', help='where the traces are made and kept (default: traces/ in the build directory)')
    parser.add_argument('--build', required=True, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.runs < 1:
        parser.error('--runs must be 1 or more')
    scope = os.path.join(args.build, 'smtpscope')
    wrong = []
    for preset, size, quick, limit in TRACES:
        if args.only not in (None, preset):
            continue
        capture, truth = traces.generate(args.build, args.directory, preset, quick if args.quick else size)
        show(preset, capture, measure(args.build, capture, args.runs), limit)
        if os.access(scope, os.X_OK) and not args.no_check:
            lines = counts.differences(scope, capture, truth)
            print('  counts: %s' % ('as written' if not lines else 'WRONG'), *lines, sep='\n    ')
            wrong += lines
    if args.only in (None, 'tls'):
        wrong += opening.run(args)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
