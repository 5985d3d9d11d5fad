#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Measures `smtpscope watch` against tcpdump on a virtual cable: packets lost, CPU time (user and system), and the delay until SIGINT
is answered.

tcpreplay sends a generated trace over a veth pair in a separate network namespace, once to each program; the host's network is not
touched. Figures are medians; `most` is the worst run. CPU time is that of the whole process, `start` the part before the first packet
(when watch compiles its patterns), `each` the rest per captured packet. Both ratios are relative to tcpdump with its default buffer.
`waited` counts packets that watch copied to memory because the analysis was behind.
Needs root, tcpreplay, tcpdump and iproute2; if they are missing, says so and does nothing.
"""
import argparse
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time

import traces

# A trace: its preset, bytes of the file, bytes with --quick.
TRACES = [('bulk', 1000000000, 100000000), ('mixed', 500000000, 100000000), ('chatty', 300000000, 30000000)]
RATE = 20000  # packets per second in the run at moderate rate
MODERATE = 10  # its maximum length in seconds
SENDER, TAP = 'send0', 'tap0'
FILTER = 'tcp port 25'
BUFFER_KIB = 64 << 10  # the kernel buffer that watch requests
PATIENCE = 120  # seconds a program may take to process what it was sent
FIGURES = ('captured', 'dropped', 'waited', 'seconds', 'start', 'each', 'wakeups', 'memory', 'exit')


def lay_cable():
    """Creates a pair of interfaces in a separate namespace, without addresses: nothing answers, and the kernel sends nothing itself."""
    for command in (['link', 'set', 'lo', 'up'], ['link', 'add', SENDER, 'type', 'veth', 'peer', 'name', TAP],
                    ['link', 'set', SENDER, 'arp', 'off', 'addrgenmode', 'none', 'up'],
                    ['link', 'set', TAP, 'arp', 'off', 'addrgenmode', 'none', 'up']):
        subprocess.run(['ip', *command], check=True)


def processor(pid):
    """Returns the CPU seconds of a process, from its own clock."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


def status(pid, field):
    """Returns a line of /proc/PID/status, or 0 if the process is gone."""
    try:
        with open('/proc/%d/status' % pid, encoding='ascii') as file:
            return next((int(line.split()[1]) for line in file if line.startswith(field + ':')), 0)
    except OSError:
        return 0


class Capture:
    """One program on the cable: started, and ended with its figures."""

    def __init__(self, command, ready):
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        end = time.monotonic() + 20
        while not ready(self.process) and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(0.1)
        self.start = processor(self.process.pid)
        self.woken = status(self.process.pid, 'voluntary_ctxt_switches')

    def settle(self):
        """Waits until it has processed what it was sent; the last block of a ring may arrive a second late."""
        end, before = time.monotonic() + PATIENCE, None
        while time.monotonic() < end and (before is None or processor(self.process.pid) - before > 0.05):
            before = processor(self.process.pid)
            time.sleep(1.2)

    def finish(self):
        """Interrupts it. Returns its output and its figures."""
        woken = status(self.process.pid, 'voluntary_ctxt_switches') - self.woken
        began = time.monotonic()
        if self.process.poll() is not None:
            raise SystemExit('bench: %s ended with status %d: %s' % (self.process.args[0], self.process.returncode, self.process.stderr.read()))
        os.kill(self.process.pid, signal.SIGINT)
        _, state, usage = os.wait4(self.process.pid, 0)
        ended = time.monotonic() - began
        self.process.returncode = os.waitstatus_to_exitcode(state)
        said = self.process.stderr.read()
        self.process.stderr.close()
        return said, {'seconds': usage.ru_utime + usage.ru_stime, 'start': self.start, 'wakeups': woken,
                      'memory': usage.ru_maxrss / 1024, 'exit': ended * 1000}


def counted(figures, captured, dropped, waited=0):
    each = (figures['seconds'] - figures['start']) / max(captured, 1) * 1e9
    return dict(figures, captured=captured, dropped=dropped, waited=waited, each=each)


def tcpdump(*options):
    def run():
        seen = []

        def ready(process):
            seen.append(process.stderr.readline())
            return 'listening' in seen[-1]
        return Capture(['tcpdump', '-i', TAP, '-n', *options, '-Z', 'root', '-w', '/dev/null', FILTER], ready)

    def end(capture):
        said, figures = capture.finish()
        found = {word: int(number) for number, word in re.findall(r'^(\d+) packets (captured|dropped by kernel)', said, re.M)}
        return counted(figures, found['captured'], found['dropped by kernel'])
    return run, end


def watch(scope, *options):
    def run():
        return Capture([scope, 'watch', '-i', TAP, *options], lambda process: status(process.pid, 'Seccomp') == 2 or process.poll() is not None)

    def end(capture):
        capture.process.send_signal(signal.SIGUSR1)
        time.sleep(0.2)
        said, figures = capture.finish()
        found = re.search(r': %s: (\d+) packets, (\d+) dropped' % TAP, said)
        if not found:
            raise SystemExit('bench: watch said: %s' % said)
        waited = re.search(r'wait in memory, (\d+) did', said)
        return counted(figures, int(found[1]), int(found[2]), int(waited[1]) if waited else 0)
    return run, end


def programs(scope):
    return {
        'tcpdump': tcpdump(),
        'tcpdump -B %d' % BUFFER_KIB: tcpdump('-B', str(BUFFER_KIB)),
        'watch --format json': watch(scope, '--format', 'json', '--output', '/dev/null'),
        'watch': watch(scope),
        'watch --quiet': watch(scope, '--quiet'),
    }


