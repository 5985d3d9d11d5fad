#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Lets script/mutate loose on a tiny project (mutate/): it must find the function that is not tested, and only that.

usage: check_mutate.py SOURCE-DIRECTORY
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

PROJECT = """project('sample', 'c')
library = static_library('sample', 'src/sample/sample.c')
test('sample/sample', executable('test_sample', 'tests/test_sample.c', include_directories: 'src/sample', link_with: library))
"""

# Of each line only what can be observed may be listed: the kinds and what they replace.
EQUIVALENT = {
    'int least = a < b ? a : b;': {'comparison'},
    'int most = a < b ? b : a;': {'comparison'},
    'int surplus = a > b ? a - b : 0;': {'comparison', 'constant'},
    'int chosen = a < b ? a : 2;': {'comparison', 'boundary', 'constant'},
    'if (flag && a) flag = false;': {'guard', 'boolean'},
}


def equivalent(run, folder):
    """Faults that make no difference are left out, and only those."""
    (folder / 'src/same').mkdir()
    (folder / 'src/same/same.c').write_text('int same(int a, int b, bool flag)\n{\n%s\n}\n' % '\n'.join(EQUIVALENT), encoding='ascii')
    listed = run('--list', '1000', folder='src/same').stdout
    for number, (line, wanted) in enumerate(EQUIVALENT.items(), 3):
        found = set(re.findall(r'^src/same/same.c:%d: (\w+):' % number, listed, re.M))
        if found != wanted:
            yield '%s: mutants of kinds %s, expected %s' % (line, found, wanted)
    if 'guard: flag -> 1' in listed or 'guard: a -> 1' not in listed:
        yield 'wrong guards: %s' % listed


def keeps_order(run, folder):
    """Another line of the sources adds mutants, and leaves the others in their order."""
    def mutants():
        return [re.sub(r'^([^:]*):\d+', r'\1', line) for line in run('--list', '1000').stdout.splitlines()]
    place = folder / 'src/sample/sample.c'
    text, before = place.read_text(encoding='ascii'), mutants()
    place.write_text(text + '\nint more(int a)\n{\n\treturn a < 77;\n}\n', encoding='ascii')
    after = mutants()
    place.write_text(text, encoding='ascii')
    for kind in {line.split(': ')[1] for line in before}:
        old, new = ([line for line in lines if ': %s: ' % kind in line] for lines in (before, after))
        kept = [line for line in new if '77' not in line and 'a < 77' not in line]
        if [line for line in kept if line in old] != old:
            yield 'another line changes the order: %s' % kind
    if len(after) <= len(before):
        yield 'the new line has no mutants'


def make_project(folder, here):
    (folder / 'src/sample').mkdir(parents=True)
    (folder / 'tests').mkdir()
    (folder / 'meson.build').write_text(PROJECT, encoding='ascii')
    for name in ('sample.c', 'sample.h'):
        shutil.copy(here / name, folder / 'src/sample')
    shutil.copy(here / 'test_sample.c', folder / 'tests')
    subprocess.run(['git', '-C', folder, 'init', '--quiet'], check=True)


def lines_of(source, begin):
    """The numbers of the lines of a function, from the line with |begin| on."""
    lines = source.splitlines()
    first = next(number for number, line in enumerate(lines, 1) if begin in line)
    return range(first, first + lines[first - 1:].index('}') + 1)


def wrong(mutate, tree, sample):
    """One line for each thing that is not as it should be."""
    def run(*options, folder='src/sample'):
        return subprocess.run([sys.executable, '-B', mutate, '--tree', tree, *options, folder],
                              stdout=subprocess.PIPE, text=True, check=False)
    listed = run('--list', '1000').stdout
    found = [(int(number), kind) for number, kind in re.findall(r'^src/sample/sample.c:(\d+): (\w+):', listed, re.M)]
    tested, untested = lines_of(sample, 'bool sample_tested'), lines_of(sample, 'bool sample_untested')
    if {kind for _, kind in found} != {'comparison', 'boundary', 'constant', 'guard', 'boolean'}:
        yield 'a kind of mutant is missing: %s' % found
    for number, line in enumerate(sample.splitlines(), 1):
        if any(word in line for word in ('names[]', 'table[] =', 'assert', '/*')) and number in dict(found):
            yield 'line %d has a mutant: %s' % (number, line)
    if run('--list', '1000').stdout != listed or run('--list', '--seed', '2', '1000').stdout == listed:
        yield 'the order does not follow from the seed'
    yield from equivalent(run, tree)
    yield from keeps_order(run, tree)
    result = run('1000', '--least', '999')
    survived = {int(number) for number in re.findall(r'^Survivor: src/sample/sample.c:(\d+):', result.stdout, re.M)}
    killed = {int(number) for number in re.findall(r'killed by sample/sample: src/sample/sample.c:(\d+):', result.stdout)}
    if result.returncode != 1 or not killed or killed & set(untested):
        yield 'status %d, killed in lines %s: %s' % (result.returncode, killed, result.stdout)
    if not survived or not survived <= set(untested):
        yield 'survived in lines %s, expected in %s: %s' % (survived, untested, result.stdout)
    if not killed <= {*tested, next(n for n, line in enumerate(sample.splitlines(), 1) if 'limit =' in line)}:
        yield 'killed in lines %s' % killed


def main(root):
    for program in ('ctags', 'git', 'meson', 'ninja'):
        if not shutil.which(program):
            print('skipped: %s is needed' % program)
            return 77
    here = root / 'tests/script/mutate'
    sample = (here / 'sample.c').read_text(encoding='ascii')
    with tempfile.TemporaryDirectory() as folder:
        make_project(pathlib.Path(folder), here)
        lines = list(wrong(root / 'script/mutate', pathlib.Path(folder), sample))
    for line in lines:
        print(line)
    return 1 if lines else 0


if __name__ == '__main__':
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    sys.exit(main(pathlib.Path(sys.argv[1])))
