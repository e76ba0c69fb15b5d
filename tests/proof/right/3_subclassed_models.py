#!/usr/bin/env python3
"""Encoder and decoder are subclasses of Model; the encoder adds the loss."""
import tensorflow as tf
from tensorflow.keras import Model, layers


class Encoder(Model):
    def __init__(self, hidden_layers, latent_dims):
        super().__init__()
        self.trunk = [layers.Dense(n, 'relu') for n in hidden_layers]
        self.mean = layers.Dense(latent_dims)
        self.log_var = layers.Dense(latent_dims)

    def call(self, x):
        for layer in self.trunk:
            x = layer(x)
        mean, log_var = self.mean(x), self.log_var(x)
        kl = tf.square(mean) + tf.exp(log_var) - log_var - 1.
        self.add_loss(tf.reduce_mean(tf.reduce_sum(kl, axis=-1)) * 0.5)
        noise = tf.random.normal(tf.shape(mean), dtype=mean.dtype)
        return mean + tf.exp(log_var * 0.5) * noise, mean, log_var


class Decoder(Model):
    def __init__(self, hidden_layers, input_dims):
        super().__init__()
        self.trunk = [layers.Dense(n, 'relu') for n in hidden_layers]
        self.top = layers.Dense(input_dims, 'sigmoid')

    def call(self, z):
        for layer in self.trunk:
            z = layer(z)
        return self.top(z)


class VAE(Model):
    def __init__(self, *parts):
        super().__init__()
        self.encoder, self.decoder = parts

    def call(self, x):
        z, _, _ = self.encoder(x)
        return self.decoder(z)


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, variational autoencoder."""
    encoder = Encoder(hidden_layers, latent_dims)
    decoder = Decoder(hidden_layers[::-1], input_dims)
    vae = VAE(encoder, decoder)
    vae(tf.zeros((1, input_dims)))
    vae.compile(optimizer='adam', loss='binary_crossentropy')
    return encoder, decoder, vae
