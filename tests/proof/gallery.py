#!/usr/bin/env python3
"""Write every failure of the wrong files into one page, to read them all.

Usage: gallery.py PAGE.md; each failure stands below the change that led to it.
"""
import difflib
import re
import sys
import tempfile
from pathlib import Path


def main(page):
    """Check all wrong files in one run, and write the page."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from checker.specification import FILES
    from classroom import ROOT, change, grade
    from wrong import WRONG
    diffs = {}
    with tempfile.TemporaryDirectory() as folder:
        for task, rows in WRONG.items():
            own = (ROOT / FILES[task]).read_text()
            for number, (name, check, *pairs) in enumerate(rows):
                wrong = change(own, pairs)
                file = f'{number:03}_{FILES[task]}'
                Path(folder, file).write_text(wrong)
                diffs[file] = f'{name} ({check})', ''.join(
                    difflib.unified_diff(own.splitlines(True),
                                         wrong.splitlines(True), n=0))
        run = grade([Path(folder, file) for file in diffs], '-v', '-k',
                    'not style', quiet=False)
    parts = re.split(r'\n\n(\d{3}_.*\.py)\n', run.stdout.partition(
        '\n\nsubmission')[0])
    reports = dict(zip(parts[1::2], parts[2::2]))
    Path(page).write_text('\n\n'.join(
        f'## {file}: {name}\n\n```diff\n{diff}```\n\n```text\n'
        f'{reports[file]}\n```' for file, (name, diff) in diffs.items())
        + '\n', encoding='utf-8')


if __name__ == '__main__':
    main(*sys.argv[1:])
