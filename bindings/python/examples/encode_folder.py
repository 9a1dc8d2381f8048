"""Encodes a folder of pictures on many machines, with Dask or with Ray.

    python encode_folder.py photos/ out/ --on dask --cluster tcp://HOST:8786
    python encode_folder.py photos/ out/ --on ray --workers 4

Without a cluster, workers are started on this machine. All machines see both folders at the same
paths, and have the packages kvant and Pillow. out/a/b.png.kvt is written for photos/a/b.png. In the
place of photos/ may stand a file in it that lists pictures, a line each. A file gets its name when
it is whole, and one that is there and decodes is left. So a worker may die at any time, and the
same command goes on where one was ended. out/.unfinished-* is what a killed command leaves.
"""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import kvant
from PIL import Image

SUFFIXES = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"}
#: An input and its output.
Pair = tuple[Path, Path]
#: An input, and what became of it: "made", "left", or what is wrong.
Outcome = tuple[Path, str]


def encode(pair: Pair, unfinished: Path, quality: float, effort: int) -> Outcome:
    """Encodes a picture, on a worker. It may be done twice, and at the same time."""
    import kvant.pillow  # there too

    source, target = pair
    try:
        kvant.decode(target.read_bytes())
        return source, "left"
    except (FileNotFoundError, kvant.KvantError):
        pass
    part = unfinished / uuid4().hex
    try:
        with open(part, "wb") as file, Image.open(source) as image:
            notes = {"exif": image.info.get("exif"), "xmp": image.info.get("xmp")}
            image.save(file, "KVT", quality=quality, effort=effort, **notes)
        target.parent.mkdir(parents=True, exist_ok=True)
        part.replace(target)
    except Exception as error:  # Of broken files Pillow raises whatever it meets.
        return source, str(error)
    return source, "made"


def on_dask(
    work: Callable[[Pair], Outcome], pairs: list[Pair], cluster: str | None, workers: int
) -> Iterator[Outcome]:
    from dask.distributed import Client, LocalCluster, as_completed

    with Client(cluster or LocalCluster(n_workers=workers, threads_per_worker=1)) as client:
        # Not pure: what has become of a picture before says nothing of it now.
        jobs = dict(zip(client.map(work, pairs, pure=False), pairs))
        for job in as_completed(jobs):
            # One that has killed its worker several times is given up.
            yield job.result() if job.status == "finished" else (jobs[job][0], str(job.exception()))


def on_ray(
    work: Callable[[Pair], Outcome], pairs: list[Pair], cluster: str | None, workers: int
) -> Iterator[Outcome]:
    import ray

    ray.init(cluster, num_cpus=None if cluster else workers)
    # Of functions it takes only those that have a name.
    encode = ray.remote(num_cpus=1, max_retries=3)(lambda pair: work(pair))
    # All at once would be slow to wait for.
    most = 4 * int(ray.cluster_resources()["CPU"])
    jobs: dict[ray.ObjectRef, Pair] = {}
    todo = iter(pairs)
    while True:
        while len(jobs) < most and (pair := next(todo, None)):
            jobs[encode.remote(pair)] = pair
        if not jobs:
            break
        (job,), _ = ray.wait(list(jobs))
        pair = jobs.pop(job)
        try:
            yield ray.get(job)
        except ray.exceptions.RayError as error:
            yield pair[0], str(error)
    ray.shutdown()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", type=Path, help="folder of pictures, or a list of some in its folder")
    parser.add_argument("output", type=Path, help="folder of .kvt files")
    parser.add_argument("--on", choices=["dask", "ray"], required=True)
    parser.add_argument("--cluster", metavar="ADDRESS", help="where there is one")
    parser.add_argument("--workers", type=int, default=2, help="to start where there is none [default: 2]")
    parser.add_argument("-q", "--quality", type=float, default=80)
    parser.add_argument("-e", "--effort", type=int, default=5)
    args = parser.parse_args()
    listed = args.input.is_file()
    folder, output = (args.input.parent if listed else args.input).resolve(), args.output.resolve()
    found = map(folder.joinpath, args.input.read_text().splitlines()) if listed else folder.rglob("*")
    sources = sorted({path for path in found if path.suffix.lower() in SUFFIXES})
    pairs = [(source, output / source.relative_to(folder).with_name(source.name + ".kvt")) for source in sources]
    output.mkdir(parents=True, exist_ok=True)
    count = {"made": 0, "left": 0}
    # Where renaming a file moves no bytes. What workers left that died goes with the folder.
    with TemporaryDirectory(prefix=".unfinished-", dir=output) as unfinished:
        work = functools.partial(encode, unfinished=Path(unfinished), quality=args.quality, effort=args.effort)
        on = on_dask if args.on == "dask" else on_ray
        for source, outcome in on(work, pairs, args.cluster, args.workers):
            if outcome in count:
                count[outcome] += 1
            else:
                print(f"{source}: {outcome}", file=sys.stderr)
    failed = len(pairs) - sum(count.values())
    print(f"{count['made']} made, {count['left']} left as they were, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
