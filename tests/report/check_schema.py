#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Validates the records of all talks, samples and golden outputs against data/smtpscope-records.schema.json.

usage: check_schema.py SCHEMA SMTPSCOPE TALK-PROGRAM TALKS SAMPLES GOLDEN

Skipped (status 77) where python3-jsonschema is missing; script/setup installs it. Set SMTPSCOPE_SAMPLE as for the matrices of talks.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'talk'))
import sample  # noqa: E402

try:
    import jsonschema
except ImportError:
    # The package belongs to Debian's Python, which need not be the one that runs the tests.
    if sys.executable != '/usr/bin/python3' and os.path.exists('/usr/bin/python3'):
        os.execv('/usr/bin/python3', ['/usr/bin/python3'] + sys.argv)
    print('SKIP: python3-jsonschema is not installed')
    sys.exit(77)

FAULTS_SHOWN = 20
TEXTS = ('220 mx ESMTP\nEHLO a.example\n250-mx\n250 SIZE 100\nMAIL FROM:<a@a.example>\n250 Ok\nRCPT TO:<b@b.example>\n550 5.1.1 <b@b.example>: unknown\n'
         'QUIT\n221 Bye\n', '<b@b.example>: host mx said: 452 4.2.2 Full (in reply to RCPT TO command)\n')


class Validator:
    def __init__(self, schema):
        jsonschema.Draft202012Validator.check_schema(schema)
        # One validator a type: "if" and "then" would try each of them for each record.
        self.by_type = {name: jsonschema.Draft202012Validator({'$ref': '#/$defs/' + name, '$defs': schema['$defs']})
                        for name in schema['properties']['type']['enum']}
        self.whole = jsonschema.Draft202012Validator(schema)
        self.seen, self.faults = {}, []

    def check(self, where, line):
        record = json.loads(line)
        kind = record.get('type')
        if kind not in self.by_type:
            self.faults.append(f'{where}: unknown type {kind!r}')
            return
        self.seen[kind] = self.seen.get(kind, 0) + 1
        if self.seen[kind] == 1:
            self.faults += [f'{where}: {e.message}' for e in self.whole.iter_errors(record)]
        for error in self.by_type[kind].iter_errors(record):
            path = '.'.join(str(p) for p in error.absolute_path)
            self.faults.append(f'{where}: {kind}.{path}: {error.message[:200]}')

    def output(self, where, command, text=None):
        run = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
        for line in run.stdout.splitlines():
            self.check(where, line)


def golden_records(folder):
    for path in sorted(folder.rglob('*.out')):
        for line in path.read_text(errors='replace').splitlines():
            if line.startswith('{"type":'):
                yield path.name, line


def read_diffs(v, smtpscope, talk, talks):
    """The records of `diff`: of a conversation with and without losses, of a talk that is alone, and of two sessions."""
    with tempfile.TemporaryDirectory() as scratch:
        one, other = pathlib.Path(scratch) / 'a', pathlib.Path(scratch) / 'b'
        subprocess.run([talk, talks / '454.talk', one], check=True)
        text = (talks / '454.talk').read_text().replace('220 ', '220-x\\r\\n220 ', 1)
        (pathlib.Path(scratch) / 'changed.talk').write_text(text)
        subprocess.run([talk, pathlib.Path(scratch) / 'changed.talk', other], check=True)
        v.output('diff', [smtpscope, 'diff', '--format', 'json', one, other])
        captures = sorted(p for p in (talks.parents[1] / 'samples').glob('*.pcap'))
        v.output('diff of two captures', [smtpscope, 'diff', '--format', 'json', captures[0], captures[2]])
        v.output('diff of two sessions', [smtpscope, 'diff', '--format', 'json', '--session', '1', '--session', '2', talks.parents[1] / 'samples/tour.pcap'])


def main():
    schema, smtpscope, talk, talks, samples, golden = sys.argv[1:7]
    v = Validator(json.loads(pathlib.Path(schema).read_text()))
    read = [smtpscope, 'read', '--format', 'json']
    with tempfile.TemporaryDirectory() as scratch:
        capture = pathlib.Path(scratch) / 'talk.pcap'
        for path in sample.of(sorted(pathlib.Path(talks).glob('*.talk'))):
            subprocess.run([talk, path, capture], check=True)
            v.output(path.name, read + [capture])
    captures = sorted(p for p in pathlib.Path(samples).rglob('*.pcap*') if p.is_file())
    for path in captures:
        v.output(path.name, read + [path])
    v.output('several files', read + captures[:3])
    for name, line in golden_records(pathlib.Path(golden)):
        v.check(name, line)
    for text in TEXTS:
        v.output('explain -', [smtpscope, 'explain', '--format', 'json', '-'], text)
    v.output('explain', [smtpscope, 'explain', '--format', 'json', '221', '5.7.26', '550 5.7.1 no'])
    read_diffs(v, smtpscope, talk, pathlib.Path(talks))
    v.output('compare', [smtpscope, 'compare', '--format', 'json', '221', '250'])
    for fault in v.faults[:FAULTS_SHOWN]:
        print(fault)
    missing = set(v.by_type) - set(v.seen)
    if missing:
        print('no record of type', ', '.join(sorted(missing)))
    print(f'{sum(v.seen.values())} records, {len(v.faults)} faults')
    return 1 if v.faults or missing else 0


if __name__ == '__main__':
    sys.exit(main())
