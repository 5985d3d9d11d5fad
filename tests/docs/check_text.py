#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks README.md, CONTRIBUTING.md and doc/ against the program and the sources.

usage: check_text.py commands|paths|bounds|packages SMTPSCOPE SOURCE-DIRECTORY

commands: runs each line `$ smtpscope ...` in a code block of README.md and compares the output with the lines below it. A line `...`
          stands for any lines. Skips commands that watch an interface or need a program that is not installed. With
          SMTPSCOPE_GOLDEN=update, writes changed output into README.md; read the difference before you commit it.
paths:    checks that files and folders named in the pages exist.
bounds:   compares the table of bounds with the constants in the code.
packages: compares the Debian packages that script/setup installs with those explained in doc/architecture.md.
"""
import ast
import difflib
import os
import pathlib
import re
import shutil
import subprocess
import sys

PAGES = ('README.md', 'CONTRIBUTING.md', 'CHANGES.md', 'doc')
ROOTS = ('src', 'preload', 'rules', 'samples', 'tests', 'script', 'man', 'doc', '.ci')
UNITS = {'': 1, 'KiB': 1 << 10, 'MiB': 1 << 20, 'ms': 10**6, 's': 10**9, 'min': 60 * 10**9, 'h': 3600 * 10**9}


def pages(source):
    for name in PAGES:
        path = source / name
        yield from sorted(path.glob('*.md')) if path.is_dir() else [path]


def blocks(path):
    """Returns (line number, lines) of each fenced code block."""
    begin, lines = 0, []
    for number, line in enumerate(path.read_text(encoding='utf-8').splitlines(), 1):
        if line.startswith('```'):
            if begin:
                yield begin, lines
            begin, lines = (0, []) if begin else (number + 1, [])
        elif begin:
            lines.append(line)


def shown_commands(path):
    """Returns (line number, command, lines shown below it)."""
    for begin, lines in blocks(path):
        starts = [i for i, line in enumerate(lines) if line.startswith('$ ')]
        for start, end in zip(starts, starts[1:] + [len(lines)]):
            yield begin + start, lines[start][2:], lines[start + 1:end]


def fits(shown, output):
    """Returns whether |output| matches what is shown. A line '...' stands for any lines."""
    if not shown:
        return not output
    if shown[0] == '...':
        return any(fits(shown[1:], output[i:]) for i in range(len(output) + 1))
    return bool(output) and output[0] == shown[0] and fits(shown[1:], output[1:])


def renewed(shown, output):
    """Returns what to show now: unchanged lines stay, new lines take their place, and '...' stays where it was."""
    lines = []
    matcher = difflib.SequenceMatcher(None, shown, output, autojunk=False)
    for kind, begin, end, new_begin, new_end in matcher.get_opcodes():
        near = shown[max(begin - 1, 0):end + 1]
        if kind == 'equal' or (kind != 'delete' and '...' not in near):
            lines += output[new_begin:new_end]
        elif '...' in shown[begin:end]:
            lines.append('...')
    return lines


def update(path, number, shown, output):
    """Writes the current output below a command. Returns False if that must be done by hand."""
    lines = path.read_text(encoding='utf-8').split('\n')
    new = renewed(shown, output)
    lines[number:number + len(shown)] = new
    path.write_text('\n'.join(lines), encoding='utf-8')
    return fits(new, output)


def check_commands(smtpscope, source):
    count = 0
    environment = dict(os.environ, PATH=os.path.dirname(os.path.abspath(smtpscope)) + ':' + os.environ['PATH'], LC_ALL='C.UTF-8')
    path = source / 'README.md'
    for number, command, shown in reversed(list(shown_commands(path))):  # from the end, because an update moves the lines after it
        program = re.match(r'(?:build/)?smtpscope (\w+)', command)
        if not program or ' -i ' in command:
            continue
        missing = [word for word in re.findall(r'\| *(\w+)', re.sub(r"'[^']*'", '', command)) if not shutil.which(word)]
        if missing:
            print('README.md:%d: %s is not installed: skipped' % (number, ', '.join(missing)))
            continue
        run = subprocess.run(['sh', '-c', command.replace('build/smtpscope', 'smtpscope')], cwd=source, env=environment, stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, text=True, encoding='utf-8', check=False)
        count += 1
        output = run.stdout.rstrip('\n').split('\n')
        while shown and not shown[-1]:
            shown = shown[:-1]
        if not fits(shown, output) and not (os.environ.get('SMTPSCOPE_GOLDEN') == 'update' and update(path, number, shown, output)):
            yield 'README.md:%d: "%s" now prints:\n%s' % (number, command, run.stdout)
    if not count:
        yield 'README.md shows no command'


def check_paths(_, source):
    for path in pages(source):
        text = path.read_text(encoding='utf-8')
        named = [(source, name) for name in re.findall(r'`([A-Za-z.]+/[\w./{},-]*)`', text) if name.split('/')[0] in ROOTS]
        named += [(path.parent, name) for name in re.findall(r'\]\(([^)#:]+)\)', text)]
        for base, name in named:
            stem = re.match(r'(.*)\{(.*)\}(.*)', name)
            for one in [stem[1] + word + stem[3] for word in stem[2].split(',')] if stem else [name]:
                if not (base / one).exists():
                    yield '%s: %s does not exist' % (path.name, one)


def evaluate(expression):
    """Returns the value of a C constant: sums, products, shifts."""
    text = re.sub(r'/\*.*', '', expression)
    text = re.sub(r'U?INT64_C\((\d+)\)', r'\1', text)
    text = re.sub(r'\(\w+\)(?=\d)', '', text)
    text = text.replace('TSTAMP_SECOND', '10**9').replace('TSTAMP_MILLISECOND', '10**6').replace('/', '//')
    return walk(ast.parse(re.sub(r'(\d)[uUlL]+\b', r'\1', text).strip(), mode='eval').body)


def walk(node):
    if isinstance(node, ast.Constant):
        return node.value
    left, right = walk(node.left), walk(node.right)
    return {ast.Add: left + right, ast.Sub: left - right, ast.Mult: left * right, ast.LShift: left << min(right, 64) if right >= 0 else 0,
            ast.Pow: left ** min(right, 64)}[type(node.op)]


def constants(text, name):
    """Returns the values that the file gives the name."""
    for pattern in (r'#define\s+%s\s+(.+)', r'\b%s\s*=\s*([^,;}]+)', r'\b%s\s*\?[^:;]+:\s*([^,;}]+)'):
        for expression in re.findall(pattern % re.escape(name), text):
            try:
                yield evaluate(expression)
            except (SyntaxError, AttributeError, KeyError, TypeError, ValueError):
                pass


def check_bounds(_, source):
    rows = re.findall(r'^\|[^|]+\| ([\d,]+) ?(\w*)[^|]*\| `(\w+)` \| `([\w./]+)` \|', (source / 'doc' / 'architecture.md').read_text(encoding='utf-8'), re.M)
    if not rows:
        yield 'doc/architecture.md has no table of bounds'
    for figure, unit, name, path in rows:
        value = int(figure.replace(',', '')) * UNITS.get(unit, 1)
        found = set(constants((source / path).read_text(encoding='utf-8'), name)) if (source / path).exists() else set()
        if value not in found and int(figure.replace(',', '')) not in found:
            yield 'doc/architecture.md: %s is %s %s here, but %s has %s' % (name, figure, unit, path, sorted(found) or 'no such constant')


def check_packages(_, source):
    setup = (source / 'script' / 'setup').read_text(encoding='utf-8')
    installed = {word for text in re.findall(r'packages=["\']([^"\']*)', setup) for word in text.split() if word != '$packages'}
    section = (source / 'doc' / 'architecture.md').read_text(encoding='utf-8').split('## Dependencies', 1)[-1].split('\n## ', 1)[0]
    explained = {word for row in re.findall(r'^\| (`[^|]+`) \|', section, re.M) for word in re.findall(r'`([^`]+)`', row)}
    for name in sorted(installed - explained):
        yield 'doc/architecture.md does not explain the package %s' % name
    for name in sorted(explained - installed):
        yield 'doc/architecture.md explains the package %s, which script/setup does not install' % name


CHECKS = {'commands': check_commands, 'paths': check_paths, 'bounds': check_bounds, 'packages': check_packages}


def main(what, smtpscope, source):
    faults = list(CHECKS[what](smtpscope, pathlib.Path(source)))
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
