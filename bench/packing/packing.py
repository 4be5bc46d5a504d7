#!/usr/bin/env python3
"""Packs benchmark problems with the release `weft`, validates every layout, prints a table.

    bench/packing/packing.py [--classes 1,3,5,7] [--problems 1-20] [--seconds 1]
                             [--support full] [--weft .build/release/weft] [--data DIR]

--problems takes numbers and ranges, with a step if wanted: 1-20 or 1-100/5 or 1,6,11.
CPU seconds are those of the whole `weft` process, so other work on the machine matters little.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile


def numbers(text):
    found = []
    for part in text.split(","):
        span, _, step = part.partition("/")
        low, _, high = span.partition("-")
        found += range(int(low), int(high or low) + 1, int(step or 1))
    return found


def machine():
    model = platform.processor() or "unknown processor"
    try:
        with open("/proc/cpuinfo") as lines:
            model = next(line.split(":", 1)[1].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        pass
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{model}, {os.cpu_count()} cores, load {load}"


def main():
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--classes", default="1")
    parser.add_argument("--problems", default="1-20")
    parser.add_argument("--seconds", default="1")
    parser.add_argument("--support", default="full")
    parser.add_argument("--weft", default=os.path.join(root, ".build/release/weft"))
    data = os.environ.get("WEFT_DATA", os.path.join(root, "../shared/data"))
    parser.add_argument("--data", default=os.path.join(data, "packing"))
    options = parser.parse_args()
    print(f"machine: {machine()}")
    print(f"{options.seconds} s per problem, support {options.support}, one thread")
    print("class  problems  mean %   min %   max %  CPU s/problem  invalid")
    broken = 0
    for name in options.classes.split(","):
        path = next(
            found
            for found in (f"{options.data}/thpack{name}.txt", f"{options.data}/br{name}.txt")
            if os.path.exists(found)
        )
        used, cpu, invalid = [], 0.0, 0
        for problem in numbers(options.problems):
            common = ["--problem", str(problem), "--support", options.support]
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            run = subprocess.run(
                [options.weft, "pack", path, *common, "--seconds", options.seconds],
                check=True,
                stdout=subprocess.PIPE,
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu += after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            used.append(json.loads(run.stdout)["utilisation"] * 100)
            with tempfile.NamedTemporaryFile(suffix=".json") as layout:
                layout.write(run.stdout)
                layout.flush()
                check = subprocess.run(
                    [options.weft, "pack", "--validate", path, layout.name, *common],
                    stdout=subprocess.DEVNULL,
                )
                invalid += check.returncode != 0
        broken += invalid
        print(
            f"BR{name:<5}{len(used):>8}{sum(used) / len(used):>9.2f}{min(used):>8.2f}"
            f"{max(used):>8.2f}{cpu / len(used):>15.2f}{invalid:>9}",
            flush=True,
        )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
