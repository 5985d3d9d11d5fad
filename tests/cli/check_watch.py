#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""smtpscope watch over replayed captures, without a network to listen at: check_watch.py SMTPSCOPE SAMPLES TALK TALKS."""
import array
import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import threading
import time
import urllib.request

import exposition

PROGRAM, SAMPLES, TALK, TALKS = sys.argv[1:5]
CAPTURES = sorted(name for name in os.listdir(SAMPLES) if name.endswith('.pcap'))


def run(*arguments, status=0, **options):
    result = subprocess.run([PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, timeout=300, **options)
    assert result.returncode == status, '%s: status %d instead of %d: %s' % (arguments, result.returncode, status, result.stderr.decode())
    return result.stdout.decode(), result.stderr.decode().replace(
        'smtpscope: running without a sandbox: built with sanitizers, which need system calls that the sandbox forbids\n', '')


def sample(name):
    return os.path.join(SAMPLES, name + '.pcap')


def records(text):
    return [json.loads(line) for line in text.splitlines()]


def alike(text, form):
    """The lines without what may differ: read settles findings at the end of their session, watch tells them at once."""
    lines = text.splitlines()
    if form == 'log':
        return [line for line in lines if not re.search('^= | [!=&] ', line)]
    found = [json.loads(line) for line in lines]
    found = [r for r in found if r['type'] not in ('summary', 'story')]
    for r in found:
        for key in ('severity', 'root', 'verdict', 'findings', 'messages'):
            r.pop(key, None)
    return [r for r in found if r['type'] != 'finding'] + sorted((r for r in found if r['type'] == 'finding'), key=lambda r: r['number'])


def test_replay_equals_read(_):
    """All samples, as JSON and as log: the same records, apart from when findings come."""
    for name in CAPTURES:
        path = os.path.join(SAMPLES, name)
        for form in ('json', 'log'):
            watched, read = run('watch', '--replay', path, '--format', form)[0], run('read', path, '--format', form)[0]
            assert alike(watched, form) == alike(read, form), '%s as %s' % (name, form)


def test_text_is_the_log(_):
    assert alike(run('watch', '--replay', sample('tour'))[0], 'log') == alike(run('read', '--format', 'log', sample('tour'))[0], 'log')


def test_verbose_and_quiet(_):
    plain, verbose, quiet = (run('watch', '--replay', sample('tour'), *more)[0].splitlines() for more in ([], ['--verbose'], ['--quiet']))
    # The ends of the sessions that have a finding, each with its verdict.
    assert all(re.match(r'\S+ #\d+ = ', line) for line in quiet), quiet
    findings = [line for line in plain if re.match(r'\S+ #\d+ ! ', line)]
    assert {line.split()[1] for line in quiet} == {line.split()[1] for line in findings}, quiet
    assert [line for line in quiet if ' = rejected: ' in line][0].endswith('[delivery-failed/user-unknown, the sender]'), quiet
    assert [line for line in verbose if not re.match(r'\S+ #\d+ [>*] ', line)] == plain
    assert any(line.endswith(' > EHLO client.example.org') for line in verbose)
    kinds = [r['type'] for r in records(run('watch', '--replay', sample('tour'), '--quiet', '--format', 'json')[0])]
    assert kinds == ['session'] * len(findings) + ['summary'], kinds


def test_stories_are_told_when_they_are_over(directory):
    """watch tells a story a minute after the mail was accepted, before the capture ends."""
    talk = os.path.join(directory, 'story.talk')
    capture = os.path.join(directory, 'story.pcap')
    text = open(os.path.join(TALKS, 'story-greylisted.talk'), encoding='utf-8').read()
    # Much later, another client comes.
    later = 'wait 3000s\nsession later client=203.0.113.70:4000\nS: 220 mx.example.net ESMTP\nC: QUIT\nS: 221 Bye\nwait 90s\nC ack\n'
    open(talk, 'w', encoding='utf-8').write(text + later)
    subprocess.run([TALK, talk, capture], check=True)
    kinds = [(r['type'], r.get('session') or r.get('pattern')) for r in records(run('watch', '--replay', capture, '--format', 'json')[0])
             if r['type'] in ('session', 'story')]
    assert kinds == [('session', 1), ('session', 2), ('story', 'greylisted-then-accepted'), ('session', 3)], kinds


def test_only(_):
    """--only in the log: whole sessions, and those alone."""
    lines = run('watch', '--replay', sample('tour'), '--only', 'failed')[0].splitlines()
    assert {line.split()[1] for line in lines[:-1]} == {'#3', '#4'}, lines
    assert sum(1 for line in lines if ' < ' in line) == 9, lines


def test_secrets_stay_hidden(_):
    for name in ('auth-success', 'auth-failure'):
        text = run('watch', '--replay', sample(name), '--verbose')[0]
        assert '<redacted>' in text and 'YWxpY2U' not in text and 'correct-horse' not in text, text


def test_status(_):
    run('watch', '--replay', sample('tour'), '--fail-on', 'warning', status=1)
    run('watch', '--replay', sample('plain-delivery'), '--fail-on', 'warning')
    run('watch', '--replay', '/nowhere', status=3)
    assert run('watch', '--help')[0].startswith('usage: smtpscope watch')


def test_usage(_):
    for arguments in ([], ['-i', 'lo', '--replay', 'x'], ['--replay', 'x', 'y'], ['--replay', 'x', '--max-memory', '1K'],
                      ['--replay', 'x', '--rotate-size', '3X', '--output', 'y'], ['--replay', 'x', '--rotate-time', '1h'],
                      ['--replay', 'x', '--quiet', '--verbose'], ['--replay', 'x', '--write-what', 'some'], ['--bogus'],
                      ['--replay', 'x', '--waiting', '0'], ['--replay', 'x', '--snaplen', '12'], ['--replay', 'x', '--output', 'y', '--write', 'y']):
        out, errors = run('watch', *arguments, status=2)
        assert out == '' and errors.startswith('smtpscope'), (arguments, out, errors)
    assert 'metrics takes ADDRESS:PORT' in run('watch', '--replay', sample('tour'), '--metrics', 'localhost', status=2)[1]


def test_too_many_sessions(_):
    """Beyond --max-sessions the one used least recently ends, evicted and counted."""
    out = records(run('watch', '--replay', sample('tour'), '--format', 'json', '--max-sessions', '1')[0])
    assert out[-1]['sessions'] == 4 and not out[-1]['errors']
    capture = open(sample('tour'), 'rb').read()
    doubled = interleaved(capture)
    out = records(run('watch', '--replay', '-', '--format', 'json', '--max-sessions', '2', input=doubled, status=3)[0])
    evicted = [r for r in out if r['type'] == 'session' and 'evicted' in r['visibility']]
    assert evicted and out[-1]['evicted_sessions'] == len(evicted), out[-1]


def test_evicted_messages_count_once(_):
    """The rest of an evicted session is another session, but not another message."""
    capture = open(sample('pipelining-postfix'), 'rb').read()
    alone = records(run('watch', '--replay', '-', '--format', 'json', input=capture)[0])[-1]['messages']
    out = records(run('watch', '--replay', '-', '--format', 'json', '--max-sessions', '4', input=interleaved(capture), status=3)[0])
    assert out[-1]['evicted_sessions'] and sum(out[-1]['messages'].values()) == 5 * sum(alone.values()), (alone, out[-1])
    assert any(r.get('continues') for r in out if r['type'] == 'session')


def interleaved(capture):
    """Every packet five times, from another client each time, so that five sessions run side by side."""
    out, at = bytearray(capture[:24]), 24
    while at < len(capture):
        length = int.from_bytes(capture[at + 8:at + 12], 'little')
        packet = capture[at:at + 16 + length]
        for number in range(5):
            copy = bytearray(packet)
            for place in (16 + 14 + 12, 16 + 14 + 16):
                if copy[place:place + 3] == bytes((198, 51, 100)):
                    copy[place + 3] = 100 + number
            out += copy
        at += 16 + length
    return bytes(out)


def test_memory_is_bounded(folder):
    """Many sessions that stay open: --max-memory ends the oldest."""
    path = folder + '/many.pcap'
    capture = open(sample('idle-timeout-postfix'), 'rb').read()
    heads, at = [], 24
    while at < len(capture) and len(heads) < 6:
        length = int.from_bytes(capture[at + 8:at + 12], 'little')
        heads.append(capture[at:at + 16 + length])
        at += 16 + length
    with open(path, 'wb') as file:
        file.write(capture[:24])
        for number in range(6000):
            for head in heads:
                copy = bytearray(head)
                for place in (16 + 14 + 12, 16 + 14 + 16):
                    if copy[place:place + 3] == bytes((198, 51, 100)):
                        copy[place + 1:place + 4] = bytes((number >> 16, number >> 8 & 255, number & 255))
                file.write(copy)
    # Slowly enough for the looks that are taken ten times a second.
    watch = subprocess.Popen([PROGRAM, 'watch', '--replay', '-', '--format', 'json', '--max-memory', '8M'], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    data = open(path, 'rb').read()
    lines = []
    reader = threading.Thread(target=lambda: lines.extend(watch.stdout.readlines()))
    reader.start()
    for part in range(0, len(data), len(data) // 12):
        watch.stdin.write(data[part:part + len(data) // 12])
        watch.stdin.flush()
        time.sleep(0.15)
    watch.stdin.close()
    reader.join()
    told = watch.stderr.read()
    watch.wait()
    if b'sanitizers' in told:
        print('skipped: with sanitizers the allocator has no figures to bound memory by')
        return
    out = records(lines[-1].decode())
    if not out[-1]['evicted_sessions'] and 'asan' in PROGRAM:
        return  # this allocator does not tell
    assert out[-1]['sessions'] == 6000 and out[-1]['evicted_sessions'] > 1000, out[-1]


def test_kept_packets(folder):
    """What --write keeps is read back as the same sessions."""
    path = folder + '/kept.pcap'
    for what, sessions in (('findings', {2, 3, 4}), ('failed', {3, 4}), ('all', {1, 2, 3, 4})):
        whole = records(run('watch', '--replay', sample('tour'), '--format', 'json', '--write', path, '--write-what', what)[0])
        kept = records(run('read', '--format', 'json', path)[0])
        wanted = sorted(r['client']['port'] for r in whole if r['type'] == 'session' and r['session'] in sessions)
        assert sorted(r['client']['port'] for r in kept if r['type'] == 'session') == wanted, (what, kept[-1])
        replies = [r['code'] for r in whole if r['type'] == 'reply' and r['session'] in sessions]
        assert sorted(r['code'] for r in kept if r['type'] == 'reply') == sorted(replies)
    assert os.path.exists(path + '.1') and os.path.exists(path + '.2')


def test_kept_credentials(folder):
    """No packet that --write keeps shows a credential, fragmented ones included; the login is analyzed the same."""
    source, path = folder + '/login.pcap', folder + '/login-kept.pcap'
    for layer in ('ethernet', 'ip-fragments', 'vxlan'):
        subprocess.run([TALK, '--layer', layer, os.path.join(TALKS, 'auth-plain.talk'), source], check=True)
        token = b'AGFsaWNlAG9wZW5z'  # of \\0alice\\0opensesame
        for options, shown in (([], False), (['--show-secrets'], True)):
            run('watch', '--replay', source, '--write', path, '--write-what', 'all', *options)
            kept = open(path, 'rb').read()
            assert len(kept) == os.path.getsize(source), (layer, options)
            if layer != 'ip-fragments':  # whose pieces are too small to search
                assert (token in kept) == shown, (layer, options)
            replies = [[r['code'] for r in records(run('read', '--format', 'json', p)[0]) if r['type'] == 'reply'] for p in (source, path)]
            assert replies[0] == replies[1]


def test_metrics(_):
    """The figures that Prometheus is given are those of the summary; wrong questions get an answer and do no harm."""
    port = metrics_port()
    watch = subprocess.Popen([PROGRAM, 'watch', '--replay', '-', '--format', 'json', '--metrics', '127.0.0.1:%d' % port],
                             stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    capture = open(sample('tour'), 'rb').read()
    watch.stdin.write(capture)
    watch.stdin.flush()
    # A replayed pipe is read as it comes: what is needed to serve is another packet, or its end.
    wait_for_metrics(port)

    def all_read():
        found = exposition.parse(ask(watch, capture, 'http://127.0.0.1:%d/metrics' % port))
        return found if found['smtpscope_sessions_opened_total'][()] >= 4 and found['smtpscope_verdicts_total'] else None
    figures = until(all_read, 'the sessions are not counted')
    for bad in ('/', '/metrics/x'):
        try:
            ask(watch, capture, 'http://127.0.0.1:%d%s' % (port, bad))
            raise AssertionError(bad)
        except urllib.error.HTTPError as error:
            assert error.code == 404
    watch.stdin.close()
    assert watch.wait(300) == 0, watch.stderr.read()
    assert figures['smtpscope_sessions_opened_total'][()] >= 4
    answered = {key: value for key, value in figures['smtpscope_replies_total'].items()}
    assert answered[(('code', '500'), ('command', 'other'))] >= 1 and answered[(('code', '220'), ('command', 'connect'))] >= 4, answered
    assert any(dict(key)['id'] == 'unexpected-221' and dict(key)['cause'] == 'idle-timeout' for key in figures['smtpscope_findings_total'])
    verdict = (('cause', 'user-unknown'), ('id', 'delivery-failed'), ('responsible', 'sender'))
    assert {tuple(sorted(key)): value for key, value in figures['smtpscope_verdicts_total'].items()}[verdict] >= 1, figures['smtpscope_verdicts_total']
    outcomes = {dict(key)['outcome']: value for key, value in figures['smtpscope_recipients_total'].items()}
    assert outcomes['accepted'] >= 2 and outcomes['rejected'] >= 1, outcomes
    assert figures['smtpscope_memory_limit_bytes'][()] == 512 << 20
    assert figures['smtpscope_reply_latency_seconds_count'][(('phase', 'connect'),)] >= 4


def test_metrics_stay_reachable(_):
    """Clients that send half a request, and close or wait, do not keep others from the metrics."""
    port = metrics_port()
    watch = subprocess.Popen([PROGRAM, 'watch', '--replay', '-', '--format', 'json', '--metrics', '127.0.0.1:%d' % port],
                             stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    capture = open(sample('tour'), 'rb').read()
    watch.stdin.write(capture)
    watch.stdin.flush()
    wait_for_metrics(port)

    def reachable(stays):
        """While visitors are there, and stay or leave, are the metrics served before those have been silent for too long?"""
        waiting = []
        for _ in range(200):
            visitor = socket.create_connection(('127.0.0.1', port))
            visitor.send(b'GET /metr')
            waiting.append(visitor)
            if not stays:
                visitor.close()
        assert 'smtpscope_packets_total' in ask(watch, capture, 'http://127.0.0.1:%d/metrics' % port)
        if not stays:
            return True
        waiting[-1].setblocking(False)
        try:
            return waiting[-1].recv(1) and False
        except BlockingIOError:
            return True
        finally:
            for visitor in waiting:
                visitor.close()
    assert reachable(False)
    assert any(reachable(True) for _ in range(5)), 'others keep the metrics'
    watch.stdin.close()
    assert watch.wait(300) == 0, watch.stderr.read()


LIMIT = 120  # seconds that a condition is waited for


def until(condition, what):
    """Waits for the condition, and returns what it returns."""
    end = time.monotonic() + LIMIT
    while not (found := condition()):
        assert time.monotonic() < end, what
        time.sleep(0.02)
    return found


def waits_for_input(watch):
    """Has the process read all that was written to its pipe, and sleeps?"""
    left = array.array('i', [0])
    fcntl.ioctl(watch.stdin, termios.FIONREAD, left)
    with open('/proc/%d/stat' % watch.pid, encoding='ascii') as stat:
        return not left[0] and stat.read().rpartition(')')[2].split()[0] == 'S'


def metrics_port():
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        return free.getsockname()[1]


def wait_for_metrics(port):
    """Until the metrics are served."""
    def listening():
        with socket.socket() as visitor:
            return visitor.connect_ex(('127.0.0.1', port)) == 0
    until(listening, 'no metrics are served')


def ask(watch, capture, url):
    """Asks, and feeds packets meanwhile so that the replay goes on."""
    stop = threading.Event()

    def feed():
        packet = capture[24:24 + 16 + int.from_bytes(capture[32:36], 'little')]
        while not stop.is_set():
            watch.stdin.write(packet * 4000)
            watch.stdin.flush()
            time.sleep(0.01)
    thread = threading.Thread(target=feed)
    thread.start()
    try:
        with urllib.request.urlopen(url, timeout=300) as answer:
            return answer.read().decode()
    finally:
        stop.set()
        thread.join()


def test_reader_gone(_):
    """`watch | head`: no fault, and no endless work."""
    watch = subprocess.Popen([PROGRAM, 'watch', '--replay', '-'], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    capture = open(sample('tour'), 'rb').read()
    watch.stdout.close()
    try:
        for _ in range(100):
            watch.stdin.write(capture[24:] if _ else capture)
            watch.stdin.flush()
            time.sleep(0.02)
    except BrokenPipeError:
        pass
    try:
        watch.stdin.close()
    except BrokenPipeError:
        pass
    assert watch.wait(300) == 0, watch.stderr.read()


def test_signals(folder):
    """SIGUSR1 prints figures, SIGTERM ends with what was open."""
    output = folder + '/signals.json'
    watch = subprocess.Popen([PROGRAM, 'watch', '--replay', '-', '--format', 'json', '--output', output], stdin=subprocess.PIPE,
                             stderr=subprocess.PIPE)
    capture = open(sample('tour'), 'rb').read()
    watch.stdin.write(capture)
    watch.stdin.flush()
    until(lambda: waits_for_input(watch), 'the capture is not read')
    watch.send_signal(signal.SIGUSR1)
    watch.send_signal(signal.SIGTERM)
    watch.stdin.close()
    errors = watch.stderr.read().decode()
    assert watch.wait(300) == 0, errors
    assert re.search(r'memory: \d+ of 524288 KiB', errors), errors
    with open(output, encoding='utf-8') as file:
        assert records(file.read())[-1]['sessions'] == 4


def too_long(*_):
    raise TimeoutError('no end after ten minutes')


def main():
    failed = 0
    for name, test in [item for item in globals().items() if item[0].startswith('test_')]:
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o777)
            signal.signal(signal.SIGALRM, too_long)
            signal.alarm(600)
            try:
                test(folder)
            except Exception as error:  # pylint: disable=broad-except
                failed += 1
                print('%s: %s: %s' % (name, type(error).__name__, error), flush=True)
    print('%d failed' % failed)
    sys.exit(1 if failed else 0)


main()
