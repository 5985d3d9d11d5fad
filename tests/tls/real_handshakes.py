#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Handshakes of real TLS programs: real_handshakes.py SMTPSCOPE. Captures OpenSSL and GnuTLS on a loopback interface of its own, and compares
what smtpscope says with what was arranged. Needs root, tcpdump and openssl; gnutls-cli is used where it is installed."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / 'samples' / 'lab'))
import network  # noqa: E402

SKIP = 77
PORT = '465'
CONFIG = """
[ca]
default_ca = us
[us]
database = index.txt
serial = serial
new_certs_dir = .
default_md = sha256
policy = any
copy_extensions = copy
[any]
commonName = supplied
"""


def run(*command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more)


def make_certificates(work):
    """ca.pem; good.pem, expired.pem and early.pem for mx.example.net; other.pem for other.example.net; self.pem; each with a .key."""
    (work / 'ca.cnf').write_text(CONFIG)
    (work / 'index.txt').write_text('')
    (work / 'index.txt.attr').write_text('unique_subject = no\n')
    (work / 'serial').write_text('01\n')
    run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=Example CA', '-days', '3650', '-keyout', 'ca.key', '-out',
        'ca.pem', cwd=work)
    for name, host, start, end in (('good', 'mx', '20200101000000Z', '20490101000000Z'), ('expired', 'mx', '20200101000000Z', '20210101000000Z'),
                                   ('early', 'mx', '20480101000000Z', '20490101000000Z'), ('other', 'other', '20200101000000Z', '20490101000000Z')):
        run('openssl', 'req', '-new', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=%s.example.net' % host, '-addext',
            'subjectAltName=DNS:%s.example.net' % host, '-keyout', name + '.key', '-out', name + '.csr', cwd=work)
        run('openssl', 'ca', '-batch', '-config', 'ca.cnf', '-cert', 'ca.pem', '-keyfile', 'ca.key', '-in', name + '.csr', '-startdate', start,
            '-enddate', end, '-notext', '-out', name + '.pem', cwd=work)
    run('openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=mx.example.net', '-addext', 'subjectAltName=DNS:mx.example.net',
        '-keyout', 'self.key', '-out', 'self.pem', cwd=work)


def openssl_client(*options):
    return ['openssl', 's_client', '-connect', '127.0.0.1:' + PORT, '-servername', 'mx.example.net', '-verify_hostname', 'mx.example.net',
            '-verify_return_error', '-CAfile', 'ca.pem', *options]


def gnutls_client(version):
    return ['gnutls-cli', '--x509cafile=ca.pem', '--sni-hostname=mx.example.net', '--verify-hostname=mx.example.net',
            '--priority=NORMAL:-VERS-ALL:+VERS-TLS' + version, '-p', PORT, '127.0.0.1']


def wait_for_server(serving):
    """Until the port is open: "0A" is LISTEN in /proc/net/tcp."""
    listening = ':%04X ' % int(PORT)
    for _ in range(2400):
        lines = [line for path in ('/proc/net/tcp', '/proc/net/tcp6') for line in pathlib.Path(path).read_text().splitlines()]
        if any(listening in line and line.split()[3] == '0A' for line in lines):
            return
        if serving.poll() is not None:
            raise SystemExit('the server ended: %s' % serving.args)
        time.sleep(0.05)
    raise SystemExit('the server does not listen')


def wait_for_file(path, writer):
    """Until there is something in it, or its writer has ended."""
    end = time.monotonic() + 120
    while not (path.exists() and path.stat().st_size) and writer.poll() is None and time.monotonic() < end:
        time.sleep(0.05)


def read(smtpscope, *arguments):
    done = subprocess.run([smtpscope, 'read', '--format', 'json', *arguments], stdout=subprocess.PIPE, check=False)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    return [r for r in records if r['type'] == 'session'], [r for r in records if r['type'] == 'finding']


