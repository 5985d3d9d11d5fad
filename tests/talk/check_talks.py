#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Parses every talk without running smtpscope: is it well-formed, and does it have a title and something to expect?

usage: check_talks.py TALK-PROGRAM DIRECTORY
"""
import pathlib
import sys

import scope


def main(talk_program, directory):
    faults = []
    paths = sorted(pathlib.Path(directory).glob('*.talk'))
    titles = {}
    for path in paths:
        try:
            talk = scope.load(talk_program, str(path))
        except ValueError as error:
            faults.append(str(error))
            continue
        if not talk.title:
            faults.append(f'{path}: no title')
        if not talk.expects:
            faults.append(f'{path}: expects nothing')
        if talk.title in titles:
            faults.append(f'{path}: has the title of {titles[talk.title]}')
        titles[talk.title] = path
    print(*faults, f'{len(paths)} talks', sep='\n')
    return 1 if faults or not paths else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:3]))
