#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks the code rules of CONTRIBUTING.md. Prints one line per violation and fails if there is one.

- a function in src/ has at most 60 lines, a file at most 600; in tests/ and script/ 100 and 800
- includes follow the order of the stages: a file includes only its own stage and those to the left
- private headers (PRIVATE) are included only by the files listed for them, private structs (OPAQUE) defined once, and shared
  fields (WRITERS) assigned only by their owners
- no modules form a ring, by their includes or by the functions they use of each other (x.c and x.h are one module)
- no variable outlives a function call, except constants and flags set by signal handlers (volatile sig_atomic_t)
- every source file begins with its SPDX line; nothing is called util
- every sample has a row in samples/README.md and at most 20000 bytes

LONGER and RINGS list what still breaks a rule and may not get worse. An entry that is no longer needed is a breach, too, so
both lists can only shrink.
"""
import collections
import json
import os
import re
import subprocess
import sys

STAGES = ('base', 'syntax', 'rules', 'capture', 'packet', 'stream', 'proxy', 'tls', 'smtp', 'annotate', 'verdict', 'report', 'rewrite', 'reference', 'diff',
          'pipeline', 'live', 'screen', 'cli')
# Lines of a function and of a file, by folder.
LIMITS = {'src': (60, 600), 'tests': (100, 800), 'script': (100, 800)}
# Longer ones: a file, or file:function, and the lines that it may have meanwhile.
LONGER = {
}
# Rings of calls: the modules of each, sorted.
RINGS = []
# Headers with the private state of a part of a stage, and the files that may include them.
CLIENT_READER = ('client.c', 'client_command.c', 'client_proxy.c', 'client_read.c', 'client_settle.c', 'client_wait.c')
PRIVATE = {
    'src/pipeline/crew_state.h': ('worker.h',),
    'src/pipeline/worker.h': ('crew.c', 'worker.c'),
    'src/smtp/client_reader.h': CLIENT_READER,
    'src/smtp/feed_state.h': ('feed.c', 'session.h'),
    'src/smtp/session.h': ('answer.c', 'effect.c', 'smtp.c', 'turns.c'),
}
# Fields of structs that several files of the smtp stage see, and the files that may assign them.
WRITERS = {
    'progress': {
        'text_sent': {'src/smtp/transaction.c'},
        'inside': {'src/smtp/encrypted.c'},
        'server_tls': {'src/smtp/encrypted.c'},
        'greeting_done': {'src/smtp/answer.c', 'src/smtp/effect.c'},
        'hello_done': {'src/smtp/effect.c'},
        'quit_done': {'src/smtp/effect.c'},
        'answering': {'src/smtp/turns.c'},
        'begun': {'src/smtp/smtp.c'},
        'greeting_open': {'src/smtp/answer.c', 'src/smtp/effect.c'},
        'speaker': {'src/smtp/turns.c'},
        'lmtp': {'src/smtp/effect.c', 'src/smtp/turns.c'},
    },
}
# Structs that only one file may define and see into.
OPAQUE = {
    'client_reader': 'src/smtp/client_reader.h',
    'encrypted_state': 'src/smtp/encrypted.c',
    'overlong': 'src/smtp/overlong.c',
    'pairing': 'src/smtp/pairing.c',
    'server_reader': 'src/smtp/server.c',
    'session': 'src/smtp/session.h',
    'smtp': 'src/smtp/smtp.c',
    'transaction': 'src/smtp/transaction.c',
}
# What grows with input is charged to the account (src/base/account.h). Stages that need not use it, and files of the others that may use malloc, too.
UNCHARGED_STAGES = {
    'base': 'the account itself',
    'syntax': 'patterns, compiled once',
    'rules': 'the rules, loaded once; RULES_FILE_SIZE_MAX and others bound them',
    'capture': 'windows, blocks and decoders of the inputs, each with its bound; the interfaces of a file, PCAPNG_INTERFACE_LIMIT',
    'reference': '`explain` reads one text, TEXT_BYTES_KEPT and others bound it',
    'diff': '`diff` keeps SIGHTING_SESSIONS sessions and SIGHTING_BYTES bytes of a capture, and evicts nothing',
    'cli': 'options',
}
UNCHARGED = {
    'src/annotate/annotate.c': 'the stage itself',
    'src/annotate/rounds.c': 'a table of the diagnoses',
    'src/live/host_keys.c': 'the stage itself',
    'src/live/keep.c': 'the stage itself',
    'src/live/key_writer.c': 'the stage itself',
    'src/live/metrics.c': 'one set of counters, VERDICTS bounds it',
    'src/live/metrics_server.c': 'the stage itself',
    'src/live/outlet.c': 'a path and one buffer',
    'src/packet/packet.c': 'the stage itself',
    'src/pipeline/analysis.c': 'the stage itself',
    'src/pipeline/crew.c': 'charged by hand: another thread frees it',
    'src/pipeline/draft.c': 'ROUNDS and BATCH_ROOM bound it',
    'src/pipeline/lookahead.c': 'the stage itself',
    'src/pipeline/pipeline.c': 'the stage itself, and ERRORS_KEPT errors',
    'src/report/failure_groups.c': 'GROUP_CAUSES and GROUP_SERVERS bound it',
    'src/report/line_pattern.c': 'an option of the command line',
    'src/report/report_html.c': 'the stage itself',
    'src/report/report_json.c': 'the stage itself',
    'src/report/report_list.c': 'the stage itself',
    'src/report/report_log.c': 'the stage itself',
    'src/report/report_markdown.c': 'the stage itself',
    'src/report/report_text.c': 'the stage itself',
    'src/report/selection.c': 'the stage itself',
    'src/report/story_marks.c': 'STORY_MARKS_MAX bounds it',
    'src/report/summary_page.c': 'one row for each kind of finding',
    'src/report/whole_file.c': 'one buffer',
    'src/rewrite/anonymize.c': 'freed by the same function',
    'src/rewrite/collector.c': 'the stage itself',
    'src/rewrite/cut.c': 'the stage itself',
    'src/rewrite/cutter.c': 'the stage itself',
    'src/rewrite/disguise.c': 'the stage itself',
    'src/rewrite/mask.c': 'freed by the same function',
    'src/rewrite/packet_writer.c': 'the stage itself',
    'src/rewrite/pseudonym.c': 'one set of keys',
    'src/rewrite/remarks.c': 'the stage itself',
    'src/rewrite/spool.c': 'the stage itself, and one packet',
    'src/rewrite/vocabulary.c': 'words of the rules, VOCABULARY_WORDS bounds it',
    'src/screen/full_screen.c': 'the stage itself, and SAVE_SESSIONS_MAX sessions to save',
    'src/screen/lines.c': 'one page, LINES_MAX bounds it',
    'src/screen/list_view.c': 'ROSTER_ROWS_MAX bounds it',
    'src/screen/packet_ring.c': 'the ring itself, which is charged as a whole',
    'src/screen/page_figures.c': 'freed by the same function',
    'src/screen/roster.c': 'the stage itself',
    'src/screen/terminal.c': 'the stage itself',
    'src/tls/tls_cipher.c': 'one set of algorithms',
    'src/tls/tls_fingerprint.c': 'freed by the same function',
    'src/verdict/explanations.c': 'compiled from the rules',
    'src/verdict/verdict_stage.c': 'the stage itself',
}
ALLOCATION = re.compile(r'(?<![\w.>])(malloc|calloc|realloc|reallocarray|aligned_alloc|strdup|strndup)\s*\(')
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
    """Returns functions and variables (of files and functions) of C sources, from Universal Ctags."""
    output = subprocess.run(['ctags', '--language-force=C', '--kinds-C=fvlx', '--fields=+neK', '--output-format=json', '-f', '-', '-L', '-'],
                            input='\n'.join(sources), stdout=subprocess.PIPE, text=True, check=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def sizes(sources, found):
    """(place, name in LONGER, lines, limit) of each file and function."""
    for path in sources:
        yield path, path, len(read(path)), LIMITS.get(path.split(os.sep)[0], LIMITS['tests'])[1]
    for tag in found:
        if tag['kind'] == 'function' and 'end' in tag:
            path = tag['path']
            yield '%s:%d: %s' % (path, tag['line'], tag['name']), '%s:%s' % (path, tag['name']), tag['end'] - tag['line'] + 1, \
                LIMITS.get(path.split(os.sep)[0], LIMITS['tests'])[0]


def lengths(sources, found):
    needed = set()
    for place, name, count, limit in sizes(sources, found):
        if count <= limit:
            continue
        needed.add(name)
        if count > LONGER.get(name, limit):
            yield '%s: %d lines, at most %d' % (place, count, LONGER.get(name, limit))
    for name in LONGER.keys() - needed:
        yield 'script/house.py: %s is not too long any more; remove it from LONGER' % name


def bare(lines):
    """Returns C source without comments, strings and directives; line numbers stay the same."""
    def blank(match):
        return re.sub(r'[^\n]', ' ', match[0])
    text = re.sub(r'/\*.*?\*/|//[^\n]*|"(\\.|[^"\\\n])*"|\'(\\.|[^\'\\\n])*\'', blank, '\n'.join(lines), flags=re.S)
    return re.sub(r'^[ \t]*#(.*\\\n)*.*', blank, text, flags=re.M).split('\n')


def declaration(lines, tag):
    """Returns the declaration before the name of a variable; `struct { ... }` without its body."""
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
    """Returns whether a variable with this declaration is const. `const char *` is not, nor are later declarators after a comma."""
    flat = re.sub(r'\([^()]*\)', '', words)
    first, *others = flat.split(',')
    if others:  # `const int a = 1, *b`: const applies to both, the star to one
        words = re.split(r'[*=]', first)[0] + others[-1]
    return re.search(r'\bconst\b', words.rsplit('*', 1)[-1]) is not None


def function_types(sources):
    """Names of types of functions: `typedef void handler(int);`. What is declared with one is a function."""
    names = set()
    for path in sources:
        names.update(re.findall(r'\btypedef\b[^;(){}]*?\b(\w+)\s*\(', '\n'.join(bare(read(path)))))
    return names


def lasting_variables(found):
    """Yields variables of files, and static ones of functions, that are not const themselves (`const char *x` is not)."""
    texts, functions = {}, function_types({tag['path'] for tag in found})
    for tag in found:
        if tag['kind'] not in ('variable', 'local', 'externvar') or tag.get('typeref', '').removeprefix('typename:') in functions:
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
            yield '%s:%d: %s is a mutable variable with static storage' % (path, tag['line'], tag['name'])


def stage_of(path):
    parts = path.split(os.sep)
    return parts[1] if len(parts) > 2 and parts[0] == 'src' and parts[1] in STAGES else None


def includes(sources):
    """Yields (file, line, included file) for each include of a project file."""
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
            yield '%s:%d: includes %s of a later stage' % (path, number, target)


def private_state(edges):
    """Private headers that are included by files that are not listed for them, and opaque structs that are defined elsewhere."""
    used = collections.defaultdict(set)
    for path, number, target in edges:
        if target not in PRIVATE:
            continue
        name = os.path.basename(path)
        used[target].add(name)
        if os.path.dirname(path) != os.path.dirname(target) or name not in PRIVATE[target]:
            yield '%s:%d: includes %s, which is private to %s' % (path, number, target, ' '.join(sorted(PRIVATE[target])))
    for target, names in PRIVATE.items():
        for name in sorted(set(names) - used[target]):
            yield 'script/house.py: %s does not include %s any more; remove it from PRIVATE' % (name, target)
    for name, owner in OPAQUE.items():
        defined = {path for path in files('src', '.c', '.h') if re.search(r'\bstruct %s \{' % name, '\n'.join(bare(read(path))))}
        if defined != {owner}:
            yield 'struct %s is defined in %s, only %s may' % (name, ' '.join(sorted(defined)) or 'no file', owner)


def foreign_writes():
    """Assignments to a field of WRITERS by a file that is not listed for it."""
    for name, fields in WRITERS.items():
        assigned = re.compile(r'\b%s(?:->|\.)(\w+)\s*(?:[-+|&^]?=(?!=)|\+\+|--)' % name)
        for path in files('src/smtp', '.c', '.h'):
            for number, line in enumerate(bare(read(path)), 1):
                # One line may assign several of them: a = b = c.
                for field in assigned.findall(line):
                    if path not in fields.get(field, ()):
                        yield '%s:%d: only %s may assign %s of struct %s' % (path, number, ' '.join(sorted(fields.get(field, ()))) or 'no file', field, name)


def module(path):
    return os.path.splitext(path)[0]


def strongly_connected(graph):
    """The sets of two and more nodes that all lead to each other (Tarjan's algorithm, without recursion). |graph|: node to set of nodes."""
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
                work.append((follow, iter(sorted(graph.get(follow, ())))))
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
                        yield sorted(ring)


def include_rings(edges):
    graph = collections.defaultdict(set)
    for path, _, target in edges:
        if module(path) != module(target):
            graph[module(path)].add(module(target))
    for ring in strongly_connected(graph):
        yield 'modules include each other: ' + ' '.join(ring)


def calls(found):
    """{(module, other module): (function, function of the other module)} for functions that use one of another module: that call
    it, or hand it to somebody who does. One example is kept of each pair."""
    functions = [tag for tag in found if tag['kind'] == 'function' and 'end' in tag and stage_of(tag['path'])]
    own, public = collections.defaultdict(set), collections.defaultdict(set)
    for tag in functions:
        own[module(tag['path'])].add(tag['name'])
        if not tag.get('file') or tag['path'].endswith('.h'):
            public[tag['name']].add(module(tag['path']))
    texts, edges = {}, {}
    for tag in functions:
        path = tag['path']
        if path not in texts:
            texts[path] = bare(read(path))
        body = '\n'.join(texts[path][tag['line'] - 1:tag['end']])
        used = set(re.findall(r'(?<![.\w])(?<!->)([A-Za-z_]\w*)\s*(?=[(),;])', body)) - own[module(path)]
        for name in used:
            # Two programs may each have a function of that name: without knowing which one is linked, none counts.
            if len(public.get(name, ())) == 1:
                edges.setdefault((module(path), *public[name]), (tag['name'], name))
    return edges


def call_rings(found):
    edges = calls(found)
    graph = collections.defaultdict(set)
    for one, other in edges:
        graph[one].add(other)
    known = [tuple(ring) for ring in RINGS]
    seen = [tuple(ring) for ring in strongly_connected(graph)]
    for ring in seen:
        if ring not in known:
            yield 'modules call each other: %s' % ' '.join(ring)
            for (one, other), (function, callee) in sorted(edges.items()):
                if one in ring and other in ring:
                    yield '    %s uses %s of %s, in %s' % (one, callee, other, function)
    for ring in known:
        if ring not in seen:
            yield 'script/house.py: these are no ring any more; remove them from RINGS: %s' % ' '.join(ring)


def uncharged(sources):
    """Memory that is taken without the account."""
    needed = set()
    for path in sources:
        if stage_of(path) in UNCHARGED_STAGES or not path.endswith('.c'):
            continue
        for number, line in enumerate(bare(read(path)), 1):
            if ALLOCATION.search(line):
                needed.add(path)
                if path not in UNCHARGED:
                    yield '%s:%d: take memory from the account (account.h), or name the reason in UNCHARGED' % (path, number)
    for path in UNCHARGED.keys() - needed:
        yield 'script/house.py: %s takes no memory without the account any more; remove it from UNCHARGED' % path


def names_and_licences(sources):
    for path in sources:
        if 'util' in os.path.basename(path).lower():
            yield '%s: nothing is called util' % path
        head = read(path)[:2]
        if head and not any(SPDX in line for line in head):
            yield '%s: does not begin with an SPDX line' % path


def same_names(headers):
    """An include names only the file, so two headers must not share a name."""
    first = {}
    for path in headers:
        other = first.setdefault(os.path.basename(path), path)
        if other != path:
            yield '%s: has the name of %s' % (path, other)


def samples():
    readme = '\n'.join(read('samples/README.md')) if os.path.exists('samples/README.md') else ''
    for path in files('samples', '.pcap'):
        if '| `%s` |' % os.path.basename(path) not in readme:
            yield '%s: has no row in samples/README.md' % path
        if os.path.getsize(path) > SAMPLE_BYTES:
            yield '%s: %d bytes, at most %d' % (path, os.path.getsize(path), SAMPLE_BYTES)


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
    code = list(files('src', '.c', '.h')) + list(files('preload', '.c', '.h'))
    tests = list(files('tests', '.c', '.h'))
    scripts = [p for p in files('script', '') if not p.endswith('.txt')] + list(files('tests', '.py')) + \
        list(files('src', '.py')) + list(files('samples', '.py', 'make'))
    staged = [path for path in code if stage_of(path)]
    edges = list(includes(staged))
    found = tags(code + tests)
    in_code = [tag for tag in found if tag['path'].startswith('src' + os.sep)]
    breaches = [*lengths(code + tests + scripts, found), *lasting_variables(in_code), *against_the_flow(edges), *include_rings(edges), *private_state(edges), *uncharged(staged), *foreign_writes(), *call_rings(in_code),
                *names_and_licences(code + tests + scripts),
                *same_names(path for path in code if path.endswith('.h')), *samples()]
    for line in breaches:
        print(line)
    longest = max((tag['end'] - tag['line'] + 1 for tag in found if tag['kind'] == 'function' and 'end' in tag), default=0)
    print('%d files, longest function %d lines, %d violations' % (len(code + tests + scripts), longest, len(breaches)))
    return 1 if breaches else 0


if __name__ == '__main__':
    sys.exit(main())
