"""Folders of submissions, and what the checker says about them."""
import csv
import json
import subprocess
import sys
from itertools import zip_longest
from pathlib import Path

from checker.specification import FILES

ROOT = Path(__file__).resolve().parents[2]


def command(folders, *options):
    """Return the arguments of a process that checks folders, if not None."""
    return [sys.executable, str(ROOT / 'tests' / 'check.py'), *options,
            *([] if folders is None else ['--', *map(str, folders)])]


def grade(folders, *options, cwd=ROOT, quiet=True):
    """Run the checker in a process of its own."""
    return subprocess.run(
        command(folders, *['-q'] * quiet, *options), cwd=cwd,
        capture_output=True, text=True, timeout=2400)


def rows_of(table):
    """Return {submission: row} of a CSV file with grades for one file."""
    with open(table, newline='', encoding='utf-8') as file:
        return {row['submission']: row for row in csv.DictReader(file)}


def change(text, pairs):
    """Return a text with replacements; each must apply."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def fill(root, contents):
    """Write files into folders and return these.

    Args:
        root: an empty folder.
        contents: {task: [bytes, ...]}; the folder called n gets file n of
            each task, if there is one.
    """
    folders = []
    for number, row in enumerate(zip_longest(*contents.values())):
        folders.append(root / str(number))
        folders[-1].mkdir()
        for task, content in zip(contents, row):
            if content is not None:
                (folders[-1] / FILES[task]).write_bytes(content)
    return folders


def verdicts_of(folders, path, *options):
    """Return {(folder's name, task): {check: None or (outcome, text)}}.

    Args:
        folders: what to grade, except its style.
        path: the record to write.
    """
    run = grade(folders, '--json', str(path), '-k', 'not style', *options)
    assert path.exists(), run.stdout + run.stderr
    found = {}
    for entry in json.loads(path.read_text())['submissions']:
        for check in entry['checks']:
            outcome = 'error' if check['machinery'] else check['outcome']
            text = f'{check["expected"]} {check["found"]} ({check["call"]})'
            found.setdefault((entry['name'], check['task']), {})[
                check['check']] = (None if outcome == 'passed'
                                   else (outcome, text))
    return found


def bad(checks):
    """Return {check: text} of what failed or was not graded."""
    return {check: result[1] for check, result in checks.items()
            if result and result[0] != 'not run'}
