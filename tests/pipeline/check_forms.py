#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""check_forms.py TALK SMTPSCOPE SAMPLES TALKS: the form of a capture changes nothing but the number of its bytes.

Usual packets and usual files take short ways through the reader: Ethernet with IPv4 without options, classic pcap in the machine's byte
order. Each sample and talk is read in other forms as well, which take the general ways: other file formats, byte orders and compressions, a
pipe, other link types, VLAN tags, padding and IP options. All records must be the same.
"""
import concurrent.futures
import gzip
import json
import lzma
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'talk'))
import sample  # noqa: E402

ETHERNET, RAW, LINUX_SLL = 1, 101, 113
MICROSECONDS, NANOSECONDS = 0xa1b2c3d4, 0xa1b23c4d
IPV4, VLAN, PROVIDER_VLAN = b'\x08\x00', b'\x81\x00', b'\x88\xa8'


class Capture:
    """The packets of a classic pcap file in this machine's byte order: (seconds, fraction, bytes on the wire, captured bytes)."""

    def __init__(self, data):
        self.magic, _, _, _, _, self.snap, self.link = struct.unpack_from('=IHHiIII', data)
        if self.magic not in (MICROSECONDS, NANOSECONDS):
            raise ValueError('not a capture in the byte order of this machine')
        self.packets = []
        at = 24
        while at + 16 <= len(data):
            seconds, fraction, captured, wire = struct.unpack_from('=IIII', data, at)
            self.packets.append((seconds, fraction, wire, data[at + 16:at + 16 + captured]))
            at += 16 + captured


def classic(capture, order='=', magic=None, link=None, change=None):
    """A classic pcap file in which |change| has been made to the bytes of each packet."""
    magic = magic or capture.magic
    finer = 1000 if magic != capture.magic else 1
    parts = [struct.pack(order + 'IHHiIII', magic, 2, 4, 0, 0, capture.snap + 64, capture.link if link is None else link)]
    for seconds, fraction, wire, data in capture.packets:
        changed = change(data) if change else data
        parts += [struct.pack(order + 'IIII', seconds, fraction * finer, len(changed), wire + len(changed) - len(data)), changed]
    return b''.join(parts)


def pcapng(capture, order='='):
    def block(kind, body):
        body += bytes(-len(body) % 4)
        return struct.pack(order + 'II', kind, len(body) + 12) + body + struct.pack(order + 'I', len(body) + 12)

    digits = 6 if capture.magic == MICROSECONDS else 9
    parts = [block(0x0a0d0d0a, struct.pack(order + 'IHHq', 0x1a2b3c4d, 1, 0, -1)),
             block(1, struct.pack(order + 'HHIHHBxxxHH', capture.link, 0, capture.snap, 9, 1, digits, 0, 0))]
    for seconds, fraction, wire, data in capture.packets:
        time = seconds * 10 ** digits + fraction
        parts.append(block(6, struct.pack(order + 'IIIII', 0, time >> 32, time & 0xffffffff, len(data), wire) + data))
    return b''.join(parts)


def tagged(*tags):
    def change(data):
        return data[:12] + b''.join(kind + struct.pack('>H', number) for kind, number in tags) + data[12:]
    return change


def cooked(data):
    return struct.pack('>HHH', 0, 1, 6) + data[6:12] + b'\0\0' + data[12:]


def with_options(data):
    """With four IP options that do nothing."""
    if data[12:14] != IPV4 or len(data) < 34 or data[14] >> 4 != 4:
        return data
    length = struct.unpack_from('>H', data, 16)[0]
    # A length of 0 stands for all captured bytes, and stays 0. The checksum is not corrected: nobody verifies it.
    return (data[:14] + bytes([data[14] + 1, data[15]]) + struct.pack('>H', length + 4 if length else 0) + data[18:34] + b'\1\1\1\1' + data[34:])


