# SPDX-License-Identifier: BSD-2-Clause
"""The live tests of sessions inside TLS, one function each; a docstring says what must hold. Run by live.py --tls."""
import json
import os
import shutil
import socket
import ssl
import statistics
import subprocess
import tempfile
import threading
import time

import network
import servers
import tls_servers
from scenes import MESSAGE
from servers import PASSWORD
from tls_servers import DOVECOT, EXIM, POSTFIX
from watching import LIMIT, SLOW, Watch, read

HERE = os.path.dirname(os.path.abspath(__file__))
LIBRARY = os.environ.get('KEYLOG_LIBRARY', '')


class Lab:
    def __init__(self, work, program):
        network.private_system(work)
        network.lay_cable()
        self.work, self.program = work, program
        self.postfix = tls_servers.Postfix(work)
        self.postfix.start()
        self.exim = tls_servers.Exim(work) if os.environ.get('EXIM') else None
        self.dovecot = tls_servers.Dovecot(work) if shutil.which('dovecot') else None
        os.makedirs(work + '/out')
        os.chmod(work + '/out', 0o777)
        self.message = self.path('message')
        servers.write(self.message, MESSAGE % 'tls')
        self.why_no_probes = self.try_probes()

    def path(self, name):
        return os.path.join(self.work, 'out', name)

    def try_probes(self):
        """Why there are no keys from the host, or ''."""
        if SLOW:
            return 'a program without sanitizers'
        with Watch(self, '-i', 'cli0', '--keys-from-host') as watch:
            time.sleep(0.5)
            if watch.process.poll() is None:
                return ''
        return 'probes: ' + watch.errors.strip().splitlines()[-1]


class JsonWatch(Watch):
    """Writes to a file: a pipe that nobody reads until the end would fill up."""

    def __init__(self, lab, interface, *options, **more):
        super().__init__(lab, '-i', interface, '--format', 'json', *options, output=lab.path('watch-%d.json' % time.monotonic_ns()), **more)


def skipped(test, why):
    print('skipped: test_%s needs %s' % (test, why))


# ---- clients: each has a short dialogue and returns the lines that the server sent ----

def run_client(command, environment=None, text=None):
    words = ['ip', 'netns', 'exec', 'client', *command]
    result = subprocess.run(words, env=dict(os.environ, **(environment or {})), input=text, stdin=None if text else subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False)
    return result.stdout.decode(errors='replace').splitlines()


def server_lines(output, *marks):
    """What follows one of |marks|, which a client puts before each line of the server."""
    return [line[len(mark):].rstrip() for line in output for mark in marks if line.startswith(mark)]


def swaks(server, *options, environment=None, to='alice@example.net'):
    output = run_client(['swaks', '--server', server, '--helo', 'client.example.org', '--from', 'sender@example.org', '--to', to, '--body', 'Hello',
                         *options], environment)
    return server_lines(output, '<-  ', '<~  ', '<** ', '<~* ')


def curl(lab, url, *options, environment=None):
    output = run_client(['curl', '--silent', '--verbose', '--insecure', '--url', url + '/client.example.org', '--mail-from', 'sender@example.org',
                         '--mail-rcpt', 'alice@example.net', '--upload-file', lab.message, *options], environment)
    return server_lines(output, '< ')


def msmtp(lab, server, port, *options, environment=None):
    with open(lab.message, 'rb') as file:
        output = run_client(['msmtp', '--debug', '--file=/dev/null', '--host=' + server, '--port=%d' % port, '--from=sender@example.org', '--tls=on',
                             '--tls-certcheck=off', *options, 'alice@example.net'], environment, file.read())
    return server_lines(output, '<-- ')


def s_client(server, port, *options, environment=None):
    """Only what is inside TLS is printed."""
    script = "(for line in 'EHLO client.example.org' 'NOOP' 'XFROB' 'QUIT'; do sleep 0.3; printf '%%s\\r\\n' \"$line\"; done; sleep 0.5) | openssl s_client -quiet %s " \
             "-connect %s:%d 2>/dev/null" % (' '.join(options), server, port)
    return [line.rstrip() for line in run_client(['sh', '-c', script], environment) if line[:3].isdigit()]


