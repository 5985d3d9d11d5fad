#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Makes a capture of each talk, runs smtpscope over it and compares the records with what the talk expects.

usage: run_talks.py [--layer L] [--settle] TALK-PROGRAM SMTPSCOPE FILE.talk|DIRECTORY...

--settle replaces each "pending" that is now met with "expect" in the talk's file.
"""
import dataclasses
import datetime
import json
import pathlib
import re
import sys
import tempfile

import scope

# The talk must expect (or allow) findings of these ids wherever they appear: a false alarm fails the test.
GUARDED = ('unexpected-221', 'unexpected-500', 'unexpected-reply', 'malformed-reply', 'conflicting-retransmission')
FAULTS_SHOWN = 12  # per talk
ANSWERS = ('connect', 'end-of-data', 'bdat', 'auth-response', 'none', 'unseen')


def shown(value):
    if value is None:
        return 'null'
    if isinstance(value, bool):
        return 'true' if value else 'false'
    return str(value)


def fits(value, wanted):
    """Returns whether one of the alternatives "a|b|c" is the value; "*" is anything but null."""
    return any(shown(value) == w or (w == '*' and value is not None) for w in wanted.split('|'))


def pairs(words):
    if len(words) % 2:
        raise ValueError(f'a value is missing behind "{words[-1]}"')
    return list(zip(words[::2], words[1::2]))


def answers_fit(record, wanted):
    answers = record.get('answers') or {}
    for one in wanted.split('|'):
        if one in ANSWERS:
            if answers.get('kind') == one:
                return True
        elif answers.get('kind') == 'command' and answers.get('verb') == one:
            return True
    return False


def reply_fits(record, key, wanted):
    if key == 'answers':
        return answers_fit(record, wanted)
    if key in ('line', 'recipient', 'verb'):
        return fits((record.get('answers') or {}).get(key), wanted)
    if key == 'lines':
        return len(record['lines']) == int(wanted)
    if key == 'text':
        return any(re.search(wanted, line) for line in record['lines'])
    return fits(record.get(key), wanted)


def finding_fits(record, key, wanted):
    if key == 'root' and wanted in ('yes', 'no'):
        return (record.get('root') is not None) == (wanted == 'yes')
    if key == 'crossed':
        return fits(bool(record.get('crossed')), wanted)
    if key in ('title', 'why', 'fix'):
        return bool(re.search(wanted, record[key]))
    return fits(record.get(key), wanted)


def session_value(record, key):
    if key in ('opened', 'closed', 'missing_bytes', 'retransmissions'):
        return record['tcp'][key]
    if key == 'messages':
        return len(record['messages'])
    if key in ('mode', 'sni', 'version', 'decrypted'):
        return (record.get('tls') or {}).get(key)
    if key == 'via':
        return (record.get('proxied') or {}).get('via')
    if key == 'target':
        return (record.get('proxied') or {}).get('target')
    if key == 'proxied-client':
        return ((record.get('proxied') or {}).get('client') or {}).get('ip')
    if key == 'port':
        return record['client']['port']
    return record.get(key)


def dig(record, key):
    """Returns the value at a path of keys and indexes separated by dots: "parameters.SIZE", "logins.0.shape"."""
    for step in key.split('.'):
        if isinstance(record, list):
            record = record[int(step)] if int(step) < len(record) else None
        else:
            record = (record or {}).get(step)
    return record


def session_fits(record, key, wanted):
    if key == 'visibility':
        seen = record['visibility']
        return wanted in seen if seen else wanted == 'full'
    if key == 'capability':
        return wanted in (record.get('capabilities') or [])
    return fits(dig(record, key) if '.' in key else session_value(record, key), wanted)


def story_fits(record, key, wanted):
    if key == 'sessions':
        return len(record['sessions']) == int(wanted)
    if key in ('headline', 'advice'):
        return bool(re.search(wanted, record[key]))
    return fits(dig(record, key.replace('-', '_')), wanted)


def moment(text):
    """The nanoseconds of an RFC 3339 time; None has none."""
    if text is None:
        return 0
    whole, _, fraction = text.rstrip('Z').partition('.')
    seconds = datetime.datetime.fromisoformat(whole).replace(tzinfo=datetime.timezone.utc).timestamp()
    return int(seconds) * 10**9 + int(fraction.ljust(9, '0') or 0)


class Check:
    """The comparison of one talk with one set of records."""

    def __init__(self, talk, records):
        self.talk = talk
        self.records = records
        self.faults = []
        self.tolerated = set()  # (session number, id) of findings that are expected
        self.waiting = []  # pending expectations
        self.met = []  # lines of pending expectations that are met

    def fault(self, line, text):
        where = f'{self.talk.path}:{line}' if line else self.talk.path
        self.faults.append(f'{where}: {text}')

    def of_session(self, kind, session):
        number = self.talk.numbers.get(session, 0)
        return [r for r in self.records if r.get('type') == kind and r.get('session') == number]

    def first_misfit(self, records, wanted, judge):
        """Returns None if a record matches all wanted pairs, otherwise what the nearest record has instead."""
        best = None
        for record in records:
            misses = [(k, v) for k, v in wanted if not judge(record, k, v)]
            if not misses:
                return None
            if best is None or len(misses) < len(best[0]):
                best = (misses, record)
        if best is None:
            return 'there is none'
        return f'nearest has {self.short(best[1])}'

    @staticmethod
    def short(record):
        if record['type'] == 'reply':
            a = record.get('answers') or {}
            return (f"frame {record['frame']}: {record['code']} answers {a.get('kind')} {a.get('verb') or ''}"
                    f" {a.get('line') or ''!r} recipient {a.get('recipient')} expected {record.get('expected')}"
                    f" phase {record.get('phase')} truncated {record.get('truncated')} enhanced"
                    f" {record.get('enhanced')} lines {record['lines']}")
        if record['type'] == 'finding':
            return (f"frame {record['frame']}: {record['id']} cause {record['cause']} severity {record['severity']}"
                    f" certainty {record['certainty']} root {record.get('root')} crossed {record.get('crossed')}:"
                    f" {record.get('why')}")
        if record['type'] == 'story':
            return (f"{record['pattern']} of sessions {record['sessions']} outcome {record['outcome']} responsible"
                    f" {record['responsible']} retry {record['retry']}: {record['headline']}")
        keys = ('outcome', 'visibility', 'protocol', 'tcp', 'tls', 'proxied', 'messages', 'helo', 'greeting')
        return ' '.join(f'{k}={record.get(k)}' for k in keys)

    def reply(self, e, words, absent):
        code, wanted = words[0], pairs(words[1:])
        records = [r for r in self.of_session('reply', e.session) if fits(r['code'], code)]
        if absent:
            if not self.first_misfit(records, wanted, reply_fits):
                self.fault(e.line, f'a reply that should not be: {e.text}')
            return
        if not e.in_header:  # the previous reply: the n-th with its code
            before = [r for r in self.talk.plain_replies(e.session) if r.end <= e.server_offset]
            same = [r for r in before if str(r.code) == code]
            if same and len(records) >= len(same) and not self.talk.replies:
                records = [records[len(same) - 1]]
        miss = self.first_misfit(records, wanted, reply_fits)
        if miss:
            self.fault(e.line, f'expected {e.text}: {miss}')

    def finding(self, e, words, absent):
        name, wanted = (words[0] if words else None), pairs(words[1:])
        records = [r for r in self.of_session('finding', e.session) if name is None or fits(r['id'], name)]
        count = next((int(v) for k, v in wanted if k == 'count'), None)
        wanted = [(k, v) for k, v in wanted if k != 'count']
        fitting = [r for r in records if all(finding_fits(r, k, v) for k, v in wanted)]
        if absent:
            if name is None:
                fitting = [r for r in fitting if r['severity'] != 'info']
            for r in fitting:
                self.fault(e.line, f'should not be found: {self.short(r)}')
            return
        if count is not None and len(fitting) != count:
            self.fault(e.line, f'expected {e.text}: there are {len(fitting)}'
                       + ''.join(f'\n    {self.short(r)}' for r in records))
        elif count is None and not fitting:
            self.fault(e.line, f'expected {e.text}: {self.first_misfit(records, wanted, finding_fits)}')

    def message(self, e, words):
        sessions = self.of_session('session', e.session)
        messages = sessions[0]['messages'] if sessions else []
        index = int(words[0]) - 1
        if index >= len(messages):
            self.fault(e.line, f'expected {e.text}: there are {len(messages)} messages')
            return
        message = messages[index]
        for key, value in pairs(words[1:]):
            has = len(message['recipients']) if key == 'recipients' else dig(message, key if '.' in key else key.replace('-', '_'))
            if not fits(has, value):
                self.fault(e.line, f'expected {e.text}: {key} is {shown(has)}')

    def recipient(self, e, words):
        sessions = self.of_session('session', e.session)
        all_of_them = [r for s in sessions for m in s['messages'] for r in m['recipients']]
        found = [r for r in all_of_them if r['address'] == words[0]]
        wanted = pairs(words[1:])
        if not any(all(fits(dig(r, k), v) for k, v in wanted) for r in found):
            self.fault(e.line, f'expected {e.text}: there is {found or all_of_them}')

    def story(self, e, words, absent):
        """A story whose pattern is |words|[0] and that the current session belongs to; in the header, any session will do."""
        number = self.talk.numbers.get(e.session)
        records = [r for r in self.records if r.get('type') == 'story' and (e.in_header or number in r['sessions'])
                   and (not words or fits(r['pattern'], words[0]))]
        fitting = [r for r in records if all(story_fits(r, k, v) for k, v in pairs(words[1:]))]
        there = '; '.join(self.short(r) for r in self.records if r.get('type') == 'story') or 'none'
        if absent and fitting:
            self.fault(e.line, f'a story that should not be: {self.short(fitting[0])}')
        elif not absent and len(fitting) != 1:
            self.fault(e.line, f'expected {e.text}: {len(fitting)} stories fit, there are: {there}')

    def budget(self):
        """The times of all phases and owners add up to the duration of the session (0.001 ms: each is rounded)."""
        for r in self.records:
            if r.get('type') == 'session':
                spent = sum(ms for owners in r['time_ms'].values() for ms in owners.values())
                lasted = (moment(r['end']) - moment(r['start'])) / 1e6
                if abs(spent - max(lasted, 0)) > 0.05:
                    self.fault(0, f"session {r['session']} lasted {lasted} ms, but time_ms adds up to {spent}")

    def identities(self):
        """A story names its sessions by the identities that their own records have."""
        sessions = {r['session']: r for r in self.records if r.get('type') == 'session'}
        for r in self.records:
            if r.get('type') == 'story':
                for key, own in (('uids', 'uid'), ('community_ids', 'community_id')):
                    if r[key] != [sessions[n][own] for n in r['sessions']]:
                        self.fault(0, f"story {r['number']}: {key} are not those of its sessions")

    def pending(self, e):
        """A pending expectation becomes a fault once it is met, so that somebody makes it a plain one."""
        faults, self.faults = self.faults, []
        if e.words[1:3] == ['no', 'finding'] and len(e.words) > 3:
            self.tolerated.add((self.talk.numbers.get(e.session), e.words[3]))
        self.one(dataclasses.replace(e, words=e.words[1:]))
        met, self.faults = not self.faults, faults
        if met:
            self.met.append(e.line)
            self.fault(e.line, f'is met now: make "{e.text}" an "expect" (--settle does)')
        else:
            self.waiting.append(e)

    def one(self, e):
        words = list(e.words)
        if words[0] == 'pending':
            self.pending(e)
            return
        if words[0] == 'allow':
            self.tolerated.add((self.talk.numbers.get(e.session), words[2]))
            return
        absent = words[0] == 'no'
        if absent:
            words.pop(0)
        kind = words.pop(0)
        if kind == 'finding' and not absent and words:  # also a pending one
            self.tolerated |= {(self.talk.numbers.get(e.session), name) for name in words[0].split('|')}
        if kind == 'reply':
            self.reply(e, words, absent)
        elif kind == 'finding':
            self.finding(e, words, absent)
        elif kind == 'message' and not absent:
            self.message(e, words)
        elif kind == 'recipient' and not absent:
            self.recipient(e, words)
        elif kind == 'session' and not absent:
            sessions = self.of_session('session', e.session)
            for key, value in pairs(words):
                miss = self.first_misfit(sessions, [(key, value)], session_fits)
                if miss:
                    self.fault(e.line, f'expected session {key} {value}: {miss}')
        elif kind == 'story':
            self.story(e, words, absent)
        elif kind == 'summary' and not absent:
            summary = self.records[-1] if self.records else {}
            for key, value in pairs(words):
                if not fits(summary.get(key), value):
                    self.fault(e.line, f'expected {e.text}: {key} is {shown(summary.get(key))}')
        elif kind == 'text' and absent:
            if any(words[0] in json.dumps(r, ensure_ascii=False) for r in self.records):
                self.fault(e.line, f'the output holds {words[0]}')
        elif kind not in ('exit',):
            raise ValueError(f'no such expectation: {e.text}')

    def replies(self):
        """Checks that every reply of the talk is present, in order, and nothing else if everything was captured."""
        if self.talk.replies == 'explicit':
            return
        for session in self.talk.numbers:
            sent = [(r.code, r.lines) for r in self.talk.plain_replies(session)]
            read = [(r['code'], r['lines']) for r in self.of_session('reply', session) if not r['truncated']]
            if self.talk.whole(session) and 'any' not in self.talk.replies:
                good = sent == read
            else:
                rest = iter(read)
                good = all(any(r == s for r in rest) for s in sent)
            if not good:
                name = f'session {self.talk.numbers[session]}'
                self.fault(0, f'replies of {name}: sent and read differ\n    sent {sent}\n    read {read}')

    def masked(self):
        """Credentials are masked in what the wire said, never in the project's own words."""
        for r in self.records:
            if r.get('type') == 'finding' and '<redacted>' in r['title'] + r['fix']:
                self.fault(0, f"masked in a sentence of ours: {r['title']} / {r['fix']}")

    def guarded(self):
        for r in self.records:
            if r.get('type') == 'finding' and r['id'] in GUARDED and (r['session'], r['id']) not in self.tolerated:
                self.fault(0, f'nobody expects {self.short(r)}')

    def run(self, status, said):
        wanted = next((int(e.words[1]) for e in self.talk.expects if e.words and e.words[0] == 'exit'), 0)
        if status != wanted:
            self.fault(0, f'exit status {status}, expected {wanted}: {said}')
        if not self.records or self.records[-1].get('type') != 'summary':
            self.fault(0, 'the last record is no summary')
            return
        for e in self.talk.expects:
            try:
                self.one(e)
            except (ValueError, IndexError) as error:
                self.fault(e.line, f'bad expectation "{e.text}": {error}')
        self.replies()
        self.masked()
        self.identities()
        self.budget()
        self.guarded()


