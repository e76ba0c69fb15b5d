"""What a driver learns, and the file that keeps it."""
from errors import UsageError, message_of
from files import check_room, written
from options import muted
from training import train


def learn(model, x_train, x_test, given):
    """Load weights, train, save weights, as the options say.

    Args:
        model: auto, compiled; its weights are those of encoder and decoder.
        x_train, x_test: as for train().
        given: the options of the driver.

    Returns:
        what train() returns, or {} if nothing was trained.

    Raises:
        UsageError: if the weights cannot be loaded or saved.
    """
    history = {}
    if given.load:
        load(model, given.load)
        print(f'Loaded: {given.load}')
    if given.epochs:
        if given.load:
            print('Adam starts anew: its state is not in the file.')
        history = train(model, x_train, x_test, given.epochs,
                        given.batch_size)
    if given.save:
        save(model, given.save)
        print(f'Saved: {given.save}')
    return history


def save(model, path):
    """Save the weights of a model, without the state of its optimizer.

    Raises:
        UsageError: if the file cannot be written; then it is as it was.
    """
    optimizer = model.optimizer
    # Keras warns if the file has an optimizer that trained, or none.
    model.optimizer = optimizer.from_config(optimizer.get_config())
    try:
        with written('--save', path) as part:
            # On a full disk h5py would print dozens of lines.
            check_room(part.parent)
            model.save_weights(part)
    finally:
        model.optimizer = optimizer


def load(model, path):
    """Load the weights of a model.

    Raises:
        UsageError: if the file is not whole, or of a different network.
    """
    try:
        with muted():
            model.load_weights(path)
    # Keras raises all kinds of errors, some of several lines.
    except Exception as error:
        raise UsageError(
            f'argument --load: {path} cannot be loaded into this network: '
            f'{message_of(error)}') from None
