#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks the alert rules and the dashboard in data/ against the metrics of the program, and the metrics against smtpscope-watch(1).

usage: check_monitoring.py SMTPSCOPE SOURCE-DIRECTORY
"""
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request

NAME = r'smtpscope_[a-z_]+'


def exposition(scope, capture):
    """Returns what the program serves while it replays the capture again and again."""
    with socket.socket() as free:
        free.bind(('127.0.0.1', 0))
        port = free.getsockname()[1]
    command = [scope, 'watch', '--replay', '-', '--metrics', '127.0.0.1:%d' % port]
    watch = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    packets = capture.read_bytes()
    stop = threading.Event()

    def feed():
        watch.stdin.write(packets[:24])
        while not stop.is_set():
            watch.stdin.write(packets[24:] * 20)
            watch.stdin.flush()
            time.sleep(0.01)
    thread = threading.Thread(target=feed)
    thread.start()
    try:
        for _ in range(1200):
            try:
                with urllib.request.urlopen('http://127.0.0.1:%d/metrics' % port, timeout=300) as answer:
                    return answer.read().decode(), second_watch(command)
            except OSError:
                time.sleep(0.1)
        raise SystemExit('no metrics are served')
    finally:
        stop.set()
        thread.join()
        watch.stdin.close()
        watch.wait(300)


def second_watch(command):
    """Another watch at the same port has to say that it is in use."""
    capture = pathlib.Path(sys.argv[2]) / 'samples' / 'tour.pcap'
    done = subprocess.run([*command[:3], capture, *command[4:]], capture_output=True, text=True, check=False)
    return [] if done.returncode == 3 and 'in use' in done.stderr else ['a port in use: status %d, %r' % (done.returncode, done.stderr)]


def series(text):
    """Names that queries may use."""
    found = set(re.findall(r'^(%s)' % NAME, text, re.M))
    return found | {name + end for name in re.findall(r'^# TYPE (%s) histogram' % NAME, text, re.M) for end in ('_bucket', '_sum', '_count')}


def check_queries(source, known):
    dashboard = json.loads((source / 'data' / 'smtpscope-dashboard.json').read_text(encoding='utf-8'))
    queries = [target['expr'] for panel in dashboard['panels'] for target in panel['targets']]
    queries += [variable['query'] for variable in dashboard['templating']['list']]
    alerts = re.sub(r'^#.*', '', (source / 'data' / 'smtpscope-alerts.yaml').read_text(encoding='utf-8'), flags=re.M)
    for what, text in (('dashboard', '\n'.join(queries)), ('alerts', alerts)):
        names = set(re.findall(r'\b%s' % NAME, text))
        for name in sorted(names - known):
            yield '%s: there is no metric %s' % (what, name)
        if not names:
            yield '%s: no metric' % what


def check_page(source, text):
    page = (source / 'man' / 'smtpscope-watch.1').read_text(encoding='utf-8').split('.Sh METRICS', 1)[1].split('\n.Sh ', 1)[0]
    described = {name for line in page.splitlines() if line.startswith('.It Li ') for name in re.findall(NAME, line)}
    served = set(re.findall(r'^# TYPE (%s) ' % NAME, text, re.M))
    for name in sorted(served - described):
        yield 'smtpscope-watch.1 does not describe %s' % name
    for name in sorted(described - served):
        # With a replay there are no interfaces, and no processes of this host.
        if not re.match('smtpscope_(interface|host|tls_keys)_', name):
            yield 'smtpscope-watch.1 describes %s, which is not served' % name


def check_zero(scope, text):
    """Every finding of the rules has a series from the start."""
    listed, name = set(), None
    for line in subprocess.run([scope, 'rules', 'list'], stdout=subprocess.PIPE, check=True, text=True).stdout.split('\n\n')[0].splitlines()[2:]:
        if line.startswith(' '):
            listed.add((name, line.split()[0]))
        else:
            name = line.split()[0]
    served = set(re.findall(r'^smtpscope_findings_total\{id="([^"]*)",cause="([^"]*)"', text, re.M))
    for pair in sorted(listed - served):
        yield 'no series for %s/%s' % pair
    if not re.search(r'^smtpscope_build_info\{version="[0-9.]+"\} 1$', text, re.M):
        yield 'no build info'


def check_promtool(source, text):
    # script/setup live only unpacks it.
    promtool = shutil.which('promtool') or shutil.which('promtool', path=source / 'build-servers' / 'usr' / 'bin')
    if not promtool:
        print('promtool is not installed: the syntax of the alert rules is not checked')
        return
    for command, given in ((['check', 'rules', source / 'data' / 'smtpscope-alerts.yaml'], None), (['check', 'metrics'], text)):
        done = subprocess.run([promtool, *command], input=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode:
            yield 'promtool %s:\n%s' % (' '.join(map(str, command)), done.stdout)


def main(scope, source):
    source = pathlib.Path(source)
    text, faults = exposition(scope, source / 'samples' / 'tour.pcap')
    faults = [*faults, *check_queries(source, series(text)), *check_page(source, text), *check_zero(scope, text), *check_promtool(source, text)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
