"""Folders of submissions, and what the checker says of them."""
import csv
import subprocess
import sys
from itertools import zip_longest
from pathlib import Path
from xml.etree import ElementTree

from facts import FILES

ROOT = Path(__file__).resolve().parents[2]


def command(folders, *options):
    """Return the arguments of a process that checks folders."""
    return [sys.executable, '-m', 'pytest', '-c', str(ROOT / 'pytest.ini'),
            *options, '--submission', *map(str, folders)]


def grade(folders, *options):
    """Run the checker in a process of its own."""
    return subprocess.run(command(folders, '-q', *options), cwd=ROOT,
                          capture_output=True, text=True, timeout=1200)


def rows_of(table):
    """Return {submission: row} of a CSV file with grades for one task."""
    with open(table, newline='', encoding='utf-8') as file:
        return {row['submission']: row for row in csv.DictReader(file)}


def change(text, pairs):
    """Return a text with replacements made, all of which must apply."""
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def failures_of(root, changes):
    """Return {(task, number): {check: message}} of changed files.

    Args:
        root: an empty folder.
        changes: {task: [pairs of texts, ...]}; each folder that is graded
            has one changed file of each task.
    """
    folders = []
    for number, row in enumerate(zip_longest(*changes.values())):
        folders.append(root / f'm{number}')
        folders[-1].mkdir()
        for task, pairs in zip(changes, row):
            if pairs is not None:
                text = (ROOT / FILES[task]).read_text()
                (folders[-1] / FILES[task]).write_text(change(text, pairs))
    report = root / 'report.xml'
    grade(folders, '--junitxml', str(report), '-k', 'not TestStyle')
    found = {}
    for case in ElementTree.parse(report).iter('testcase'):
        check, _, target = case.get('name').partition('[m')
        number, task = map(int, target.rstrip(']').split('-'))
        failed = found.setdefault((task, number), {})
        for failure in case.iter('failure'):
            failed[check] = failure.get('message')
    return found
