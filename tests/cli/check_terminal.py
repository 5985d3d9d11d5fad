#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""`smtpscope read` for people at a terminal: a file name alone, the pager, the progress, an interrupt, and input that comes slowly.

usage: check_terminal.py SMTPSCOPE SAMPLES-DIRECTORY
"""
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import tempfile
import time

scope, samples = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
tour = os.path.join(samples, 'tour.pcap')
failures = 0
SESSION = b'Session 1 \xc2\xb7 delivered'


def check(what, holds, *shown):
    global failures
    if not holds:
        failures += 1
        print('failed: %s' % what, *shown, sep='\n  ')


def at_terminal(arguments, feed=(), awaited=b'', environment=None):
    """Runs the program with standard output and error at a terminal. |feed|: what it gets at standard input, ten pieces a second until |awaited|
    is at the terminal, and then at once. Returns its output and exit status."""
    master, slave = pty.openpty()
    clean = {k: v for k, v in os.environ.items() if k not in ('PAGER', 'LESS', 'NO_COLOR', 'COLUMNS')}
    process = subprocess.Popen([scope, *arguments], stdin=subprocess.PIPE if feed else subprocess.DEVNULL, stdout=slave, stderr=slave,
                               env=dict(clean, TERM='xterm', **(environment or {})), start_new_session=True)
    os.close(slave)
    output = b''
    while process.stdin and feed:
        # The progress is drawn when something has come, a second after the start at the earliest: the rest comes piece by piece.
        process.stdin.write(feed[0])
        process.stdin.flush()
        feed = feed[1:]
        while select.select([master], [], [], 0.1)[0]:
            output += os.read(master, 65536)
        if awaited in output:
            process.stdin.write(b''.join(feed))
            feed = []
    if process.stdin:
        process.stdin.close()
    while True:
        try:
            got = os.read(master, 65536)
        except OSError:
            break
        if not got:
            break
        output += got
    os.close(master)
    status = process.wait(timeout=300)
    return output, status


def file_alone(folder):
    done = subprocess.run([scope, tour], capture_output=True, check=False)
    check('a capture alone is read', done.returncode == 0 and SESSION in done.stdout, done.stdout[:200], done.stderr)
    done = subprocess.run([scope, tour, '--format', 'json'], capture_output=True, check=False)
    check('options after it', done.returncode == 0 and done.stdout.startswith(b'{"type"'), done.stderr)
    text = os.path.join(folder, 'bounce.txt')
    with open(text, 'w', encoding='utf-8') as out:
        out.write('Your message could not be delivered:\n550 5.1.1 <x@example.net>: User unknown\n')
    done = subprocess.run([scope, text], capture_output=True, check=False)
    check('a text alone is explained', b'user-unknown' in done.stdout or b'no mailbox' in done.stdout, done.stdout[:300], done.stderr)
    done = subprocess.run([scope, 'no-such-thing'], capture_output=True, check=False)
    check('neither', done.returncode == 2 and b'no command or file' in done.stderr, done.stderr)


def pager(folder):
    kept = os.path.join(folder, 'paged')
    output, status = at_terminal(['read', tour], environment={'PAGER': 'cat > %s' % kept})
    with open(kept, 'rb') as file:
        paged = file.read()
    check('the pager gets the report, with colors', status == 0 and SESSION not in output and b'Session 1' in paged and b'\x1b[' in paged, output, paged[:100])
    output, status = at_terminal(['read', '--no-pager', tour], environment={'PAGER': 'cat > %s' % kept})
    check('--no-pager', status == 0 and b'Session 1' in output, output[:200])
    output, status = at_terminal(['read', '--format', 'json', tour], environment={'PAGER': 'cat > %s' % kept})
    check('JSON goes to no pager', b'"type":"summary"' in output, output[:200])
    output, status = at_terminal(['read', tour], environment={'PAGER': 'head -1'})
    check('a pager that leaves early is no error', status == 0 and b'smtpscope:' not in output, output[:300], status)
    output, status = at_terminal(['read', tour], environment={'PAGER': 'no-such-pager'})
    check('a pager that cannot be run', status == 3 and b'--no-pager' in output, output[:300], status)


def moved_to_now(whole):
    """Returns the capture with its first packet at the current time, as if it came from tcpdump."""
    order = '<' if whole[0] in (0xd4, 0x4d) else '>'
    shift = int(time.time()) - struct.unpack_from(order + 'I', whole, 24)[0]
    moved, at = bytearray(whole), 24
    while at < len(whole):
        seconds, _, length, _ = struct.unpack_from(order + 'IIII', whole, at)
        struct.pack_into(order + 'I', moved, at, seconds + shift)
        at += 16 + length
    return bytes(moved)


def slow_input():
    with open(tour, 'rb') as file:
        whole = file.read()
    output, status = at_terminal(['read', '--no-pager', '-'], feed=[whole[:3000]] + [whole[at:at + 20] for at in range(3000, len(whole), 20)], awaited=b' MB, ')
    check('progress is shown', b' MB, ' in output and b' packets, ' in output, output[:300])
    check('and is gone', output.rfind(b'\r\x1b[K') > output.rfind(b' MB, ') and status == 0, output[-300:])
    for arguments, shown, last in ([], SESSION, '── Summary'.encode()), (['--format', 'json'], b'"type":"reply"', b'"type":"summary"'):
        interrupted(moved_to_now(whole), arguments, shown, last)


def interrupted(whole, arguments, shown, last):
    """While no more input comes, what is known is shown; an interrupt ends the input."""
    reading, writing = os.pipe()
    process = subprocess.Popen([scope, 'read', *arguments, '-'], stdin=reading, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.close(reading)
    os.write(writing, whole[:3000])
    ready = select.select([process.stdout], [], [], 300)[0]
    check('lines come before the end of the input', ready and shown in os.read(process.stdout.fileno(), 65536), arguments)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=300)
    check('an interrupt reports what was read', process.returncode == 3 and last in out and b'interrupted after' in err, out[-300:], err)
    os.close(writing)


def main():
    with tempfile.TemporaryDirectory() as folder:
        file_alone(folder)
        pager(folder)
        slow_input()
    return 1 if failures else 0


if __name__ == '__main__':
    sys.exit(main())
