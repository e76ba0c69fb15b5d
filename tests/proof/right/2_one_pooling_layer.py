#!/usr/bin/env python3
"""One pooling layer and one upsampling layer, each used again and again."""
import tensorflow.keras as keras


def autoencoder(input_dims, filters, latent_dims):
    """Return encoder, decoder, convolutional autoencoder."""
    conv = keras.layers.Conv2D
    pool = keras.layers.MaxPooling2D(2, padding='same')
    grow = keras.layers.UpSampling2D(2)

    image = keras.Input(shape=input_dims)
    x = image
    for f in filters:
        x = pool(conv(f, 3, padding='same', activation='relu')(x))
    encoder = keras.Model(image, x)

    code = keras.Input(shape=latent_dims)
    x = code
    for i, f in enumerate(reversed(filters)):
        padding = 'valid' if i == len(filters) - 1 else 'same'
        x = grow(conv(f, 3, padding=padding, activation='relu')(x))
    x = conv(input_dims[-1], 3, padding='same', activation='sigmoid')(x)
    decoder = keras.Model(code, x)

    auto = keras.Model(image, decoder(encoder(image)))
    auto.compile(optimizer='adam', loss='binary_crossentropy')
    return encoder, decoder, auto
