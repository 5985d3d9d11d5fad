#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The rules of the house that a machine can check. Prints one line a breach, and fails where there is one.

- a function has at most 100 lines, a file at most 800 (src/ and tests/; scripts by their file)
- includes follow the flow of the stages: a file includes only its own stage and those to the left
- no two modules include each other, directly or in a ring (x.c and x.h are one module)
- no variable outlives a function call unless it is const, or a flag that a signal handler sets (volatile sig_atomic_t)
- every source file begins with its SPDX line; nothing is called util
- every sample has a row in samples/README.md and at most 20000 bytes
"""
import collections
import json
import os
import re
import subprocess
import sys

STAGES = ('base', 'syntax', 'syntax', 'rules', 'capture', 'packet', 'stream', 'proxy', 'tls', 'smtp', 'annotate', 'verdict', 'report', 'reference',
          'pipeline', 'live', 'cli')
FUNCTION_LINES = 100
FILE_LINES = 800
SAMPLE_BYTES = 20000
SPDX = 'SPDX-License-Identifier: BSD-2-Clause'
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def files(folder, *endings):
    for path, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if name.endswith(endings):
                yield os.path.join(path, name)


def read(path):
    with open(path, encoding='utf-8', errors='replace') as file:
        return file.read().splitlines()


def tags(sources):
    """Functions, variables (of files and of functions) of C sources, as Universal Ctags sees them."""
    output = subprocess.run(['ctags', '--language-force=C', '--kinds-C=fvlx', '--fields=+neK', '--output-format=json', '-f', '-', '-L', '-'],
                            input='\n'.join(sources), stdout=subprocess.PIPE, text=True, check=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def lengths(sources, found):
    for path in sources:
        count = len(read(path))
        if count > FILE_LINES:
            yield '%s: %d lines, at most %d' % (path, count, FILE_LINES)
    for tag in found:
        if tag['kind'] == 'function' and 'end' in tag:
            count = tag['end'] - tag['line'] + 1
            if count > FUNCTION_LINES:
                yield '%s:%d: %s has %d lines, at most %d' % (tag['path'], tag['line'], tag['name'], count, FUNCTION_LINES)


def bare(lines):
    """C source without comments, strings and directives; lines stay where they are."""
    def blank(match):
        return re.sub(r'[^\n]', ' ', match[0])
    text = re.sub(r'/\*.*?\*/|//[^\n]*|"(\\.|[^"\\\n])*"|\'(\\.|[^\'\\\n])*\'', blank, '\n'.join(lines), flags=re.S)
    return re.sub(r'^[ \t]*#(.*\\\n)*.*', blank, text, flags=re.M).split('\n')


def declaration(lines, tag):
    """What stands before the name of a variable, back to the end of what came before it; `struct { ... }` without its body."""
    line = lines[tag['line'] - 1]
    match = re.search(r'\b%s\b' % re.escape(tag['name']), line)
    text = '\n'.join(lines[:tag['line'] - 1] + [line[:match.start() if match else len(line)]])
    kept, depth = [], 0
    for letter in reversed(text):
        if letter == '}' and (depth or not ''.join(kept).strip()):
            depth += 1
        elif letter == '{' and depth:
            depth -= 1
        elif not depth and letter in ';{}':
            break
        elif not depth:
            kept.append(letter)
    return ''.join(reversed(kept))


def is_const(words):
    """Is the variable const whose declaration begins with these words? `const char *` is not, nor is what follows it after a comma."""
    flat = re.sub(r'\([^()]*\)', '', words)
    first, *others = flat.split(',')
    if others:  # `const int a = 1, *b`: const belongs to both, the star to one
        words = re.split(r'[*=]', first)[0] + others[-1]
    return re.search(r'\bconst\b', words.rsplit('*', 1)[-1]) is not None


def lasting_variables(found):
    """Variables of files, and static ones of functions, that are not const themselves (`const char *x` is not)."""
    texts = {}
    for tag in found:
        if tag['kind'] not in ('variable', 'local', 'externvar'):
            continue
        path = tag['path']
        if path not in texts:
            texts[path] = bare(read(path))
        words = declaration(texts[path], tag)
        if tag['kind'] == 'local' and not re.search(r'\bstatic\b', words):
            continue
        if re.search(r'\bvolatile\s+sig_atomic_t\b', words):
            continue
        if not is_const(words):
            yield '%s:%d: %s lasts and can change' % (path, tag['line'], tag['name'])


def stage_of(path):
    parts = path.split(os.sep)
    return parts[1] if len(parts) > 2 and parts[0] == 'src' and parts[1] in STAGES else None


def includes(sources):
    """(file, line, included file) for each include of a file of the project."""
    by_name = collections.defaultdict(list)
    for path in sources:
        by_name[os.path.basename(path)].append(path)
    for path in sources:
        for number, line in enumerate(read(path), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            beside = os.path.normpath(os.path.join(os.path.dirname(path), match[1]))
            candidates = [beside] if beside in sources else by_name[os.path.basename(match[1])]
            for target in candidates:
                yield path, number, target


def against_the_flow(edges):
    for path, number, target in edges:
        if STAGES.index(stage_of(target)) > STAGES.index(stage_of(path)):
            yield '%s:%d: includes %s, which stands to the right' % (path, number, target)


def rings(edges):
    """Strongly connected modules (Tarjan's algorithm, without recursion)."""
    graph = collections.defaultdict(set)
    for path, _, target in edges:
        module, other = os.path.splitext(path)[0], os.path.splitext(target)[0]
        if module != other:
            graph[module].add(other)
            graph.setdefault(other, set())
    index, low, path_stack, on_path = {}, {}, [], set()
    for start in sorted(graph):
        if start in index:
            continue
        work = [(start, iter(sorted(graph[start])))]
        index[start] = low[start] = len(index)
        path_stack.append(start)
        on_path.add(start)
        while work:
            node, rest = work[-1]
            follow = next((n for n in rest if n not in index or n in on_path), None)
            if follow is not None and follow not in index:
                index[follow] = low[follow] = len(index)
                path_stack.append(follow)
                on_path.add(follow)
                work.append((follow, iter(sorted(graph[follow]))))
            elif follow is not None:
                low[node] = min(low[node], index[follow])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    ring = path_stack[path_stack.index(node):]
                    del path_stack[path_stack.index(node):]
                    on_path.difference_update(ring)
                    if len(ring) > 1:
                        yield 'modules include each other: ' + ' '.join(sorted(ring))


def names_and_licences(sources):
    for path in sources:
        if 'util' in os.path.basename(path).lower():
            yield '%s: nothing is called util' % path
        head = read(path)[:2]
        if head and not any(SPDX in line for line in head):
            yield '%s: does not begin with its SPDX line' % path


def samples():
    readme = '\n'.join(read('samples/README.md')) if os.path.exists('samples/README.md') else ''
    for path in files('samples', '.pcap'):
        if '| `%s` |' % os.path.basename(path) not in readme:
            yield '%s: has no row in samples/README.md' % path
        if os.path.getsize(path) > SAMPLE_BYTES:
            yield '%s: %d bytes, at most %d' % (path, os.path.getsize(path), SAMPLE_BYTES)


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
    code = list(files('src', '.c', '.h'))
    tests = list(files('tests', '.c', '.h'))
    scripts = [p for p in files('script', '') if not p.endswith('.txt')] + list(files('tests', '.py')) + \
        list(files('src', '.py')) + list(files('samples', '.py', 'make'))
    staged = [path for path in code if stage_of(path)]
    edges = list(includes(staged))
    found = tags(code + tests)
    in_code = [tag for tag in found if tag['path'].startswith('src' + os.sep)]
    breaches = [*lengths(code + tests + scripts, found), *lasting_variables(in_code), *against_the_flow(edges), *rings(edges),
                *names_and_licences(code + tests + scripts), *samples()]
    for line in breaches:
        print(line)
    longest = max((tag['end'] - tag['line'] + 1 for tag in found if tag['kind'] == 'function' and 'end' in tag), default=0)
    print('%d files, longest function %d lines, %d breaches' % (len(code + tests + scripts), longest, len(breaches)))
    return 1 if breaches else 0


if __name__ == '__main__':
    sys.exit(main())
