#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Rejects archaic constructions in comments, documentation, manual pages, messages and rules. Prints one line per match and fails if
there is one.

usage: script/language.py [FILE...]    without arguments, all files of the project

Quoted mail traffic is not checked: patterns and examples of rules, lines of talks, golden outputs.
"""
import pathlib
import re
import subprocess
import sys

# (pattern, what to write instead). Each matches text that is wrong in nearly every context; exceptions are in ALLOWED.
PATTERNS = [(re.compile(pattern, re.I), advice) for pattern, advice in (
    (r'\bwhom\b', '"that" or "the user that"'),
    (r'\b(whoever|whosoever|whatsoever|whatever is)\b', 'name the subject'),
    (r'\b(there|where)(in|of|upon|to)\b', '"in it", "of it"'),
    (r'\b(amid|amidst|midst)\b', '"in", "during"'),
    (r'\b(to|can|could|cannot) be had\b', '"available"'),
    (r'\bbears? (nothing|it|this|him|them|out)\b', '"confirms"'),
    (r'\bof which (those|only|all)\b', 'two sentences'),
    (r'\bof them, (those|bytes|the)\b', '"those of them that"'),
    (r'\bat hand\b', '"current", "available"'),
    (r'\bput off\b', '"temporarily rejected", "deferred"'),
    (r'\banew\b', '"again", "new"'),
    (r'\bparted by\b', '"separated by"'),
    (r'\bwhere (memory is short|there (is|are) (none|no)\b)', '"if memory runs out", "if there is none"'),
    (r'\bfor want of\b', '"because ... is missing"'),
    (r'\ball the same\b', '"anyway"'),
    (r'\bwithout a word\b', '"silently"'),
    (r'\bsame law\b', '"the same rules"'),
    (r'\bnot wanted any more\b|\bany ?more\b(?=[.;,]| *$)', '"no longer"'),
    (r'\bstands? (at|in(?! for)|behind|before|above|below|beside|alone|there|on)\b', '"is"'),
    (r'\b(tell|tells|told) (from|apart)\b', '"distinguish"'),
    (r'\bspeaks? of\b', '"mentions", "indicates"'),
    (r'\bto speak of\b', '"significant"'),
    (r'\bsays? of\b', '"reports about"'),
    (r'\b(is|are|was) taken for\b', '"is treated as", "is mistaken for"'),
    (r'\bhands? (on|up|out)\b|\bhanded (on|up|out)\b', '"passes on", "delivers", "returns"'),
    (r'\bgiv(e|es|en|ing) back\b', '"frees", "returns"'),
    (r'\bcame (out|up)\b|\bcome to (this|that)\b', 'a plain verb'),
    (r'(?<!there )(?<!\w)\b(is|are) no (SMTP|TLS|TCP|reply|command|mail|capture|copy|packet|answer|fault|error|alarm|proof|'
     r'secret|address|number|session|part|gap|retransmission|loss)\b', '"is not"'),
    (r'\bwho (needs|wants|reads|says|has|is|calls|asks) (it|them|this|that)?\b(?=[^?]*\b(must|may|copies|reads|pays)\b)', 'name the subject'),
)]

# Text that may contain a match: (path prefix, text).
ALLOWED = (
    ('script/language.py', ''),
    ('CONTRIBUTING.md', '| Frees the memory; who'),
    ('CONTRIBUTING.md', '| NULL where memory'),
    ('CONTRIBUTING.md', '| A copy bears'),
)

CODE = ('.c', '.h', '.in')
HASH = ('.py', '.sh', '.build', '.yaml', '.yml', '.talk', '.txt', '')
PROSE = ('.md', '.1', '.5', '.7', '.7.in')
QUOTED_KEYS = re.compile(r'\s*(-\s*)?(patterns|also|unless|marks|hit|miss|words|codes|enhanced|answers|source|reference):')
LITERAL = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'')


def c_texts(text):
    """(line, text) of each comment and of each string with blanks in it."""
    for match in re.finditer(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"', text, re.S):
        words = match[0]
        if words.startswith('/*') or ' ' in words:
            yield text.count('\n', 0, match.start()) + 1, re.sub(r'\n\s*\*', ' ', words)


def hash_texts(text, prose):
    """(line, text) of each run of comment lines and, with |prose|, of each other line."""
    run, begin = [], 0
    for number, line in enumerate(text.split('\n') + [''], 1):
        comment = re.match(r'\s*#+(.*)|.*?\s#\s(.*)', line)
        if comment and (comment[1] is not None):
            begin = begin or number
            run.append(comment[1])
            continue
        if run:
            yield begin, ' '.join(run)
            run, begin = [], 0
        if prose:
            yield number, line
        elif comment:
            yield number, comment[2]


def yaml_texts(text):
    """Comments and values, without the lists that quote mail traffic."""
    kept, skipped = [], None
    for line in text.split('\n'):
        indent = len(line) - len(line.lstrip())
        if skipped is not None and line.strip() and indent <= skipped and not line.lstrip().startswith('- '):
            skipped = None
        if QUOTED_KEYS.match(line) and skipped is None:
            skipped = indent
        kept.append('' if skipped is not None else line)
    # Folded text is joined, so that a match may cross lines.
    yield from hash_texts('\n'.join(kept), True)


def texts(path):
    text = path.read_text(encoding='utf-8', errors='replace')
    if path.name.endswith(PROSE):
        begin = 1
        for block in re.split(r'\n(?=\s*\n|\.|- |\|)', text):
            yield begin, block
            begin += block.count('\n') + 1
    elif path.suffix in CODE:
        yield from c_texts(text)
    elif path.suffix == '.yaml':
        yield from yaml_texts(text)
    elif path.suffix == '.talk':
        yield from hash_texts(re.sub(r'(?m)^(?!#|title:).*$', '', text), True)
    elif path.suffix == '.py':
        for match in re.finditer(r'"""(.*?)"""', text, re.S):
            yield text.count('\n', 0, match.start()) + 1, match[1]
        yield from hash_texts(text, False)
    else:
        yield from hash_texts(text, False)


def tracked():
    listed = subprocess.run(['git', 'ls-files', '-z'], stdout=subprocess.PIPE, check=True, text=True).stdout
    for name in listed.split('\0'):
        path = pathlib.Path(name)
        if name and not name.startswith(('tests/golden/', 'tests/fuzz/corpus', 'LICENSE')) and \
                (path.suffix in CODE + HASH or name.endswith(PROSE)):
            yield path


def main(names):
    found = 0
    for path in [pathlib.Path(name) for name in names] or tracked():
        if not path.is_file() or (path.suffix == '' and b'\0' in path.read_bytes()[:512]):
            continue
        for line, text in texts(path):
            flat = re.sub(r'\s+', ' ', text)
            for pattern, advice in PATTERNS:
                for match in pattern.finditer(flat):
                    if any(str(path).startswith(where) and words in flat for where, words in ALLOWED):
                        continue
                    found += 1
                    print('%s:%d: "%s": write %s' % (path, line, flat[max(match.start() - 30, 0):match.end() + 20].strip(), advice))
    print('%d archaic constructions' % found)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
