"""Writes a page in Markdown for the author of a submission.

Nothing that came from a submission becomes markup, a link or a mention: it
stands in code alone.
"""
import contextlib
import hashlib
import platform
import re
from importlib import metadata
from pathlib import Path

from checker import source
from checker.fault import SYMBOLIC
from checker.observation import Unjudgeable, printable
from checker.specification import FILES

ROOT = Path(__file__).resolve().parents[2]
# Of README.md, for each file; and for some checks of their own.
QUESTIONS = ('What is an autoencoder?', 'What is a sparse autoencoder?',
             'What is a convolutional autoencoder?',
             'What is a variational autoencoder?')
QUESTION = {
    'test_loss_has_the_kl_divergence':
    'What is the Kullback-Leibler divergence?',
    'test_layers_of_the_encoder': 'What is a bottleneck?'}
# What to look for in the repository's own file, for each check.
EXAMPLES = {
    'test_file_builds_models': 'def autoencoder(',
    'test_returns_three_models': 'return encoder',
    'test_arguments_are_left_alone': 'reversed(',
    'test_shapes_of_the_models': 'encoder = keras.Model(',
    'test_layers_of_the_encoder': '    for ',
    'test_layers_of_the_decoder': 'reversed(',
    'test_auto_shares_the_weights': 'decoder(encoder(',
    'test_auto_decodes_what_it_encodes': 'decoder(encoder(',
    'test_encoder_computes_these_layers_alone': "activation='relu'",
    'test_decoder_computes_these_layers_alone': "activation='sigmoid'",
    'test_penalty_is_the_l1_norm_of_the_encoding': 'L1(lambtha)',
    'test_outputs_are_z_mean_and_log_variance': 'encoder = keras.Model(',
    'test_z_is_drawn': 'epsilon = ',
    'test_noise_is_new_every_time': 'epsilon = ',
    'test_noise_is_standard_normal': 'epsilon = ',
    'test_loss_has_the_kl_divergence': 'L2(',
    'test_first_line': '#!', 'test_module_docstring': '"""',
    'test_import': 'import', 'test_one_definition': 'def autoencoder(',
    'test_parameters': 'def autoencoder(',
    **dict.fromkeys((
        'test_every_call_builds_models_of_its_own',
        'test_training_changes_nothing_else', 'test_optimizer_is_adam',
        'test_no_weight_is_frozen', 'test_auto_can_be_trained',
        'test_step_is_one_of_adam', 'test_loss_is_binary_cross_entropy',
        'test_gradients_are_those_of_the_loss',
        'test_training_has_the_same_loss'), 'auto.compile(')}
# Bytes of the name of a page, less than a name may have.
NAME_BYTES = 200
# {the Keras that judged: (pattern of a fault, what another one does)}
KERASES = {
    '3': (SYMBOLIC, 'Keras 2.15, which the course uses, computes with such '
          'tensors, so that the file may pass there.'),
    '2': (r"no attribute '(ops|random)'", 'Keras 3 has this, so that the file '
          'may pass there.')}


def versions():
    """Return which Python and packages judge, without importing any."""
    found = [f'Python {platform.python_version()}']
    for package in ('tensorflow', 'tensorflow-cpu', 'keras'):
        with contextlib.suppress(metadata.PackageNotFoundError):
            found.append(f'{package} {metadata.version(package)}')
    return ', '.join(found)


def page(name, folder, rows, verdicts):
    """Return the page of a submission.

    Args:
        name, folder: of the submission.
        rows: the Row of each column.
        verdicts: {(name, column): {(number of the file, check): Verdict}}
            of all submissions.
    """
    lines = [f'# Feedback for {code(name)}', '', f'Judged with {versions()}.',
             '', '| file | verdict | checks passed |', '| --- | --- | --- |']
    lines += [f'| {title(row.task)} | {row.verdict} | '
              f'{row.passed} of {row.total} |' for row in rows]
    for row in rows:
        found = verdicts[name, row.task]
        if row.verdict != 'passed':
            lines += ['', f'## {title(row.task)}']
        if row.verdict == 'not finished':
            done = sum(bool(each.outcome) for each in found.values())
            if done < row.total:
                lines += ['', 'The run was interrupted here: only '
                          f'{done} of {row.total} checks were made.']
        for (number, check), each in found.items():
            if each.outcome == 'failed':
                lines += failure(row.task, check, each, folder, FILES[number])
        skipped = [
            f'- {plain(each.sentence[:-1])}: '
            + plain(each.text.replace('Skipped: not checked: ', ''))
            for each in found.values() if each.outcome == 'skipped']
        if skipped:
            lines += ['', '### Not checked', '', *skipped]
    return '\n'.join([*lines, ''])


def file_name(name):
    """Return the name of the file for the page of a submission."""
    stem = re.sub('[%/]', lambda sign: f'%{ord(sign[0]):02X}', name)
    if len(stem.encode()) > NAME_BYTES:
        stem = hashlib.sha256(stem.encode()).hexdigest()
    return f'{stem}.md'


def title(column):
    """Return what a column of the table is about."""
    return 'House rules' if column == 'style' else FILES[column]


def failure(column, check, verdict, folder, name):
    """Return the lines about a check of a file that failed."""
    lines = ['', f'### Failed: {plain(verdict.sentence[:-1])}', '']
    if not verdict.fault:
        return [*lines, block(verdict.text)]
    required, found, call, hint = (
        verdict.fault[part] for part in ('required', 'found', 'call', 'hint'))
    lines += [f'Required: {plain(required)}.', '', 'Found:', '', block(found)]
    if call:
        lines += ['', f'For the call {code(call)}.']
    number = re.fullmatch('(?s).*?line ([0-9]+): .*', found)
    if number:
        lines += ['', f'Line {number[1]} of {name}:', '',
                  block(line_of(folder / name, int(number[1])))]
    if hint:
        lines += ['', f'What to change: {plain(hint)}']
    pattern, other = KERASES.get(
        metadata.version('keras').partition('.')[0], ('$^', ''))
    if re.search(pattern, found):
        lines += ['', f'With another Keras: {other}']
    if check in EXAMPLES:
        where = f'line {line_with(EXAMPLES[check], name)} of {name}'
        if column != 'style':
            question = QUESTION.get(check, QUESTIONS[FILES.index(name)])
            where += f' and “{question}” in README.md'
        lines += ['', f"What to read in the checker's repository: {where}."]
    return lines


def line_with(text, name):
    """Return where the repository's own file has a text first."""
    lines = (ROOT / name).read_text(encoding='utf-8').splitlines()
    return next(number for number, line in enumerate(lines, 1)
                if text in line)


def line_of(path, number):
    """Return a line of a submission, as far as it can be shown."""
    try:
        return printable(source.lines(source.read(path))[number - 1].strip())
    except (Unjudgeable, IndexError):
        return ''


def plain(text):
    """Return a text of ours in which nothing is markup."""
    return re.sub(r'([\\`*_\[\]<>#|])', r'\\\1', text)


def code(text):
    """Return a line as code."""
    fence = '`' * (1 + longest(text))
    return f'{fence} {text} {fence}'


def block(text):
    """Return lines as a block of code."""
    fence = '`' * max(3, 1 + longest(text))
    return f'{fence}text\n{text}\n{fence}'


def longest(text):
    """Return how many backticks follow each other in a text, at most."""
    return max(map(len, re.findall('`+', text)), default=0)
