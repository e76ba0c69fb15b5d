"""Arrays in, pictures out."""
import matplotlib
from files import written
from matplotlib import pyplot


def reconstructions(originals, decoded, path,
                    title='Test digits and their reconstructions', names=()):
    """Draw 28 x 28 images above their reconstructions, both (n, ...).

    Args:
        names: what stands above the images, or nothing.
    """
    figure, rows = pyplot.subplots(2, len(originals), figsize=(10, 2.8))
    for row, name, images in zip(rows, ('input', 'output'),
                                 (originals, decoded)):
        row[0].set_ylabel(name)
        for axes, image in zip(row, images):
            axes.imshow(image.reshape(28, 28), cmap='gray', vmin=0, vmax=1)
            axes.set(xticks=[], yticks=[])
    for axes, name in zip(rows[0], names):
        axes.set_title(name, fontsize='small', parse_math=False)
    figure.suptitle(title)
    return save(figure, path)


def losses(history, path):
    """Draw the curves of `history`, such as {'loss': [...], ...}.

    Returns:
        the path, or None if there is nothing to draw.
    """
    if not history:
        return None
    figure, axes = pyplot.subplots()
    for name, values in history.items():
        axes.plot(range(1, len(values) + 1), values, '.-', label=name)
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    axes.set(title='Loss while training', xlabel='epoch', ylabel='loss (nats)')
    axes.legend()
    return save(figure, path)


def latent_grid(images, limit, path):
    """Draw decoded latent points as one image.

    Args:
        images: (n, n, height, width); rows go down the second latent
            dimension from `limit` to -`limit`, columns up the first.
        limit: where the grid ends, in standard deviations of N(0, 1).
        path: the file to write.
    """
    rows, columns, height, width = images.shape
    mosaic = images.swapaxes(1, 2).reshape(rows * height, columns * width)
    # Points are the centres of images, so half an image lies outside.
    edge = limit * columns / (columns - 1)
    figure, axes = pyplot.subplots(figsize=(8, 8))
    axes.imshow(mosaic, cmap='gray', extent=(-edge, edge, -edge, edge),
                vmin=0, vmax=1)
    axes.set(title='Digits decoded from the latent plane',
             xlabel='latent dimension 1', ylabel='latent dimension 2')
    return save(figure, path)


def latent_plane(z_mean, labels, path, classes=()):
    """Draw encoded images, (n, 2), coloured by class, (n,).

    Args:
        classes: the names of the classes, if they have any.
    """
    figure, axes = pyplot.subplots(figsize=(8, 7))
    points = axes.scatter(*z_mean.T, c=labels, cmap='tab10', s=3)
    axes.set(title='Test digits in the latent plane',
             xlabel='mean of latent dimension 1',
             ylabel='mean of latent dimension 2')
    signs, names = points.legend_elements(num=None)
    if classes:
        names = [classes[label] for label in sorted({*labels})]
    legend = axes.legend(signs, names, title='class', loc='center left',
                         bbox_to_anchor=(1, 0.5))
    for text in legend.get_texts() if classes else ():
        text.set_parse_math(False)
    return save(figure, path)


def save(figure, path):
    """Write a PNG file and return its path."""
    figure.tight_layout()
    with written('--plots', path) as part:
        figure.savefig(part, dpi=100)
    return path


def show(paths):
    """Print where the pictures are; open them if there is a display."""
    for path in filter(None, paths):
        print(f'Picture: {path}')
    if matplotlib.get_backend().lower() != 'agg':
        pyplot.show()
