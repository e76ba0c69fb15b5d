"""The four files, and the calls they are judged by."""
FILES = ('0-vanilla.py', '1-sparse.py', '2-convolutional.py',
         '3-variational.py')
NAMES = 'encoder', 'decoder', 'auto'
PARAMETERS = (
    ('input_dims', 'hidden_layers', 'latent_dims'),
    ('input_dims', 'hidden_layers', 'latent_dims', 'lambtha'),
    ('input_dims', 'filters', 'latent_dims'),
    ('input_dims', 'hidden_layers', 'latent_dims'),
)
# The course's own; and others of other depths, one hidden layer among them,
# whose sizes are in no order, repeat each other, and lie above that of the
# input or below that of the encoding.  So it shows where a size is written in
# or bounded, and where a layer is told by its size.
CALLS = (
    ((784, [128, 64], 32), (12, [9, 12, 6, 13, 13], 6), (8, [10], 11)),
    ((784, [128, 64], 32, 10e-6), (12, [9, 12, 6, 13, 13], 6, 0.5),
     (8, [10], 11, 0.0)),
    (((28, 28, 1), [16, 8, 8], (4, 4, 8)),
     ((28, 44, 3), [4, 6, 3, 4], (2, 3, 4))),
    ((784, [512], 2), (12, [9, 12, 6, 13, 13], 6)),
)


def spell(arguments):
    """Return a call as a student would write it."""
    return f'autoencoder({", ".join(map(repr, arguments))})'


def shape(size):
    """Return a size of the arguments as the shape of one sample."""
    return size if isinstance(size, tuple) else (size,)
