#!/usr/bin/env python3
"""Print a Markdown table of the four networks as the drivers build them."""
import argparse
import runpy

import driver

# The file, the arguments and the shape of the images of each driver.
CALLS = (('0-vanilla.py', (784, [128, 64], 32), (-1, 784)),
         ('1-sparse.py', (784, [128, 64], 32, 10e-6), (-1, 784)),
         ('2-convolutional.py', ((28, 28, 1), [16, 8, 8], (4, 4, 8)),
          (-1, 28, 28, 1)),
         ('3-variational.py', (784, [512], 2), (-1, 784)))


def build(task):
    """Return the encoder, decoder and auto of a driver, not trained."""
    name, arguments, _ = CALLS[task]
    file = runpy.run_path(str(driver.ROOT / name))
    return file['autoencoder'](*arguments)


def describe(layer):
    """Return the class, the shape of the output and the activation."""
    shape = '×'.join(map(str, layer.output.shape[1:]))
    activation = layer.get_config().get('activation', '')
    return f'{type(layer).__name__} {shape} {activation}'.rstrip()


def main():
    """Build the networks, print the table."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    columns = [('', '---', 'encoder', 'decoder', 'parameters')]
    for task, (name, *_) in enumerate(CALLS):
        with driver.muted():
            models = build(task)
        layers = ('<br>'.join(map(describe, half.layers))
                  for half in models[:2])
        counts = [f'{model.count_params():,}' for model in models]
        columns.append((f'[{name}]({name})', '---', *layers,
                        '{} +<br>{} =<br>{}'.format(*counts)))
    for row in zip(*columns):
        print('|', ' | '.join(row), '|')


if __name__ == '__main__':
    main()
