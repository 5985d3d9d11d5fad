#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks the traffic generator's captures without the analyzer: are the packets valid TCP, and does the record match them?

usage: test_traffic.py TRAFFIC
"""
import collections
import json
import os
import struct
import subprocess
import sys
import tempfile

RUNS = [['--seed', '5'], ['--seed', '6', '--mss', '100', '--pipelining', '100', '--failures', '100'], ['--seed', '7', '--concurrency', '1']]
FIN, SYN, ACK = 1, 2, 16


def checksum(data):
    data += b'\0' * (len(data) % 2)
    total = sum(struct.unpack('>%dH' % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total


def packets(path, ordered=True):
    with open(path, 'rb') as file:
        assert struct.unpack('=IHHiIII', file.read(24)) == (0xa1b2c3d4, 2, 4, 0, 0, 262144, 1)
        before = (0, 0)
        while header := file.read(16):
            seconds, micros, length, wire = struct.unpack('=IIII', header)
            assert length == wire and (before <= (seconds, micros) or not ordered) and micros < 1000000
            before = (seconds, micros)
            yield file.read(length)


def read(path):
    """Returns the streams of both sides by connection, and the number of packets and bytes. Checks every packet."""
    streams, following, figures = collections.defaultdict(bytes), {}, collections.Counter()
    for packet in packets(path):
        figures.update(packets=1, bytes=len(packet))
        ip, tcp = packet[14:34], packet[34:]
        assert checksum(ip) == 0xffff and struct.unpack('>H', ip[2:4])[0] == len(packet) - 14
        assert checksum(ip[12:20] + struct.pack('>HH', 6, len(tcp)) + tcp) == 0xffff
        source, target, sequence, acknowledged, offset, flags = struct.unpack('>HHIIBB', tcp[:14])
        here, there = (ip[12:16], source, ip[16:20], target), (ip[16:20], target, ip[12:16], source)
        payload = tcp[(offset >> 4) * 4:]
        assert following.setdefault(here, sequence) == sequence
        assert not flags & ACK or acknowledged == following[there]
        following[here] = (sequence + len(payload) + (1 if flags & (SYN | FIN) else 0)) & 0xffffffff
        streams[here] += payload
        figures['sessions'] += flags & (SYN | ACK) == SYN
    return streams, figures


def check(capture, truth):
    streams, figures = read(capture)
    codes, unexpected = collections.Counter(), collections.Counter()
    for (server, port, peer, peer_port), text in list(streams.items()):
        if port != 25:
            continue
        lines = text.split(b'\r\n')
        assert lines.pop() == b'' and all(line[3:4] in (b' ', b'-') for line in lines)
        said = [int(line[:3]) for line in lines if line[3:4] == b' ']
        codes.update(said)
        asked = streams[peer, peer_port, server, port]
        unexpected['221'] += 221 in said and not asked.endswith(b'\r\nQUIT\r\n')
        unexpected['500'] += 500 in said and asked.count(b'XFROBNICATE')
    for key in ('packets', 'bytes', 'sessions'):
        assert figures[key] == truth[key], key
    assert {str(code): count for code, count in codes.items()} == truth['codes']
    assert unexpected['221'] == truth['unexpected-221'] and unexpected['500'] == truth['unexpected-500']


def check_disorder(orderly, disorderly):
    """Some packets are missing, some are there twice, some change places, and of some connections one side is missing."""
    whole, damaged = list(packets(orderly)), list(packets(disorderly, ordered=False))
    left = collections.Counter(damaged)
    assert 0 < len(set(whole) - set(damaged)) < len(whole) / 2 and max(left.values()) == 2 and not set(damaged) - set(whole)
    kept = [packet for packet in whole if left[packet]]
    assert list(dict.fromkeys(damaged)) != kept and sorted(dict.fromkeys(damaged)) == sorted(kept)
    sides = collections.Counter(packet[26:38] for packet in damaged)
    lonely = [side for side in sides if side[4:8] + side[:4] + side[10:] + side[8:10] not in sides]
    assert 0 < len(lonely) < len(sides) / 2


def check_together(path):
    """No session ends before the last one has begun."""
    flags = [packet[47] for packet in packets(path)]
    assert max(at for at, bits in enumerate(flags) if bits & SYN) < min(at for at, bits in enumerate(flags) if bits & FIN)


def main(traffic):
    with tempfile.TemporaryDirectory(prefix='smtpscope-traffic-') as directory:
        capture, again, truth = (os.path.join(directory, name) for name in ('trace.pcap', 'again.pcap', 'trace.json'))
        for options in RUNS:
            command = [traffic, '--preset', 'tiny', '--sessions', '60', *options]
            subprocess.run([*command, '--output', capture, '--truth', truth], check=True)
            subprocess.run([*command, '--output', again], check=True)
            with open(capture, 'rb') as one, open(again, 'rb') as other:
                assert one.read() == other.read(), 'the same options gave other bytes'
            with open(truth, encoding='ascii') as file:
                check(capture, json.load(file))
        subprocess.run([*command, '--disorder', '--output', again], check=True)
        check_disorder(capture, again)
        subprocess.run([*command, '--concurrency', '60', '--together', '--output', again], check=True)
        check_together(again)


if __name__ == '__main__':
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(sys.argv[1])
