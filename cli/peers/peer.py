#!/usr/bin/env python3
"""Codecs of Python packages as a program: AVIF, WebP and JPEG by Pillow, JPEG XL by imagecodecs.

    peer.py encode py-avif --quality 60 --speed 6 picture.png picture.avif
    peer.py decode py-avif picture.avif picture.png
    peer.py version py-avif

Always lossy, 8 bits, on one thread where --threads names no more. Prints `kvant-seconds: X`, the time of the codec's call alone,
pixels and stream in memory.
"""

import argparse
import io
import sys
import time

CHROMA = {"444": "4:4:4", "422": "4:2:2", "420": "4:2:0"}


class PillowCodec:
    """A format of Pillow; `feature` is its name there, `save` gives the arguments of `Image.save`."""

    def __init__(self, format_name, feature, save):
        self.format_name, self.feature, self.save = format_name, feature, save

    def version(self):
        import PIL
        from PIL import features

        if not features.check(self.feature):
            sys.exit(f"this Pillow ({PIL.__version__}) has no {self.format_name}")
        return f"Pillow {PIL.__version__}, {self.feature} {features.version(self.feature)}"

    def encode(self, picture, options):
        stream = io.BytesIO()
        arguments = self.save(options)
        start = time.perf_counter()
        picture.save(stream, self.format_name, **arguments)
        return stream.getvalue(), time.perf_counter() - start

    def decode(self, stream, threads):
        from PIL import AvifImagePlugin, Image

        AvifImagePlugin.DEFAULT_MAX_THREADS = threads
        start = time.perf_counter()
        picture = Image.open(io.BytesIO(stream), formats=[self.format_name])
        picture.load()
        return picture, time.perf_counter() - start


class JpegXl:
    """JPEG XL by imagecodecs."""

    def version(self):
        import imagecodecs

        if not imagecodecs.JPEGXL.available:
            sys.exit(f"this imagecodecs ({imagecodecs.__version__}) has no JPEG XL")
        return f"imagecodecs {imagecodecs.__version__}, {imagecodecs.jpegxl_version()}"

    def encode(self, picture, options):
        # The first access loads the library.
        from imagecodecs import jpegxl_encode
        import numpy

        pixels = numpy.asarray(picture)
        distance = jpegxl_distance(options.quality)
        start = time.perf_counter()
        stream = jpegxl_encode(pixels, distance=distance, effort=options.effort, lossless=False, numthreads=options.threads)
        return stream, time.perf_counter() - start

    def decode(self, stream, threads):
        from imagecodecs import jpegxl_decode
        from PIL import Image

        start = time.perf_counter()
        pixels = jpegxl_decode(stream, numthreads=threads)
        seconds = time.perf_counter() - start
        return Image.fromarray(pixels.squeeze()), seconds


def jpegxl_distance(quality):
    """The Butteraugli distance of a quality, as libjxl's JxlEncoderDistanceFromQuality has it."""
    if quality >= 30:
        return 0.1 + (100 - quality) * 0.09
    return 53 / 3000 * quality**2 - 23 / 20 * quality + 25


def whole(quality):
    if quality != int(quality):
        sys.exit(f"quality {quality} is not a whole number")
    return int(quality)


CODECS = {
    "py-avif": PillowCodec(
        "AVIF",
        "avif",
        lambda o: {
            "quality": whole(o.quality), "speed": o.speed, "subsampling": CHROMA[o.chroma], "codec": "aom", "max_threads": o.threads,
        },
    ),
    "py-jxl": JpegXl(),
    "py-webp": PillowCodec(
        "WEBP", "webp", lambda o: {"quality": o.quality, "method": o.effort, "lossless": False}
    ),
    "py-jpeg": PillowCodec(
        "JPEG",
        "libjpeg_turbo",
        lambda o: {
            "quality": whole(o.quality), "subsampling": CHROMA[o.chroma], "progressive": True, "optimize": True,
        },
    ),
}


def arguments():
    parser = argparse.ArgumentParser(description="Codecs of Python packages as a program.")
    commands = parser.add_subparsers(dest="command", required=True)
    encode = commands.add_parser("encode")
    encode.add_argument("codec", choices=CODECS)
    encode.add_argument("--quality", type=float, required=True)
    encode.add_argument("--speed", type=int, default=6, choices=range(0, 11), help="of AVIF, 10 fastest")
    encode.add_argument("--effort", type=int, default=6, help="of JPEG XL (1 to 9), method of WebP (0 to 6)")
    encode.add_argument("--chroma", default="420", choices=CHROMA, help="of AVIF and JPEG")
    decode = commands.add_parser("decode")
    decode.add_argument("codec", choices=CODECS)
    for command in encode, decode:
        command.add_argument("--threads", type=int, default=1, help="of AVIF and JPEG XL")
        command.add_argument("input", metavar="IN")
        command.add_argument("output", metavar="OUT")
    commands.add_parser("version").add_argument("codec", choices=CODECS)
    return parser.parse_args()


def main():
    options = arguments()
    codec = CODECS[options.codec]
    if options.command == "version":
        print(codec.version())
        return
    from PIL import Image

    # Else the first use of a format would load it within the time that is taken.
    Image.init()
    if options.command == "encode":
        picture = Image.open(options.input)
        picture.load()
        stream, seconds = codec.encode(picture, options)
        with open(options.output, "wb") as file:
            file.write(stream)
    else:
        with open(options.input, "rb") as file:
            stream = file.read()
        picture, seconds = codec.decode(stream, options.threads)
        picture.save(options.output, compress_level=1)
    print(f"kvant-seconds: {seconds:.6f}")


if __name__ == "__main__":
    try:
        main()
    except ModuleNotFoundError as error:
        sys.exit(f"the Python package of {error.name} is not installed")
