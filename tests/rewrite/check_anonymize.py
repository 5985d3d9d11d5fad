#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""check_anonymize.py SMTPSCOPE TALK TALKS SAMPLES [CAPTURE...]: `read --anonymize`: the diagnosis of the anonymized packets is that of
the original, and no mailbox, host name or address of the original is left. With CAPTUREs, only these.
"""
import concurrent.futures
import ipaddress
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here.parent / 'talk'))
import sample  # noqa: E402

scope, talk, talks, samples = (os.path.abspath(argument) for argument in sys.argv[1:5])
SIZE_MAX = 3000000
VERBS = 'EHLO HELO LHLO MAIL RCPT DATA BDAT RSET NOOP QUIT VRFY EXPN HELP AUTH STARTTLS'.split()
KEPT = 4  # shorter names may be left by chance
KEYS = {
    'reply': ('session', 'frame', 'time', 'code', 'enhanced', 'latency_ms', 'name', 'category', 'expected', 'phase', 'truncated', 'rule', 'cause'),
    'finding': ('session', 'frame', 'frames', 'time', 'id', 'cause', 'severity', 'certainty', 'code', 'enhanced', 'responsible', 'retry', 'root'),
    'session': ('session', 'start', 'end', 'protocol', 'visibility', 'tcp', 'outcome', 'replies', 'findings'),
    'story': ('number', 'pattern', 'sessions', 'outcome', 'certainty', 'responsible', 'retry'),
}


def records(path, *options):
    done = subprocess.run([scope, 'read', '--format', 'json', *options, path], capture_output=True, timeout=300)
    return [json.loads(line) for line in done.stdout.splitlines()]


def diagnosis(found):
    result = []
    for record in found:
        if record['type'] in KEYS:
            kept = {key: record.get(key) for key in KEYS[record['type']]}
            if record['type'] == 'session':
                kept['verdict'] = {k: record['verdict'][k] for k in ('outcome', 'finding', 'id', 'cause', 'certainty', 'responsible', 'retry')}
                kept['messages'] = [(m['bytes'], m['outcome'], m['code'], [r['code'] for r in m['recipients']]) for m in record['messages']]
            if record['type'] == 'reply':
                # The first word of message text that was read as a command is blanked.
                verb = record['answers']['verb']
                kept['answers'] = (record['answers']['kind'], verb if verb in VERBS else None)
            result.append((record['type'], kept))
    return result


def names(found):
    """The mailboxes, host names and addresses of a diagnosis."""
    result = set()
    for record in found:
        if record['type'] != 'session':
            continue
        result.update((record['client']['ip'], record['server']['ip']))
        result.update((record.get('helo') or '', ((record.get('greeting') or '').split() or [''])[0]))
        for message in record['messages']:
            result.update([message['mail_from'] or ''] + [r['address'] or '' for r in message['recipients']])
    common = ('localhost', 'localhost.localdomain', 'postmaster', 'ESMTP')
    return {name for name in result if len(name) >= KEPT and name not in common and re.search(r'[.@:]', name) and not re.fullmatch(r'[0-9.]{1,7}', name)}


def marks():
    """The labels of providers' host names in the rules, which stay."""
    text = ' '.join(path.read_text(encoding='utf-8') for path in (here.parents[1] / 'rules' / 'texts').glob('*.yaml'))
    return set(re.findall(r'[a-z0-9-]{3,}(?=\\\.)|(?<=\\\.)[a-z0-9-]{3,}', text)) | set(re.findall(r'\w+', ' '.join(re.findall(r'marks: (.*)', text))))


def left(name, data):
    """Is the name in the packets?"""
    if '@' not in name and all(label in MARKS for label in name.lower().split('.')[:-1]):
        return False
    try:
        packed = ipaddress.ip_address(name.strip('[]')).packed
        # Other bytes of a packet may look like an address of four bytes.
        return (packed in data and len(packed) > 4) or name.encode() in data
    except ValueError:
        return re.search(rb'(?<![\w.@-])' + re.escape(name.encode(errors='replace')) + rb'(?![\w.@-])', data, re.I) is not None


def trial(path, directory):
    out = os.path.join(directory, re.sub(r'\W', '_', str(path)))
    before = records(path)
    # Copies of a line that differed are both replaced by the same one.
    if any(record.get('id') == 'conflicting-retransmission' for record in before):
        return []
    after = records(path, '--anonymize', '--write', out)
    again = records(out)
    wrong = []
    for what, found in (('report', after), ('packets', again)):
        one, other = diagnosis(before), diagnosis(found)
        if what == 'packets':  # whose numbers are others, as packets without mail are missing
            one, other = ([(t, {k: v for k, v in r.items() if k not in ('frame', 'frames')}) for t, r in d] for d in (one, other))
        for (kind, x), (_, y) in zip(one, other):
            if x != y:
                wrong += ['%s: %s: %s' % (what, kind, ['%s: %s, then %s' % (k, x[k], y.get(k)) for k in x if x[k] != y.get(k)])]
                break
        else:
            if len(one) != len(other):
                wrong.append('%s: %d records, then %d' % (what, len(one), len(other)))
    data = open(out, 'rb').read()
    ends = {record[side]['ip'] for record in again if record['type'] == 'session' for side in ('client', 'server')}
    wrong += ['%s is left' % name for name in sorted(ends & names(before))]
    wrong += ['%s is left' % name for name in sorted(names(before)) if left(name, data)]
    os.unlink(out)
    return wrong


def captures(directory):
    for path in sample.of(sorted(pathlib.Path(talks).glob('*.talk')))[::4]:
        out = os.path.join(directory, path.stem + '.pcap')
        if subprocess.run([talk, path, out], capture_output=True).returncode == 0:
            yield out
    yield from sorted(pathlib.Path(samples).glob('*.pcap'))[::2]
    shared = here.parents[2].parent / 'shared'
    yield from sorted(path for path in shared.glob('**/*.pcap*') if path.stat().st_size < SIZE_MAX)[::40]


MARKS = marks()


def main():
    failures = 0
    with tempfile.TemporaryDirectory() as directory, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = sys.argv[5:] or sorted(captures(directory), key=str)
        for path, wrong in zip(found, pool.map(lambda path: trial(path, directory), found)):
            for text in wrong:
                failures += 1
                print('failed: %s: %s' % (path, text[:600]))
    return 1 if failures else 0


sys.exit(main())
