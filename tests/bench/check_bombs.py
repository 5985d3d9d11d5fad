#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""A small compressed file that becomes an endless row of empty packets or unknown blocks ends with an error that names file and place.

usage: check_bombs.py SMTPSCOPE"""
import gzip
import os
import struct
import subprocess
import sys
import tempfile

MIB = 1024 * 1024
PCAP = struct.pack('<IHHIIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
PCAPNG = struct.pack('<IIIHHqI', 0x0a0d0d0a, 28, 0x1a2b3c4d, 1, 0, -1, 28) + struct.pack('<IIHHII', 1, 20, 1, 0, 0, 20)
BLOCK = struct.pack('<II', 0xbad, 65536) + bytes(65536 - 12) + struct.pack('<I', 65536)


def read(scope, path, head, piece, count):
    with gzip.open(path, 'wb', compresslevel=1) as out:
        out.write(head)
        for _ in range(count):
            out.write(piece)
    return subprocess.run([scope, 'read', '--format', 'json', path], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)


def main():
    scope = sys.argv[1]
    with tempfile.TemporaryDirectory() as directory:
        for name, head, piece, megabytes in (('pcap', PCAP, bytes(MIB), 1), ('pcapng', PCAPNG, BLOCK, 16)):
            path = os.path.join(directory, name + '.gz')
            done = read(scope, path, head, piece, 100 * megabytes)
            assert done.returncode == 3, done
            assert path in done.stderr and 'byte 671' in done.stderr and '64 MiB without the content of a packet' in done.stderr, done.stderr
            done = read(scope, path, head, piece, 60 * megabytes)
            assert done.returncode == 0 and not done.stderr, done
    print('bombs end with an error')


if __name__ == '__main__':
    main()
