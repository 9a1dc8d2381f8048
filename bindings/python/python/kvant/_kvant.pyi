"""Types of the compiled module; what its functions do, help() tells."""

import sys
from collections.abc import Callable, Sequence
from typing import Any, Literal, SupportsFloat, final

if sys.version_info >= (3, 12):
    from collections.abc import Buffer
else:
    # NumPy's arrays have no type for it there.
    from typing import Any as Buffer

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

__version__: str

class KvantError(ValueError): ...
class ArgumentError(KvantError): ...
class TargetError(KvantError): ...
class LimitError(KvantError): ...
class UnsupportedError(KvantError): ...
class DamagedError(KvantError): ...
class TruncatedError(DamagedError): ...

@final
class Info:
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def channels(self) -> int: ...
    @property
    def depth(self) -> int: ...
    @property
    def dtype(self) -> Literal["uint8", "uint16"]: ...
    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def orientation(self) -> int: ...
    @property
    def chroma(self) -> Literal["444", "420"] | None: ...
    @property
    def lossless(self) -> bool: ...
    @property
    def profile(self) -> Literal["mixed", "fast"]: ...
    @property
    def draft(self) -> int: ...
    @property
    def tile_size(self) -> int: ...
    @property
    def tiles(self) -> int: ...
    @property
    def header_bytes(self) -> int: ...
    @property
    def preview_shape(self) -> tuple[int, ...] | None: ...
    @property
    def preview_needs(self) -> int | None: ...

@final
class Metadata:
    @property
    def icc_profile(self) -> bytes | None: ...
    @property
    def exif(self) -> bytes | None: ...
    @property
    def xmp(self) -> bytes | None: ...
    @property
    def text(self) -> list[tuple[str, str]]: ...
    @property
    def cicp(self) -> tuple[int, int, int, bool] | None: ...
    @property
    def orientation(self) -> int: ...
    @property
    def resolution(self) -> tuple[int, int, str] | None: ...

@final
class Missing:
    @property
    def x(self) -> int: ...
    @property
    def y(self) -> int: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...

@final
class Partial:
    @property
    def pixels(self) -> memoryview: ...
    @property
    def missing(self) -> list[Missing]: ...
    @property
    def from_preview(self) -> bool: ...
    @property
    def fault(self) -> KvantError | None: ...

@final
class Target:
    def __new__(
        cls,
        measure: Callable[[Any, memoryview], SupportsFloat],
        value: float,
        *,
        scale: Literal["ssimulacra2", "butteraugli", "psnr"] | tuple[float, float] | None = None,
        tolerance: float | None = None,
        max_passes: int = 8,
    ) -> Target: ...

def encode(
    image: Buffer,
    quality: float = 80.0,
    effort: int = 5,
    *,
    lossless: bool = False,
    target_size: int | None = None,
    target_bpp: float | None = None,
    max_size: int | None = None,
    target: Target | None = None,
    chroma: Literal["444", "420"] = "444",
    tune: Literal["perceptual", "psnr"] = "perceptual",
    profile: Literal["mixed", "fast"] = "mixed",
    content: Literal["auto", "photo", "screen"] = "auto",
    alpha_quality: int = 100,
    exact: bool = False,
    preview: bool = False,
    tile_size: int = 1024,
    depth: int | None = None,
    icc_profile: Buffer | None = None,
    exif: Buffer | None = None,
    xmp: Buffer | None = None,
    text: Sequence[tuple[str, str]] | None = None,
    cicp: tuple[int, int, int, bool] | None = None,
    orientation: int = 1,
    resolution: tuple[int, int, str] | None = None,
    threads: int = 1,
    progress: Callable[[int, int], object] | None = None,
    max_pixels: int | None = None,
    max_dimension: int | None = None,
    max_memory: int | None = None,
    max_metadata: int | None = None,
) -> bytes: ...
def decode(
    data: Buffer,
    *,
    reduce: int = 1,
    full_depth: bool = False,
    threads: int = 1,
    max_pixels: int | None = None,
    max_dimension: int | None = None,
    max_memory: int | None = None,
    max_metadata: int | None = None,
) -> memoryview: ...
def decode_region(
    data: Buffer,
    x: int,
    y: int,
    width: int,
    height: int,
    *,
    full_depth: bool = False,
    threads: int = 1,
    max_pixels: int | None = None,
    max_dimension: int | None = None,
    max_memory: int | None = None,
    max_metadata: int | None = None,
) -> memoryview: ...
def preview(
    data: Buffer,
    *,
    full_depth: bool = False,
    threads: int = 1,
    max_pixels: int | None = None,
    max_dimension: int | None = None,
    max_memory: int | None = None,
    max_metadata: int | None = None,
) -> memoryview | None: ...
def decode_partial(
    data: Buffer,
    *,
    full_depth: bool = False,
    threads: int = 1,
    max_pixels: int | None = None,
    max_dimension: int | None = None,
    max_memory: int | None = None,
    max_metadata: int | None = None,
) -> Partial: ...
def info(
    data: Buffer,
    *,
    max_pixels: int | None = None,
    max_dimension: int | None = None,
    max_memory: int | None = None,
    max_metadata: int | None = None,
) -> Info: ...
def metadata(
    data: Buffer,
    *,
    max_pixels: int | None = None,
    max_dimension: int | None = None,
    max_memory: int | None = None,
    max_metadata: int | None = None,
) -> Metadata: ...
