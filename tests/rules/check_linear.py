#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks that classifying a reply takes linear time whatever its text: doubling the text must not cost more than GROWTH times as much.

usage: check_linear.py REPLY-COSTS

Counts instructions with valgrind, so the result does not depend on the machine's load.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

GROWTH = 2.3
# Costs below this many instructions are those of any reply, and may grow in steps.
FLOOR = 600000
# The most that 4,000 bytes of any text may cost: some 5 ms. Ordinary replies take 30,000 instructions.
MOST = 25000000
FORMS = ('in one line', 'in several lines')


def measure(program):
    """Yields (piece, size, form, instructions) for each call of classify_reply."""
    with tempfile.TemporaryDirectory() as folder:
        profile = os.path.join(folder, 'profile')
        output = subprocess.run(['valgrind', '--tool=callgrind', '--callgrind-out-file=' + profile, '--collect-atstart=no',
                                 '--toggle-collect=classify_reply', '--dump-after=classify_reply', program],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True).stdout
        number = 0
        for line in output.splitlines():
            size, piece = line.split(' ', 1)
            for form in FORMS:
                number += 1
                with open('%s.%d' % (profile, number), encoding='utf-8') as file:
                    yield piece, int(size), form, int(re.search(r'^(?:summary|totals): (\d+)', file.read(), re.M)[1])


def faults(costs):
    for (piece, size, form), cost in costs.items():
        smaller = costs.get((piece, size // 2, form))
        if smaller is not None and cost > GROWTH * max(smaller, FLOOR):
            yield '"%s" %s: %d bytes cost %d instructions, %d bytes %d, %.1f times as much' % (
                piece, form, size // 2, smaller, size, cost, cost / smaller)
        if cost > MOST:
            yield '"%s" %s: %d bytes cost %d instructions, more than %d' % (piece, form, size, cost, MOST)


def main(program):
    if not shutil.which('valgrind'):
        print('skipped: valgrind is needed')
        return 77
    costs = {(piece, size, form): cost for piece, size, form, cost in measure(program)}
    if not costs:
        raise SystemExit('nothing was measured')
    lines = list(faults(costs))
    for line in lines:
        print(line)
    print('%d texts, the most expensive: %d instructions' % (len(costs), max(costs.values())))
    return 1 if lines else 0


if __name__ == '__main__':
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    sys.exit(main(sys.argv[1]))
