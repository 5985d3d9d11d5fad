#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compares the figures of a judge with .ci/limits: limits.py JUDGE FIGURES.json. Exit status 1 if one that has to hold is exceeded."""
import json
import os
import sys


def limits(judge):
    """(figure, most, does it have to hold) of each line about this judge."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'limits'), encoding='ascii') as file:
        for line in file:
            words = line.split('#')[0].split()
            if words and words[0] == judge:
                if words[3] not in ('fail', 'print'):
                    raise SystemExit('.ci/limits: fail or print was expected, not %s' % words[3])
                yield words[1], int(words[2]), words[3] == 'fail'


def main(judge, path):
    with open(path, encoding='utf-8') as file:
        figures = json.load(file)['total']
    failed = 0
    for figure, most, binding in limits(judge):
        count = figures.get(figure, 0)  # a judge leaves out what did not happen
        exceeded = count > most
        print('%s: %s %d, at most %d%s' % (judge, figure, count, most, '' if not exceeded else ': TOO MANY' if binding else ': more than before'))
        failed |= exceeded and binding
    return int(failed)


if __name__ == '__main__':
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
