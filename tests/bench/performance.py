# SPDX-License-Identifier: BSD-2-Clause
"""The figures of script/bench: printed, and as a page in Markdown."""

HEAD = """# Performance
Written by `script/bench --document doc/performance.md`. The unit is the processor time (user and system) of a bare libpcap loop over the same file, in the
same run; each figure is the least of several runs, since other load only adds. Output goes to /dev/null, one thread (`--jobs 0`). The traces are generated
(`tests/bench/traffic.c`): *bulk* is mostly message bodies; *chatty* is tiny transactions, 1,000 sessions at once; *messy* has lost, repeated and
reordered packets and connections of which one side is missing; *wide* has all its sessions open at once.

What a reply costs is better counted than timed: `valgrind --tool=callgrind` over two cuts of the trace *chatty*, subtracted, divided by the
difference in replies. Other machines give the same count.

| trace | program | processor time | ratio | MB/s | peak memory |
|---|---|---|---|---|---|
"""


class Page:
    def __init__(self):
        self.rows, self.lines = [], []

    def title(self, text):
        print('\n' + text)
        self.lines.append('\n**%s**\n' % text)

    def line(self, text):
        print('  ' + text)
        self.lines.append('- ' + text)

    def ratios(self, name, size, rows, limits):
        """|rows| of (program, seconds, MiB), the loop first; |limits|: the highest ratios wanted, by format."""
        megabytes, base = size / 1e6, max(rows[0][1], 1e-6)
        print('\n%s (%.0f MB)%14s %8s %8s %9s' % (name, megabytes, 'processor', 'ratio', 'MB/s', 'peak'))
        self.lines.append('\n**%s**\n' % name)
        for program, seconds, memory in rows:
            limit = limits.get(program.split()[-1])
            note = '' if not limit else '  (wanted: at most %g%s)' % (limit, '' if seconds <= limit * base else '; MISSED')
            print('  %-20s %8.3f s %7.2fx %8.0f %5.1f MiB%s' % (program, seconds, seconds / base, megabytes / max(seconds, 1e-6), memory, note))
            self.rows.append('| %s, %.0f MB | %s | %.3f s | %.2f | %.0f | %.1f MiB |' %
                             (name, megabytes, program, seconds, seconds / base, megabytes / max(seconds, 1e-6), memory))

    def write(self, path):
        # a heading without lines is followed by the next one
        heading = lambda at: at < len(self.lines) and self.lines[at].startswith('\n')
        lines = [line for at, line in enumerate(self.lines) if not (heading(at) and (heading(at + 1) or at + 1 == len(self.lines)))]
        with open(path, 'w', encoding='utf-8') as file:
            file.write(HEAD + '\n'.join(self.rows) + '\n' + '\n'.join(lines) + '\n')
