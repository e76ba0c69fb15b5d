#!/usr/bin/env python3
"""Grades /autograder/submission and writes /autograder/results/results.json.

Source: gradescope-autograders.readthedocs.io/en/latest/specs, November 2026.
"""
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import grading  # noqa: E402


def results_of(graded: grading.Graded) -> dict[str, Any]:
    """Return a result as Gradescope reads it."""
    if graded.missing:
        return {'score': 0, 'output': graded.missing}
    if graded.problem:
        return {'score': 0, 'output': f'This could not be graded: '
                f'{graded.problem}. {grading.PERSON}'}
    tests = []
    for part in graded.parts:
        tests.append({'name': part.name, 'score': grading.tenths(part.points),
                      'max_score': float(part.most), 'output': part.text,
                      'output_format': 'text'})
        if part.passed is not None:
            tests[-1]['status'] = 'passed' if part.passed else 'failed'
    score = grading.tenths(sum(part.points for part in graded.parts))
    return {'score': score, 'tests': tests, 'output': graded.page,
            'output_format': 'md'}


def main() -> int:
    """Return 0 if the submission was graded."""
    root = Path(sys.argv[1])
    results = root / 'results'
    results.mkdir(exist_ok=True)
    os.chmod(results, 0o700)
    trust = ['--trust', '--user', 'submission'] * (
        os.environ.get('TRUST') == '1')
    graded = grading.grade(
        root / 'submission', Path(__file__).resolve().parent,
        '--uploaded', '-n', '1', *trust)
    grading.write(results / 'results.json', results_of(graded))
    if graded.problem:
        print(graded.problem)
    return bool(graded.problem)


if __name__ == '__main__':
    sys.exit(main())
