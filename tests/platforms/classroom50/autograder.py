#!/usr/bin/env python3
"""Entry point of Classroom 50: ./result.json and ./release-body.md.

Source: github.com/foundation50/classroom50/wiki/Advanced-Autograding,
November 2026.
"""
import datetime
import math
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHECKER = HERE / 'autoencoders'
sys.path.insert(0, str(CHECKER / 'tests' / 'platforms'))

import grading  # noqa: E402


def main() -> int:
    """Return 0 if the grading ran to its end, whatever the grade."""
    result, body = Path('result.json'), Path('release-body.md')
    # A student may have put some there.
    grading.remove(result)
    grading.remove(body)
    # Not in the student's folder, where Python would find a pip.py.
    installed = subprocess.run(
        [sys.executable, '-m', 'pip', 'install', '-q', '-r',
         str(CHECKER / 'requirements.txt')], cwd=CHECKER,
        stdout=subprocess.DEVNULL)
    if installed.returncode:
        print('the packages of requirements.txt could not be installed')
        return 1
    graded = grading.grade(Path.cwd(), HERE)
    if graded.problem:
        print(graded.problem)
        return 1
    tests = [{'test-name': part.name, 'passed': bool(part.passed),
              'score': math.floor(part.points), 'max-score': int(part.most),
              'output': part.text} for part in graded.parts]
    if graded.missing:
        tests = [{'test-name': 'numbered files', 'passed': False, 'score': 0,
                  'max-score': 1, 'output': graded.missing}]
    value = os.environ
    grading.write(result, {
        'schema': 'classroom50/result/v1',
        'classroom': value['CLASSROOM'], 'assignment': value['ASSIGNMENT'],
        'submission': value['SUBMISSION_TAG'], 'commit': value['COMMIT_URL'],
        'release': value['RELEASE_URL'],
        'review': value.get('REVIEW_URL') or value['COMMIT_URL'],
        'datetime': datetime.datetime.now(datetime.timezone.utc).strftime(
            '%Y-%m-%dT%H:%M:%SZ'),
        'score': sum(test['score'] for test in tests),
        'max-score': sum(test['max-score'] for test in tests),
        'tests': tests})
    body.write_text(graded.page or graded.missing, encoding='utf-8')
    return 0


if __name__ == '__main__':
    sys.exit(main())
