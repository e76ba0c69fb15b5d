#!/usr/bin/env python3
"""The autoencoder's call adds the KL divergence: auto, not the encoder."""
import tensorflow as tf
import tensorflow.keras as keras

D = keras.layers.Dense


class Vae(keras.Model):
    """Encode, draw, decode."""

    def __init__(self, encoder, decoder, beta):
        super().__init__(name='vae')
        self.encoder, self.decoder, self.beta = encoder, decoder, beta

    def call(self, inputs, training=False):
        z, mean, log_var = self.encoder(inputs, training=training)
        divergence = 0.5 * (tf.norm(mean, axis=1) ** 2 + tf.reduce_sum(
            tf.exp(log_var) - log_var - 1, axis=1))
        self.add_loss(self.beta * tf.reduce_mean(divergence))
        return self.decoder(z, training=training)


def autoencoder(input_dims, hidden_layers, latent_dims, beta=1 / 784):
    """Return encoder, decoder, variational autoencoder."""
    image = keras.Input((input_dims,))
    trunk = keras.Sequential([D(n, activation='relu') for n in hidden_layers])
    features = trunk(image)
    mean, log_var = D(latent_dims)(features), D(latent_dims)(features)
    z = keras.layers.Lambda(lambda both: both[0] + tf.exp(
        both[1] / 2) * tf.random.normal(tf.shape(both[0])))([mean, log_var])
    encoder = keras.Model(image, [z, mean, log_var])

    decoder = keras.Sequential([keras.Input((latent_dims,))])
    for n in reversed(hidden_layers):
        decoder.add(D(n, activation='relu'))
    decoder.add(D(input_dims, activation='sigmoid'))

    auto = Vae(encoder, decoder, beta)
    auto(keras.Input((input_dims,)))
    auto.compile(optimizer='adam', loss='binary_crossentropy')
    return encoder, decoder, auto
