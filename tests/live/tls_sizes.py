#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Measures how well the sizes of encrypted records tell that a message was sent: tls_sizes.py SMTPSCOPE, as root. Runs clients against
Postfix in namespaces of its own, reads the capture without keys, and compares with what was sent. doc/tls-inference.md has the result."""
import json
import os
import smtplib
import ssl
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'samples', 'lab'))
import network  # noqa: E402
import scenes  # noqa: E402
import servers  # noqa: E402

SIZES = (1, 60, 150, 250, 500, 1000, 5000, 20000, 100000)
VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


def text(size):
    lines = 'From: <sender@example.org>\r\nTo: <alice@example.net>\r\nSubject: size\r\n\r\n'
    while len(lines) < size:
        lines += 'x' * min(70, size - len(lines)) + '\r\n'
    return lines


def connect(version):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = context.maximum_version = version
    with network.inside('client'):
        client = smtplib.SMTP(network.POSTFIX, 25, 'client.example.org', timeout=300)
    client.starttls(context=context)
    client.ehlo()
    return client


def with_library(version, size, recipients):
    client = connect(version)
    client.mail('sender@example.org')
    for recipient in recipients:
        client.rcpt(recipient)
    client.data(text(size))
    client.quit()


def without_message(version):
    """Sessions in which nothing is handed over: the last ones look most like a message."""
    yield lambda: connect(version).quit()
    yield lambda: [c := connect(version), c.mail('sender@example.org'), c.rcpt('nobody@example.net'), c.quit()]
    yield lambda: [c := connect(version), [c.noop() for _ in range(8)], c.quit()]
    yield lambda: [c := connect(version), c.mail('sender@example.org'), [c.rcpt('alice@example.net') for _ in range(30)], c.rset(), c.quit()]
    yield lambda: [c := connect(version), c.docmd('VRFY', 'alice' * 30), c.docmd('NOOP', 'y' * 400), c.docmd('NOOP', 'y' * 150), c.quit()]
    yield lambda: [c := connect(version), c.mail('s' * 60 + '@example.org'), c.rcpt('alice@example.net'), c.close()]


def sessions():
    """(name, bytes of the message with its end as the client sends it or 0, what to run)"""
    for version in VERSIONS:
        name = version.name
        for size in SIZES:
            sent = len(text(size)) + 3
            for count in (1, 5):
                yield '%s smtplib %d' % (name, count), sent, lambda v=version, s=size, c=count: with_library(v, s, ['alice@example.net'] * c)
        for run in without_message(version):
            yield name + ' nothing', 0, run
    for size in SIZES:
        for option in ('', '--pipeline'):
            with tempfile.NamedTemporaryFile('w', delete=False, newline='') as file:
                file.write(text(size))
            options = ['--tls', '--data', file.name] + ([option] if option else [])
            yield 'swaks ' + option, len(text(size)) + 3, lambda o=options: scenes.client(
                'swaks', '--server', network.POSTFIX, '--from', 'sender@example.org', '--to', 'alice@example.net', *o)
            if not option:
                yield 'curl', len(text(size)) + 3, lambda n=file.name: scenes.client(
                    'curl', '--silent', '--ssl-reqd', '--insecure', '--url', 'smtp://%s/client.example.org' % network.POSTFIX,
                    '--mail-from', 'sender@example.org', '--mail-rcpt', 'alice@example.net', '--upload-file', n)


def measure(smtpscope, work):
    network.private_system(work)
    network.lay_cable()
    servers.Postfix(work).start()
    told = right = wrong = silent = missed = 0
    errors = []
    for number, (name, sent, run) in enumerate(sessions()):
        path = os.path.join(work, '%d.pcap' % number)
        with network.captured(path):
            run()
        output = subprocess.run([smtpscope, 'read', '--format', 'json', path], stdout=subprocess.PIPE, check=False).stdout
        guess = [r['tls']['likely_message_bytes'] for r in map(json.loads, output.splitlines()) if r['type'] == 'session' and r['tls']]
        guess = guess[0] if guess else None
        told += guess is not None
        right += guess is not None and sent > 0
        wrong += guess is not None and sent == 0
        missed += guess is None and sent > 0
        silent += guess is None and sent == 0
        if guess is not None and sent:
            errors.append(guess - sent)
        print('%-28s sent %6d told %s' % (name, sent, guess), flush=True)
    print('told %d: right %d, wrong %d; silent: %d without a message, %d with one; difference of the size %s to %s bytes' % (
        told, right, wrong, silent, missed, min(errors, default='-'), max(errors, default='-')))


if __name__ == '__main__':
    if sys.argv[2:] == ['inside']:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            measure(sys.argv[1], folder)
    else:
        sys.exit(subprocess.run(['unshare', '--mount', '--net', '--pid', '--ipc', '--uts', '--fork', '--kill-child', '--mount-proc', sys.executable, '-B',
                                 __file__, os.path.abspath(sys.argv[1]), 'inside'], check=False).returncode)
