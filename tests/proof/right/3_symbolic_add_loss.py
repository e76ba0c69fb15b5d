#!/usr/bin/env python3
"""The KL divergence is added to the finished model, as Keras 2 allows."""
import tensorflow.keras as keras
import tensorflow.keras.backend as K


def sampling(args):
    """Reparameterize."""
    z_mean, z_log_var = args
    batch = K.shape(z_mean)[0]
    dim = K.int_shape(z_mean)[1]
    epsilon = K.random_normal(shape=(batch, dim), mean=0., stddev=1.0)
    return z_mean + K.exp(z_log_var / 2) * epsilon


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, variational autoencoder."""
    inputs = x = keras.Input(shape=(input_dims,))
    for nodes in hidden_layers:
        x = keras.layers.Dense(nodes, activation='relu')(x)
    z_mean = keras.layers.Dense(latent_dims)(x)
    z_log_var = keras.layers.Dense(latent_dims)(x)
    z = keras.layers.Lambda(sampling, output_shape=(latent_dims,))(
        [z_mean, z_log_var])
    encoder = keras.Model(inputs, [z, z_mean, z_log_var])

    codes = x = keras.Input(shape=(latent_dims,))
    for nodes in hidden_layers[::-1]:
        x = keras.layers.Dense(nodes, activation='relu')(x)
    decoder = keras.Model(
        codes, keras.layers.Dense(input_dims, activation='sigmoid')(x))

    outputs = decoder(encoder(inputs)[0])
    vae = keras.Model(inputs, outputs)
    terms = 1 + z_log_var - K.square(z_mean) - K.exp(z_log_var)
    vae.add_loss(K.mean(-0.5 * K.sum(terms, axis=-1)) / input_dims)
    vae.compile(optimizer='adam', loss='binary_crossentropy')
    return encoder, decoder, vae
