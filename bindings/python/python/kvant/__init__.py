"""Kvant, a codec for still images: pixels to .kvt streams and back.

Pixels are objects with the buffer protocol, such as NumPy arrays, of shape (height, width) or
(height, width, channels), uint8 or uint16. Decoded ones are a memoryview, which numpy.asarray takes
without a copy. The GIL is released while a picture is encoded or decoded. Functions have no state,
and any number of threads may call them.

Errors are subclasses of KvantError, which is a ValueError. `import kvant.pillow` has Pillow read
and write .kvt files.
"""

from ._kvant import (
    ArgumentError,
    DamagedError,
    Info,
    KvantError,
    LimitError,
    Metadata,
    Missing,
    Partial,
    Target,
    TargetError,
    TruncatedError,
    UnsupportedError,
    __version__,
    decode,
    decode_partial,
    decode_region,
    encode,
    info,
    metadata,
    preview,
)

__all__ = [
    "ArgumentError",
    "DamagedError",
    "Info",
    "KvantError",
    "LimitError",
    "Metadata",
    "Missing",
    "Partial",
    "Target",
    "TargetError",
    "TruncatedError",
    "UnsupportedError",
    "__version__",
    "decode",
    "decode_partial",
    "decode_region",
    "encode",
    "info",
    "metadata",
    "preview",
]
