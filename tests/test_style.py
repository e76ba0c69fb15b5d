"""The house rules of such courses, for each file."""
import ast
import os
import stat
from typing import Callable

import pycodestyle
import pytest
from checker.grader import source
from checker.grader.failure import Failure, NotRun
from checker.grader.plugin import File
from checker.grader.requirement import title
from checker.specification import FILES, PARAMETERS
from checker.wire import printable

# The grader's own settings do not count for submissions, and no comment of
# theirs hides a line.
pycodestyle.USER_CONFIG = None
pycodestyle.noqa = lambda line: None
# What guards code that does not run when the file is imported.
GUARDS = "__name__ == '__main__'", "'__main__' == __name__"
IMPORT = '`import tensorflow.keras as keras`'


def or_not_run(function: Callable, argument: object) -> object:
    """Return what a function of checker.grader.source gives."""
    try:
        return function(argument)
    except source.Unreadable:
        raise NotRun(f'this failed: {title(test_file_is_there)}') from None


@pytest.fixture
def content(file: File) -> bytes:
    """The bytes of the file; they are a text."""
    content = or_not_run(source.read, file.path)
    or_not_run(source.split_lines, content)
    return content


@pytest.fixture
def lines(content: bytes) -> list[str]:
    """The lines of the file, ends kept."""
    return or_not_run(source.split_lines, content)


@pytest.fixture
def tree(content: bytes) -> ast.Module:
    """The syntax tree of the file."""
    return or_not_run(source.syntax_tree, content)


class Findings(pycodestyle.BaseReport):
    """What pycodestyle finds, as pairs of a line number and a text."""

    def init_file(self, *arguments):
        """Start with nothing found."""
        super().init_file(*arguments)
        self.findings = []

    def error(self, line_number, offset, text, check):
        """Take note of a finding unless pycodestyle leaves it out."""
        if super().error(line_number, offset, text, check) is not None:
            self.findings.append((line_number, text))

    def get_file_results(self):
        """Return the pairs."""
        return self.findings


def is_autoencoder(node: ast.AST) -> bool:
    """Return whether a statement defines the function."""
    return isinstance(node, ast.FunctionDef) and node.name == 'autoencoder'


def documented(node: ast.AST) -> bool:
    """Return whether a module or function has a docstring with words."""
    return bool((ast.get_docstring(node) or '').strip())


def first_line(lines: list[str], node: ast.AST) -> str:
    """Return the line on which a statement begins."""
    return printable(lines[node.lineno - 1].strip())


def in_words(lines: list[str], nodes: list[ast.stmt]) -> str:
    """Return the first lines of up to three statements."""
    return ', '.join(f'line {node.lineno}: {first_line(lines, node)}'
                     for node in nodes[:3])


def statements(tree: ast.Module) -> list[ast.stmt]:
    """Return what is at module level and runs when the file is imported."""
    return [node for node in tree.body if not (
        isinstance(node, ast.If) and ast.unparse(node.test) in GUARDS)]


def test_file_is_there(file):
    """The file exists and is valid Python."""
    try:
        source.syntax_tree(source.read(file.path))
    except source.Unreadable as problem:
        found = f'{FILES[file.task]} {printable(str(problem))}'
        raise Failure('a file of valid Python', found) from None


def test_first_line(content):
    """The first line is #!/usr/bin/env python3."""
    first = content.partition(b'\n')[0]
    if first != b'#!/usr/bin/env python3':
        raise Failure('#!/usr/bin/env python3 as the first line',
                      repr(first[:80])[1:])


def test_executable(file, content):
    """The file is executable."""
    if not os.stat(file.path).st_mode & stat.S_IXUSR:
        raise Failure('an executable file', 'a file that is not executable',
                      'chmod +x [0-3]-*.py')


def test_ends_with_newline(content):
    """The file ends with a newline."""
    if not content.endswith(b'\n'):
        raise Failure('a newline at the end of the file',
                      repr(content[-20:])[1:])


def test_pycodestyle(content, lines):
    """pycodestyle finds nothing."""
    if not content.endswith(b'\n'):
        raise NotRun(f'this failed: {title(test_ends_with_newline)}')
    # pycodestyle takes minutes for lines that nobody writes.
    longest = max(map(len, lines))
    if longest >= 1000:
        raise Failure('lines of at most 79 characters',
                      f'a line of {longest} characters')
    style = pycodestyle.StyleGuide(
        parse_argv=False, config_file='', reporter=Findings)
    findings = style.input_file('file', lines)
    if findings:
        line, text = findings[0]
        raise Failure(
            'code in which pycodestyle finds nothing', printable(
                f'line {line}: {text} (the first of {len(findings)})'),
            line=line)


def test_module_docstring(tree):
    """The module has a docstring."""
    if not documented(tree):
        raise Failure('a docstring of the module', 'none')


def test_function_docstring(tree):
    """autoencoder() has a docstring."""
    functions = [*filter(is_autoencoder, tree.body)]
    if not functions or not all(map(documented, functions)):
        raise Failure('a docstring of autoencoder()', 'none')


def test_import(lines, tree):
    """Only Keras is imported, from TensorFlow."""
    wrong = [
        node for statement in statements(tree)
        for node in ast.walk(statement)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        and ast.unparse(node) not in (
            'import tensorflow.keras as keras',
            'from tensorflow import keras')]
    if wrong:
        raise Failure(f'no import except {IMPORT} or `from tensorflow '
                      'import keras`', in_words(lines, wrong),
                      line=wrong[0].lineno)


def test_one_definition(lines, tree):
    """Only autoencoder() is defined at module level."""
    others = [node for node in statements(tree)
              if not isinstance(node, (ast.Import, ast.ImportFrom))
              and not is_autoencoder(node)
              and not (isinstance(node, ast.Expr)
                       and isinstance(node.value, ast.Constant))]
    if others:
        raise Failure('nothing except autoencoder() at module level',
                      in_words(lines, others), line=others[0].lineno)


def test_parameters(file, tree):
    """The parameters have the names of the specification."""
    last = [node.args for node in tree.body if is_autoencoder(node)][-1:]
    found = tuple(argument.arg for given in last for argument in (
        *given.posonlyargs, *given.args, given.vararg,
        *given.kwonlyargs, given.kwarg) if argument)
    wanted = PARAMETERS[file.task]
    if found != wanted:
        raise Failure(f'the parameters {", ".join(wanted)}',
                      printable(', '.join(found)) or 'none')