def send(capture, rate, limit=0):
    """Plays a capture. Returns packets, and packets per second."""
    speed = ['--pps=%d' % rate, '--limit=%d' % limit] if rate else ['--topspeed']
    said = subprocess.run(['tcpreplay', '-q', '-K', *speed, '-i', SENDER, capture], check=True, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT).stdout
    packets, seconds = re.search(r'Actual: (\d+) packets .* sent in ([\d.]+) seconds', said).groups()
    return int(packets), int(packets) / max(float(seconds), 1e-6)


def measure(chosen, path, rate, runs):
    """Returns medians of each program: (packets sent, packets per second, {program: figures})."""
    samples, sent, speed = {name: [] for name in chosen}, [], []
    for _ in range(runs):
        for name, (run, end) in chosen.items():
            capture = run()
            packets, pace = send(path, rate, rate * MODERATE)
            capture.settle()
            samples[name].append(end(capture))
            sent.append(packets)
            speed.append(pace)
    medians = {name: {key: statistics.median(one[key] for one in taken) for key in FIGURES} for name, taken in samples.items()}
    for name, taken in samples.items():
        medians[name]['most'] = max(one['dropped'] for one in taken)
    return sent[0], speed, medians


def interrupt(run, path):
    """Returns the milliseconds until SIGINT was answered while the cable was busy, or None if the program was gone."""
    capture = run()
    with subprocess.Popen(['tcpreplay', '-q', '-K', '--topspeed', '--loop=100', '-i', SENDER, path], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as sender:
        while processor(sender.pid) < 0.3 and sender.poll() is None:  # it sends once the trace is in memory
            time.sleep(0.01)
        time.sleep(1.5)
        figures = capture.finish()[1]
        sender.kill()
    return figures['exit']


def show(name, sent, speed, medians):
    base = medians['tcpdump']
    print('\n%s: %d packets, %.0f a second (%.0f to %.0f)' % (name, sent, statistics.median(speed), min(speed), max(speed)))
    print('  %-20s %8s %8s %8s %8s %11s %6s %8s %7s %7s %8s %8s %7s' % (
        '', 'captured', 'dropped', '(most)', 'waited', 'processor', 'ratio', 'start', 'each', 'ratio', 'wakeups', 'peak', 'SIGINT'))
    for program, f in medians.items():
        print('  %-20s %8d %8d %8d %8d %9.3f s %5.2fx %6.3f s %4.0f ns %6.2fx %8d %4.0f MiB %4.0f ms' % (
            program, f['captured'], f['dropped'], f['most'], f['waited'], f['seconds'], f['seconds'] / max(base['seconds'], 1e-6), f['start'],
            f['each'], f['each'] / max(base['each'], 1e-6), f['wakeups'], f['memory'], f['exit']), flush=True)


def missing():
    if os.geteuid() != 0:
        return 'root'
    for program in ('tcpreplay', 'tcpdump', 'ip', 'unshare'):
        if not shutil.which(program):
            return program
    if subprocess.run(['unshare', '--mount', '--net', '--pid', '--fork', 'true'], stderr=subprocess.DEVNULL, check=False).returncode:
        return 'namespaces'
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog='script/bench --live')
    parser.add_argument('--quick', action='store_true', help='small traces: a minute or two')
    parser.add_argument('--runs', type=int, default=3, help='runs of each program (default 3)')
    parser.add_argument('--only', choices=[row[0] for row in TRACES], help='only this trace')
    parser.add_argument('--rate', type=int, default=RATE, help='packets a second of the second part, 0: leave it out (default %d)' % RATE)
    parser.add_argument('--no-topspeed', action='store_true', help='leave out the part at full speed')
    parser.add_argument('--programs', help='only those whose name matches this regular expression, and tcpdump')
    parser.add_argument('--directory', help='where the traces are made and kept (default: traces/ in the build directory)')
    parser.add_argument('--build', required=True, help=argparse.SUPPRESS)
    parser.add_argument('--inside', action='store_true', help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.runs < 1 or args.rate < 0:
        parser.error('--runs must be 1 or more, --rate not negative')
    lacking = missing()
    if lacking:
        print('skipped: script/bench --live needs %s' % lacking)
        return 0
    if not args.inside:
        # When this program ends, the process namespace ends everything in it.
        os.execvp('unshare', ['unshare', '--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc', sys.executable, '-B',
                              *sys.argv, '--inside'])
    lay_cable()
    scope = os.path.abspath(os.path.join(args.build, 'smtpscope'))
    chosen = {name: one for name, one in programs(scope).items() if name == 'tcpdump' or re.search(args.programs or '', name)}
    for preset, size, quick in TRACES:
        if args.only not in (None, preset):
            continue
        path, _ = traces.generate(args.build, args.directory, preset, quick if args.quick else size)
        if not args.no_topspeed:
            show('%s at full speed' % preset, *measure(chosen, path, 0, args.runs))
            busy = {name: interrupt(run, path) for name, (run, _) in chosen.items()}
            print('  SIGINT while the cable is busy: ' + ', '.join('%s %.0f ms' % pair for pair in busy.items()), flush=True)
        if args.rate:
            show('%s at %d a second' % (preset, args.rate), *measure(chosen, path, args.rate, args.runs))
    return 0


if __name__ == '__main__':
    sys.exit(main())
