"""What a plain fit does, in less time."""
import signal
import sys
import time

# XLA takes some 3 seconds to compile, and saves some 3 milliseconds a step.
STEPS_WORTH_COMPILING = 1000


def train(model, x_train, x_test, epochs=1, batch_size=32, callbacks=(),
          verbose='auto'):
    """Train a model to give back images; Ctrl-C ends the training early.

    Args:
        model: compiled; takes and gives images with values in [0, 1].
        x_train, x_test: the images, uint8, (n, ...).
        epochs, batch_size, callbacks, verbose: as in fit, except that
            verbose='auto' shows a bar in a terminal and a line an epoch
            elsewhere.

    Returns:
        dict of lists, a value an epoch: 'loss' and 'val_loss', unless the
        model has its own train_step().
    """
    import tensorflow as tf
    if verbose == 'auto':
        verbose = 1 if sys.stdout.isatty() else 2
    steps = epochs * -(-len(x_train) // batch_size)
    # With XLA, dense layers take less time and others more.
    compiled = x_train.ndim == 2 and steps >= STEPS_WORTH_COMPILING
    model.jit_compile = compiled
    # By default Python runs five times in an epoch of MNIST, not 235 times.
    model.steps_per_execution = 47 if compiled else 1
    interrupt = Interrupt()
    stop = tf.keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: interrupt.stop(model),
        on_epoch_end=lambda epoch, logs: interrupt.stop(model))
    start = time.perf_counter()
    with interrupt:
        history = fit(
            model, batches(x_train, batch_size, shuffle=True), epochs=epochs,
            validation_data=batches(x_test, batch_size), shuffle=False,
            callbacks=[*callbacks, stop], verbose=verbose).history
    if verbose:
        if interrupt.received:
            print('Training interrupted; the results so far follow.')
        print(f'Training time: {time.perf_counter() - start:.1f} s')
        print(', '.join(f'{name}: {values[-1]:.4f}'
                        for name, values in history.items()))
    return history


def fit(model, *arguments, **keywords):
    """Call model.fit, and again without XLA if its first step fails."""
    import tensorflow as tf
    try:
        return model.fit(*arguments, **keywords)
    except tf.errors.OpError:
        # XLA refuses a model with many different messages.
        if not model.jit_compile or int(model.optimizer.iterations):
            raise
    model.jit_compile = False
    # Keras 3 keeps the functions that it has compiled, here for XLA.
    model.train_function = model.test_function = None
    return model.fit(*arguments, **keywords)


def batches(images, size, shuffle=False):
    """Return a dataset of (x, x) with x in [0, 1], float32."""
    import tensorflow as tf
    # Images stay uint8 until they are in a batch, in a quarter of the memory.
    images = tf.constant(images)
    order = tf.data.Dataset.range(len(images))
    if shuffle:
        order = order.shuffle(len(images))

    def pick(indices):
        x = tf.cast(tf.gather(images, indices), tf.float32) / 255
        return x, x

    # The autotuner costs dense layers more than it gains.
    options = tf.data.Options()
    options.autotune.enabled = False
    return order.batch(size).map(pick).prefetch(2).with_options(options)


class Interrupt:
    """A context in which the first Ctrl-C is only noted."""

    def __init__(self):
        self.received = False

    def __enter__(self):
        self.previous = signal.signal(signal.SIGINT, self.note)

    def __exit__(self, *exception):
        signal.signal(signal.SIGINT, self.previous)

    def note(self, *signal_and_frame):
        """Take the first Ctrl-C; leave the next one to the earlier handler."""
        self.received = True
        signal.signal(signal.SIGINT, self.previous)

    def stop(self, model):
        """End the training of `model` if there was a Ctrl-C."""
        if self.received:
            model.stop_training = True
