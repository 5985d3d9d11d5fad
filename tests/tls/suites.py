#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Opens TLS of every supported suite, made by openssl s_server and gnutls-serv.

usage: suites.py SMTPSCOPE

A client speaks SMTP with each server through a relay that records both directions; the record is written as a capture, and read
with the client's key log. Servers that are not installed are left out, and named.
"""
import json
import os
import pathlib
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import warnings

REPLIES = [220, 250, 250, 250, 354, 250, 221]
COMMANDS = ['EHLO client.example.org', 'MAIL FROM:<a@example.org>', 'RCPT TO:<b@example.net>', 'DATA',
            'Subject: x\r\n\r\n' + 'a line of the message\r\n' * 2000 + '.', 'QUIT']
# Version, cipher as OpenSSL calls it, options of s_server.
OPENSSL = [('1.3', name, []) for name in ('TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256',
                                          'TLS_AES_128_CCM_SHA256', 'TLS_AES_128_CCM_8_SHA256')]
OPENSSL += [('1.2', name, []) for name in ('ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES256-GCM-SHA384', 'DHE-RSA-AES128-GCM-SHA256',
                                           'ECDHE-RSA-CHACHA20-POLY1305', 'DHE-RSA-AES128-CCM', 'DHE-RSA-AES256-CCM', 'DHE-RSA-AES128-CCM8',
                                           'AES256-GCM-SHA384', 'AES128-CCM')]
for etm in ([], ['-no_etm']):
    OPENSSL += [('1.2', name, etm) for name in ('ECDHE-RSA-AES128-SHA256', 'ECDHE-RSA-AES256-SHA384', 'AES128-SHA', 'AES256-SHA256')]
    OPENSSL += [(version, name, etm) for version in ('1.1', '1.0') for name in ('ECDHE-RSA-AES128-SHA', 'AES256-SHA')]
GNUTLS = [('1.3', 'NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+' + name, cipher) for name, cipher in
          (('AES-128-GCM', 'TLS_AES_128_GCM_SHA256'), ('AES-256-GCM', 'TLS_AES_256_GCM_SHA384'),
           ('CHACHA20-POLY1305', 'TLS_CHACHA20_POLY1305_SHA256'), ('AES-128-CCM', 'TLS_AES_128_CCM_SHA256'),
           ('AES-128-CCM-8', 'TLS_AES_128_CCM_8_SHA256'))]
GNUTLS += [('1.2', 'NORMAL:-VERS-ALL:+VERS-TLS1.2:+AES-128-CBC:+SHA1:-CIPHER-ALL:+' + name, None) for name in
           ('AES-128-GCM', 'AES-256-GCM', 'CHACHA20-POLY1305', 'AES-128-CBC', 'AES-256-CBC')]
VERSIONS = {'1.0': ssl.TLSVersion.TLSv1, '1.1': ssl.TLSVersion.TLSv1_1, '1.2': ssl.TLSVersion.TLSv1_2, '1.3': ssl.TLSVersion.TLSv1_3}


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def connect(port):
    for _ in range(1200):
        try:
            return socket.create_connection(('127.0.0.1', port), 60)
        except OSError:
            time.sleep(0.05)
    raise OSError('the server does not listen')


class Relay:
    """Passes bytes between a client and the server, and keeps them in order."""

    def __init__(self, port):
        self.said = []
        self.settled = 0  # so much of it was there when it last settled
        self.lock = threading.Lock()
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, args=(port,), daemon=True).start()

    def accept(self, port):
        inner, server = self.listener.accept()[0], connect(port)
        self.listener.close()
        for source, to, side in ((inner, server, 0), (server, inner, 1)):
            threading.Thread(target=self.copy, args=(source, to, side), daemon=True).start()

    def settle(self):
        """Waits until the client has said more, and what was sent has passed."""
        before, end = -1, time.monotonic() + 120
        while not any(side == 0 for side, _ in self.said[self.settled:]) and time.monotonic() < end:
            time.sleep(0.005)
        while before != len(self.said):
            before = len(self.said)
            time.sleep(0.06)
        self.settled = before

    def copy(self, source, to, side):
        try:
            while data := source.recv(1400):
                with self.lock:
                    self.said.append((side, data))
                to.sendall(data)
            to.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def write(self, path):
        """Writes a capture of raw IPv4 packets."""
        out, sequence, clock = [], [1000, 5000], 0

        def packet(side, flags, data):
            nonlocal clock
            ports = (40000, 465) if side == 0 else (465, 40000)
            addresses = (b'\xc0\0\2\x0a', b'\xc0\0\2\x14') if side == 0 else (b'\xc0\0\2\x14', b'\xc0\0\2\x0a')
            tcp = struct.pack('>HHIIBBHHH', *ports, sequence[side], sequence[1 - side] if flags != 2 else 0, 0x50, flags, 65535, 0, 0) + data
            ip = struct.pack('>BBHHHBBH', 0x45, 0, 20 + len(tcp), len(out), 0, 64, 6, 0) + addresses[0] + addresses[1]
            clock += 1000
            out.append(struct.pack('<IIII', 1700000000 + clock // 1000000, clock % 1000000, len(ip + tcp), len(ip + tcp)) + ip + tcp)
            sequence[side] += len(data) + (flags & 3 != 0)
        packet(0, 2, b'')
        packet(1, 18, b'')
        packet(0, 16, b'')
        for side, data in self.said:
            packet(side, 24, data)
        path.write_bytes(struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 101) + b''.join(out))


def client_13(relay, cipher, keys):
    """Python cannot choose suites of TLS 1.3."""
    return subprocess.Popen(['openssl', 's_client', '-connect', f'127.0.0.1:{relay.port}', '-quiet', '-keylogfile', str(keys), '-tls1_3',
                             '-ciphersuites', cipher], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)


def client(relay, version, cipher, keys):
    warnings.simplefilter('ignore')
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = context.maximum_version = VERSIONS[version]
    context.keylog_filename = str(keys)
    context.set_ciphers((cipher or 'ALL') + ':@SECLEVEL=0')
    tls = context.wrap_socket(socket.create_connection(('127.0.0.1', relay.port)), server_hostname='mx.example.net')
    tls.settimeout(20)
    return tls


def talk(relay, version, cipher, keys, answer):
    """|answer| makes the server say a line; None: it repeats what it is told."""
    if version == '1.3' and cipher:
        process = client_13(relay, cipher, keys)
        send, receive, close = process.stdin.write, lambda: process.stdout.read(65536), process.kill
    else:
        tls = client(relay, version, cipher, keys)
        send, receive, close = tls.sendall, lambda: tls.recv(65536), tls.close

    def replied(code):
        relay.settle()
        if answer:
            answer(f'{code} this is the answer\r\n'.encode())
        got = b''
        while not got.endswith(b'\n'):
            more = receive()
            if not more:
                raise OSError('the server closed')
            got += more
    try:
        if answer:
            replied(REPLIES[0])
        for command, code in zip(COMMANDS if answer else ['NOOP'] * 3, REPLIES[1:]):
            send(command.encode() + b'\r\n')
            replied(code)
    finally:
        close()


def fault(program, directory, command, version, cipher):
    port = free_port()
    server = subprocess.Popen([a.replace('PORT', str(port)) for a in command], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    keys, capture = directory / 'keys', directory / 'capture'
    keys.unlink(missing_ok=True)

    def answer(line):
        server.stdin.write(line)
        server.stdin.flush()
    echoes = command[0] == 'gnutls-serv'
    try:
        relay = Relay(port)
        talk(relay, version, cipher, keys, None if echoes else answer)
        time.sleep(0.05)
    except OSError as error:
        return f'no dialogue: {error}'
    finally:
        server.kill()
        server.wait()
    relay.write(capture)
    keys.chmod(0o600)
    read = subprocess.run([program, 'read', '--format', 'json', '--keylog', str(keys), str(capture)], capture_output=True, text=True)
    records = [json.loads(line) for line in read.stdout.splitlines()]
    codes = [r['code'] for r in records if r['type'] == 'reply']
    sessions = [r for r in records if r['type'] == 'session']
    if echoes:
        good = len(sessions) == 1 and sessions[0]['tls']['decrypted'] and not sessions[0]['tls']['sealed']
        return None if good else f'not opened: {[s["tls"] for s in sessions]}'
    if read.returncode or codes != REPLIES or len(sessions) != 1 or sessions[0]['outcome'] != 'delivered':
        return f'replies {codes}, {read.stderr.strip()}, {[s["tls"] and (s["tls"]["cipher"], s["tls"]["sealed"]) for s in sessions]}'
    if sessions[0]['tls']['sealed']:
        return f'sealed: {sessions[0]["tls"]["sealed"]}'
    return None if all(r['tls'] for r in records if r['type'] == 'reply') else 'a reply does not say that it was inside TLS'


def main(program):
    faults = count = 0
    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        key, certificate = str(directory / 'key.pem'), str(directory / 'certificate.pem')
        if not shutil.which('openssl'):
            print('openssl is not installed: skipped')
            return 77
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, '-days', '2', '-subj',
                        '/CN=mx.example.net'], check=True, capture_output=True)
        runs = []
        for version, cipher, more in OPENSSL:
            choice = ['-ciphersuites', cipher] if version == '1.3' else ['-cipher', cipher + ':@SECLEVEL=0', '-tls' + version.replace('.', '_').replace('1_0', '1')]
            runs.append((' '.join(['openssl', version, cipher] + more), version, cipher,
                         ['openssl', 's_server', '-accept', '127.0.0.1:PORT', '-key', key, '-cert', certificate, '-quiet', '-naccept', '1'] + choice + more))
        if shutil.which('gnutls-serv'):
            for version, priority, cipher in GNUTLS:
                runs.append((f'gnutls {version} {priority}', version, cipher,
                             ['gnutls-serv', '--port', 'PORT', '--x509keyfile', key, '--x509certfile', certificate, '--priority', priority, '--echo', '-q']))
        else:
            print('gnutls-serv is not installed: left out')
        for what, version, cipher, command in runs:
            count += 1
            found = fault(program, directory, command, version, cipher)
            if found:
                faults += 1
                print(f'{what}: {found}')
    print(f'{count} suites, {faults} not opened')
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main(os.path.abspath(sys.argv[1])))