STARTTLS = ('-starttls', 'smtp', '-name', 'client.example.org')


def all_clients(lab, server):
    """Every client, on all ports; the lines that Postfix sent are in its log."""
    for version in ('tlsv1_2', 'tlsv1_3'):
        swaks(server, '--tls', '--tls-protocol', version)
        swaks(server, '--tlsc', '--port', '465', '--tls-protocol', version)
    curl(lab, 'smtp://%s:587' % server, '--ssl-reqd')
    curl(lab, 'smtps://%s:465' % server, '--tls-max', '1.2')
    s_client(server, 25, *STARTTLS)
    s_client(server, 465)
    if shutil.which('msmtp'):
        msmtp(lab, server, 587)
        msmtp(lab, server, 465, '--tls-starttls=off')


# ---- what smtpscope prints ----

def replies(records):
    """The lines of all replies, as they were sent: one session after the other, since a live key may come after the next session's greeting."""
    lines = []
    for record in sorted((r for r in records if 'session' in r), key=lambda r: r['session']):
        if record['type'] == 'reply':
            texts = record['lines']
            lines += [('%d%s%s' % (record['code'], '-' if i + 1 < len(texts) else ' ', text)).rstrip() for i, text in enumerate(texts)]
    return lines


def compare(records, expected, what):
    found = replies(records)
    # An empty text leaves its code alone in one log, and a code and a space in another.
    assert found == expected, '%s: %d lines instead of %d\nfirst difference: %s' % (
        what, len(found), len(expected),
        next(((a, b) for a, b in zip(found + [None] * len(expected), expected + [None] * len(found)) if a != b), None))
    assert len(expected) > 5, what


def json_of(text):
    return [json.loads(line) for line in text.splitlines()]


# ---- keys of running processes ----

def test_host_keys_postfix_incoming(lab):
    """watch --keys-from-host prints the replies of a running, chrooted Postfix on 25, 465 and 587, as the server's own log has them."""
    if lab.why_no_probes:
        return skipped('host_keys_postfix_incoming', lab.why_no_probes)
    since = lab.postfix.position()
    with JsonWatch(lab, 'cli0', '--keys-from-host') as watch:
        all_clients(lab, POSTFIX)
        lab.postfix.stop()  # processes that are started later are covered, too
        lab.postfix.start()
        swaks(POSTFIX, '--tls')
    assert 'libcrypto.so.3 (OpenSSL, build id ' in watch.errors, watch.errors
    compare(watch.records, lab.postfix.dialogue('>', since), watch.errors)
    assert ' 0 secrets were lost' in watch.errors, watch.errors
    return None


def delivered(lab, since):
    """Waits until Postfix has delivered a mail to Exim."""
    end = time.monotonic() + LIMIT
    while time.monotonic() < end:
        with open(lab.postfix.log, encoding='utf-8') as file:
            file.seek(since)
            if 'status=sent (250' in file.read():
                return
        time.sleep(0.1)
    with open(lab.postfix.log, encoding='utf-8') as file:
        file.seek(since)
        raise AssertionError('Postfix has not delivered the mail: ' + file.read()[-3000:])


def send_out(lab, since):
    swaks(POSTFIX, to='carol@example.com')
    delivered(lab, since)


def outgoing(records):
    """The records of sessions with Exim; one that only found out whether it listens has no HELO."""
    sessions = {r['session'] for r in records if r['type'] == 'session' and r['server']['ip'] == EXIM and r['helo']}
    return [r for r in records if r.get('session') in sessions]


