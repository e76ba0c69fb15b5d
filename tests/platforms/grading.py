"""Grades one student's folder, for the entry point of a platform.

It runs the command, and reads its record and its page.
"""
import argparse
import json
import math
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Optional

CHECK = Path(__file__).resolve().parents[1] / 'check.py'
# Platforms allow 600.
SECONDS = 570
NAMES = ('0-vanilla.py', '1-sparse.py', '2-convolutional.py',
         '3-variational.py')
PERSON = 'A person must look at this.'
# The longest texts that are passed on: platforms limit the whole.
PAGE, TEXT = 50_000, 10_000


@dataclass
class Part:
    """A file of the student, or the style: an entry on a platform.

    points, most: exact; no points if a person must look at it.
    passed: None if a person must look at it.
    finished: whether all its checks were made.
    text: what failed.
    """
    name: str
    points: Fraction
    most: Fraction
    passed: Optional[bool]
    finished: bool
    text: str


@dataclass
class Graded:
    """What became of a folder.

    page: for the student, in Markdown.
    missing: why nothing was there to check, or ''.
    problem: why it could not be checked, or ''.
    """
    parts: list[Part] = field(default_factory=list)
    page: str = ''
    missing: str = ''
    problem: str = ''


def options_in(folder: Path) -> list[str]:
    """Return the teacher's options, from options.txt in a folder.

    Raises:
        ValueError: if a quote is not closed, or the file is not in UTF-8.
    """
    path = folder / 'options.txt'
    if not path.exists():
        return []
    return shlex.split(path.read_text(encoding='utf-8'), comments=True)


def grade(folder: Path, teachers: Path, *options: str) -> Graded:
    """Check a folder; never raise.

    Args:
        folder: the student's.
        teachers: the folder that may have options.txt.
        options: more options of the command.
    """
    try:
        of_teacher = options_in(teachers)
    except (OSError, ValueError) as error:
        return Graded(problem=f'options.txt: {error}')
    try:
        return check(folder, *options, *of_teacher)
    except Exception:
        traceback.print_exc()
        return Graded(problem='the checker failed')


def names_in(options: Sequence[str]) -> list[str]:
    """Return the names of the files that the options ask for."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument('--only', default='0,1,2,3')
    try:
        only = parser.parse_known_args(options)[0].only
    except SystemExit:
        # The command will say what is wrong with the options.
        only = ''
    return [name for name in NAMES if name[0] in only] or [*NAMES]


def check(folder: Path, *options: str) -> Graded:
    """Check a folder with options of the command."""
    names = names_in(options)
    if not any(os.path.lexists(folder / name) for name in names):
        return Graded(missing='There is no numbered file; their names are '
                      f'{", ".join(names)}.')
    # A folder that no other user can read.
    with tempfile.TemporaryDirectory() as scratch:
        record = Path(scratch, 'record.json')
        try:
            done = subprocess.run(
                [sys.executable, str(CHECK), '-q', *options, '--json',
                 str(record), '--feedback', scratch, '--',
                 str(folder.absolute())], cwd=scratch,
                stdin=subprocess.DEVNULL, capture_output=True,
                text=True, timeout=SECONDS)
            said = done.stderr.strip().splitlines()
        except subprocess.TimeoutExpired:
            said = [f'it took longer than {SECONDS} seconds']
        entries = (json.loads(record.read_text())['submissions']
                   if record.exists() else [])
        if not entries:
            return Graded(problem=(said or ['the checker ended'])[-1])
        entry, = entries
        if 'points' not in entry:
            return Graded(problem='points need all checks: leave -k out of '
                          'options.txt')
        pages = [*Path(scratch, 'students').glob('*.md')]
        return Graded([part_of(entry, column) for column in
                       entry['points']['columns']],
                      pages[0].read_text('utf-8')[:PAGE] if pages else '')


def tenths(points: Fraction) -> float:
    """Return points rounded down to a tenth."""
    return math.floor(points * 10) / 10


def part_of(entry: dict[str, Any], column: str) -> Part:
    """Return a column of the record as a part."""
    points = entry['points']['columns'][column]
    verdict = entry['columns'][column]
    name = next((file['path'] for file in entry['files']
                 if str(file['file']) == column), column)
    checks = [check for check in entry['checks'] if check['column'] == column]
    text = [text_of(check) for check in checks
            if check['outcome'] not in ('passed', 'not run')]
    not_run = sum(check['outcome'] == 'not run' for check in checks)
    if not_run:
        text.append(f'Checks that were not run because of this: {not_run}.')
    if points['points'] is None:
        reason = entry['problems'].get(column, '')
        text.insert(0, f'{verdict.capitalize()}. {reason}'.strip())
        text.insert(0, PERSON)
    return Part(name, Fraction(points['points'] or 0), Fraction(points['of']),
                None if points['points'] is None else verdict == 'passed',
                points['points'] is not None or verdict == 'not graded',
                '\n\n'.join(text)[:TEXT])


def text_of(check: dict[str, Any]) -> str:
    """Return a check that did not pass in a few lines."""
    outcome = 'not finished' if check['machinery'] else check['outcome']
    lines = [f'{outcome.upper()}  {check["title"]}']
    lines += [f'  {name:9} {check[name]}'
              for name in ('call', 'expected', 'found', 'fix') if check[name]]
    return '\n'.join(lines)


def remove(path: Path) -> None:
    """Remove a file, a link or a folder that a student has put there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def write(path: Path, content: Any) -> None:
    """Write JSON in place of whatever is there."""
    path.parent.mkdir(exist_ok=True)
    remove(path)
    part = path.with_name(f'{path.name}.part')
    remove(part)
    part.write_text(json.dumps(content, indent=1, ensure_ascii=False),
                    encoding='utf-8')
    os.replace(part, path)
