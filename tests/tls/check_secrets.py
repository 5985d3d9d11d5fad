#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Credentials and keys stay hidden inside TLS, too: check_secrets.py SMTPSCOPE TALK TALKS.

Each talk that expects a text to be absent is put inside TLS and read with its keys; the text must be in no output, also when each packet in turn
is missing. No output and no written packet holds a key.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

PROGRAM, TALK, TALKS = (os.path.abspath(path) for path in sys.argv[1:4])
FORMS = [('read', '--format', 'text', '--full'), ('read', '--format', 'json'), ('read', '--format', 'list'), ('read', '--format', 'log', '--verbose'),
         ('read', '--format', 'html'), ('read', '--format', 'markdown'), ('watch', '--format', 'json'), ('watch', '--format', 'log', '--verbose')]
OWN_PROXY = 'it goes through a proxy itself, and proxies within TLS are not read'
LEFT_OUT = {'http-connect': OWN_PROXY, 'socks5-password': OWN_PROXY}


def run(command, keys, *rest):
    arguments = [PROGRAM, command[0], *command[1:], '--keylog', keys, *rest]
    if command[0] == 'watch':
        arguments.insert(-1, '--replay')
    result = subprocess.run(arguments, capture_output=True, check=False, timeout=300)
    assert result.returncode in (0, 1, 3), (arguments, result.stderr)
    return result.stdout + result.stderr


def capture(path, to, *options):
    subprocess.run([TALK, *options, path, to], check=True)


def hidden(path):
    """Texts that the talk expects to be absent, and how it is read."""
    text = pathlib.Path(path).read_text(encoding='utf-8')
    options = re.search(r'^options: *(.*)$', text, re.M)
    return [line.encode() for line in re.findall(r'^(?:expect:|expect) no text (.*)$', text, re.M)], (options.group(1).split() if options else []), text


def every_output(path, secrets, options, directory, keys):
    """What is shown that must not be, of one talk."""
    wire, shown = os.path.join(directory, 'wire.pcap'), []
    for proxy in ('tls13', 'tls12'):
        capture(path, wire, '--through', proxy)
        for form in FORMS:
            out = run(form, keys, *options, wire)
            shown += ['%s, %s: %s' % (proxy, ' '.join(form), s.decode()) for s in secrets + KEYS if s.lower() in out.lower()]
        if b'"decrypted":true' not in run(FORMS[1], keys, *options, wire):
            shown.append(proxy + ': not opened')
        for name in ('cut.pcapng', 'cut.pcap'):
            cut = os.path.join(directory, name)
            run(('read', '--write', cut), keys, *options, wire)
            data = pathlib.Path(cut).read_bytes()
            shown += ['%s, --write %s: %s' % (proxy, name, s) for s in secrets + KEYS + RAW_KEYS if s in data]
        os.unlink(wire)
        replayed = [TALK, '--replay', 'same,lose', '--through', proxy, wire, path]
        if subprocess.run(replayed, stdout=subprocess.DEVNULL, check=False).returncode == 0:
            out = run(('read', '--format', 'json'), keys, *options, wire)
            shown += ['%s, each packet missing: %s' % (proxy, s.decode()) for s in secrets if s in out]
    return shown


def main():
    faults = count = 0
    with tempfile.TemporaryDirectory() as directory:
        keys = os.path.join(directory, 'keys')
        pathlib.Path(keys).write_bytes(LOG)
        os.chmod(keys, 0o600)
        for path in sorted(pathlib.Path(TALKS).glob('*.talk')):
            secrets, options, text = hidden(path)
            if not secrets or path.stem in LEFT_OUT or re.search(r'^[CS][^\n:]*:.*(\$\{tls|STARTTLS)', text, re.M):
                continue
            count += 1
            found = every_output(str(path), secrets, options, directory, keys)
            faults += bool(found)
            print('%s: %s' % (path.stem, '; '.join(found) or 'hidden'))
    print('%d talks, %d show what they must not' % (count, faults))
    return 1 if faults or not count else 0


LOG = subprocess.run([TALK, '--keys'], capture_output=True, check=True).stdout
KEYS = [line.split()[2] for line in LOG.splitlines()]
RAW_KEYS = [bytes.fromhex(key.decode()) for key in KEYS]

if __name__ == '__main__':
    sys.exit(main())
