#!/usr/bin/env python3
"""A layer tracks the divergence as a metric; the learning rate falls."""
import tensorflow as tf
import tensorflow.keras as keras


class Code(keras.layers.Layer):
    """Draws z, adds the KL divergence to the loss and tracks it."""

    def __init__(self):
        super().__init__()
        self.tracker = keras.metrics.Mean(name='kl')

    def call(self, inputs):
        mean, logs = inputs
        kl = tf.reduce_sum(mean ** 2 + tf.exp(logs) - logs - 1, axis=1) / 2
        self.add_loss(tf.reduce_mean(kl))
        self.tracker.update_state(kl)
        return tf.random.normal(tf.shape(mean)) * tf.exp(logs / 2) + mean


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, variational autoencoder."""
    image = keras.Input((input_dims,))
    layer = image
    for size in hidden_layers:
        layer = keras.layers.Dense(size, 'relu')(layer)
    mean = keras.layers.Dense(latent_dims)(layer)
    logs = keras.layers.Dense(latent_dims)(layer)
    encoder = keras.Model(image, [Code()([mean, logs]), mean, logs])

    code = keras.Input((latent_dims,))
    layer = code
    for size in hidden_layers[::-1]:
        layer = keras.layers.Dense(size, 'relu')(layer)
    decoder = keras.Model(
        code, keras.layers.Dense(input_dims, 'sigmoid')(layer))

    auto = keras.Model(image, decoder(encoder(image)[0]))
    rate = keras.optimizers.schedules.PiecewiseConstantDecay(
        [5000, 10000], [1e-3, 3e-4, 1e-4])
    auto.compile(keras.optimizers.Adam(learning_rate=rate),
                 loss='binary_crossentropy', metrics=['mse', 'mae'])
    return encoder, decoder, auto
