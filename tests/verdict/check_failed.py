#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Every failed session of every capture has a verdict, and every other session has none.

usage: check_failed.py TALK-PROGRAM SMTPSCOPE TALKS SAMPLES

Reads all talks, all samples, and the captures in and below the directories that SMTPSCOPE_CAPTURES names, separated by colons.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'talk'))
import sample  # noqa: E402

FAILED = ('partial', 'deferred', 'rejected')  # an aborted session may have been a probe
SIDES = ('sender', 'client', 'recipient', 'receiver', 'server', 'network', 'middlebox', 'nobody', 'unknown')
RETRIES = ('useless', 'automatic', 'later', 'unneeded', 'unknown')
TEXTS = ('finding', 'id', 'cause', 'headline', 'advice')


def probe(session):
    """The client asked whether recipients exist: all were answered, nothing was refused, no message was sent."""
    return all(not m['bytes'] and m['recipients'] and all(r['code'] and r['code'] < 400 for r in m['recipients']) and (m['code'] or 0) < 400
               for m in session['messages'])


def must_explain(session):
    return session['outcome'] in FAILED or (session['outcome'] == 'aborted' and not probe(session))


def faults_of(v, findings, failed):
    """What is wrong with the verdict |v|; |findings|: number -> (id, cause) of the session's findings."""
    if v['responsible'] not in SIDES or v['retry'] not in RETRIES or v['certainty'] not in ('certain', 'likely', 'possible'):
        yield f'a word that does not exist: {v}'
    if v['id'] is None:
        if failed:
            yield 'failed, and no verdict'
        if any(v[key] is not None for key in TEXTS) or v['responsible'] != 'nobody' or v['retry'] != 'unneeded':
            yield f'nothing to explain, and yet {v}'
    elif not v['headline'] or not v['advice'] or '\n' in v['headline'] + v['advice']:
        yield f'not one line each: {v}'
    elif v['id'] == 'unknown':
        if v['finding'] is not None or v['cause'] is not None:
            yield f'unknown, and yet {v}'
    elif findings.get(v['finding']) != (v['id'], v['cause']):
        yield f"finding {v['finding']} is not {v['id']}/{v['cause']}"


def check(smtpscope, capture, options):
    done = subprocess.run([smtpscope, 'read', '--format', 'json', *options, str(capture)], capture_output=True, timeout=300)
    records = [json.loads(line) for line in done.stdout.decode('utf-8').splitlines()]
    for session in (r for r in records if r['type'] == 'session'):
        found = {r['number']: (r['id'], r['cause']) for r in records if r['type'] == 'finding' and r['session'] == session['session']}
        yield from (f"session {session['session']} ({session['outcome']}): {f}" for f in faults_of(session['verdict'], found, must_explain(session)))
        if session['verdict']['outcome'] != session['outcome']:
            yield f"session {session['session']}: the outcome of its verdict is {session['verdict']['outcome']}"
        for n, m in enumerate(session['messages'], 1):
            if 'verdict' in m:
                yield from (f"session {session['session']}, message {n} ({m['outcome']}): {f}"
                            for f in faults_of(m['verdict'], found, m['outcome'] in ('deferred', 'rejected')))


def options_of(talk):
    header = talk.read_text(encoding='utf-8').split('\n\n')[0].splitlines()
    return next((line.split(':', 1)[1].split() for line in header if line.startswith('options:')), [])


def captures(talk_program, arguments, folder):
    talks, samples = map(pathlib.Path, arguments)
    more = [pathlib.Path(name) for name in os.environ.get('SMTPSCOPE_CAPTURES', '').split(':') if name]
    if not more:
        print('skipped: captures of other directories, because SMTPSCOPE_CAPTURES names none')
    for talk in sample.if_asked(sorted(talks.glob('*.talk'))):
        made = pathlib.Path(folder) / 'talk.pcap'
        subprocess.run([talk_program, str(talk), str(made)], check=True)
        yield talk.name, made, options_of(talk)
    for directory in [samples, *more]:
        if not directory.is_dir():
            print(f'skipped: there is no {directory}')
            continue
        for path in sorted(directory.rglob('*')):
            if path.suffix in ('.pcap', '.pcapng', '.cap'):
                yield str(path), path, []


def main(talk_program, smtpscope, *arguments):
    count = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, capture, options in captures(talk_program, arguments, folder):
            count += 1
            for fault in check(smtpscope, capture, options):
                failed += 1
                print(f'{name}: {fault}')
    print(f'{count} captures, {failed} faults')
    return 1 if failed or not count else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
