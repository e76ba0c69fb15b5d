#!/usr/bin/env python3
"""Print a Markdown table of the four networks as the drivers build them."""
import argparse
import runpy
from pathlib import Path

import options

DRIVERS = sorted(Path(__file__).parent.glob('[0-3]-main.py'))


def build(driver):
    """Return the numbered file of a driver, encoder, decoder and auto."""
    names = runpy.run_path(str(driver))
    autoencoder = options.load(options.ROOT / names['FILE'])
    return names['FILE'], *autoencoder(*names['CALL'])


def describe(layer):
    """Return the class, the shape of the output and the activation."""
    shape = '×'.join(map(str, layer.output.shape[1:]))
    activation = layer.get_config().get('activation', '')
    return f'{type(layer).__name__} {shape} {activation}'.rstrip()


def main():
    """Build the networks, print the table."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    columns = [('', '---', 'encoder', 'decoder', 'parameters')]
    for driver in DRIVERS:
        with options.muted():
            name, *models = build(driver)
        layers = ('<br>'.join(map(describe, half.layers))
                  for half in models[:2])
        counts = [f'{model.count_params():,}' for model in models]
        columns.append((f'[{name}]({name})', '---', *layers,
                        '{} +<br>{} =<br>{}'.format(*counts)))
    for row in zip(*columns):
        print('|', ' | '.join(row), '|')


if __name__ == '__main__':
    main()
