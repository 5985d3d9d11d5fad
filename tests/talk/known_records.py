#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Compares everything that smtpscope says about the talks with what it said before, and tells which records have changed.

usage: known_records.py [--write] TALK-PROGRAM SMTPSCOPE KNOWN TALKS

KNOWN has a line for each capture: its name and a digest of each JSON record. The captures are the talks, and each talk without one packet, at a
quarter, half and three quarters of it. A change is not a fault by itself: look at the records, with this program and the one before, and
write KNOWN again (--write) in the commit that changes them. run_talks.py checks what the talks must show; this test shows what else has changed.
SMTPSCOPE_SAMPLE=N takes one talk in N only (sample.py).
"""
import concurrent.futures
import hashlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import sample

FILE_HEADER, RECORD_HEADER = 24, 16
SHOWN = 20  # changes


def packets(capture):
    """The records of a pcap file with their headers."""
    at, found = FILE_HEADER, []
    order = 'little' if capture[0] in (0xd4, 0x4d) else 'big'
    while at < len(capture):
        end = at + RECORD_HEADER + int.from_bytes(capture[at + 8:at + 12], order)
        found.append(capture[at:end])
        at = end
    return found


def variants(capture):
    """(name, capture) of the whole one, and of those without a packet."""
    yield '', capture
    parts = packets(capture)
    for lost in sorted({len(parts) * quarter // 4 for quarter in (1, 2, 3)}):
        yield f' without packet {lost + 1}', capture[:FILE_HEADER] + b''.join(parts[:lost] + parts[lost + 1:])


def records_of(smtpscope, options, capture):
    done = subprocess.run([smtpscope, 'read', '--format', 'json', *options, '-'], input=capture, capture_output=True, timeout=300)
    return done.stdout.decode('utf-8', 'replace').splitlines() + [f'exit status {done.returncode}']


def examine(talk_program, smtpscope, talk):
    """[(name, records)] of all captures of a talk."""
    text = talk.read_text(encoding='utf-8')
    options = re.search(r'^options: *(.*)$', text, re.M)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'talk.pcap')
        subprocess.run([talk_program, str(talk), path], check=True, stdout=subprocess.DEVNULL)
        capture = pathlib.Path(path).read_bytes()
    return [(talk.stem + name, records_of(smtpscope, options[1].split() if options else [], made)) for name, made in variants(capture)]


def digest(record):
    return hashlib.sha256(record.encode()).hexdigest()[:5]


def changes(name, known, records):
    """What is different, a line each."""
    now = [digest(record) for record in records]
    if known is None:
        return [f'{name}: is new']
    for at, (old, new) in enumerate(zip(known, now)):
        if old != new:
            return [f'{name}: record {at + 1} of {len(now)} was another: {records[at]}']
    return [] if len(known) == len(now) else [f'{name}: {len(now)} records, there were {len(known)}']


def main(arguments):
    write = arguments[:1] == ['--write']
    if len(arguments) != 4 + write:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    talk_program, smtpscope, known_file, folder = arguments[write:]
    talks = sorted(pathlib.Path(folder).glob('*.talk'))
    sampled = 'SMTPSCOPE_SAMPLE' in os.environ and not write
    talks = talks if write else sample.if_asked(talks)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [one for talk in pool.map(lambda talk: examine(talk_program, smtpscope, talk), talks) for one in talk]
    if write:
        lines = [f'{name}: {" ".join(map(digest, records))}\n' for name, records in found]
        pathlib.Path(known_file).write_text(''.join(lines), encoding='utf-8')
        print(f'{known_file}: {len(lines)} captures')
        return 0
    known = dict(line.split(': ', 1) for line in pathlib.Path(known_file).read_text(encoding='utf-8').splitlines())
    different = [line for name, records in found for line in changes(name, known.pop(name, ' ').split() or None, records)]
    different += [] if sampled else [f'{name}: is gone' for name in known]
    for line in different[:SHOWN]:
        print(line)
    print(f'{len(found)} captures, {len(different)} changed')
    if different:
        print(f'If that is intended: {os.path.basename(__file__)} --write ... {known_file}')
    return 1 if different else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
