#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Measures at which line of a failed session its advice begins: the answer has to be on the first screen.

usage: check_advice_lines.py SMTPSCOPE TALK TALKS-DIRECTORY [CAPTURES-DIRECTORY]

Reads the captures of all talks and those of CAPTURES-DIRECTORY (lab, field, scenarios), where it is present.
"""
import concurrent.futures
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'talk'))
import sample  # noqa: E402

MEDIAN_MOST, LINE_MOST, SCREEN = 8, 14, 24


def page(scope, capture):
    environment = dict(os.environ, COLUMNS='80')
    done = subprocess.run([scope, 'read', '--any-port', '--only', 'failed', capture], capture_output=True, text=True, encoding='utf-8', env=environment, check=False)
    return done.stdout


def blocks(text):
    """Yields (number of the session, lines from its heading on)."""
    for part in re.split(r'^(?=── )', text, flags=re.M):
        heading = re.match(r'── Session (\d+)', part)
        if heading:
            yield int(heading[1]), part.splitlines()


def measure(scope, capture):
    """Returns [(session, first line of its advice or None, last line)]."""
    found = []
    for number, lines in blocks(page(scope, capture)):
        begin = next((i for i, line in enumerate(lines, 1) if line.startswith('  Advice ')), None)
        end = next((i for i, line in enumerate(lines, 1) if begin and i > begin and not line.startswith(' ' * 10)), begin)
        found.append((number, begin, end - 1 if end else None))
    return found


def make(talk, path, folder):
    capture = pathlib.Path(folder) / (path.stem + '.pcap')
    subprocess.run([talk, path, capture], check=True, stdout=subprocess.DEVNULL)
    return capture


def check(what, scope, captures):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        measured = list(pool.map(lambda capture: (capture, measure(scope, capture)), captures))
    faults = 0
    lines = []
    for capture, sessions in measured:
        for number, line, end in sessions:
            if line is None or line > LINE_MOST or end > SCREEN:
                faults += 1
                print('%s: session %d: %s' % (capture, number, 'no advice' if line is None else 'the advice is in lines %d to %d' % (line, end)))
            else:
                lines.append(line)
    if not lines:
        print('%s: no failed session' % what)
        return 1
    median = statistics.median(lines)
    print('%s: %d failed sessions, the advice begins at line %g (median), %d (last)' % (what, len(lines), median, max(lines)))
    return faults + (median > MEDIAN_MOST)


def main(scope, talk, talks, shared=None):
    scope, talk = os.path.abspath(scope), os.path.abspath(talk)
    with tempfile.TemporaryDirectory() as folder:
        captures = [make(talk, path, folder) for path in sample.if_asked(sorted(pathlib.Path(talks).glob('*.talk')))]
        faults = check('talks', scope, captures)
    found = [path for name in ('lab', 'field', 'scenarios') if shared for path in sorted((pathlib.Path(shared) / name).glob('*.pcap*'))]
    if found:
        faults += check('captures', scope, found)
    else:
        print('captures: skipped, because %s has none' % (shared or 'no directory'))
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
