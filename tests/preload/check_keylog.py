#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The preloadable key log writes what OpenSSL's own key log has, and writes to no file that others could read.

usage: check_keylog.py LIBRARY
"""
import os
import shutil
import stat
import subprocess
import sys
import tempfile

# A handshake of each version inside one process; Python loads libssl as a plugin does. With `closed`, all descriptors are closed first, and the
# file `other` takes the number of the key log.
HANDSHAKE = '''
import os, ssl, sys
if sys.argv[2:] == ['closed']:
    os.closerange(3, 100)
    others = [open('other', 'w') for _ in range(5)]
def context(kind, version):
    c = ssl.SSLContext(kind)
    c.minimum_version = c.maximum_version = version
    return c
for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
    server = context(ssl.PROTOCOL_TLS_SERVER, version)
    server.load_cert_chain('cert', 'key')
    client = context(ssl.PROTOCOL_TLS_CLIENT, version)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    if sys.argv[1]:
        client.keylog_filename = sys.argv[1]
    a, b = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [client.wrap_bio(a, b), server.wrap_bio(b, a, server_side=True)]
    while sides:
        for side in list(sides):
            try:
                side.do_handshake()
                sides.remove(side)
            except ssl.SSLWantReadError:
                pass
'''


def lines(path):
    """The lines of a key log; there is one for each secret, and both sides of a connection write the same."""
    if not os.path.exists(path):
        return []
    with open(path, encoding='ascii') as file:
        return [line for line in file if not line.startswith('#')]


def preloaded(library, keylog, *command):
    # Sanitizers of the test run do not apply to the programs of others.
    environment = {'PATH': os.environ['PATH'], 'LD_PRELOAD': library, 'SSLKEYLOGFILE': keylog}
    return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300, check=False)


def handshakes(library, keylog, own='', *words):
    result = preloaded(library, keylog, sys.executable, '-c', HANDSHAKE, own, *words)
    assert result.returncode == 0, result.stderr.decode()


def check_content(library):
    """Server and client have the secrets that the program's own key log has; the file is the owner's."""
    handshakes(library, 'log', 'own')
    own, written = lines('own'), lines('log')
    assert len(own) >= 6, own
    assert sorted(set(own)) == sorted(set(written)), (own, written)
    assert all(line.endswith('\n') and len(line) < 256 for line in written)
    assert stat.S_IMODE(os.stat('log').st_mode) == 0o600
    handshakes(library, 'log')
    assert len(lines('log')) > len(written), 'the file is not appended to'


def check_program(library):
    """A program that is linked with libssl."""
    with subprocess.Popen(['openssl', 's_server', '-accept', '0', '-cert', 'cert', '-key', 'key', '-naccept', '1'],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        port = next(line.split(b':')[-1].strip().decode() for line in server.stdout if line.startswith(b'ACCEPT'))
        preloaded(library, 'program', 'openssl', 's_client', '-connect', 'localhost:' + port)
        server.kill()
    assert len(lines('program')) >= 5, lines('program')


def check_refused(library):
    """A link, a file that others can read, and a pipe are not written to; nor is a file that took the descriptor's number."""
    os.symlink('target', 'link')
    with open('wide', 'w', encoding='ascii'):
        os.chmod('wide', 0o640)
    os.mkfifo('pipe', 0o600)
    for name in ('link', 'wide', 'pipe', 'missing/log', ''):
        handshakes(library, name)
    assert not os.path.exists('target') and not lines('wide')
    if os.geteuid() == 0:
        with open('foreign', 'w', encoding='ascii'):
            os.chmod('foreign', 0o600)
        os.chown('foreign', 65534, 65534)
        handshakes(library, 'foreign')
        assert not lines('foreign')
    handshakes(library, 'closed', '', 'closed')
    assert not lines('closed') and not lines('other')


def main(library):
    library = os.path.abspath(library)
    if not shutil.which('openssl'):
        print('skipped: openssl is needed')
        return 77
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj',
                        '/CN=localhost', '-keyout', 'key', '-out', 'cert'], stderr=subprocess.DEVNULL, check=True)
        for check in (check_content, check_program, check_refused):
            check(library)
        os.chdir('/')
    return 0


if __name__ == '__main__':
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    sys.exit(main(sys.argv[1]))