def talks_of(arguments):
    for argument in arguments:
        path = pathlib.Path(argument)
        yield from (map(str, sorted(path.glob('*.talk'))) if path.is_dir() else [argument])


def settle(path, numbers):
    """Replaces "pending" with "expect" in these lines."""
    file = pathlib.Path(path)
    lines = file.read_text(encoding='utf-8').split('\n')
    for number in numbers:
        lines[number - 1] = lines[number - 1].replace('pending', 'expect', 1)
    file.write_text('\n'.join(lines), encoding='utf-8')


def run_one(talk_program, smtpscope, path, layer, settling, directory):
    try:
        talk = scope.load(talk_program, path)
    except ValueError as error:
        return [str(error)]
    capture = str(pathlib.Path(directory) / 'talk.pcap')
    made = scope.subprocess.run([talk_program, '--layer', layer, path, capture], capture_output=True)
    if made.returncode:
        return [made.stderr.decode().strip()]
    try:
        status, records, said = scope.read(smtpscope, capture, talk.options.split())
    except (ValueError, scope.subprocess.TimeoutExpired) as error:
        return [f'{path}: {error}']
    check = Check(talk, records)
    check.run(status, said)
    if settling:
        settle(path, check.met)
    for e in check.waiting:
        print(f'{path}:{e.line}: {e.text}')
    faults = list(dict.fromkeys(check.faults))
    return faults[:FAULTS_SHOWN] + ([f'{path}: ... {len(faults) - FAULTS_SHOWN} more'] if faults[FAULTS_SHOWN:] else [])


def main(arguments):
    layer, settling = 'ethernet', False
    while arguments and arguments[0] in ('--layer', '--settle'):
        if arguments.pop(0) == '--settle':
            settling = True
        elif arguments:
            layer = arguments.pop(0)
    if len(arguments) < 3:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    talk_program, smtpscope = arguments[:2]
    count = failed = 0
    with tempfile.TemporaryDirectory() as directory:
        for path in talks_of(arguments[2:]):
            faults = run_one(talk_program, smtpscope, path, layer, settling, directory)
            count += 1
            failed += bool(faults)
            for fault in faults:
                print(fault)
    print(f'{count} talks, {failed} failed')
    return 1 if failed or not count else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
