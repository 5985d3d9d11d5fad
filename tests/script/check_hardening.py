#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks that the linked program has the hardening that the top meson.build asks for.

usage: check_hardening.py SMTPSCOPE FORTIFY-LEVEL    (level 0: not expected, as with sanitizers or without an optimizer)
"""
import platform
import re
import shutil
import subprocess
import sys

ENDBR64 = bytes.fromhex('f30f1efa')


def readelf(program, *options):
    return subprocess.run(['readelf', '--wide', *options, program], stdout=subprocess.PIPE, text=True, check=True).stdout


def missing(program, fortify_level):
    """One line for each protection that the program lacks."""
    header, segments = readelf(program, '--file-header'), readelf(program, '--segments')
    dynamic, symbols = readelf(program, '--dynamic'), readelf(program, '--dyn-syms')
    if not re.search(r'^\s*Type:\s+DYN\b', header, re.M) or not re.search(r'\(FLAGS_1\).*\bPIE\b', dynamic):
        yield 'it is not position-independent (PIE)'
    if not re.search(r'^\s*GNU_RELRO\b', segments, re.M):
        yield 'no segment becomes read-only after relocation (-z relro)'
    if not re.search(r'\(FLAGS_1\).*\bNOW\b', dynamic):
        yield 'symbols are bound lazily, so the table of their addresses stays writable (-z now)'
    if not re.search(r'^\s*GNU_STACK\s.*\sRW\s', segments, re.M):
        yield 'the stack is executable'
    if re.search(r'^\s*LOAD\s.*\sRWE\s', segments, re.M):
        yield 'a segment is both writable and executable'
    if '__stack_chk_fail' not in symbols:
        yield 'no function checks its stack (-fstack-protector-strong)'
    if fortify_level and not re.search(r'\b__(mem|str|v?snprintf|v?fprintf|fread)\w*_chk\b', symbols):
        yield 'no checked function is called (_FORTIFY_SOURCE)'
    if platform.machine() == 'x86_64':
        with open(program, 'rb') as file:
            if file.read().count(ENDBR64) < 100:
                yield 'functions do not begin with endbr64 (-fcf-protection)'


def main(program, fortify_level):
    if not shutil.which('readelf'):
        print('skipped: readelf is needed')
        return 77
    lines = list(missing(program, int(fortify_level)))
    for line in lines:
        print('%s: %s' % (program, line))
    return 1 if lines else 0


if __name__ == '__main__':
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
