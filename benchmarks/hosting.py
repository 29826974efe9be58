"""Measure what a student costs a server: `python benchmarks/hosting.py [--kernels 4]`.

Memory is what is not shared with others, plus a fair share of what is (PSS), so it adds up over
students. It is read from /proc, so this runs on Linux alone.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import mean

import nbformat
from jupyter_client.manager import KernelManager

ROOT = Path(__file__).resolve().parents[1]
LARGE = "08_what_the_calculus_buys"  # a million objects
PANEL = """from lvmcalc.show import LiveGPLVM
panel = LiveGPLVM("digits", Q=2, optimiser="gradient", learning_rate=1e-5)
type(panel).busy = property(lambda view: False)  # as if a page took every frame
panel"""
STUDENTS, HUB = 30, 300  # and what the hub itself needs, in MB


def memory(process: int) -> float:
    """Return the memory of a process in MB."""
    rows = Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith("Pss:")) / 1000


def peak(process: int) -> float:
    """Return the most memory that a process has had so far in MB, what is shared included."""
    rows = Path(f"/proc/{process}/status").read_text("ascii").splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith("VmHWM:")) / 1000


def cores(process: int, seconds: float = 5) -> float:
    """Return how many cores a process keeps busy for some seconds."""
    def used() -> float:
        parts = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
        return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")

    before = used()
    time.sleep(seconds)
    return (used() - before) / seconds


class Kernel:
    """A kernel of a student; `run` waits until a cell has run."""

    def __init__(self) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(cwd=ROOT / "notebooks", stderr=subprocess.DEVNULL)
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(60)
        self.process = self.manager.provisioner.process.pid

    def run(self, code: str) -> None:
        reply = self.client.execute_interactive(code, timeout=300, output_hook=lambda _: None)
        assert reply["content"]["status"] == "ok", reply["content"]

    def close(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def server() -> tuple[float, float]:
    """Return the seconds until a JupyterLab server answers, and its memory."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as home:
        start = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root",
             f"--port={port}", "--ip=127.0.0.1"], cwd=home, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, env=os.environ | {"HOME": home})
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        took = time.perf_counter() - start
        time.sleep(1)
        needs = memory(process.pid)
        process.terminate()
        process.wait()
    return took, needs


def main() -> None:
    """Measure, and print what 30 students need."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kernels", type=int, default=4, help="how many to run at once")
    count = parser.parse_args().kernels
    seconds, of_server = server()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"a JupyterLab server: {seconds:.1f} s, {of_server:.0f} MB")

    kernels, starts, panels = [], [], []
    for _ in range(count):
        begun = time.perf_counter()
        kernels.append(Kernel())
        ready = time.perf_counter()
        kernels[-1].run(PANEL)
        starts.append(ready - begun)
        panels.append(time.perf_counter() - ready)
    first = mean(memory(kernel.process) for kernel in kernels)
    print(f"a kernel, of {count} at once: {mean(starts):.1f} s, then {mean(panels):.1f} s for the "
          f"panel of notebook 00, {first:.0f} MB")
    kernels[0].run("panel.player.step(100); panel.player.play()")  # past its slow start
    playing = cores(kernels[0].process)
    kernels[0].run("panel.player.pause()")
    print(f"while its panel plays, it keeps {playing:.2f} cores busy")

    for name in ("06_gplvm_training", LARGE):
        kernel = kernels[count > 1]
        for cell in nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", 4).cells:
            if cell.cell_type == "code":
                kernel.run(cell.source)
        largest = peak(kernel.process)
        print(f"after all of {name}: {memory(kernel.process):.0f} MB, at most {largest:.0f} MB")
    for kernel in kernels:
        kernel.close()
    usual = STUDENTS * (of_server + first) + HUB
    most = STUDENTS * (of_server + largest) + HUB
    print(f"reckoned for {STUDENTS} students, with a server and a kernel each: "
          f"{usual / 1000:.1f} GB at the first panel, {most / 1000:.1f} GB if all run {LARGE} "
          f"at once, {STUDENTS * playing:.0f} cores if all play at the same moment")


if __name__ == "__main__":
    main()