def capture(smtpscope, work, name, server, clients):
    """Runs the clients, one after another, against the server. Returns the records of the sessions and their findings, as read without keys, and
    the same as read with the clients' key log."""
    pcap, keys = work / (name + '.pcap'), work / (name + '.keys')
    keys.touch(0o600)
    dump = subprocess.Popen(['tcpdump', '-i', 'lo', '-U', '-s', '0', '--immediate-mode', '-w', pcap, 'port ' + PORT], stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, text=True)
    dump.stderr.readline()
    serving = subprocess.Popen(server, cwd=work, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_server(serving)
        for client in clients:
            if '-sess_out' in client:
                (work / client[client.index('-sess_out') + 1]).unlink(missing_ok=True)
            more = ['-keylogfile', str(keys)] if client[0] == 'openssl' else []
            running = subprocess.Popen(client + more, cwd=work, env={**os.environ, 'SSLKEYLOGFILE': str(keys)}, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            # Session tickets of TLS 1.3 come after the handshake.
            if '-sess_out' in client:
                wait_for_file(work / client[client.index('-sess_out') + 1], running)
            try:
                running.communicate(b'Q\n', timeout=300)
            finally:
                running.kill()
        network.settle(dump)
    finally:
        serving.kill()
        serving.wait()
        dump.terminate()
        dump.wait()
    return read(smtpscope, pcap), read(smtpscope, '--keylog', keys, pcap)


def serve(certificate, *options):
    return ['openssl', 's_server', '-accept', PORT, '-cert', certificate + '.pem', '-key', certificate + '.key', '-quiet', *options]


class Tests:
    def __init__(self, smtpscope, work):
        self.smtpscope, self.work, self.failed = smtpscope, work, 0

    def say(self, name, good, found):
        self.failed += not good
        print('%-32s %s' % (name, 'ok' if good else 'FAILED: %s' % (found,)), flush=True)

    def finding(self, name, server, client, *wanted, opened=None):
        """|wanted|: "cause certainty" of the only finding, one of these; none at all: no finding. |opened|: the same with keys, if others."""
        for suffix, (sessions, findings), causes in zip(('', ' with keys'), capture(self.smtpscope, self.work, name, server, [client]),
                                                        (wanted, wanted if opened is None else opened)):
            found = ['%s %s' % (f['cause'], f['certainty']) for f in findings if f['id'] == 'tls-handshake-failed']
            self.say(name + suffix, found == [] if not causes else len(found) == 1 and found[0] in causes, found)
            if suffix and sessions and sessions[0]['tls']['version'] == 'TLSv1.3' and opened is not None:
                certificate = sessions[0]['tls']['certificate']
                self.say(name + ' certificate', bool(certificate and certificate['names']), certificate)

    def facts(self, name, server, clients, opened=None, **wanted):
        """|opened|: what is known with keys only."""
        for suffix, (sessions, _), more in zip(('', ' with keys'), capture(self.smtpscope, self.work, name, server, clients), ({}, opened or {})):
            tls = sessions[-1]['tls'] if sessions else {}
            found = {key: tls.get(key) for key in {**wanted, **more}}
            self.say(name + suffix, found == {**wanted, **more}, found)


def openssl_tests(t):
    # TLS 1.3 encrypts the certificate, so the reason of an alert without one stays unknown without keys.
    for version, shows in (('-tls1_2', True), ('-tls1_3', False)):
        client = openssl_client(version)
        t.finding('openssl good ' + version, serve('good'), client, opened=[])
        t.finding('openssl expired ' + version, serve('expired'), client, 'certificate-expired certain')
        t.finding('openssl early ' + version, serve('early'), client, 'certificate-not-yet-valid likely' if shows else 'bad-certificate certain',
                  opened=['certificate-not-yet-valid likely'])
        t.finding('openssl other ' + version, serve('other'), client, 'certificate-name likely' if shows else 'bad-certificate certain',
                  opened=['certificate-name likely'])
        t.finding('openssl self ' + version, serve('self'), client, 'unknown-ca certain')
    t.finding('openssl version', serve('good', '-tls1_3'), openssl_client('-tls1_2'), 'protocol-version certain')
    t.finding('openssl suite', serve('good', '-tls1_2', '-cipher', 'AES128-GCM-SHA256'),
              openssl_client('-tls1_2', '-cipher', 'ECDHE-RSA-CHACHA20-POLY1305'), 'handshake-failure certain')
    t.finding('openssl group', serve('good', '-tls1_3', '-groups', 'P-384'), openssl_client('-tls1_3', '-groups', 'X25519'),
              'handshake-failure certain', 'unknown certain')
    t.finding('openssl name', serve('good', '-servername', 'mx.example.org', '-servername_fatal', '-cert2', 'other.pem', '-key2', 'other.key'),
              openssl_client('-tls1_2'), 'unrecognized-name certain')
    t.facts('openssl retry', serve('good', '-groups', 'P-384'), [openssl_client('-groups', 'X25519:P-384')], retry=True, group='secp384r1')
    t.facts('openssl alpn', serve('good', '-alpn', 'smtp'), [openssl_client('-tls1_2', '-alpn', 'smtp')], alpn='smtp', resumed=False)
    t.facts('openssl alpn -tls1_3', serve('good', '-alpn', 'smtp'), [openssl_client('-tls1_3', '-alpn', 'smtp')], {'alpn': 'smtp'}, resumed=False)
    t.facts('openssl retry with text', serve('good', '-groups', 'P-384'), [openssl_client('-groups', 'X25519:P-384')],
            {'decrypted': True, 'sealed': None}, retry=True)
    for version in ('-tls1_2', '-tls1_3'):
        again = [openssl_client(version, '-sess_out', 'session'), openssl_client(version, '-sess_in', 'session')]
        t.facts('openssl resumed ' + version, serve('good'), again, resumed=True)


def gnutls_tests(t):
    for version, shows in (('1.2', True), ('1.3', False)):
        client = gnutls_client(version)
        hidden = 'bad-certificate likely'
        t.finding('gnutls good ' + version, serve('good'), client)
        for name, cause in (('expired', 'certificate-expired'), ('early', 'certificate-not-yet-valid'), ('other', 'certificate-name'),
                            ('self', 'unknown-ca')):
            t.finding('gnutls %s %s' % (name, version), serve(name), client, *([cause + ' likely', cause + ' certain'] if shows else [hidden]),
                      opened=[cause + ' likely', cause + ' certain'])


def main():
    if os.geteuid() or not all(map(shutil.which, ('tcpdump', 'openssl', 'unshare', 'ip'))):
        print('skipped: needs root, tcpdump, openssl, unshare and ip')
        return SKIP
    if len(sys.argv) < 3:
        inside = subprocess.run(['unshare', '-n', sys.executable, __file__, os.path.abspath(sys.argv[1]), 'inside'], check=False)
        return inside.returncode
    run('ip', 'link', 'set', 'lo', 'up')
    with tempfile.TemporaryDirectory() as work:
        os.chmod(work, 0o777)
        tests = Tests(sys.argv[1], pathlib.Path(work))
        make_certificates(tests.work)
        openssl_tests(tests)
        if shutil.which('gnutls-cli'):
            gnutls_tests(tests)
        else:
            print('gnutls-cli is not installed: OpenSSL alone')
        if os.environ.get('KEEP'):
            shutil.copytree(work, os.environ['KEEP'], dirs_exist_ok=True)
        return 1 if tests.failed else 0


if __name__ == '__main__':
    sys.exit(main())
