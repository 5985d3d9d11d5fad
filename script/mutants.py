# SPDX-License-Identifier: BSD-2-Clause
"""Finds the small faults that script/mutate can plant into C files. Knows nothing of building and testing.

A mutant is one change of one line inside a function, or of the value of a named constant. Left out is what a test could not or
need not see: asserts, tables of text, capacities of buffers, and what happens when there is no memory left.
"""
import collections
import hashlib
import re

import house

KINDS = ('comparison', 'boundary', 'constant', 'guard', 'boolean')
# |start|, |end|: the characters of the file that |text| replaces; |line| counts from 1; |context|: that line.
Mutant = collections.namedtuple('Mutant', 'path line kind start end text context')

OPPOSITE = {'==': '!=', '!=': '==', '<': '>=', '>=': '<', '>': '<=', '<=': '>'}
NEXT_TO = {'<': '<=', '<=': '<', '>': '>=', '>=': '>'}
COMPARISON = re.compile(r'(?<![<>=!\-+*/%&|^])(==|!=|<=|>=|<|>)(?![<>=])')
LARGE = 4096
NUMBER = re.compile(r'(?<![\w.])(0|[1-9]\d*)([uUlL]*)(?![\w.])')
NAMED_CONSTANT = re.compile(r'(?:\bstatic const [\w ]*\w|\b[A-Z]\w*)\s*=(?!=)[^,;{}"]*')
# Lines whose mutants say little: asserts, capacities of buffers, what is only there for the compiler, and where a table keeps a key.
IGNORED = re.compile(r'\b(?:assert|static_assert|_Static_assert|buf_init|realloc)\s*\(|\bcapacity\b|\b(?:slot|hash)\s*=(?!=)|\(void\)|__attribute__|\{ 0 \}')
ALLOCATION = re.compile(r'\b(?:malloc|calloc|realloc|strdup|\w+_create|\w+_reserve|buf_\w+|(?:arena|account|pool)_(?:take|take_zeroed|string|resize))\s*\(')
NO_MEMORY = re.compile(r'^\s*if \((?:![\w.>\-]+|\w+ == NULL)\)')


# `if (a > b) b = a;`: where both are equal it makes no difference.
LARGEST = re.compile(r'\bif \((.+) (?:[<>]=?) (.+)\)\s*(?:\1 = \2|\2 = \1);')
# So is `a < b ? a : b`.
SMALLER = re.compile(r'(?<![\w.>\])])([\w.>()\[\]-]+)\s+(?P<sign>[<>]=?)\s+([\w.>()\[\]-]+)\s+\?\s+(?:\1\s+:\s+\3|\3\s+:\s+\1)(?![\w.(\[-])')
# And `a > b ? a - b : 0`.
SURPLUS = re.compile(r'(?<![\w.>\])])([\w.>()\[\]-]+)\s+(?P<sign>>=?)\s+([\w.>()\[\]-]+)\s+\?\s+\1 - \3\s+:\s+0(?![\w.])')
# `if (a && b) a = false;`: it makes no difference whether a was true.
CLEARED = re.compile(r'\bif \((?P<flag>[\w.>-]+) &&(?P<rest>[^;{}]*)\)\s*(?P=flag) = false;')


def closing(text, at):
    """Where the bracket at |at| is closed; the end of the text if it is not."""
    depth = 0
    for i in range(at, len(text)):
        depth += (text[i] in '([{') - (text[i] in ')]}')
        if depth == 0:
            return i
    return len(text)


def operands(text, start, end):
    """(start, end, joined by) of the operands of && or || at the top of an expression; nothing if there is only one."""
    found, depth, at, i = [], 0, start, start
    while i < end:
        depth += (text[i] in '([{') - (text[i] in ')]}')
        if depth == 0 and text[i:i + 2] in ('&&', '||'):
            found.append((at, i, text[i:i + 2]))
            at, i = i + 2, i + 1
        elif depth == 0 and text[i] in '?,':
            return []
        i += 1
    joints = {joint for _, _, joint in found}
    # && binds stronger than ||: of a mixed expression the operands of || are whole products.
    if len(joints) != 1:
        return []
    return found + [(at, end, found[-1][2])]


