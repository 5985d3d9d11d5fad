# SPDX-License-Identifier: BSD-2-Clause
"""smtpscope watch as a process, and what it prints."""
import json
import os
import re
import signal
import subprocess
import time

import network

LIMIT = 120  # seconds that a condition is waited for
SLOW = 10 if os.environ.get('SLOW') else 0  # built with sanitizers: no seccomp, and slower


class Watch:
    """Runs on the client's host from `with` on until its end; |lines| and |errors| are there then."""

    def __init__(self, lab, *options, output=None, namespace='client'):
        self.output = output
        command = ['ip', 'netns', 'exec', namespace] if namespace else []
        command += [lab.program, 'watch', *options]
        if output:
            command += ['--output', output]
        self.command, self.process, self.status, self.end_time, self.errors = command, None, None, None, ''
        self.text = ''

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        end = time.monotonic() + LIMIT
        # Ready once it is confined, which is the last thing before it reads.
        while self.facts().get('NoNewPrivs' if SLOW else 'Seccomp', '0') == '0' and self.process.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
        if SLOW:
            time.sleep(0.3)
        return self

    def facts(self):
        try:
            with open('/proc/%d/status' % self.process.pid, encoding='ascii') as file:
                return {line.split(':')[0]: line.split(':', 1)[1].strip() for line in file}
        except OSError:
            return {}

    def send(self, number):
        self.process.send_signal(number)

    def settle(self):
        """Until it has worked off what came."""
        network.settle(self.process)

    def wait_for(self, condition):
        """Until the condition holds for the lines of the output file so far. Returns whether it does."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            with open(self.output, encoding='utf-8') as file:
                if condition([line for line in file if line.endswith('\n')]):
                    return True
            time.sleep(0.02)
        return False

    def stop(self, number=signal.SIGINT, at_once=False):
        if self.status is not None:
            return
        if not at_once:
            self.settle()
        began = time.monotonic()
        self.process.send_signal(number)
        out, errors = self.process.communicate(timeout=300)
        self.end_time = time.monotonic() - began
        self.status, self.errors = self.process.returncode, errors.decode()
        self.text = out.decode()
        if self.output:
            with open(self.output, encoding='utf-8') as file:
                self.text = file.read()

    def __exit__(self, kind, value, trace):
        self.stop()
        if kind:
            print('watch said:', self.errors)

    @property
    def lines(self):
        return self.text.splitlines()

    @property
    def records(self):
        return [json.loads(line) for line in self.lines]


def read(lab, path, *options):
    """What `smtpscope read` prints of a capture."""
    result = subprocess.run([lab.program, 'read', *options, path], stdout=subprocess.PIPE, check=False)
    assert result.returncode == 0, 'read %s: status %d' % (path, result.returncode)
    return result.stdout.decode()


def strip(value):
    """A record without what may differ between two captures of the same traffic: packet numbers and times."""
    if isinstance(value, dict):
        return {key: strip(item) for key, item in value.items()
                if key not in ('frame', 'frames', 'time', 'start', 'end', 'latency_ms', 'rtt_ms', 'number')}
    if isinstance(value, list):
        return [strip(item) for item in value]
    return value


def by_session(records):
    """The records of each session in their order; sessions by their client's port and address, which all records lead to."""
    ends = {r['session']: r for r in records if r['type'] == 'session'}
    sessions = {}
    for record in records:
        if 'session' not in record:
            continue
        session = ends[record['session']]
        key = (session['client']['ip'], session['client']['port'], session['server']['ip'], session['start'][:19])
        plain = strip(record)
        if 'why' in plain:  # two captures of one packet have clocks of their own
            plain['why'] = re.sub(r'[0-9.]+ (ms|s|min|h)\b', '… \\1', plain['why'])
        plain.pop('session')
        plain['root'] = bool(plain.get('root'))
        sessions.setdefault(key, []).append(plain)
    return sessions


def same_file(path):
    return os.stat(path).st_ino
