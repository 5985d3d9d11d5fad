#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""check_selection.py SMTPSCOPE SAMPLES: every option that selects sessions, over all samples as one input. The expected result is computed
from the records of the whole input."""
import fnmatch
import ipaddress
import json
import os
import re
import subprocess
import sys

scope, samples = sys.argv[1:3]
# tour.pcap holds the packets of others again.
captures = sorted(os.path.join(samples, name) for name in os.listdir(samples) if name.endswith('.pcap') and name != 'tour.pcap')
failures = 0


def run(*options):
    return subprocess.run([scope, 'read', *options, *captures], capture_output=True, timeout=300, check=False)


def fail(text):
    global failures
    failures += 1
    print('failed: ' + text)


class Session:
    def __init__(self, number):
        self.number, self.replies, self.findings, self.record = number, [], [], None

    def messages(self):
        return self.record['messages']

    def addresses(self, side):
        yield self.record[side]['ip']
        if side == 'client' and self.record['proxied'] and self.record['proxied']['client']:
            yield self.record['proxied']['client']['ip']


def glob(pattern, text):
    return text is not None and fnmatch.fnmatchcase(text.lower(), pattern.lower())


def sessions_of(lines):
    found = {}
    for line in lines:
        record = json.loads(line)
        if record['type'] in ('story', 'summary'):
            continue
        session = found.setdefault(record['session'], Session(record['session']))
        if record['type'] == 'session':
            session.record = record
        else:
            getattr(session, {'reply': 'replies', 'finding': 'findings'}[record['type']]).append(record)
    return list(found.values())


def expectations(some):
    """(options, what holds of a session that is selected); values are taken from the sessions themselves, so that each hits."""
    middle = some[len(some) // 2]
    client, server = middle.record['client']['ip'], middle.record['server']['ip']
    network = ipaddress.ip_network(client + ('/24' if '.' in client else '/64'), strict=False)
    greeting = next(s.record['greeting'] for s in some if s.record['greeting']).split()[0]
    sender = next(m['mail_from'] for s in some for m in s.messages() if m['mail_from'])
    domain = next(r['address'] for s in some for m in s.messages() for r in m['recipients'] if r['address']).rpartition('@')[2]
    queue_id = next(m['queue_id'] for s in some for m in s.messages() if m['queue_id'])
    cause = next(f['cause'] for s in some for f in s.findings if f['cause'] != 'unknown')
    start = sorted(s.record['start'] for s in some)[len(some) // 2]
    yield ['--session', str(middle.number)], lambda s: s.number == middle.number
    yield ['--client', client], lambda s: client in s.addresses('client')
    yield ['--client', str(network)], lambda s: any(ipaddress.ip_address(a) in network for a in s.addresses('client'))
    yield ['--server', server], lambda s: server in s.addresses('server')
    yield ['--server', greeting.upper()], lambda s: glob(greeting, (s.record['greeting'] or ' ').split(' ')[0])
    yield ['--from', sender], lambda s: any(glob(sender, m['mail_from']) for m in s.messages())
    yield ['--to', '*@' + domain], lambda s: any(glob('*@' + domain, r['address']) for m in s.messages() for r in m['recipients'])
    yield ['--code', '550'], lambda s: any(r['code'] == 550 for r in s.replies)
    yield ['--code', '4xx,354'], lambda s: any(r['code'] // 100 == 4 or r['code'] == 354 for r in s.replies)
    yield ['--code', '2.1.*'], lambda s: any((r['enhanced'] or '').startswith('2.1.') for r in s.replies)
    yield ['--cause', cause], lambda s: any(f['cause'] == cause for f in s.findings)
    yield ['--cause', 'unexpected-221'], lambda s: any(f['id'] == 'unexpected-221' for f in s.findings)
    yield ['--match', '^250[- ]SIZE'], lambda s: any(r['code'] == 250 and t.startswith('SIZE') for r in s.replies for t in r['lines'])
    yield ['--match', '(?i)^mail from'], lambda s: any(re.match('(?i)mail from', (r['answers'] or {}).get('line') or '') for r in s.replies)
    yield ['--queue-id', queue_id], lambda s: any(m['queue_id'] == queue_id for m in s.messages())
    yield ['--since', start], lambda s: s.record['end'] >= start
    yield ['--until', start], lambda s: s.record['start'] <= start
    yield ['--only', 'findings'], lambda s: any(f['severity'] != 'info' for f in s.findings)
    yield (['--code', '250', '--only', 'findings', '--from', '*'],
           lambda s: any(r['code'] == 250 for r in s.replies) and any(f['severity'] != 'info' for f in s.findings) and
           any(m['mail_from'] is not None for m in s.messages()))


def check(options, holds, lines, some):
    wanted = {s.number for s in some if holds(s)}
    if not wanted or len(wanted) == len(some):
        fail('%s selects %d of %d: nothing is tested' % (options, len(wanted), len(some)))
    done = run('--format', 'json', *options)
    got = done.stdout.decode().splitlines()
    expected = [line for line in lines if json.loads(line).get('session') in wanted]  # no stories: they may be about other sessions
    if done.returncode or done.stderr or sorted(got[:-1]) != sorted(expected):
        fail('%s: %d records, expected %d; sessions %s, expected %s %s' % (
            options, len(got) - 1, len(expected), sorted({json.loads(line)['session'] for line in got[:-1]}), sorted(wanted), done.stderr.decode()))
    if got[-1] != lines[-1]:
        fail('%s: another summary' % options)
    page = run(*options).stdout.decode()
    if '%d of %d sessions shown' % (len(wanted), len(some)) not in ' '.join(page.split()):
        fail('%s: the page does not show %d of %d' % (options, len(wanted), len(some)))


def wrong():
    for option, value in (('client', 'mail'), ('server', '1.2.3'), ('from', '<a>'), ('code', '99'), ('match', '('), ('since', 'now'), ('until', ''),
                          ('cause', 'unexpected-222')):
        done = run('--' + option, value)
        said = done.stderr.decode()
        if done.returncode != 2 or done.stdout or said.count('\n') != 1 or not said.startswith('smtpscope: --%s' % option):
            fail('--%s %s: %d %s' % (option, value, done.returncode, said))
    if 'did you mean unexpected-221?' not in run('--cause', 'unexpected-222').stderr.decode():
        fail('--cause unexpected-222: no suggestion')


def main():
    lines = run('--format', 'json').stdout.decode().splitlines()
    some = sessions_of(lines)
    for options, holds in expectations(some):
        check(options, holds, lines, some)
    wrong()
    return 1 if failures else 0


sys.exit(main())
