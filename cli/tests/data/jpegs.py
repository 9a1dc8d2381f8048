#!/usr/bin/env python3
"""Makes jpegs.bin: small JPEG files of all structures, and their pixels by libjpeg-turbo.

Needs numpy and Pillow (13.0 with libjpeg-turbo 3.2.0 made the file). The files are written here, by a writer of any
samplings and scans. A record is: lengths of name, file and pixels (three times u32, little endian), and these; width,
height and channels of the pixels are those of the file. All records are one zlib stream.

    python3 cli/tests/data/jpegs.py cli/tests/data/jpegs.bin
"""

import io
import random
import struct
import sys
import zlib

import numpy as np
from PIL import Image

ZIGZAG = sorted(range(64), key=lambda i: (i // 8 + i % 8, (i // 8 if (i // 8 + i % 8) % 2 else i % 8)))
AC_SYMBOLS = [0x00, 0x01, 0x11, 0x02, 0x21, 0x12, 0x03, 0xF0] + [
    r << 4 | s
    for s in range(11)
    for r in range(16)
    if r << 4 | s not in (0x00, 0x01, 0x11, 0x02, 0x21, 0x12, 0x03, 0xF0)
]
# Short codes for a few symbols and long ones for the rest, so that decoders need all their ways.
AC_LENGTHS = [4] * 8 + [7] * 40 + [10] * 70 + [13] * (len(AC_SYMBOLS) - 118)
DC_SYMBOLS, DC_LENGTHS = list(range(12)), [3] * 4 + [5] * 8


def codes(symbols, lengths):
    """Canonical codes by symbol, as (code, length)."""
    code, last, found = 0, lengths[0], {}
    for symbol, length in zip(symbols, lengths):
        code <<= length - last
        last = length
        found[symbol] = (code, length)
        code += 1
    return found


def table(kind, symbols, lengths):
    counts = bytes(lengths.count(n) for n in range(1, 17))
    return bytes([kind]) + counts + bytes(symbols)


def segment(marker, contents):
    return struct.pack(">BBH", 0xFF, marker, len(contents) + 2) + contents


class Bits:
    def __init__(self):
        self.out, self.acc, self.count = bytearray(), 0, 0

    def put(self, value, length):
        self.acc = self.acc << length | value & ((1 << length) - 1)
        self.count += length
        while self.count >= 8:
            self.count -= 8
            byte = self.acc >> self.count & 255
            self.out.append(byte)
            if byte == 255:
                self.out.append(0)
        self.acc &= (1 << self.count) - 1

    def flush(self):
        if self.count:
            self.put((1 << 8 - self.count) - 1, 8 - self.count)

    def restart(self, number):
        self.flush()
        self.out += bytes([0xFF, 0xD0 + number % 8])


DC, AC = codes(DC_SYMBOLS, DC_LENGTHS), codes(AC_SYMBOLS, AC_LENGTHS)


def magnitude(value):
    size = abs(value).bit_length()
    return size, value if value > 0 else value + (1 << size) - 1


class Scan:
    """Codes blocks of one scan; progressive where the band is not all of the block."""

    def __init__(self, bits, band, high, low, progressive):
        self.bits, self.band, self.high, self.low, self.progressive = bits, band, high, low, progressive
        self.start()

    def start(self):
        self.dc, self.run, self.pending = {}, 0, []

    def end_run(self):
        if self.run:
            size = self.run.bit_length() - 1
            self.bits.put(*AC[size << 4])
            self.bits.put(self.run, size)
        self.run = 0
        for bit in self.pending:
            self.bits.put(bit, 1)
        self.pending = []

    def block(self, component, block):
        first, last = self.band
        if first == 0:
            value = int(block[0]) >> self.low
            if self.high:
                self.bits.put(value, 1)
            else:
                size, rest = magnitude(value - self.dc.get(component, 0))
                self.dc[component] = value
                self.bits.put(*DC[size])
                self.bits.put(rest, size)
            first = 1
        if first > last:
            return
        values = [int(np.sign(block[k])) * (abs(int(block[k])) >> self.low) for k in range(first, last + 1)]
        (self.refine if self.high else self.fresh)(values)

    def fresh(self, values):
        zeros = 0
        for value in values:
            if value == 0:
                zeros += 1
                continue
            self.end_run()
            while zeros > 15:
                self.bits.put(*AC[0xF0])
                zeros -= 16
            size, rest = magnitude(value)
            self.bits.put(*AC[zeros << 4 | size])
            self.bits.put(rest, size)
            zeros = 0
        if zeros:
            self.run += 1
            if not self.progressive or self.run == 0x3FFF:
                self.end_run()

    def refine(self, values):
        new = [k for k, v in enumerate(values) if abs(v) == 1]
        last, zeros, bits = new[-1] if new else -1, 0, []
        for k, value in enumerate(values):
            if value == 0:
                zeros += 1
                continue
            while zeros > 15 and k <= last:
                self.end_run()
                self.bits.put(*AC[0xF0])
                zeros -= 16
                for bit in bits:
                    self.bits.put(bit, 1)
                bits = []
            if abs(value) > 1:
                bits.append(abs(value) & 1)
                continue
            self.end_run()
            self.bits.put(*AC[zeros << 4 | 1])
            self.bits.put(value > 0, 1)
            for bit in bits:
                self.bits.put(bit, 1)
            zeros, bits = 0, []
        if zeros or bits:
            self.run += 1
            self.pending += bits
            if self.run == 0x3FFF or len(self.pending) > 900:
                self.end_run()


def basis():
    k, n = np.meshgrid(np.arange(8), np.arange(8), indexing="ij")
    m = np.cos((2 * n + 1) * k * np.pi / 16) / 2
    m[0] /= np.sqrt(2)
    return m


BASIS = basis()


def coefficients(plane, step):
    """Quantised blocks in zigzag order, by row and column; `step` is one for all frequencies."""
    rows, columns = plane.shape[0] // 8, plane.shape[1] // 8
    blocks = plane.reshape(rows, 8, columns, 8).transpose(0, 2, 1, 3) - 128.0
    found = np.rint(BASIS @ blocks @ BASIS.T / step).astype(int)
    return found.reshape(rows, columns, 64)[:, :, ZIGZAG]


def plane_of(picture, channel, across, down, width, height):
    """One channel of a picture, reduced, and its edges drawn out to width x height."""
    source = picture[:, :, channel].astype(float)
    ys = np.minimum((np.arange(height) + 0.5) / down, source.shape[0] - 1).astype(int)
    xs = np.minimum((np.arange(width) + 0.5) / across, source.shape[1] - 1).astype(int)
    return source[np.ix_(ys, xs)]


def ceil(a, b):
    return -(-a // b)


def write(picture, factors, scans=None, progressive=False, restart=0, app=b"", ids=None, wide=False, split=True,
          step=3, dnl=False, sof=None, fill=b""):
    """A file of `picture` (height, width, channels), stored as it is. `scans` are (components, first, last, high, low)."""
    height, width, count = picture.shape
    ids = ids or list(range(1, count + 1))
    most = [max(f[i] for f in factors) for i in (0, 1)]
    scans = scans or [(list(range(count)), 0, 63, 0, 0)]
    units = ceil(width, 8 * most[0]), ceil(height, 8 * most[1])
    blocks, sizes = [], []
    for c, (h, v) in enumerate(factors):
        plane = plane_of(picture, c, h / most[0], v / most[1], units[0] * h * 8, units[1] * v * 8)
        blocks.append(coefficients(plane, step + c))
        sizes.append((ceil(ceil(width * h, most[0]), 8), ceil(ceil(height * v, most[1]), 8)))
    out = bytearray(b"\xFF\xD8" + app)
    quants = [bytes([c | 16 * wide]) + (struct.pack(">H", step + c) if wide else bytes([step + c])) * 64 for c in range(count)]
    huffs = [table(0, DC_SYMBOLS, DC_LENGTHS), table(0x10, AC_SYMBOLS, AC_LENGTHS)]
    for tables, marker in ((quants, 0xDB), (huffs, 0xC4)):
        for part in tables if split else [b"".join(tables)]:
            out += fill + segment(marker, part)
    header = struct.pack(">BHHB", 8, 0 if dnl else height, width, count)
    header += b"".join(bytes([ids[c], h << 4 | v, c]) for c, (h, v) in enumerate(factors))
    out += fill + segment(sof or (0xC2 if progressive else 0xC0), header)
    if restart:
        out += segment(0xDD, struct.pack(">H", restart))
    for number, (parts, first, last, high, low) in enumerate(scans):
        out += fill + segment(0xDA, bytes([len(parts)]) + b"".join(bytes([ids[c], 0]) for c in parts) + bytes([first, last, high << 4 | low]))
        bits = Bits()
        scan = Scan(bits, (first, last), high, low, progressive)
        if len(parts) == 1:
            columns, rows = sizes[parts[0]]
            h, v = 1, 1
        else:
            columns, rows = units
        for unit in range(columns * rows):
            if restart and unit and unit % restart == 0:
                scan.end_run()
                bits.restart(unit // restart - 1)
                scan.start()
            y, x = divmod(unit, columns)
            for c in parts:
                h, v = (1, 1) if len(parts) == 1 else factors[c]
                for j in range(v):
                    for i in range(h):
                        scan.block(c, blocks[c][y * v + j][x * h + i])
        scan.end_run()
        bits.flush()
        out += bits.out
        if dnl and number == 0:
            out += segment(0xDC, struct.pack(">H", height))
    return bytes(out + b"\xFF\xD9")


def sample(width, height, count, seed):
    """A smooth picture with some texture."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    channels = []
    for c in range(count):
        wave = 60 * np.sin((x * (c + 1) + seed) / 5.0) * np.cos((y * (3 - c % 3) + seed * 2) / 7.0)
        channels.append(np.clip(128 + wave + (x - y) * (1 + c) / 2, 20, 235))
    return np.stack(channels, axis=2).round().astype(np.uint8)


def progression(count, deep):
    """Scans of a progressive file."""
    everything = list(range(count))
    if not deep:
        return [(everything, 0, 0, 0, 0)] + [([c], 1, 63, 0, 0) for c in everything]
    scans = [(everything, 0, 0, 0, 1)]
    scans += [([c], 1, 5, 0, 2) for c in everything] + [([c], 6, 63, 0, 2) for c in everything]
    scans += [([c], 1, 63, 2, 1) for c in everything] + [(everything, 0, 0, 1, 0)]
    return scans + [([c], 1, 63, 1, 0) for c in everything]


JFIF = segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0")


def adobe(transform):
    return segment(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes([transform]))


SIZES = [(24, 18), (1, 1), (7, 5), (17, 33), (33, 17), (16, 16), (8, 9), (40, 3), (3, 40), (2, 2), (65, 9)]


def whole(count):
    return [(list(range(count)), 0, 63, 0, 0)]


def alone(order):
    return [([c], 0, 63, 0, 0) for c in order]


def cases():
    """Names and files."""
    draw = random.Random(1)
    made = 0

    def size():
        nonlocal made
        made += 1
        return SIZES[made % len(SIZES)]

    every = [(h, v) for h in (1, 2, 3, 4) for v in (1, 2, 3, 4)]
    pairs = [(a, b, b) for a in every for b in every] + [tuple(draw.choice(every) for _ in range(3)) for _ in range(60)]
    for factors in pairs:
        name = " ".join(f"{h}x{v}" for h, v in factors)
        ways = ["one", "each", "two", "back", "progressive", "deep"]
        ways = [ways[made % 6], ways[(made + 1 + made // 6 % 5) % 6]] if len(factors) == 3 else ways
        for way in dict.fromkeys(ways):
            deep = way == "deep"
            scans = {
                "one": whole(3), "each": alone([0, 1, 2]), "back": alone([2, 0, 1]),
                "two": [([0], 0, 63, 0, 0), ([1, 2], 0, 63, 0, 0)],
            }.get(way) or progression(3, deep)
            sums = [sum(factors[c][0] * factors[c][1] for c in s[0]) for s in scans if len(s[0]) > 1]
            if sums and max(sums) > 10:
                continue
            w, h = size()
            restart = draw.choice([0, 0, 1, 3])
            progressive = way in ("progressive", "deep")
            picture = sample(w, h, 3, made)
            yield (f"{name} {way} {w}x{h} restart {restart}",
                   write(picture, factors, scans, progressive, restart, app=draw.choice([b"", JFIF]), split=draw.choice([False, True])))
    one = [(1, 1)]
    for way in ("one", "deep"):
        for factor in ((1, 1), (2, 2), (3, 1), (1, 4)):
            for w, h in SIZES:
                scans = whole(1) if way == "one" else progression(1, True)
                yield f"gray {factor} {way} {w}x{h}", write(sample(w, h, 1, w), [factor], scans, way == "deep", restart=2 * (w % 2))
    colours = {"none": b"", "jfif": JFIF, "jfif+adobe0": JFIF + adobe(0)} | {f"adobe{t}": adobe(t) for t in (0, 1, 2)}
    for name, app in colours.items():
        for ids in ([1, 2, 3], [82, 71, 66], [0, 1, 2], [7, 7 + 2, 5]):
            yield f"ids {ids} {name}", write(sample(24, 18, 3, 5), [(1, 1)] * 3, app=app, ids=ids)
        for factors in ([(1, 1)] * 4, [(2, 2), (1, 1), (1, 1), (2, 2)]):
            yield f"four {factors} {name}", write(sample(24, 18, 4, 6), factors, app=app)
            yield f"four {factors} {name} deep", write(sample(24, 18, 4, 6), factors, progression(4, True), True, app=app)
            yield f"four {factors} {name} each", write(sample(24, 18, 4, 6), factors, alone([0, 1, 2, 3]), app=app)
    three = [(2, 2), (1, 1), (1, 1)]
    for name, options in {
        "wide tables": {"wide": True}, "fill": {"fill": b"\xFF\xFF\xFF"}, "extended": {"sof": 0xC1}, "restart": {"restart": 1}, "rough": {"step": 40}, "fine": {"step": 1},
        "tables together": {"split": False},
    }.items():
        yield name, write(sample(40, 30, 3, 9), three, **options)


def pixels(name, file):
    """What libjpeg-turbo makes of it; nothing where it refuses."""
    try:
        with Image.open(io.BytesIO(file)) as opened:
            opened.load()
            return (opened.convert("RGB") if opened.mode == "CMYK" else opened).tobytes()
    except (OSError, SyntaxError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return b""


def main(out):
    records, refused = [], 0
    for name, file in cases():
        seen = pixels(name, file)
        refused += not seen
        records.append(struct.pack("<III", len(name), len(file), len(seen)) + name.encode() + file + seen)
    packed = zlib.compress(b"".join(records), 9)
    with open(out, "wb") as f:
        f.write(packed)
    print(f"{len(records)} files, {refused} refused, {len(packed)} bytes", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1])
