#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Counts the instructions of a start of `read`, and of the classification of refused commands, with valgrind (callgrind).

usage: instructions.py [--start MOST] [--reply MOST] SMTPSCOPE CAPTURE...

Start: `read --format json` of the first capture, which should be tiny. Classification: text_rules_classify for all replies of all captures in
one run, compiling the patterns that they need included; printed as a sum, and for each call. Fails if a figure is above its MOST. The counts
are the same on every run; other versions of libc, PCRE2 and the processor's kind change them a little.
"""
import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile


def count(smtpscope, captures, *options):
    """Returns the instructions of `read --format json`, and how often text_rules_classify was called."""
    with tempfile.TemporaryDirectory() as folder:
        profile = os.path.join(folder, 'profile')
        subprocess.run(['valgrind', '--tool=callgrind', '--callgrind-out-file=' + profile, '--compress-strings=no', *options,
                        smtpscope, 'read', '--format', 'json', *captures], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
                       env={name: value for name, value in os.environ.items() if name != 'MALLOC_PERTURB_'})
        with open(profile, encoding='utf-8', errors='replace') as file:
            text = file.read()
    calls = sum(int(number) for number in re.findall(r'^cfn=text_rules_classify\ncalls=(\d+)', text, re.M))
    return int(re.search(r'^(?:summary|totals): (\d+)', text, re.M)[1]), calls


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n', maxsplit=1)[0])
    parser.add_argument('--start', type=int, help='most instructions of a start')
    parser.add_argument('--reply', type=int, help='most instructions for a classified reply')
    parser.add_argument('smtpscope')
    parser.add_argument('captures', nargs='+')
    args = parser.parse_args()
    if not shutil.which('valgrind'):
        print('skipped: valgrind is needed')
        return 77
    start, _ = count(args.smtpscope, args.captures[:1])
    print('start: %d instructions' % start)
    cost, calls = count(args.smtpscope, args.captures, '--collect-atstart=no', '--toggle-collect=text_rules_classify')
    print('classification: %d instructions, %d replies, %d a reply' % (cost, calls, cost // max(calls, 1)))
    if not calls:
        print('no reply was classified')
    return int(not calls or (args.start is not None and start > args.start) or (args.reply is not None and cost > args.reply * calls))


if __name__ == '__main__':
    sys.exit(main())
