# SPDX-License-Identifier: BSD-2-Clause
"""A strict reader of Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/)."""
import re

NAME = r'[a-zA-Z_:][a-zA-Z0-9_:]*'
SAMPLE = re.compile(r'(%s)(?:\{(.*)\})? (\+Inf|-Inf|NaN|[-+0-9.eE]+)$' % NAME)
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)')


def parse(text):
    """{name: {labels: value}}; raises ValueError where the text is not what the format allows."""
    types, samples, current, seen = {}, {}, None, set()
    if not text.endswith('\n'):
        raise ValueError('the last line has no end')
    for line in text[:-1].split('\n'):
        if line.startswith('# '):
            word, name, rest = line[2:].split(' ', 2)
            if word == 'HELP':
                if name in seen:
                    raise ValueError('%s comes twice' % name)
                seen.add(name)
            elif word == 'TYPE':
                if rest not in ('counter', 'gauge', 'histogram') or name in types:
                    raise ValueError(line)
                types[name], current = rest, name
            else:
                raise ValueError(line)
            continue
        match = SAMPLE.match(line)
        if not match:
            raise ValueError(line)
        name, inner, value = match.groups()
        base = re.sub(r'_(bucket|sum|count)$', '', name) if types.get(current) == 'histogram' else name
        if base != current:
            raise ValueError('%s stands among %s' % (name, current))
        labels, at = {}, 0
        while inner and at < len(inner):
            label = LABEL.match(inner, at)
            if not label or label.group(1) in labels:
                raise ValueError(line)
            labels[label.group(1)], at = label.group(2), label.end()
        key = tuple(sorted(labels.items()))
        if key in samples.setdefault(name, {}):
            raise ValueError('%s comes twice' % line)
        samples[name][key] = float(value)
    check_histograms(types, samples)
    return samples


def check_histograms(types, samples):
    for name in (name for name, kind in types.items() if kind == 'histogram'):
        series = {}
        for key, value in samples.get(name + '_bucket', {}).items():
            labels = dict(key)
            bound = float(labels.pop('le'))
            series.setdefault(tuple(sorted(labels.items())), []).append((bound, value))
        for key, buckets in series.items():
            buckets.sort()
            if buckets[-1][0] != float('inf') or buckets[-1][1] != samples[name + '_count'][key]:
                raise ValueError('%s%s: the last class is not the count' % (name, key))
            if any(a[1] > b[1] for a, b in zip(buckets, buckets[1:])):
                raise ValueError('%s%s: classes do not grow' % (name, key))
