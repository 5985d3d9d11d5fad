#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks which libraries the program is linked with, and those that it loads when a feature needs them.

usage: check_libraries.py SMTPSCOPE

- every start pays for a linked library and for all that it needs in turn: a new one must be listed here, with a reason in doc/architecture.md
- each library that is loaded later has a note for packaging tools, and is installed
- without it, the program starts, and the feature that needs it says what is missing
"""
import ctypes
import gzip
import json
import lzma
import os
import pty
import re
import shutil
import struct
import subprocess
import sys
import tempfile

SAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../samples')
TLS = os.path.join(SAMPLES, 'starttls-postfix.pcap')
PLAIN = struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
CAPTURES = {'zst': bytes.fromhex('28b52ffd') + bytes(28), 'gz': gzip.compress(PLAIN), 'xz': lzma.compress(PLAIN), 'pcap': PLAIN}
LINKED = {'libpcap', 'libpcre2-8', 'libc', 'ld-linux-x86-64', 'ld-linux-aarch64', 'libm', 'libgcc_s', 'libasan', 'libubsan', 'libtsan'}
LOADED = {'libarchive', 'libcrypto', 'liblzma', 'libmicrohttpd', 'libseccomp', 'libyaml-0', 'libz'}
OPTIONAL = {'libbpf', 'libncursesw'}
SANITIZERS, NOT_WITH_THEM = {'libasan', 'libubsan', 'libtsan'}, {'libseccomp'}  # they need system calls that the sandbox forbids
# What the program must say without a library, and how it is run: CAPTURE.x is a capture of that kind, PTY the command in a terminal.
FEATURES = [
    ('libarchive', ['read', 'CAPTURE.zst'], r'zstd decompression needs %s, which is not installed'),
    ('libz', ['read', 'CAPTURE.gz'], r'gzip decompression needs %s, which is not installed'),
    ('liblzma', ['read', 'CAPTURE.xz'], r'xz decompression needs %s, which is not installed'),
    ('libcrypto', ['read', '--keylog', '/dev/null', 'CAPTURE.pcap'], r'--keylog needs %s, which is not installed'),
    ('libcrypto', ['read', '--anonymize', 'CAPTURE.pcap'], r'--anonymize needs %s, which is not installed'),
    ('libcrypto', ['read', TLS], r'TLS needs %s, which is not installed'),
    ('libyaml-0', ['read', '--rules', 'FOLDER', 'CAPTURE.pcap'], r'empty\.yaml: cannot be read without %s, which is not installed'),
    ('libmicrohttpd', ['watch', '--metrics', '127.0.0.1:1', '--interface', 'lo'], r'--metrics needs %s, which is not installed'),
    ('libncursesw', ['PTY', 'top', 'CAPTURE.pcap'], r'top needs %s, which is not installed'),
]


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


def needed_at_start(program):
    """The sonames of all libraries that are loaded with the program, also for other libraries."""
    listed = subprocess.run([program], env=dict(os.environ, LD_TRACE_LOADED_OBJECTS='1'), stdout=subprocess.PIPE, text=True, check=True).stdout
    return {os.path.basename(line.split()[0]) for line in listed.splitlines() if line.split()}


def run_without(program, sonames, *arguments):
    """Runs the program where files that are not libraries take the place of these libraries."""
    with tempfile.TemporaryDirectory() as folder:
        for soname in sonames:
            open(os.path.join(folder, soname), 'wb').close()
        for ending, content in CAPTURES.items():
            with open(os.path.join(folder, 'CAPTURE.' + ending), 'wb') as file:
                file.write(content)
        open(os.path.join(folder, 'empty.yaml'), 'wb').close()
        command = [program, *[folder if a == 'FOLDER' else a for a in arguments if a != 'PTY']]
        streams = {'stdin': subprocess.DEVNULL, 'stdout': subprocess.PIPE}
        terminal = pty.openpty() if 'PTY' in arguments else ()
        if terminal:
            streams = {'stdin': terminal[1], 'stdout': terminal[1]}
        done = subprocess.run(command, cwd=folder, env=dict(os.environ, LD_LIBRARY_PATH=folder, TERM='xterm'), stderr=subprocess.PIPE, text=True, check=False,
                              timeout=60, **streams)
        for end in terminal:
            os.close(end)
    return done.returncode, done.stderr


def faults(program):
    for soname in linked(program):
        if stem(soname) not in LINKED:
            yield 'is linked with %s, which is not in the list of this test' % soname
    sonames = {stem(soname): soname for soname in noted(program)}
    loaded = LOADED - NOT_WITH_THEM if SANITIZERS & {stem(soname) for soname in linked(program)} else LOADED
    if not loaded <= sonames.keys() <= LOADED | OPTIONAL:
        yield 'its notes name %s, not %s' % (sorted(sonames), sorted(loaded))
    for soname in sonames.values():
        try:
            ctypes.CDLL(soname)
        except OSError as error:
            yield 'a note names a library that cannot be loaded: %s' % error
    absent = set(sonames.values()) - needed_at_start(program)
    status, output = run_without(program, absent, 'explain', '550')
    if status != 0:
        yield 'does not start without them (%d): %s' % (status, output)
    for library, arguments, message in FEATURES:
        # Libraries of the system may need one of them, too.
        if sonames.get(library) not in absent:
            continue
        status, output = run_without(program, absent, *arguments)
        if status == 0 or not re.search(message % re.escape(sonames[library]), output):
            yield '%s does not say that it needs %s (%d): %s' % (' '.join(arguments), library, status, output)


def main(program):
    if not shutil.which('readelf') or not shutil.which('objcopy'):
        print('skipped: readelf and objcopy are needed')
        return 77
    lines = list(faults(os.path.abspath(program)))
    for line in lines:
        print('%s: %s' % (program, line))
    return 1 if lines else 0


if __name__ == '__main__':
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    sys.exit(main(sys.argv[1]))
