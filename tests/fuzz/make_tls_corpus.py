#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Makes the corpora of tls_opener and tls_key_log: make_tls_corpus.py TALK CORPUS-DIRECTORY. TALK prints the key log of the talks inside TLS."""
import pathlib
import struct
import subprocess
import sys

RAW, GAP, SEALED, DAMAGED = range(4)
CLIENT, SERVER = range(2)
DIALOGUE = [(SERVER, b'220 mx.example.net ESMTP\r\n'), (CLIENT, b'EHLO client.example.org\r\n'), (SERVER, b'250-mx.example.net\r\n250 PIPELINING\r\n'),
            (CLIENT, b'MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n'), (SERVER, b'250 Ok\r\n250 Ok\r\n354 go on\r\n'),
            (CLIENT, b'Subject: x\r\n\r\nline\r\n' * 20 + b'.\r\n'), (SERVER, b'250 Ok\r\n'), (CLIENT, b'QUIT\r\n'), (SERVER, b'221 Bye\r\n')]


def step(op, side, data, length=None):
    return struct.pack('>BH', op << 1 | side, len(data) if length is None else length) + (b'' if op == GAP else data)


def opener():
    """{name: input}, each for TLS 1.3 and 1.2."""
    plain = [step(SEALED, side, text) for side, text in DIALOGUE]
    kinds = {
        'dialogue': plain,
        'nothing': [step(SEALED, CLIENT, b''), step(SEALED, SERVER, b'')] + plain,
        'gap': plain[:3] + [step(GAP, CLIENT, b'', 84)] + plain[4:],
        'gap-both': plain[:2] + [step(GAP, SERVER, b'', 60), step(GAP, CLIENT, b'', 2000)] + plain[4:],
        'gap-long': plain[:2] + [step(GAP, CLIENT, b'', 65535)] + plain[3:],
        'damaged': plain[:5] + [step(DAMAGED, *DIALOGUE[5])] + plain[6:],
        'damaged-header': plain[:3] + [step(DAMAGED, CLIENT, DIALOGUE[3][1][:3])] + plain[4:],
        'large': plain[:5] + [step(SEALED, CLIENT, b'x' * 16384)] + plain[6:],
        'alert': plain + [step(RAW, CLIENT, bytes((21, 3, 3, 0, 2, 1, 0)))],
        'change-cipher': plain[:4] + [step(RAW, CLIENT, bytes((20, 3, 3, 0, 1, 1)))] + plain[4:],
        'not-tls': plain[:2] + [step(RAW, CLIENT, b'EHLO in clear\r\n')] + plain[2:],
        'header-alone': plain[:2] + [step(RAW, CLIENT, bytes((23, 3, 3, 0x40)))],
        'empty-record': plain[:2] + [step(RAW, CLIENT, bytes((23, 3, 3, 0, 0)))] + plain[2:],
        'too-long-record': plain[:2] + [step(RAW, CLIENT, bytes((23, 3, 3, 0x48, 0)) + b'y' * 100)] + plain[2:],
        'false-header': plain[:1] + [step(GAP, CLIENT, b'', 30), step(RAW, CLIENT, bytes((0, 1, 23, 3, 3, 0, 40)) + b'z' * 60)] + plain[1:],
    }
    return {f'{name}-{version}': bytes([bit]) + b''.join(steps) for name, steps in kinds.items() for version, bit in (('13', 0), ('12', 1))}


def key_log(keys):
    line = keys.splitlines(True)[0]
    kinds = {
        'keys': keys, 'carriage-returns': keys.replace(b'\n', b'\r\n'), 'unfinished': keys[:-1], 'cut': keys[:-20],
        'comments': b'# a comment\n\n' + keys + b'#', 'unknown-label': line.replace(b'CLIENT_', b'OTHER_', 1) + keys,
        'short-secret': line[:-9] + b'\n' + keys, 'odd-digits': line[:-2] + b'\n', 'upper-case': keys.upper(), 'two-spaces': line.replace(b' ', b'  '),
        'no-random': b'CLIENT_RANDOM  00\n', 'long-line': b'A' * 600 + b'\n' + line, 'zero': b'\0' * 64 + b'\n' + line, 'twice': keys + keys,
        'exporter': line.replace(line.split()[0], b'EXPORTER_SECRET') + line.replace(line.split()[0], b'CLIENT_EARLY_TRAFFIC_SECRET'),
        'many': b''.join(line[:line.index(b' ') + 1] + b'%064x' % i + line[-66:] for i in range(12)),
    }
    return {f'{name}-{piece}': bytes([piece]) + text for name, text in kinds.items() for piece in (0, 40)}


def main(talk, directory):
    keys = subprocess.run([talk, '--keys'], capture_output=True, check=True).stdout
    for name, inputs in (('tls_opener', opener()), ('tls_key_log', key_log(keys))):
        to = pathlib.Path(directory) / name
        to.mkdir(exist_ok=True)
        for what, data in inputs.items():
            (to / what).write_bytes(data)


if __name__ == '__main__':
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
