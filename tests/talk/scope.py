# SPDX-License-Identifier: BSD-2-Clause
"""Runs the talk and smtpscope programs and reads their output. Shared by run_talks.py and replay.py."""
import dataclasses
import json
import re
import shlex
import subprocess
import tempfile


@dataclasses.dataclass
class Expect:
    line: int
    session: int  # 0-based, as in the talk
    in_header: bool
    server_offset: int
    words: list
    text: str


@dataclasses.dataclass
class Reply:
    """A reply as the talk's server sends it."""
    code: int
    lines: list
    end: int


@dataclasses.dataclass
class Talk:
    path: str
    title: str = ''
    replies: str = ''
    options: str = ''  # options of smtpscope read
    replay: str = ''
    numbers: dict = dataclasses.field(default_factory=dict)  # session of the talk -> number in the records, 0: none
    server: dict = dataclasses.field(default_factory=dict)  # session -> [(offset, wire length, captured bytes or None)]
    expects: list = dataclasses.field(default_factory=list)

    def server_runs(self, session):
        """The captured part of the server's stream: [(offset, bytes)] without holes inside; the first copy counts."""
        known = {}
        for offset, _, data in self.server.get(session, []):
            for i, byte in enumerate(data or b''):
                known.setdefault(offset + i, byte)
        runs = []
        for offset in sorted(known):
            if runs and runs[-1][0] + len(runs[-1][1]) == offset:
                runs[-1][1].append(known[offset])
            else:
                runs.append((offset, bytearray([known[offset]])))
        return runs

    def whole(self, session):
        """Returns whether all of the server's stream was captured."""
        end = max([offset + length for offset, length, _ in self.server.get(session, [])], default=0)
        runs = self.server_runs(session)
        return not end or (len(runs) == 1 and runs[0][0] == 0 and len(runs[0][1]) == end)

    def plain_replies(self, session):
        """The replies that are complete in captured runs, up to the first TLS record."""
        found = []
        for offset, data in self.server_runs(session):
            lines, position = [], offset
            if offset and not self.line_begins(session, offset):
                cut = data.find(b'\n') + 1
                if not cut:
                    continue
                position += cut
                data = data[cut:]
            tls = re.search(rb'(?:^|\n)[\x14-\x17]\x03[\x00-\x04]', data)
            for line in re.findall(rb'[^\n]*\n', data if not tls else data[:tls.start() + 1]):
                position += len(line)
                match = re.fullmatch(rb'([2-5]\d\d)(?:([ -])([^\n]*?))?\r?\n', line)
                if not match:
                    lines = []
                    continue
                lines.append((match[3] or b'').decode('utf-8', 'replace'))
                if match[2] != b'-':
                    found.append(Reply(int(match[1]), lines, position))
                    lines = []
        return found

    def line_begins(self, session, offset):
        """Returns whether a segment of the server that looks like the start of a reply line begins there."""
        return any(o == offset and data and re.match(rb'[2-5]\d\d[ \r\n-]', data) for o, _, data in self.server[session])


def load(talk_program, path):
    """Reads the talk at |path|. Raises ValueError with the program's message if it is malformed."""
    done = subprocess.run([talk_program, '--dump', path], capture_output=True)
    if done.returncode:
        raise ValueError(done.stderr.decode('utf-8', 'replace').strip())
    talk = Talk(path)
    for raw in done.stdout.split(b'\n'):
        kind, _, rest = raw.decode('utf-8', 'surrogateescape').partition('\t')
        fields = rest.split('\t')
        if kind in ('title', 'options', 'replies', 'replay'):
            setattr(talk, kind, rest)
        elif kind == 'session':
            talk.numbers[int(fields[0])] = int(fields[1])
        elif kind == 'server':
            data = bytes.fromhex(fields[4]) if fields[3] == '1' else None
            talk.server.setdefault(int(fields[0]), []).append((int(fields[1]), int(fields[2]), data))
        elif kind == 'expect':
            text = '\t'.join(fields[4:])
            try:
                words = shlex.split(text)
            except ValueError as error:
                raise ValueError(f'{path}:{fields[0]}: {error}') from error
            talk.expects.append(
                Expect(int(fields[0]), int(fields[1]), fields[2] == '1', int(fields[3]), words, text))
    return talk


def read(smtpscope, capture, more=()):
    """Runs smtpscope over a capture. Returns (exit status, records, standard error)."""
    done = subprocess.run([smtpscope, 'read', '--format', 'json', *more, capture], capture_output=True)
    records = [json.loads(line.decode('utf-8')) for line in done.stdout.split(b'\n') if line]
    return done.returncode, records, done.stderr.decode('utf-8', 'replace').strip()


def stream(smtpscope, source, more=()):
    """Runs smtpscope over the capture that |source|, a file object, delivers. Yields the JSON lines without keeping them. Raises
    ValueError if smtpscope fails."""
    with tempfile.TemporaryFile() as said, \
            subprocess.Popen([smtpscope, 'read', '--format', 'json', *more, '-'], stdin=source, stdout=subprocess.PIPE, stderr=said) as run:
        yield from run.stdout
        if run.wait():
            said.seek(0)
            raise ValueError(f'exit status {run.returncode}: ' + said.read().decode('utf-8', 'replace').strip())
