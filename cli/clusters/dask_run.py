#!/usr/bin/env python3
"""Measures the parts of `kvant rd run` on a Dask cluster, and merges them.

    python3 dask_run.py -o out --scheduler tcp://HOST:8786 -- -i /data/photos -c kvant,avif

Behind `--` stand the arguments of `kvant rd run`, without output and shard. Without a scheduler, workers are started on this
machine. The workers see the pictures at the same paths; results come back through Dask, so no folder has to be shared. Where
only some workers have the pictures, start those with `dask worker --resources "photos=1"` and pass `--resource photos`.
"""
import argparse, pathlib, subprocess, sys, tempfile
from dask.distributed import Client, LocalCluster, as_completed, get_worker

FILES = ["results.csv", "run.json"]


def measure(kvant, arguments, part, parts):
    """The results of a part, as texts, and what was said of failures. A worker that dies loses its part, which another does."""
    with tempfile.TemporaryDirectory(dir=get_worker().local_directory) as folder:
        command = [kvant, "rd", "run", *arguments, "--shard", f"{part}/{parts}"]
        command += ["--no-times", "--no-report", "--quiet", "-o", folder]
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        files = [pathlib.Path(folder, name) for name in FILES]
        # 1 means that something was left out, and the rest is there.
        if ended.returncode not in (0, 1) or not all(file.exists() for file in files):
            raise RuntimeError(f"part {part}/{parts} ended with {ended.returncode}: {ended.stderr.strip()}")
        return [file.read_text() for file in files], ended.stderr if ended.returncode else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", required=True, help="folder of the merged results")
    parser.add_argument("--scheduler", help="address of the cluster's scheduler")
    parser.add_argument("--workers", type=int, help="workers to start where there is no scheduler [default: one a core]")
    parser.add_argument("--kvant", default="kvant", help="the program, as the workers find it")
    parser.add_argument("--parts", type=int, help="parts of the run [default: eight for each thread of the workers]")
    parser.add_argument("--retries", type=int, default=2, help="how often a part that failed is tried again [default: 2]")
    parser.add_argument("--resource", help="take only workers that have this resource")
    parser.add_argument("arguments", nargs="+", metavar="-- ARGUMENTS", help="of kvant rd run")
    args = parser.parse_args()
    cluster = args.scheduler or LocalCluster(n_workers=args.workers, threads_per_worker=1)
    with Client(cluster) as client, tempfile.TemporaryDirectory() as folder:
        print(f"dashboard: {client.dashboard_link}", file=sys.stderr)
        parts = args.parts or 8 * max(1, sum(client.nthreads().values()))
        wanted = {"resources": {args.resource: 1}} if args.resource else {}
        jobs = {client.submit(measure, args.kvant, args.arguments, part, parts, retries=args.retries, pure=False, **wanted): part
                for part in range(1, parts + 1)}
        failed = False
        for done, (job, (texts, problems)) in enumerate(as_completed(jobs, with_results=True), 1):
            place = pathlib.Path(folder, f"part{jobs[job]:05}")
            place.mkdir()
            for name, text in zip(FILES, texts):
                (place / name).write_text(text)
            failed |= bool(problems)
            print(f"{problems}{done} of {parts} parts", file=sys.stderr)
        merge = [args.kvant, "rd", "merge", *sorted(map(str, pathlib.Path(folder).iterdir())), "-o", args.output, "-f"]
        return subprocess.run(merge).returncode or int(failed)


if __name__ == "__main__":
    sys.exit(main())
