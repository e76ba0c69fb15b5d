#!/usr/bin/env python3
"""Noise comes from keras.random and a seed generator, as Keras 3 has it."""
import keras
from keras import layers, ops


class Sampling(layers.Layer):
    """Draws z."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, inputs):
        z_mean, z_log_var = inputs
        epsilon = keras.random.normal(
            shape=ops.shape(z_mean), seed=self.seed_generator)
        kl = ops.square(z_mean) + ops.exp(z_log_var) - z_log_var - 1
        self.add_loss(ops.mean(ops.sum(kl, axis=1)) / 2)
        return z_mean + ops.exp(0.5 * z_log_var) * epsilon


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, variational autoencoder."""
    x = image = keras.Input(shape=(input_dims,))
    for units in hidden_layers:
        x = ops.relu(layers.Dense(units)(x))
    z_mean = layers.Dense(latent_dims)(x)
    z_log_var = layers.Dense(latent_dims)(x)
    z = Sampling()([z_mean, z_log_var])
    encoder = keras.Model(image, [z, z_mean, z_log_var])

    x = code = keras.Input(shape=(latent_dims,))
    for units in hidden_layers[::-1]:
        x = ops.relu(layers.Dense(units)(x))
    decoder = keras.Model(code, ops.sigmoid(layers.Dense(input_dims)(x)))

    auto = keras.Model(image, decoder(encoder(image)[0]))
    auto.compile(optimizer=keras.optimizers.Adam(learning_rate=1e-3),
                 loss=keras.losses.BinaryCrossentropy(), jit_compile=False)
    return encoder, decoder, auto
