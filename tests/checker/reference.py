"""The specification in numbers: networks, losses and gradients in NumPy.

Each function returns its value and a pullback: the function from the gradient
of a loss with respect to that value to its gradients with respect to the
arguments.  All in float64; batches come first, channels last.
"""
import numpy as np


def dense(x, kernel, bias):
    """Return x kernel + bias, for x (batch, n), kernel (n, m), bias (m)."""
    def pullback(gradient):
        return gradient @ kernel.T, x.T @ gradient, gradient.sum(axis=0)
    return x @ kernel + bias, pullback


def convolution(x, kernel, bias, padding):
    """Slide a kernel (3, 3, n, m) over x (batch, height, width, n).

    With 'same' padding x gets a frame of zeros, so that height and width
    stay; with 'valid' padding they lose 2.
    """
    frame = int(padding == 'same')
    framed = np.pad(x, [(0, 0), (frame, frame), (frame, frame), (0, 0)])
    windows = _windows(framed)

    def pullback(gradient):
        around = np.pad(gradient, [(0, 0), (2, 2), (2, 2), (0, 0)])
        back = np.tensordot(_windows(around), kernel[::-1, ::-1],
                            axes=([4, 5, 3], [0, 1, 3]))
        height, width = x.shape[1:3]
        return (back[:, frame:frame + height, frame:frame + width],
                np.tensordot(windows, gradient, axes=(
                    [0, 1, 2], [0, 1, 2])).transpose(1, 2, 0, 3),
                gradient.sum(axis=(0, 1, 2)))

    return np.tensordot(windows, kernel, axes=(
        [4, 5, 3], [0, 1, 2])) + bias, pullback


def _windows(x):
    """Return (batch, height - 2, width - 2, channels, 3, 3)."""
    return np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(1, 2))


def pool(x):
    """Return the largest value of each 2 x 2 window, odd edges included."""
    batch, height, width, channels = x.shape
    framed = np.pad(x, [(0, 0), (0, height % 2), (0, width % 2), (0, 0)],
                    constant_values=-np.inf)
    windows = framed.reshape(batch, (height + 1) // 2, 2, (width + 1) // 2, 2,
                             channels).transpose(0, 1, 3, 5, 2, 4)
    windows = windows.reshape(*windows.shape[:4], 4)
    winner = windows.argmax(axis=4)[..., None]

    def pullback(gradient):
        back = np.zeros_like(windows)
        np.put_along_axis(back, winner, gradient[..., None], axis=4)
        back = back.reshape(*back.shape[:4], 2, 2).transpose(0, 1, 4, 2, 5, 3)
        return back.reshape(framed.shape)[:, :height, :width],

    return np.take_along_axis(windows, winner, axis=4)[..., 0], pullback


def upsample(x):
    """Repeat each value in a 2 x 2 window."""
    def pullback(gradient):
        batch, height, width, channels = x.shape
        return gradient.reshape(batch, height, 2, width, 2, channels).sum(
            axis=(2, 4)),
    return x.repeat(2, axis=1).repeat(2, axis=2), pullback


def relu(x):
    """Return x where it is above zero, and else zero."""
    return np.maximum(x, 0), lambda gradient: (gradient * (x > 0),)


def sigmoid(x):
    """Return 1 / (1 + exp(-x))."""
    y = 1 / (1 + np.exp(-x))
    return y, lambda gradient: (gradient * y * (1 - y),)


def linear(x):
    """Return x."""
    return x, lambda gradient: (gradient,)


FUNCTIONS = {'relu': relu, 'sigmoid': sigmoid, 'linear': linear,
             'pool': pool, 'upsample': upsample, '': linear}


def affine(stage, x, kernel, bias):
    """Return what the weights of a stage make of x."""
    if stage.kind == 'dense':
        return dense(x, kernel, bias)
    return convolution(x, kernel, bias, stage.kind)