class Source:
    """One file: its text, the text without comments, strings and directives (of the same length), and its functions."""

    def __init__(self, root, path, functions):
        self.path = path
        with open(root / path, encoding='utf-8') as file:
            self.text = file.read()
        self.bare = '\n'.join(house.bare(self.text.split('\n')))
        self.lines = self.bare.split('\n')
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.functions = functions

    def line_of(self, at):
        return self.bare.count('\n', 0, at) + 1

    def mutant(self, kind, start, end, text):
        line = self.line_of(start)
        return Mutant(self.path, line, kind, start, end, text, ' '.join(self.lines[line - 1].split()))

    def bodies(self):
        """(start, end) of the body of each function, without its braces."""
        for first, last in self.functions:
            start = self.bare.index('{', self.starts[first - 1]) + 1
            yield start, min(closing(self.bare, start - 1), self.starts[last])

    def in_table(self, start, at):
        """Is |at| inside of `static const ... = { ... }` of a body that begins at |start|?"""
        declared = self.bare.rfind('static const', start, at)
        return declared >= 0 and ';' not in self.bare[declared:at]

    def ignored(self, at):
        number = self.line_of(at)
        line = self.lines[number - 1]
        before = '\n'.join(self.lines[max(0, number - 4):number])
        return bool(IGNORED.search(line)) or bool(NO_MEMORY.match(line) and ALLOCATION.search(before))

    def comparisons(self, start, end):
        for match in COMPARISON.finditer(self.bare, start, end):
            sign = match[1]
            yield self.mutant('comparison', *match.span(1), OPPOSITE[sign])
            line = self.starts[self.line_of(match.start()) - 1]
            # One round more of a counting loop is a read out of bounds: for sanitizers, not for tests.
            smaller = any(found.start('sign') == match.start(1) for choice in (SMALLER, SURPLUS) for found in choice.finditer(self.bare, start, end))
            counting = re.search(r'\bfor \([^)]*;[^;]*$', self.bare[line:match.start()])
            if sign in NEXT_TO and not counting and not smaller and not LARGEST.match(self.bare[line:end].lstrip()):
                yield self.mutant('boundary', *match.span(1), NEXT_TO[sign])

    def constants(self, start, end):
        for match in NUMBER.finditer(self.bare, start, end):
            value, before, after = int(match[1]), self.bare[:match.start()].rstrip(), self.bare[match.end():].lstrip()
            # The size of an array, a shift, a part of an octal or other odd number.
            if before.endswith('[') and re.search(r'\b(?:char|\w+_t|int|unsigned|struct \w+)\s+\w+\[$', before):
                continue
            if before.endswith(('<<', '>>')) or after.startswith(('<<', '>>')):
                continue
            # A large bound on memory that moves by one: nobody can tell, nor has to.
            if value >= LARGE:
                continue
            yield self.mutant('constant', *match.span(), '%d%s' % (value + 1, match[2]))
            if value > 0:
                yield self.mutant('constant', *match.span(), '%d%s' % (value - 1, match[2]))

    def guards(self, start, end):
        """Branches that are never or always taken, and operands that no longer matter."""
        for match in re.finditer(r'\b(if|while|return)\b', self.bare[start:end]):
            at = start + match.end()
            if match[1] == 'return':
                left, right = at, self.bare.find(';', at, end)
            else:
                left, right = self.bare.find('(', at, end) + 1, closing(self.bare, self.bare.find('(', at, end))
            if left <= 0 or not 0 < right <= end:
                continue
            if match[1] == 'if':
                has_else = self.bare[right + 1:].lstrip().startswith('{') and \
                    self.bare[closing(self.bare, self.bare.index('{', right)) + 1:].lstrip().startswith('else')
                yield self.mutant('guard', left, right, '0 && (%s)' % self.text[left:right])
                if has_else:
                    yield self.mutant('guard', left, right, '1 || (%s)' % self.text[left:right])
            for first, last, joint in operands(self.bare, left, right):
                space = self.bare[first:last]
                first, last = first + len(space) - len(space.lstrip()), last - len(space) + len(space.rstrip())
                cleared = CLEARED.match(self.bare, match.start() + start)
                if not cleared or first != cleared.start('flag'):
                    yield self.mutant('guard', first, last, '1' if joint == '&&' else '0')

    def booleans(self, start, end):
        for match in re.finditer(r'\b(?:true|false)\b', self.bare[start:end]):
            yield self.mutant('boolean', start + match.start(), start + match.end(), 'false' if match[0] == 'true' else 'true')
        for match in re.finditer(r'!(?=[\w(])', self.bare[start:end]):
            yield self.mutant('boolean', start + match.start(), start + match.end(), '')

    def named_constants(self):
        """Of enumerators and constants of the file, outside of functions: limits and thresholds."""
        inside = {n for first, last in self.functions for n in range(first, last + 1)}
        for number, line in enumerate(self.lines, 1):
            for match in NAMED_CONSTANT.finditer(line) if number not in inside else ():
                at = self.starts[number - 1]
                # 0 and 1 only say where an enumeration begins.
                yield from (m for m in self.constants(at + match.start(), at + match.end()) if self.bare[m.start:m.end] not in ('0', '1'))

    def mutants(self):
        found = list(self.named_constants())
        for start, end in self.bodies():
            for finder in (self.comparisons, self.constants, self.guards, self.booleans):
                found += [m for m in finder(start, end) if not self.in_table(start, m.start)]
        return [m for m in found if not self.ignored(m.start)]

    def with_mutant(self, mutant):
        return self.text[:mutant.start] + mutant.text + self.text[mutant.end:]


def sources(root, paths):
    """The Sources of C files, given as paths below |root|."""
    functions = collections.defaultdict(list)
    for tag in house.tags([str(root / path) for path in paths]):
        if tag['kind'] == 'function' and 'end' in tag:
            functions[tag['path']].append((tag['line'], tag['end']))
    return {path: Source(root, path, sorted(functions[str(root / path)])) for path in paths}


def draw(found, seed):
    """All mutants in the order in which they are tried: the kinds take turns, so that no kind is drowned by the others; of a line
    there is one mutant before any line has a second one. Each mutant has a rank of its own, so a change of the sources or of what is
    a mutant leaves the others in their order."""
    ranks, alike = {}, collections.Counter()
    for mutant in sorted(found):
        words = (str(seed), mutant.path, mutant.kind, mutant.context, mutant.text)
        # Only the count tells equal mutants of equal lines apart.
        alike[words] += 1
        ranks[mutant] = hashlib.sha256('\0'.join((*words, str(alike[words]))).encode()).digest()
    piles = [sorted((m for m in found if m.kind == kind), key=ranks.get) for kind in KINDS]
    order, later, lines = [], [], set()
    while any(piles):
        for pile in piles:
            if pile:
                mutant = pile.pop()
                place = mutant.path, mutant.line
                (later if place in lines else order).append(mutant)
                lines.add(place)
    return order + later
