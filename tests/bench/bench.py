#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Measures `smtpscope read` against a bare libpcap loop over the same captures: CPU time (user and system) and peak memory.

The programs run in turn, so that load on the machine affects all of them; figures are the least of all runs, since other load only adds.
Output goes to /dev/null. The trace `tls` measures what opening TLS records costs (opening.py); `start` the start of the program; `jobs` the time by the
clock with threads; `growth` the memory for captures of growing size. --document FILE also writes the figures as a page.
The exit status is 1 if the analyzer's counts differ from the generator's.
"""
import argparse
import os
import subprocess
import sys

import counts
import opening
import performance
import traces

# A trace: its preset, the generator's options, those of --quick, whether the record of what is in it holds for the analyzer, and the highest
# ratios to the loop that are wanted for JSON and text.
TRACES = [
    ('bulk', ['--size', '1000000000'], ['--size', '50000000'], True, 1.3, 1.5),
    ('chatty', ['--size', '300000000'], ['--size', '15000000'], True, 9, 14),
    ('messy', ['--size', '300000000'], ['--size', '15000000'], False, 3.5, None),
    ('wide', ['--sessions', '500000', '--concurrency', '500000'], ['--sessions', '20000', '--concurrency', '20000'], True, 12, None),
]
SIZES = [10, 100, 1000]  # MB of bulk whose memory is compared; --large adds 4,000


def cost(program, command):
    """Returns the CPU seconds, the MiB of peak memory and the seconds by the clock of one run."""
    output = subprocess.run([program, *command], check=True, stdout=subprocess.PIPE, text=True).stdout
    microseconds, kib, status, clock = (int(word) for word in output.split())
    if status:
        raise SystemExit('bench: %s ended with status %d' % (' '.join(command), status))
    return microseconds / 1e6, kib / 1024, clock / 1e6


def load(path):
    """Reads |path| into the page cache, so that the first program has no disadvantage."""
    with open(path, 'rb') as file:
        while file.read(1 << 24):
            pass


def measure(build, capture, runs, forms=('json', 'text')):
    """Returns the least figures of every program over |capture|, as rows (name, seconds, MiB)."""
    scope = os.path.join(build, 'smtpscope')
    tools = os.path.join(build, 'tests', 'bench')
    programs = {'libpcap loop': [os.path.join(tools, 'loop'), capture]}
    if os.access(scope, os.X_OK):
        for form in forms:
            programs['read --format %s' % form] = [scope, 'read', '--jobs', '0', '--format', form, capture]
    samples = {name: [] for name in programs}
    load(capture)
    for _ in range(runs):
        for name, command in programs.items():
            samples[name].append(cost(os.path.join(tools, 'cost'), command)[:2])
    return [(name, *(min(column) for column in zip(*taken))) for name, taken in samples.items()]


def trace(args, row, page):
    """Measures one trace. Returns the differences between what is in it and what was counted."""
    preset, options, quick, exact, json_limit, text_limit = row
    options = quick if args.quick else options
    capture, truth = traces.make(args.build, args.directory, preset, options)
    rows = measure(args.build, capture, args.runs)
    page.ratios(preset, os.path.getsize(capture), rows, {'json': json_limit, 'text': text_limit})
    if '--concurrency' in options and len(rows) > 1:
        start = measure(args.build, SAMPLE, 1, ('json',))[1][2]
        page.line('%.2f KB of memory for each open session (%s at once)' %
                  ((rows[1][2] - start) * 1048576 / 1000 / int(options[-1]), '{:,}'.format(int(options[-1]))))
    if len(rows) < 2 or not exact or args.no_check:
        return []
    lines = counts.differences(os.path.join(args.build, 'smtpscope'), capture, truth)
    page.line('counts: %s' % ('as written' if not lines else 'WRONG: ' + '; '.join(lines)))
    return lines


SAMPLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'samples', 'tour.pcap')


def start(args, page):
    rows = measure(args.build, SAMPLE, max(args.runs, 20), ('json',))
    page.title('start: a capture of 77 packets')
    page.line('%.1f ms of processor time (the loop: %.1f ms), %.1f MiB' % (rows[1][1] * 1000, rows[0][1] * 1000, rows[1][2]))


def together(tool, command, copies):
    """Returns the seconds by the clock until that many copies of |command|, started at once, have ended."""
    running = [subprocess.Popen([tool, *command], stdout=subprocess.PIPE, text=True) for _ in range(copies)]
    return max(int(process.communicate()[0].split()[3]) for process in running) / 1e6


def jobs(args, page):
    """How much sooner the result is there with threads. Meaningful only on a machine that is otherwise idle.

    Two separate runs of one thread at once show what a second processor of this machine is worth: processors may share a core, or its speed."""
    scope, tool = os.path.join(args.build, 'smtpscope'), os.path.join(args.build, 'tests', 'bench', 'cost')
    page.title('jobs: time by the clock with threads, on %d processors' % len(os.sched_getaffinity(0)))
    for preset, options, quick, _, _, _ in TRACES[:2]:
        capture, _ = traces.make(args.build, args.directory, preset, quick if args.quick else options)
        load(capture)
        for form in ('json', 'text'):
            least, both = {}, 1e9
            for _ in range(args.runs):
                for count in (0, 1, 2):
                    command = [scope, 'read', '--jobs', str(count), '--format', form, capture]
                    least[count] = min(least.get(count, 1e9), cost(tool, command)[2])
                both = min(both, together(tool, [scope, 'read', '--jobs', '0', '--format', form, capture], 2))
            page.line('%s, %s: %.2f s; with 1 worker %.2f times as fast, with 2 workers %.2f times (two separate runs at once: %.2f times the work '
                      'of one)' % (preset, form, least[0], least[0] / least[1], least[0] / least[2], 2 * least[0] / both))


def growth(args, page):
    page.title('growth: memory for captures of growing size')
    for size in ([10, 50] if args.quick else SIZES + [4000] * args.large):
        capture, _ = traces.make(args.build, args.directory, 'bulk', ['--size', str(size * 1000000)])
        rows = measure(args.build, capture, 1, ('json',))
        page.line('bulk, %d MB: %.1f MiB' % (size, rows[1][2]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog='script/bench')
    parser.add_argument('--quick', action='store_true', help='small traces: seconds, not minutes')
    parser.add_argument('--large', action='store_true', help='also a capture of 4 GB')
    parser.add_argument('--runs', type=int, default=5, help='runs of each program (default 5)')
    parser.add_argument('--only', choices=[row[0] for row in TRACES] + ['tls', 'start', 'jobs', 'growth'], help='only this trace')
    parser.add_argument('--no-check', action='store_true', help='measure only, do not compare the counts with the truth')
    parser.add_argument('--document', metavar='FILE', help='also write the figures to FILE, in Markdown')
    parser.add_argument('--directory', help='where the traces are made and kept (default: traces/ in the build directory)')
    parser.add_argument('--build', required=True, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.runs < 1:
        parser.error('--runs must be 1 or more')
    page = performance.Page()
    wrong = []
    for row in TRACES:
        if args.only in (None, row[0]):
            wrong += trace(args, row, page)
    if args.only in (None, 'start'):
        start(args, page)
    if args.only in (None, 'jobs'):
        jobs(args, page)
    if args.only in (None, 'growth'):
        growth(args, page)
    if args.only in (None, 'tls'):
        wrong += opening.run(args, page)
    if args.document:
        page.write(args.document)
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