def test_host_keys_postfix_outgoing(lab):
    """The same for mail that smtp(8), chrooted too, delivers with STARTTLS, to GnuTLS with TLS 1.2 and 1.3."""
    if lab.why_no_probes or not lab.exim:
        return skipped('host_keys_postfix_outgoing', lab.why_no_probes or 'Exim')
    for priorities in ('NORMAL:-VERS-TLS1.3', 'NORMAL'):
        lab.exim.start(priorities)
        since = lab.postfix.position()
        with JsonWatch(lab, 'lo', '--keys-from-host', namespace=None) as watch:
            send_out(lab, since)
        lab.exim.stop()
        compare(outgoing(watch.records), lab.postfix.dialogue('<', since), '%s: %s' % (priorities, watch.errors))
    return None


def test_host_keys_exim(lab):
    """GnuTLS with TLS 1.3 on 25 and 465; between two programs with GnuTLS and TLS 1.2, the session stays encrypted."""
    if lab.why_no_probes or not lab.exim:
        return skipped('host_keys_exim', lab.why_no_probes or 'Exim')
    lab.exim.start()
    with JsonWatch(lab, 'cli0', '--keys-from-host') as watch:
        expected = swaks(EXIM, '--tls', '--tls-protocol', 'tlsv1_3') + swaks(EXIM, '--tlsc', '--port', '465', '--tls-protocol', 'tlsv1_3')
    compare(watch.records, expected, watch.errors)
    lab.exim.stop()
    if not shutil.which('msmtp'):
        return None
    lab.exim.start('NORMAL:-VERS-TLS1.3')
    with JsonWatch(lab, 'cli0', '--keys-from-host') as watch:
        expected = msmtp(lab, EXIM, 25)
    lab.exim.stop()
    found = replies(watch.records)
    assert 5 < len(found) < len(expected) and found == expected[:len(found)] and found[-1].startswith('220 TLS'), found
    return None


