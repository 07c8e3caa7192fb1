"""Tones, and their levels in what a phone has heard. All sound is 8000 samples a second, mono."""

import math
import wave
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path

RATE = 8000
_BIAS = 0x84
_LOUDNESS = 12_000


def tone(hertz: float, seconds: float) -> list[int]:
    """Return the samples of a tone."""
    step = 2 * math.pi * hertz / RATE
    return [int(_LOUDNESS * math.sin(step * at)) for at in range(int(RATE * seconds))]


def level(samples: Sequence[int], hertz: float) -> int:
    """Return the amplitude of a frequency, by Goertzel's algorithm; 0 without samples."""
    if not samples:
        return 0
    factor = 2 * math.cos(2 * math.pi * hertz / RATE)
    before, last = 0.0, 0.0
    for sample in samples:
        before, last = last, sample + factor * last - before
    power = last * last + before * before - factor * last * before
    return round(2 * math.sqrt(max(power, 0)) / len(samples))


def write_wav(file: Path, samples: Iterable[int]) -> None:
    """Write a WAV file."""
    with wave.open(str(file), "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(RATE)
        written.writeframes(array("h", samples).tobytes())


def read_wav(file: Path) -> list[int]:
    """Read a WAV file."""
    with wave.open(str(file), "rb") as read:
        return list(array("h", read.readframes(read.getnframes())))


def encoded(samples: Iterable[int]) -> bytes:
    """Return samples as G.711 µ-law (PCMU)."""
    return bytes(map(_encoded, samples))


def decoded(payload: bytes) -> list[int]:
    """Return the samples of G.711 µ-law."""
    return [_DECODED[byte] for byte in payload]


def _encoded(sample: int) -> int:
    sign, size = (0x80, -sample) if sample < 0 else (0, sample)
    size += _BIAS
    exponent = size.bit_length() - 8
    return ~(sign | exponent << 4 | size >> exponent + 3 & 0x0F) & 0xFF


def _decode(byte: int) -> int:
    byte = ~byte & 0xFF
    size = ((byte & 0x0F) << 3 | _BIAS) << (byte >> 4 & 7)
    return _BIAS - size if byte & 0x80 else size - _BIAS


_DECODED = [_decode(byte) for byte in range(256)]