def padded(data):
    """With padding to the least size of Ethernet, and bytes behind the packet that look like the start of a reply."""
    has_length = data[12:14] == IPV4 and data[16:18] != b'\0\0'
    return data + bytes(max(0, 60 - len(data))) + b'\r\n5' if has_length else data


def forms(capture):
    """The other forms of |capture|: a name and the bytes."""
    yield 'classic', classic(capture)
    yield 'other byte order', classic(capture, order='>' if sys.byteorder == 'little' else '<')
    yield 'pcapng', pcapng(capture)
    yield 'pcapng in the other byte order', pcapng(capture, order='>' if sys.byteorder == 'little' else '<')
    yield 'gzip', gzip.compress(classic(capture), 1)
    yield 'pcapng in xz', lzma.compress(pcapng(capture), preset=0)
    if capture.link == ETHERNET:
        yield 'VLAN', classic(capture, change=tagged((VLAN, 7)))
        yield 'two VLANs', classic(capture, change=tagged((PROVIDER_VLAN, 9), (VLAN, 7)))
        yield 'cooked', classic(capture, link=LINUX_SLL, change=cooked)
        yield 'raw IP', classic(capture, link=RAW, change=lambda data: data[14:])
        yield 'IP options', classic(capture, change=with_options)
        whole = all(len(data) == wire for _, _, wire, data in capture.packets)
        if whole:
            yield 'padding', classic(capture, change=padded)


def records(scope, path, stdin=None):
    """The records of the capture, without the sum of its bytes; and the exit status."""
    done = subprocess.run([scope, 'read', '--format', 'json', path], input=stdin, stdin=None if stdin is not None else subprocess.DEVNULL,
                          capture_output=True, timeout=120)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    if lines:
        lines[-1].pop('bytes', None)
    return done.returncode, lines


def first_difference(expected, found):
    if expected[0] != found[0]:
        return f'exit status {found[0]}, expected {expected[0]}'
    for number, (a, b) in enumerate(zip(expected[1], found[1]), 1):
        if a != b:
            members = [name for name in {**a, **b} if a.get(name) != b.get(name)]
            return f'record {number} ({a.get("type")}): ' + '; '.join(f'{name} {b.get(name)!r}, expected {a.get(name)!r}' for name in members)[:600]
    return f'{len(found[1])} records, expected {len(expected[1])}' if len(expected[1]) != len(found[1]) else None


def check(scope, name, path):
    """Returns the differences, a line each, and how many forms were read."""
    data = path.read_bytes()
    expected = records(scope, str(path))
    found, count = [], 1
    difference = first_difference(expected, records(scope, '-', stdin=data))
    if difference:
        found.append(f'{name}: from a pipe: {difference}')
    for form, changed in forms(Capture(data)):
        other = path.with_name(path.name + '.other')
        other.write_bytes(changed)
        difference = first_difference(expected, records(scope, str(other)))
        other.unlink()
        count += 1
        if difference:
            found.append(f'{name}: {form}: {difference}')
    return found, count


def main():
    talk, scope, samples, talks = sys.argv[1:5]
    scripts = sample.of(sorted(pathlib.Path(talks).glob('*.talk')))
    captures = sorted(pathlib.Path(samples).glob('*.pcap'))
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        def one(path):
            made = pathlib.Path(folder, path.name + '.pcap')
            if path.suffix == '.talk':
                subprocess.run([talk, path, made], check=True, stdout=subprocess.DEVNULL)
            else:
                made.write_bytes(path.read_bytes())
            return check(scope, path.name, made)

        results = list(pool.map(one, captures + scripts))
    for found, _ in results:
        for line in found:
            print(line)
    differing = sum(len(found) for found, _ in results)
    print(f'{len(results)} captures in {sum(count for _, count in results)} forms: {differing} differ')
    return 1 if differing or not results else 0


if __name__ == '__main__':
    if len(sys.argv) != 5:
        raise SystemExit(__doc__)
    sys.exit(main())
