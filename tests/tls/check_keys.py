#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Keys that come before, among and behind the packets that they open.

usage: check_keys.py SMTPSCOPE TALK TALKS

`read` gets them in Decryption Secrets Blocks of pcapng, `watch` in a key log that grows, in a FIFO, and in a key log that is written again.
"""
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'samples' / 'lab'))
import network  # noqa: E402

PROGRAM, TALK, TALKS = (os.path.abspath(path) for path in sys.argv[1:4])
HANDSHAKE = 6  # packets up to the one that completes it


def packets(name, proxy='tls13'):
    """The packets of a talk inside TLS, as (seconds, microseconds, bytes)."""
    data = subprocess.run([TALK, '--through', proxy, os.path.join(TALKS, name + '.talk'), '-'], capture_output=True, check=True).stdout
    at, found = 24, []
    while at < len(data):
        seconds, fraction, length, _ = struct.unpack_from('<IIII', data, at)
        found.append((seconds, fraction, data[at + 16:at + 16 + length]))
        at += 16 + length
    return data[:24], found


def classic(header, found):
    return header + b''.join(struct.pack('<IIII', s, f, len(d), len(d)) + d for s, f, d in found)


def micros(header, packet):
    return packet[0] * 1000000 + (packet[1] // 1000 if header[:4] == b'\x4d\x3c\xb2\xa1' else packet[1])


def block(kind, body):
    body += b'\0' * (-len(body) % 4)
    return struct.pack('<II', kind, len(body) + 12) + body + struct.pack('<I', len(body) + 12)


def pcapng(header, found, secrets_at, slow_at=None):
    """A capture with a block of secrets before packet |secrets_at|; what comes from packet |slow_at| on is later by 10 seconds."""
    out = block(0x0a0d0d0a, struct.pack('<IHHq', 0x1a2b3c4d, 1, 0, -1)) + block(1, struct.pack('<HHI', struct.unpack_from('<I', header, 20)[0], 0, 0))
    secrets = block(10, struct.pack('<II', 0x544c534b, len(KEYS)) + KEYS)
    for number, packet in enumerate(found):
        if number == secrets_at:
            out += secrets
        stamp = micros(header, packet) + (10000000 if slow_at is not None and number >= slow_at else 0)
        out += block(6, struct.pack('<IIIII', 0, stamp >> 32, stamp & 0xffffffff, len(packet[2]), len(packet[2])) + packet[2])
    return out + (secrets if secrets_at == len(found) else b'')


def read(capture, *options):
    result = subprocess.run([PROGRAM, 'read', '--format', 'json', *options, '-'], input=capture, capture_output=True, check=False)
    return result.returncode, [json.loads(line) for line in result.stdout.splitlines()], result.stderr.decode()


def replies(records):
    return [(r['code'], tuple(r['lines']), r['answers']['verb'], r['pairing']) for r in records if r['type'] == 'reply']


def sealed(records):
    return [r['tls']['sealed'] for r in records if r['type'] == 'session' and r['tls']]


def secrets_anywhere(_):
    """Wherever the block is within the time and bytes that packets wait, the session is read whole."""
    for name in ('auth-plain', 'bdat'):
        for proxy in ('tls13', 'tls12'):
            header, found = packets(name, proxy)
            status, records, _ = read(pcapng(header, found, 0))
            wanted = replies(records)
            assert wanted and status == 0, (name, status)
            for at in range(1, len(found) + 1):
                status, records, said = read(pcapng(header, found, at))
                assert status == 0 and replies(records) == wanted, (name, proxy, at, said, replies(records))
                assert sealed(records) == [None], (name, proxy, at)


def late_secrets(_):
    """What came too late is named, and the session says why it was not read."""
    header, found = packets('bdat')
    status, records, said = read(pcapng(header, found, len(found)))
    assert (status, said, sealed(records)) == (0, '', [None]), (status, said)
    # The client is silent for longer than packets wait.
    status, records, said = read(pcapng(header, found, len(found), HANDSHAKE + 1))
    assert status == 3 and said == 'smtpscope: the TLS secrets of 1 session came too late: packets wait for them for 2 s and 64 KiB\n', said
    assert records[-1]['errors'] == [said[len('smtpscope: '):-1]], records[-1]
    assert sealed(records) == ['key-came-late'] and not replies(records), sealed(records)
    # In a classic capture nothing is waited for, and nothing is said.
    status, records, said = read(classic(header, found))
    assert (status, said, sealed(records)) == (0, '', ['no-key'])


def opened_midway(_):
    """Where keys come after packets that no longer wait for them, the rest is read, and nothing false is said."""
    for name in ('auth-plain', 'bdat', 'pipelining-blamed', 'message-refused-midway-5', '221-idle'):
        for proxy in ('tls13', 'tls12'):
            header, found = packets(name, proxy)
            _, records, _ = read(pcapng(header, found, 0))
            wanted = {reply[:3] for reply in replies(records)}
            alarms = {(r['id'], r['cause']) for r in records if r['type'] == 'finding'}
            for at in range(HANDSHAKE + 2, len(found)):
                status, records, said = read(pcapng(header, found, at, HANDSHAKE + 1))
                certain = {reply[:3] for reply in replies(records) if reply[3] == 'certain'}
                told = {(r['id'], r['cause']) for r in records if r['type'] == 'finding' and r['severity'] != 'info'}
                assert certain <= wanted and told <= alarms and status in (0, 3), (name, proxy, at, certain - wanted, told - alarms, said)


def watch(directory, options, header, found, after_handshake):
    """The replies that `watch` reports; |after_handshake| is called between the handshake and what follows."""
    command = [PROGRAM, 'watch', '--format', 'json', '--replay', '-', *options]
    with open(os.path.join(directory, 'out'), 'w+b') as out, subprocess.Popen(command, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.PIPE) as process:
        process.stdin.write(classic(header, found[:HANDSHAKE]))
        process.stdin.flush()
        network.settle(process)
        after_handshake()
        network.settle(process)
        network.settle(process)
        process.stdin.write(classic(header, found[HANDSHAKE:])[24:])
        process.stdin.close()
        said = process.stderr.read().decode()
        assert process.wait(300) == 0, said
        out.seek(0)
        return replies(json.loads(line) for line in out.read().splitlines())


def key_log_while_watching(directory):
    header, found = packets('bdat')
    wanted = replies(read(pcapng(header, found, 0))[1])
    log, fifo = os.path.join(directory, 'log'), os.path.join(directory, 'fifo')

    def write(path, mode, text):
        with open(path, mode) as file:
            file.write(text)

    write(log, 'wb', b'')
    os.chmod(log, 0o600)
    assert watch(directory, ['--keylog', log], header, found, lambda: None) == []
    assert watch(directory, ['--keylog', log], header, found, lambda: write(log, 'ab', KEYS)) == wanted, 'a log that grows'
    # A line in two pieces.
    write(log, 'wb', KEYS[:-70])
    assert watch(directory, ['--keylog', log], header, found, lambda: write(log, 'ab', KEYS[-70:])) == wanted, 'a line in pieces'
    # A log that was emptied and is written again.
    write(log, 'wb', b'# nothing but a comment, and a long one\n' * 40)
    assert watch(directory, ['--keylog', log], header, found, lambda: write(log, 'wb', KEYS)) == wanted, 'a log written again'
    os.mkfifo(fifo, 0o600)
    assert watch(directory, ['--keylog', fifo], header, found, lambda: write(fifo, 'wb', KEYS)) == wanted, 'a FIFO'
    # Two writers, one after the other.
    middle = KEYS.index(b'\n', 200) + 1

    def twice():
        write(fifo, 'wb', KEYS[:middle])
        time.sleep(0.2)
        write(fifo, 'wb', KEYS[middle:])
    assert watch(directory, ['--keylog', fifo], header, found, twice) == wanted, 'two writers'


KEYS = subprocess.run([TALK, '--keys'], capture_output=True, check=True).stdout

if __name__ == '__main__':
    with tempfile.TemporaryDirectory() as name:
        for test in (secrets_anywhere, late_secrets, opened_midway, key_log_while_watching):
            test(name)
            print(test.__name__, 'good')
