#!/usr/bin/env python3
"""z is written out with operators on Keras's own symbolic tensors."""
import keras


class KL(keras.regularizers.Regularizer):
    """The KL divergence of heads that are side by side."""

    def __call__(self, heads):
        ops = keras.ops
        mean, log_var = ops.split(heads, 2, axis=-1)
        return ops.sum(mean * mean + ops.exp(log_var) - log_var - 1) / 2


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, variational autoencoder."""
    ops, Dense = keras.ops, keras.layers.Dense
    image = h = keras.Input((input_dims,))
    for n in hidden_layers:
        h = Dense(n, activation=keras.activations.relu)(h)
    heads = keras.layers.Concatenate()([Dense(latent_dims)(h),
                                        Dense(latent_dims)(h)])
    heads = keras.layers.Activation(
        'linear', activity_regularizer=KL())(heads)
    mean, log_var = heads[:, :latent_dims], heads[:, latent_dims:]
    epsilon = keras.layers.Lambda(
        lambda t: keras.random.normal(ops.shape(t)))(mean)
    z = mean + ops.exp(log_var / 2) * epsilon
    encoder = keras.Model(image, [z, mean, log_var])

    code = h = keras.Input((latent_dims,))
    for n in hidden_layers[::-1]:
        h = Dense(n, activation=keras.activations.relu)(h)
    decoder = keras.Model(code, Dense(input_dims, activation='sigmoid')(h))

    auto = keras.Model(image, decoder(encoder(image)[0]))
    auto.compile('adam', 'binary_crossentropy', loss_weights=[input_dims])
    return encoder, decoder, auto
