#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""make_viewer HTML CSS JS OUTPUT: writes the viewer of HTML reports as two C arrays, before and after the records.

The hashes in its Content-Security-Policy allow this script and this style sheet and nothing else (CSP level 2)."""
import base64
import hashlib
import sys


def csp_hash(text):
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def c_bytes(name, text):
    data = text.encode()
    lines = [f"const unsigned char {name}[] = {{"]
    for at in range(0, len(data), 24):
        lines.append("\t" + " ".join(f"{byte}," for byte in data[at : at + 24]))
    return "\n".join(lines) + f"\n}};\nconst size_t {name}_length = sizeof {name};\n"


def main(page_path, style_path, script_path, output):
    page, style, script = (open(path, encoding="utf-8").read() for path in (page_path, style_path, script_path))
    if "</script" in script or "</style" in style:
        sys.exit("make_viewer: the script or the style sheet ends its own element")
    for mark, text in (("@SCRIPT_HASH@", csp_hash(script)), ("@STYLE_HASH@", csp_hash(style)), ("@STYLE@", style), ("@SCRIPT@", script)):
        page = page.replace(mark, text)
    before, after = page.split("@RECORDS@\n")
    with open(output, "w", encoding="utf-8") as file:
        file.write('/* SPDX-License-Identifier: BSD-2-Clause */\n/* Made by the build from src/report/viewer. */\n#include "viewer_page.h"\n\n')
        file.write(c_bytes("viewer_head", before) + "\n" + c_bytes("viewer_tail", after))


main(*sys.argv[1:])
