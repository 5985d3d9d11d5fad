#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""check_write.py SMTPSCOPE TALK TALKS SAMPLES: what `read --write` writes is analyzed like its input, and shows no credentials.

Also with the captures in ../shared, if there are any, and with tshark and capinfos, if they are installed.
"""
import base64
import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / 'talk'))
import sample  # noqa: E402

scope, talk, talks, samples = (os.path.abspath(argument) for argument in sys.argv[1:5])
failures = 0
LOGIN = b'hunter2hunter2'  # of the talks below
SIZE_MAX = 3000000
WITH_TSHARK = ('ip-fragments', 'vxlan', 'gtpu', 'gre-key', '6in4', 'ipip', 'ipv6', 'socks')


def check(what, holds, *more):
    global failures
    if not holds:
        failures += 1
        print('failed:', what, *more)


def run(*arguments, **more):
    return subprocess.run([str(a) for a in arguments], capture_output=True, timeout=300, **more)


def records(path, *options):
    done = run(scope, 'read', '--format', 'json', *options, path)
    return [json.loads(line) for line in done.stdout.splitlines()], done


def comparable(found):
    """The records without what may differ: numbers of packets, the totals of the input, and how credentials are masked."""
    def walk(value):
        if isinstance(value, dict):
            return {k: walk(v) for k, v in value.items() if k not in ('frame', 'frames', 'file', 'files', 'filter')}
        if isinstance(value, list):
            return [walk(v) for v in value]
        if isinstance(value, str):
            return re.sub(r'<redacted>|x{4,}', '*', re.sub(r'packets? [0-9, and]+', 'packet N', value))
        return value
    return [walk(record) for record in found if record['type'] != 'summary']


def same(path, directory, ending, *options):
    """Returns a text about the first difference, or None."""
    out = os.path.join(directory, '%s.%s' % (re.sub(r'\W', '_', str(path)), ending))
    before, done = records(path, '--write', out, *options)
    after, _ = records(out, *options)
    os.unlink(out)
    if b'left out' in done.stderr:
        return done.stderr.decode()
    for one, other in zip(comparable(before), comparable(after)):
        if one != other:
            keys = [k for k in one if one.get(k) != other.get(k)]
            return '%s %s: %s, then %s' % (one['type'], keys[0], one.get(keys[0]), other.get(keys[0]))
    return None if len(before) == len(after) else '%d records, then %d' % (len(before), len(after))


def captures(directory):
    """Made of talks, and found."""
    for path in sample.of(sorted(pathlib.Path(talks).glob('*.talk')))[::4]:
        out = os.path.join(directory, path.stem + '.pcap')
        if run(talk, path, out).returncode == 0:
            yield out
    yield from sorted(pathlib.Path(samples).glob('*.pcap'))[::3]
    shared = here.parents[2].parent / 'shared'
    yield from sorted(path for path in shared.glob('**/*.pcap*') if path.stat().st_size < SIZE_MAX)[::40]


def diagnosis_stays(directory):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = sorted(captures(directory), key=str)
        for ending in ('pcap', 'pcapng'):
            for path, wrong in zip(found, pool.map(lambda path: same(path, directory, ending), found)):
                check('%s as %s' % (path, ending), wrong is None, wrong)


def checksums(path):
    """The checksums of a capture that tshark calls good, bad, ..."""
    fields = [word for name in ('ip', 'tcp', 'udp', 'icmp', 'icmpv6') for word in ('-e', name + '.checksum.status')]
    checks = [word for name in ('ip', 'tcp', 'udp') for word in ('-o', name + '.check_checksum:TRUE')]
    return sorted(run('tshark', '-r', path, *checks, '-T', 'fields', *fields).stdout.splitlines())


def secrets(directory):
    """Behind every link layer, tunnel and proxy."""
    source = os.path.join(directory, 'login.talk')
    token = base64.b64encode(b'\0alice\0' + LOGIN)
    with open(os.path.join(talks, 'auth-plain.talk'), encoding='utf-8') as file:
        text = file.read().replace('opensesame', LOGIN.decode())
    with open(source, 'w', encoding='utf-8') as file:
        file.write(text)
    ways = [('--layer', name.split()[0]) for name in run(talk, '--layers').stdout.decode().splitlines()]
    ways += [('--through', name) for name in ('socks', 'connect', 'socks-joined', 'connect-joined')]
    for way in ways:
        path, out = os.path.join(directory, 'way.pcap'), os.path.join(directory, 'cut.pcap')
        if run(talk, *way, source, path).returncode != 0:
            continue
        check('%s holds the login' % (way,), token in open(path, 'rb').read() or 'fragments' in way[1])
        check('%s is analyzed the same' % (way,), same(path, directory, 'pcap') is None, same(path, directory, 'pcap'))
        run(scope, 'read', '--write', out, path)
        check('%s without the login' % (way,), token[:16] not in open(out, 'rb').read())
        run(scope, 'read', '--show-secrets', '--write', out, path)
        check('%s with --show-secrets' % (way,), open(out, 'rb').read()[24:] == open(path, 'rb').read()[24:])
        if shutil.which('tshark') and way[1] in WITH_TSHARK:
            run(scope, 'read', '--write', out, path)
            check('%s: checksums' % (way,), checksums(path) == checksums(out))


def numbers(path, display_filter):
    """The times of the packets that a display filter finds."""
    done = run('tshark', '-r', path, '-Y', display_filter, '-T', 'fields', '-e', 'frame.time_epoch')
    check('tshark takes %s' % display_filter, done.returncode == 0, done.stderr)
    return done.stdout.split()


def filters(directory):
    """The display filter of each session finds exactly the packets that --write cuts."""
    if not shutil.which('tshark'):
        print('tshark is not installed: display filters are not tried')
        return
    whole, cut = os.path.join(directory, 'whole.pcap'), os.path.join(directory, 'filtered.pcap')
    found = [('--layer', 'ethernet', name) for name in ('tuple-reuse', 'tuple-reuse-unclosed', 'refused-icmp')]
    found += [('--layer', layer, 'quit') for layer in ('ip-fragments', 'vxlan', '6in4', 'ipv6')]
    for *way, name in found:
        run(talk, *way, os.path.join(talks, name + '.talk'), whole)
        sessions = [record for record in records(whole)[0] if record['type'] == 'session']
        check('%s has sessions' % name, sessions)
        for session in sessions:
            run(scope, 'read', '--session', session['session'], '--write', cut, whole)
            wanted = numbers(cut, 'frame')
            check('%s %s: in the capture' % (way, name), numbers(whole, session['wireshark_filter']) == wanted and wanted, session)
            check('%s %s: in the cut file' % (way, name), numbers(cut, session['wireshark_filter']) == wanted, session)


def choices(directory):
    """Selection, standard input, and what goes wrong."""
    tour, out, other = os.path.join(samples, 'tour.pcap'), os.path.join(directory, 'one.pcap'), os.path.join(directory, 'two.pcap')
    run(scope, 'read', '--session', '3', '--write', out, tour)
    found, _ = records(out)
    session = [record for record in found if record['type'] == 'session']
    check('--session', len(session) == 1 and session[0]['outcome'] == 'rejected')
    with open(tour, 'rb') as file:
        run(scope, 'read', '--session', '3', '--write', other, '-', stdin=file)
    check('standard input', open(out, 'rb').read() == open(other, 'rb').read())
    run(scope, 'read', '--session', '99', '--write', out, tour)
    check('no session', len(open(out, 'rb').read()) == 24)
    copy = os.path.join(directory, 'copy.pcap')
    shutil.copy(tour, copy)
    done = run(scope, 'read', '--write', copy, copy)
    check('its own input', done.returncode == 2 and open(copy, 'rb').read() == open(tour, 'rb').read())
    done = run(scope, 'read', '--write', os.path.join(directory, 'no', 'where.pcap'), tour)
    check('no directory', done.returncode == 3 and b'where.pcap' in done.stderr)


def comments(directory):
    out = os.path.join(directory, 'said.pcapng')
    run(scope, 'read', '--write', out, os.path.join(samples, 'tour.pcap'))
    data = open(out, 'rb').read()
    check('findings', b'smtpscope: unexpected-500 (warning) in session 2' in data)
    check('verdicts', b'smtpscope: session 3: Rejected by mx3.example.net' in data)
    if not shutil.which('tshark'):
        print('tshark is not installed: comments are not read with it')
        return
    said = run('tshark', '-r', out, '-T', 'fields', '-e', 'frame.comment').stdout.decode()
    check('tshark reads the findings', 'unexpected-221' in said and 'delivery-failed' in said)
    said = run('capinfos', out).stdout.decode()
    check('capinfos reads the verdicts', 'session 3: Rejected' in said)
    again = os.path.join(directory, 'again.pcapng')
    run(scope, 'read', '--session', '4', '--write', again, out)
    said = run('tshark', '-r', again, '-T', 'fields', '-e', 'frame.comment').stdout.decode()
    check('comments of the input stay', said.count('unexpected-221') == 2 and 'unexpected-500' not in said)


def main():
    with tempfile.TemporaryDirectory() as directory:
        choices(directory)
        comments(directory)
        filters(directory)
        secrets(directory)
        diagnosis_stays(directory)
    return 1 if failures else 0


sys.exit(main())
