#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Reads captures with many sessions: the list has one line for each, and the summary stays readable.

usage: check_many.py SMTPSCOPE [SESSIONS]

With SESSIONS, only times a list of that many failed sessions, and prints its summary.
"""
import os
import struct
import subprocess
import sys
import tempfile
import time

REFUSALS = ('550 5.1.1 <nobody@example.net>: User unknown', '554 5.7.1 <x@example.edu>: Relay access denied', '450 4.2.0 <x@example.net>: Greylisted, try again later',
            '552 5.2.2 mailbox full', '550 5.7.1 Service unavailable; client host blocked using zen.spamhaus.org')
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def checksum_free_packet(source, target, ports, sequence, acknowledged, flags, data):
    tcp = struct.pack('!HHIIBBHHH', *ports, sequence, acknowledged, 5 << 4, flags, 65535, 0, 0) + data
    return struct.pack('!BBHHHBBH4s4s', 0x45, 0, 20 + len(tcp), 0, 0x4000, 64, 6, 0, source, target) + tcp


def session(number, servers, failing):
    """Returns the packets of one session."""
    client, server = struct.pack('!BBBB', 10, 1, number // 50 % 250, number % 50 + 1), struct.pack('!BBBB', 192, 0, 2, number % servers + 1)
    port = 1024 + number % 60000
    refusal = REFUSALS[number % len(REFUSALS)] if number % 100 < failing else '250 2.1.5 Ok'
    host = 'mx%d.example.net' % (number % servers + 1)
    lines = [('S', '220 %s ESMTP' % host), ('C', 'EHLO client.example.org'), ('S', '250 %s' % host), ('C', 'MAIL FROM:<sender%d@example.org>' % number), ('S', '250 2.1.0 Ok'),
             ('C', 'RCPT TO:<user%d@example.net>' % number), ('S', refusal)]
    if refusal.startswith('250'):
        lines += [('C', 'DATA'), ('S', '354 go ahead'), ('C', 'Subject: x\r\n\r\nx\r\n.'), ('S', '250 2.0.0 Ok: queued as Q%d' % number)]
    lines += [('C', 'QUIT'), ('S', '221 2.0.0 Bye')]
    sent = {'C': 1000, 'S': 5000}
    packets = [checksum_free_packet(client, server, (port, 25), 999, 0, SYN, b''), checksum_free_packet(server, client, (25, port), 4999, 1000, SYN | ACK, b''),
               checksum_free_packet(client, server, (port, 25), 1000, 5000, ACK, b'')]

    def send(who, data, flags):
        ends = (client, server, (port, 25)) if who == 'C' else (server, client, (25, port))
        packets.append(checksum_free_packet(*ends, sent[who], sent['S' if who == 'C' else 'C'], flags, data))
        sent[who] += len(data) + (flags & FIN)

    for who, line in lines:
        send(who, line.encode() + b'\r\n', PSH | ACK)
    for who in 'SC':
        send(who, b'', FIN | ACK)
    send('S', b'', ACK)
    return packets


def write(path, count, servers, failing):
    with open(path, 'wb') as out:
        out.write(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 101))
        for number in range(count):
            for i, packet in enumerate(session(number, servers, failing)):
                out.write(struct.pack('<IIII', 1790000000 + number // 10, number % 10 * 90000 + i * 1000, len(packet), len(packet)) + packet)


def listed(scope, path, width):
    environment = dict(os.environ, COLUMNS=str(width))
    text = subprocess.run([scope, 'read', '--format', 'list', path], capture_output=True, text=True, encoding='utf-8', env=environment, check=True).stdout
    rows, _, summary = text.partition('\n\n')
    return rows.splitlines()[1:], summary.splitlines()


def main(scope, only=None):
    scope = os.path.abspath(scope)
    faults = []

    def check(what, holds):
        if not holds:
            faults.append(what)
            print('failed: %s' % what)

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'mail.pcap')
        if only:
            write(path, int(only), 40, 100)
            begin = time.monotonic()
            rows, summary = listed(scope, path, 80)
            print('%d rows in %.1f s' % (len(rows), time.monotonic() - begin), *summary, sep='\n')
            return 0
        write(path, 200, 3, 30)
        for width in (80, 160):
            rows, summary = listed(scope, path, width)
            check('200 rows', len(rows) == 200)
            check('they are in order', [int(''.join(filter(str.isdigit, row.split()[0]))) for row in rows] == list(range(1, 201)))
            check('they fit %d columns' % width, max(map(len, rows)) <= width)
            check('the summary has less than 40 lines', len(summary) < 40)
        check('groups', any(line.split()[1:] and line.split()[1] == 'user-unknown' and ', +' in line for line in summary))
        check('the commands at the end', summary[-1].split('  ')[-1].strip().startswith('smtpscope read '))
        command = next(line for line in summary if ' --cause ' in line).split('smtpscope ')[1].split()
        done = subprocess.run([scope, *command], capture_output=True, check=False)
        check('a suggested command runs', done.returncode == 0 and not done.stderr and done.stdout)
        write(path, 3000, 40, 100)
        rows, summary = listed(scope, path, 80)
        check('3000 rows', len(rows) == 3000)
        check('a short summary of many', len(summary) < 40 and '3,000 failed sessions' in '\n'.join(summary))
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