def forward(stages, weights, x):
    """Pass x through stages, each with a kernel and a bias from weights.

    The pullback returns the gradient with respect to x and a list of those
    with respect to the weights.
    """
    pullbacks = []
    for stage, kernel, bias in zip(stages, weights[::2], weights[1::2]):
        x, through_weights = affine(stage, x, kernel, bias)
        x, through_activation = FUNCTIONS[stage.activation](x)
        x, through_resize = FUNCTIONS[stage.resize](x)
        pullbacks.append((through_weights, through_activation,
                          through_resize))

    def pullback(gradient):
        found = []
        for through_weights, *others in reversed(pullbacks):
            for through in reversed(others):
                gradient, = through(gradient)
            gradient, *own = through_weights(gradient)
            found = [*own, *found]
        return gradient, found

    return x, pullback


def cross_entropy(x, p):
    """Return the binary cross-entropy in nats, averaged over all values."""
    value = -np.mean(x * np.log(p) + (1 - x) * np.log(1 - p))
    return value, lambda gradient: (
        gradient * (p - x) / (p * (1 - p)) / p.size,)


def l1(h):
    """Return the sum of |h| over the encoding, averaged over the batch."""
    value = np.abs(h).sum() / len(h)
    return value, lambda gradient: (gradient * np.sign(h) / len(h),)


def divergence(mean, log_variance):
    """Return KL(N(mean, variance) || N(0, 1)) in nats.

    Summed over the latent dimensions, averaged over the batch: Kingma and
    Welling, appendix B.
    """
    variance = np.exp(log_variance)
    value = np.sum(mean ** 2 + variance - log_variance - 1) / 2 / len(mean)
    return value, lambda gradient: (
        gradient * mean / len(mean),
        gradient * (variance - 1) / 2 / len(mean))


def sample(mean, log_variance, epsilon):
    """Return z = mean + exp(log_variance / 2) * epsilon."""
    noise = np.exp(log_variance / 2) * epsilon
    return mean + noise, lambda gradient: (gradient, gradient * noise / 2)


def penalised(encoder, decoder, weights, x, lambtha):
    """Return loss, reconstruction and gradients of files 0 to 2.

    Args:
        encoder, decoder: stages of checker.layers.
        weights: a list of kernels and biases, those of the encoder first.
        x: a batch of inputs.
        lambtha: the weight of the L1 norm of the encoding.
    """
    cut = 2 * len(encoder)
    h, through_encoder = forward(encoder, weights[:cut], x)
    p, through_decoder = forward(decoder, weights[cut:], h)
    entropy, through_entropy = cross_entropy(x, p)
    penalty, through_penalty = l1(h)
    gradient, of_decoder = through_decoder(*through_entropy(1.))
    gradient = gradient + lambtha * through_penalty(1.)[0]
    return (entropy + lambtha * penalty, p,
            through_encoder(gradient)[1] + of_decoder)


def distribution(encoder, weights, x):
    """Return mean and log variance of a variational encoder, a pullback."""
    hidden, through_hidden = forward(encoder[:-2], weights[:-4], x)
    mean, through_mean = forward(encoder[-2:-1], weights[-4:-2], hidden)
    log_variance, through_variance = forward(
        encoder[-1:], weights[-2:], hidden)

    def pullback(of_mean, of_log_variance):
        one, own = through_mean(of_mean)
        other, others = through_variance(of_log_variance)
        return through_hidden(one + other)[1] + own + others

    return mean, log_variance, pullback


def variational(encoder, decoder, weights, x, epsilon, entropy_weight,
                divergence_weight):
    """Return loss and gradients of file 3.

    Args:
        encoder, decoder, weights, x: as for penalised().
        epsilon: the noise in z, (batch, latent_dims), or 0.
        entropy_weight, divergence_weight: of the terms of the loss.
    """
    cut = 2 * len(encoder)
    mean, log_variance, through_encoder = distribution(
        encoder, weights[:cut], x)
    z, through_sample = sample(mean, log_variance, epsilon)
    p, through_decoder = forward(decoder, weights[cut:], z)
    entropy, through_entropy = cross_entropy(x, p)
    kl, through_kl = divergence(mean, log_variance)
    gradient, of_decoder = through_decoder(
        *through_entropy(float(entropy_weight)))
    of_encoder = through_encoder(*map(
        np.add, through_sample(gradient), through_kl(divergence_weight)))
    return (entropy_weight * entropy + divergence_weight * kl,
            of_encoder + of_decoder)
