#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks which libraries the program is linked with, and those that it loads when a feature needs them.

usage: check_libraries.py SMTPSCOPE

- every start pays for a linked library and for all that it needs in turn: a new one must be listed here, with a reason in doc/architecture.md
- each library that is loaded later has a note for packaging tools, and is installed
- without it, the program starts, and the feature that needs it says what is missing
"""
import ctypes
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile

LINKED = {'libpcap', 'libpcre2-8', 'libyaml-0', 'libz', 'liblzma', 'libcrypto', 'libseccomp', 'libbpf', 'libncursesw', 'libtinfo', 'libc', 'ld-linux-x86-64',
          'ld-linux-aarch64', 'libm', 'libgcc_s', 'libasan', 'libubsan'}
LOADED = {'libarchive', 'libmicrohttpd'}
ZSTD = bytes.fromhex('28b52ffd') + bytes(28)


def stem(soname):
    return soname.split('.so')[0]


def linked(program):
    dynamic = subprocess.run(['readelf', '--wide', '--dynamic', program], stdout=subprocess.PIPE, text=True, check=True).stdout
    return re.findall(r'\(NEEDED\).*\[(.*)\]', dynamic)


def noted(program):
    """The sonames of the notes in .note.dlopen."""
    with tempfile.NamedTemporaryFile() as section:
        subprocess.run(['objcopy', '--dump-section', '.note.dlopen=' + section.name, program, os.devnull], check=True)
        notes = section.read()
    while notes:
        name_size, size, kind = struct.unpack('<III', notes[:12])
        assert (name_size, kind, notes[12:16]) == (4, 0x407c0c0a, b'FDO\0'), notes[:16]
        for entry in json.loads(notes[16:16 + size].rstrip(b'\0')):
            yield from entry['soname']
        notes = notes[16 + (size + 3) // 4 * 4:]


def run_without(program, sonames, *arguments):
    """Runs the program where files that are not libraries take the place of these libraries."""
    with tempfile.TemporaryDirectory() as folder:
        for soname in sonames:
            open(os.path.join(folder, soname), 'wb').close()
        capture = os.path.join(folder, 'capture.zst')
        with open(capture, 'wb') as file:
            file.write(ZSTD)
        done = subprocess.run([program, *[capture if a == 'CAPTURE' else a for a in arguments]], env=dict(os.environ, LD_LIBRARY_PATH=folder),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    return done.returncode, done.stdout


def faults(program):
    for soname in linked(program):
        if stem(soname) not in LINKED:
            yield 'is linked with %s, which is not in the list of this test' % soname
    sonames = list(noted(program))
    if {stem(soname) for soname in sonames} != LOADED:
        yield 'its notes name %s, not %s' % (sonames, sorted(LOADED))
    for soname in sonames:
        try:
            ctypes.CDLL(soname)
        except OSError as error:
            yield 'a note names a library that cannot be loaded: %s' % error
    status, output = run_without(program, sonames, 'explain', '550')
    if status != 0:
        yield 'does not start without them (%d): %s' % (status, output)
    status, output = run_without(program, sonames, 'read', 'CAPTURE')
    if status == 0 or not re.search(r'zstd decompression needs libarchive\.so\S*, which is not installed', output):
        yield 'does not say that a zstd capture needs libarchive (%d): %s' % (status, output)
    status, output = run_without(program, sonames, 'watch', '--metrics', '127.0.0.1:1', '--interface', 'lo')
    if status == 0 or not re.search(r'--metrics needs libmicrohttpd\.so\S*, which is not installed', output):
        yield 'does not say that --metrics needs libmicrohttpd (%d): %s' % (status, output)


def main(program):
    if not shutil.which('readelf') or not shutil.which('objcopy'):
        print('skipped: readelf and objcopy are needed')
        return 77
    lines = list(faults(program))
    for line in lines:
        print('%s: %s' % (program, line))
    return 1 if lines else 0


if __name__ == '__main__':
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    sys.exit(main(sys.argv[1]))
