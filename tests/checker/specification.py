"""The four files, and the calls that they are checked with.

Never import this in the sandbox: a submission could read it there.
"""
from typing import Any

FILES = ('0-vanilla.py', '1-sparse.py', '2-convolutional.py',
         '3-variational.py')
PARAMETERS = (
    ('input_dims', 'hidden_layers', 'latent_dims'),
    ('input_dims', 'hidden_layers', 'latent_dims', 'lambtha'),
    ('input_dims', 'filters', 'latent_dims'),
    ('input_dims', 'hidden_layers', 'latent_dims'),
)
# The course's own call comes first.  The others have different depths and
# sizes that are in no order, occur twice, and lie above the input's or below
# the encoding's: this reveals a size that is written in or bounded, and a
# layer that is told by its size.
ARGUMENTS: tuple[tuple[tuple[Any, ...], ...], ...] = (
    ((784, [128, 64], 32), (13, [9, 13, 13], 8), (8, [10], 11)),
    ((784, [128, 64], 32, 10e-6), (13, [9, 13, 13], 8, 0.0),
     (8, [10], 11, 0.5)),
    (((28, 28, 1), [16, 8, 8], (4, 4, 8)),
     ((28, 44, 3), [4, 6, 3, 4], (2, 3, 4))),
    ((784, [512], 2), (13, [9, 13, 13], 6), (8, [12], 4)),
)
# The call of each file that is made a second time, after the others: the
# models that it returns must be new.
REPEATED = 2, 2, 0, 2