def test_host_keys_own_library(lab):
    """A process with another copy of the library, whose file is deleted meanwhile: as in a container, or after an update. Its client's keys are not
    read (GnuTLS with TLS 1.2)."""
    if lab.why_no_probes or not shutil.which('msmtp'):
        return skipped('host_keys_own_library', lab.why_no_probes or 'msmtp')
    own = lab.path('library')
    os.makedirs(own)
    with open('/proc/self/maps', encoding='ascii') as file:  # Python has libssl
        original = next(line.split()[-1] for line in file if '/libcrypto.so.3' in line)
    shutil.copy(original, own + '/libcrypto.so.3')
    key, cert = servers.certificate(own)
    lines = ['220 mx5.example.net ESMTP', '250 mx5.example.net', '250 2.1.0 Ok', '250 2.1.5 Ok', '354 Go ahead', '250 2.0.0 Ok', '221 2.0.0 Bye']
    server = subprocess.Popen(['openssl', 's_server', '-quiet', '-accept', network.SCRIPTED + ':465', '-key', key, '-cert', cert, '-naccept', '1'],
                              env=dict(os.environ, LD_LIBRARY_PATH=own), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def answer():
        time.sleep(1)  # it reads from here once a client has come
        for line in lines:
            time.sleep(0.3)
            server.stdin.write(line.encode() + b'\r\n')
            server.stdin.flush()
        time.sleep(1)
        server.stdin.close()
    network.wait_for_listener(network.SCRIPTED, 465)
    os.unlink(own + '/libcrypto.so.3')
    with JsonWatch(lab, 'cli0', '--keys-from-host') as watch:
        answering = threading.Thread(target=answer)
        answering.start()
        msmtp(lab, network.SCRIPTED, 465, '--tls-starttls=off', '--tls-priorities=NORMAL:-VERS-TLS1.3')
        answering.join()
        server.wait(300)
    assert watch.errors.count('OpenSSL, build id') == 2 and own in watch.errors, watch.errors
    compare(watch.records, lines, watch.errors)
    return None


def test_host_keys_dovecot(lab):
    """Dovecot submission on 587 and 465, with logins; no password is printed."""
    if lab.why_no_probes or not lab.dovecot:
        return skipped('host_keys_dovecot', lab.why_no_probes or 'Dovecot')
    auth = ('--auth', 'PLAIN', '--auth-user', 'alice', '--auth-password', PASSWORD)
    lab.dovecot.start()
    with JsonWatch(lab, 'cli0', '--keys-from-host') as watch:
        expected = swaks(DOVECOT, '--tls', '--port', '587', *auth) + swaks(DOVECOT, '--tlsc', '--port', '465', *auth)
        expected += curl(lab, 'smtps://%s:465' % DOVECOT, '--user', 'alice:' + PASSWORD) + ['221 2.0.0 Bye']  # which curl does not print
    lab.dovecot.stop()
    compare(watch.records, expected, watch.errors)
    assert PASSWORD not in watch.text
    return None


def test_keylog_write(lab):
    """The keys of sessions that were read open a capture of them, are for the owner alone, and those of other connections are not written."""
    if lab.why_no_probes:
        return skipped('keylog_write', lab.why_no_probes)
    keys, capture, other = lab.path('written.keys'), lab.path('written.pcap'), lab.path('other.keys')
    with network.captured(capture), JsonWatch(lab, 'cli0', '--keys-from-host', '--keylog-write', keys, '--ports', '25,465') as watch:
        all_clients(lab, POSTFIX)
        s_client(POSTFIX, 587, '-keylogfile', other, *STARTTLS)
    assert os.stat(keys).st_mode & 0o777 == 0o600
    compare(json_of(read(lab, capture, '--format', 'json', '--keylog', keys, '--ports', '25,465')), replies(watch.records), 'read')
    assert replies(watch.records).count('354 End data with <CR><LF>.<CR><LF>') >= 4
    with open(keys, encoding='ascii') as file:
        written = file.read().splitlines()
    assert len(written) == len(set(written)), 'a line was written twice'
    with open(other, encoding='ascii') as file:
        names = {line.split()[1] for line in file if not line.startswith('#')}
    assert names and not any(line.split()[1] in names for line in written)
    return None


# ---- key logs ----

def test_preloaded_postfix(lab):
    """The recipe for Postfix: the preloaded key log opens what smtpd and smtp, both chrooted, say; switched off, nothing is written."""
    if not LIBRARY or SLOW:
        return skipped('preloaded_postfix', 'KEYLOG_LIBRARY=PATH, and no sanitizers')
    keys, capture = '/run/postfix-tls.keys', lab.path('preloaded.pcap')
    lab.postfix.log_keys(LIBRARY, keys)
    since = lab.postfix.position()
    with network.captured(capture), JsonWatch(lab, 'cli0', '--keylog', keys) as watch:
        all_clients(lab, POSTFIX)
    expected = lab.postfix.dialogue('>', since)
    compare(json_of(read(lab, capture, '--format', 'json', '--keylog', keys)), expected, 'read')
    compare(watch.records, expected, 'watch: ' + watch.errors)
    assert os.stat(keys).st_mode & 0o777 == 0o600
    if lab.exim:
        lab.exim.start()
        since = lab.postfix.position()
        with JsonWatch(lab, 'lo', '--keylog', keys, namespace=None) as watch:
            send_out(lab, since)
        lab.exim.stop()
        compare(outgoing(watch.records), lab.postfix.dialogue('<', since), 'outgoing: ' + watch.errors)
    lab.postfix.log_no_keys()
    size = os.path.getsize(keys)
    swaks(POSTFIX, '--tls')
    assert os.path.getsize(keys) == size
    return None


def test_keylog_exim(lab):
    """The recipe for Exim: the key log of GnuTLS, with TLS 1.2 and 1.3; its file stays unreadable for others."""
    if not lab.exim:
        return skipped('keylog_exim', 'Exim')
    for priorities in ('NORMAL:-VERS-TLS1.3', 'NORMAL'):
        capture = lab.path('exim.pcap')
        lab.exim.start(priorities, log_keys=True)
        with network.captured(capture):
            expected = swaks(EXIM, '--tls') + swaks(EXIM, '--tlsc', '--port', '465')
        lab.exim.stop()
        compare(json_of(read(lab, capture, '--format', 'json', '--keylog', lab.exim.keys)), expected, priorities)
    assert os.stat(lab.exim.keys).st_mode & 0o777 == 0o600
    return None


def test_preloaded_dovecot(lab):
    """The recipe for Dovecot submission."""
    if not lab.dovecot or not LIBRARY or SLOW:
        return skipped('preloaded_dovecot', 'Dovecot, KEYLOG_LIBRARY=PATH, and no sanitizers')
    keys, capture = '/run/dovecot-tls.keys', lab.path('dovecot.pcap')
    auth = ('--auth', 'PLAIN', '--auth-user', 'alice', '--auth-password', PASSWORD)
    lab.dovecot.start(LIBRARY, keys)
    with network.captured(capture):
        expected = swaks(DOVECOT, '--tls', '--port', '587', *auth) + swaks(DOVECOT, '--tlsc', '--port', '465', *auth)
    lab.dovecot.stop()
    text = read(lab, capture, '--format', 'json', '--keylog', keys)
    compare(json_of(text), expected, 'read')
    assert PASSWORD not in text
    return None


def test_keylog_clients(lab):
    """The recipes for clients: each writes a key log that opens its sessions."""
    keys = {name: lab.path('keys-' + name) for name in ('curl', 'swaks', 'openssl', 'msmtp')}
    capture = lab.path('clients.pcap')
    logged = {name: {'SSLKEYLOGFILE': path} for name, path in keys.items()}
    since = lab.postfix.position()
    with network.captured(capture):
        curl(lab, 'smtp://%s:587' % POSTFIX, '--ssl-reqd', environment=logged['curl'])
        s_client(POSTFIX, 25, '-keylogfile', keys['openssl'], *STARTTLS)
        if LIBRARY and not SLOW:
            swaks(POSTFIX, '--tls', environment=dict(logged['swaks'], LD_PRELOAD=LIBRARY))
        if shutil.which('msmtp'):
            msmtp(lab, POSTFIX, 465, '--tls-starttls=off', environment=logged['msmtp'])
            msmtp(lab, POSTFIX, 587, environment=logged['msmtp'])
    with tempfile.NamedTemporaryFile('w') as every:
        for path in keys.values():
            if os.path.exists(path):
                with open(path, encoding='ascii') as file:
                    every.write(file.read())
        every.flush()
        compare(json_of(read(lab, capture, '--format', 'json', '--keylog', every.name)), lab.postfix.dialogue('>', since), 'clients')


# ---- cost ----

def used_by_smtpd():
    """Processor time of all smtpd processes so far, in ms."""
    total = 0
    for name in os.listdir('/proc'):
        try:
            with open('/proc/%s/comm' % name, encoding='ascii') as comm, open('/proc/%s/schedstat' % name, encoding='ascii') as times:
                total += int(times.read().split()[0]) if comm.read().strip() == 'smtpd' else 0
        except OSError:
            pass
    return total / 1e6


def handshakes(count):
    """Handshakes with Postfix on 465, one after the other; the processor time of smtpd for each, in ms."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    before = None
    for i in range(count + 5):
        if i == 5:
            before = used_by_smtpd()
        with network.inside('client'):
            sock = socket.create_connection((POSTFIX, 465), 5)
        with context.wrap_socket(sock) as inside:
            inside.recv(100)
            inside.sendall(b'QUIT\r\n')
            inside.recv(100)
    return (used_by_smtpd() - before) / count


def test_probe_cost(lab):
    """What the probes cost a handshake of Postfix is measured and printed; the limit, for a cost that depends on the machine, is far above it."""
    if lab.why_no_probes:
        return skipped('probe_cost', lab.why_no_probes)
    without, with_probes = [], []
    for _ in range(7):  # in turn, and the medians: other programs disturb both alike
        without.append(handshakes(25))
        with JsonWatch(lab, 'cli0', '--keys-from-host'):
            with_probes.append(handshakes(25))
    usual, probed = statistics.median(without), statistics.median(with_probes)
    cost = probed - usual
    print('a session of smtpd with a handshake: %.2f ms without probes, %.2f ms with them: %+.2f ms' % (usual, probed, cost))
    assert cost < max(3, 2 * usual), cost
    return None
