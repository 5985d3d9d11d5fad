#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""check_planted.py SMTPSCOPE TALK: `read --anonymize` leaves nothing of names and addresses, wherever they are in the packets or in the
output. Each case plants them in one place and looks for them in every format and in the packets.
"""
import ipaddress
import os
import re
import struct
import subprocess
import sys
import tempfile

scope, talk = (os.path.abspath(argument) for argument in sys.argv[1:3])
# What is planted; each is found only where the case puts it.
NAMES = ('quibblesworth', 'zanzipost', 'wombatmail')
ADDRESSES = ('203.0.113.77', '2001:db8:abcd::77')
FORMATS = ('text', 'list', 'json', 'log', 'html', 'markdown')

HEAD = '''title: planted
server: 198.51.100.25:25
'''
PLAIN = '''
S: 220 mx.example.net ESMTP
C: EHLO client.example.org
S: 250 mx.example.net
%s
C: QUIT
S: 221 Bye
'''
MAIL = '''C: MAIL FROM:<a@example.org>
S: 250 Ok
C: RCPT TO:<b@example.net>
S: 250 Ok
C: DATA
S: 354 go ahead
%s
C: .
S: 250 Ok
'''
TALKS = {
    'mailbox': PLAIN % 'C: MAIL FROM:<quibblesworth@zanzipost.example>\nS: 250 quibblesworth@zanzipost.example ok',
    'local part': PLAIN % 'C: RCPT TO:<quibblesworth>\nS: 550 quibblesworth is unknown',
    'path without brackets': PLAIN % 'C: MAIL FROM:quibblesworth\nS: 501 quibblesworth?\nC: MAIL FROM: zanzipost SIZE=1\nS: 501 no zanzipost',
    'quoted local part': PLAIN % 'C: RCPT TO:<"quibblesworth zanzipost"@example.net>\nS: 250 ok',
    'route': PLAIN % 'C: RCPT TO:<@zanzipost.example,@wombatmail.example:quibblesworth@example.net>\nS: 250 ok',
    'address literal': PLAIN % 'C: RCPT TO:<a@[203.0.113.77]>\nS: 250 ok\nC: RCPT TO:<a@[IPv6:2001:db8:abcd::77]>\nS: 250 ok',
    'parameters': PLAIN % 'C: MAIL FROM:<a@example.org> ENVID=quibblesworth1 AUTH=zanzipost@example.org\nS: 250 ok\nC: RCPT TO:<b@example.net> ORCPT=rfc822;wombatmail@example.net\nS: 250 ok',
    'hello of one label': '\nS: 220 zanzipost ESMTP\nC: EHLO quibblesworth\nS: 250 zanzipost greets quibblesworth\nC: QUIT\nS: 221 zanzipost closing\n',
    'hello with an odd domain': '\nS: 220 mx.example.net ESMTP\nC: EHLO quibblesworth.lan1\nS: 250 Hello quibblesworth.lan1\nC: QUIT\nS: 221 Bye\n',
    'hello with UTF-8': '\nS: 220 mx.example.net ESMTP\nC: EHLO quibblesworth.пример\nS: 250 Hello quibblesworth.пример\nC: QUIT\nS: 221 Bye\n',
    'hello with an address': '\nS: 220 mx.example.net ESMTP\nC: EHLO [203.0.113.77]\nS: 250 Hello [203.0.113.77] [2001:db8:abcd::77]\nC: QUIT\nS: 221 Bye\n',
    'reply text': PLAIN % 'C: MAIL FROM:<a@example.org>\nS: 550 blocked by quibblesworth.example, see http://zanzipost.example/?ip=203.0.113.77 or 203-0-113-77.wombatmail.example',
    'XCLIENT': PLAIN % 'C: XCLIENT NAME=quibblesworth ADDR=203.0.113.77 LOGIN=zanzipost HELO=wombatmail.example\nS: 220 mx.example.net ESMTP',
    'XFORWARD': PLAIN % 'C: XFORWARD NAME=quibblesworth ADDR=IPV6:2001:db8:abcd::77 IDENT=zanzipost1 SOURCE=REMOTE\nS: 250 ok',
    'ETRN': PLAIN % 'C: ETRN quibblesworth\nS: 250 ok\nC: ETRN @zanzipost.example\nS: 250 queuing for node zanzipost.example started',
    'VRFY': PLAIN % 'C: VRFY quibblesworth\nS: 252 quibblesworth\nC: EXPN zanzipost\nS: 550 zanzipost',
    'NOOP': PLAIN % 'C: NOOP quibblesworth\nS: 250 ok\nC: HELP zanzipost\nS: 214 ok\nC: RSET wombatmail\nS: 501 no',
    'unknown command': PLAIN % 'C: FROB quibblesworth\nS: 500 what is quibblesworth?',
    'message': PLAIN % (MAIL % 'C: From: quibblesworth@zanzipost.example\nC: X-Name: wombatmail\nC:\nC: I am quibblesworth at 203.0.113.77.'),
    'refused message': PLAIN % 'C: MAIL FROM:<a@example.org>\nS: 250 ok\nC: DATA\nS: 503 no recipients\nC: From: quibblesworth@zanzipost.example\nS: 500 what\nC: quibblesworth was here\nS: 500 what',
    'login': PLAIN % 'C: AUTH PLAIN ${base64 \\0quibblesworth\\0zanzipost}\nS: 235 welcome quibblesworth',
    'login by lines': PLAIN % 'C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: ${base64 quibblesworth}\nS: 334 UGFzc3dvcmQ6\nC: ${base64 zanzipost}\nS: 535 no such user quibblesworth',
    'PROXY header': '\nC: PROXY TCP4 203.0.113.77 198.51.100.25 4000 25' + PLAIN % '',
    'HTTP': '\nC {\n  GET / HTTP/1.1\n  Host: quibblesworth\n  Referer: http://zanzipost.example/\n\n}\nS: 500 what\n',
    'TLS hello': PLAIN.replace('%s\nC: QUIT\nS: 221 Bye\n', 'C: STARTTLS\nS: 220 go\nC: ${tls-hello quibblesworth.zanzipost.example}\\\n'),
    'TLS hello of one label': PLAIN.replace('%s\nC: QUIT\nS: 221 Bye\n', 'C: STARTTLS\nS: 220 go\nC: ${tls-hello quibblesworth}\\\n'),
    'certificate': PLAIN.replace('%s\nC: QUIT\nS: 221 Bye\n', 'C: STARTTLS\nS: 220 go\nC: ${tls-hello mx.example.net}\\\n'
                                 'S: ${tls-server-hello}${tls-certificate quibblesworth.example issuer zanzipost names wombatmail.example,mx.example.net}\\\n'),
    'ICMP': '\nC: EHLO\\\nicmp net from 203.0.113.77\n',
}
PROXY_2 = '0d0a0d0a000d0a515549540a 2111001c cb00714d c6336419 0fa0 0019 02000d' + b'quibblesworth'.hex()
THROUGH = ('socks', 'connect', 'socks-joined', 'connect-joined')
LAYERS = ('ethernet', 'vlan', 'ip-options', 'ipv6', 'ipv6-extended', 'ip-fragments')


def run(*command, **options):
    return subprocess.run(command, capture_output=True, check=False, **options)


def planted(data):
    """What of the planted is in the bytes."""
    text = data.lower()
    for name in NAMES:
        if name.encode() in text or name.encode('utf-16-le') in text:
            yield name
    for address in ADDRESSES:
        if ipaddress.ip_address(address).packed in data or re.search(rb'(?<![0-9])' + re.escape(address.encode()) + rb'(?![0-9])', text):
            yield address
    if b'203-0-113-77' in text:
        yield '203-0-113-77'


def outputs(path, directory):
    """All outputs for one capture, by name."""
    for ending in ('pcap', 'pcapng'):
        out = os.path.join(directory, 'out.' + ending)
        done = run(scope, 'read', '--any-port', '--anonymize', '--write', out, path)
        if done.returncode not in (0, 1, 3) or b'left out' in done.stderr:
            yield ending + ' ' + done.stderr.decode(), b'quibblesworth'
        with open(out, 'rb') as file:
            yield ending, file.read()
    for word in FORMATS:
        done = run(scope, 'read', '--any-port', '--anonymize', '--format', word, path)
        yield word, done.stdout + done.stderr


def capture(directory, text, *options):
    source, out = os.path.join(directory, 'in.talk'), os.path.join(directory, 'in.pcap')
    with open(source, 'w', encoding='utf-8') as file:
        file.write(text)
    done = run(talk, *options, source, out)
    return out if done.returncode == 0 else done.stderr.decode()


def frames(path):
    with open(path, 'rb') as file:
        data = file.read()
    at = 24
    while at < len(data):
        length, = struct.unpack_from('<I', data, at + 8)
        yield data[at:at + 16], data[at + 16:at + 16 + length]
        at += 16 + length


def with_trailer(path):
    """Bytes behind the IP packet in an Ethernet frame."""
    with open(path, 'rb') as file:
        data = file.read(24)
    for head, frame in frames(path):
        frame += b'quibblesworth' + ipaddress.ip_address('203.0.113.77').packed
        data += head[:8] + struct.pack('<II', len(frame), len(frame)) + frame
    with open(path, 'wb') as file:
        file.write(data)


def with_option(path):
    """An unknown TCP option with an address in each packet."""
    with open(path, 'rb') as file:
        data = file.read(24)
    option = b'\xfe\x08\x00\x19' + ipaddress.ip_address('203.0.113.77').packed
    for head, frame in frames(path):
        frame = bytearray(frame)
        ip, tcp = 14, 14 + (frame[14] & 15) * 4
        header = (frame[tcp + 12] >> 4) * 4
        frame[tcp + header:tcp + header] = option
        frame[tcp + 12] += 2 << 4
        struct.pack_into('!H', frame, ip + 2, struct.unpack_from('!H', frame, ip + 2)[0] + len(option))
        data += head[:8] + struct.pack('<II', len(frame), len(frame)) + bytes(frame)
    with open(path, 'wb') as file:
        file.write(data)


def block(kind, body):
    body += b'\0' * (-len(body) % 4)
    return struct.pack('<II', kind, len(body) + 12) + body + struct.pack('<I', len(body) + 12)


def option(code, value):
    return struct.pack('<HH', code, len(value)) + value + b'\0' * (-len(value) % 4)


def as_pcapng(path):
    """Comments, descriptions and a name resolution block."""
    data = block(0x0a0d0d0a, struct.pack('<IHHq', 0x1a2b3c4d, 1, 0, -1) + option(2, b'quibblesworth') + option(3, b'os zanzipost') + option(4, b'wombatmail'))
    data += block(1, struct.pack('<HHI', 1, 0, 0) + option(2, b'eth-quibblesworth') + option(3, b'of zanzipost') + option(4, ipaddress.ip_address('203.0.113.77').packed + b'\xff' * 4))
    data += block(4, struct.pack('<HH', 1, 18) + ipaddress.ip_address('203.0.113.77').packed + b'quibblesworth\0' + b'\0\0' + struct.pack('<HH', 0, 0))
    for head, frame in frames(path):
        seconds, micros = struct.unpack_from('<II', head)
        stamp = seconds * 1000000 + micros
        data += block(6, struct.pack('<IIIII', 0, stamp >> 32, stamp & 0xffffffff, len(frame), len(frame)) + frame + b'\0' * (-len(frame) % 4) + option(1, b'from quibblesworth'))
    with open(path, 'wb') as file:
        file.write(data)


def with_dns(path):
    """Another packet between the others."""
    with open(path, 'ab') as file:
        frame = (b'\2' * 12 + b'\x08\x00' + bytes.fromhex('4500003c00010000401100000a0000010a000002') + bytes.fromhex('c0000035002800000001010000010000000000000d') +
                 b'quibblesworth\7example\0\0\1\0\1')
        file.write(struct.pack('<IIII', 1767607200, 0, len(frame), len(frame)) + frame)


def cases(directory):
    for name, text in TALKS.items():
        yield name, capture(directory, HEAD + text)
    for kind in THROUGH:
        yield kind, capture(directory, HEAD.replace('198.51.100.25', '203.0.113.77') + PLAIN % '', '--through', kind)
    for layer in LAYERS:
        yield layer, capture(directory, HEAD.replace('198.51.100.25', '203.0.113.77') + TALKS['mailbox'], '--layer', layer)
    for change in (with_trailer, with_option, with_dns, as_pcapng):
        path = capture(directory, HEAD + PLAIN % '')
        change(path)
        yield change.__name__, path
    path = capture(directory, HEAD + '\nC: ${hex %s}\\\n' % PROXY_2 + PLAIN.lstrip() % '')
    yield 'PROXY header of version 2', path


def main():
    failures = count = 0
    with tempfile.TemporaryDirectory() as directory:
        for name, path in cases(directory):
            count += 1
            if not os.path.exists(path):
                print('failed: %s: %s' % (name, path))
                failures += 1
                continue
            for what, data in outputs(path, directory):
                found = list(planted(data))
                if found:
                    failures += 1
                    print('failed: %s: %s shows %s' % (name, what, ', '.join(found)))
    print('%d cases, %d failures' % (count, failures))
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
