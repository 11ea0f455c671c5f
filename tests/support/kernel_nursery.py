"""Start nbval's kernels as forks of one process that has imported what all notebooks import: two seconds for each.

The fork then runs what `ipykernel_launcher` runs, in a session, a folder and an environment of its own. `make report`
and `make notebooks` start theirs afresh, and would notice an import that only the nursery provides.
"""

import importlib
import json
import os
import signal
import subprocess
import sys
from typing import Any

IMPORTED = (
    "ipykernel.kernelapp", "matplotlib.pyplot", "pandas", "mlp_core", "report.chapter.evidence",
    "report.chapter.figures", "report.chapter.published", "report.chapter.results", "report.chapter.say",
)  # fmt: skip
INLINE = "module://matplotlib_inline.backend_inline"
"""Where a kernel lets matplotlib draw, unless told otherwise; read when matplotlib is imported."""


class Nursery:
    """The process that is forked, started when it is first asked for a kernel; it ends with this process."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def launch(self, command: list[str], *, env: dict[str, str], cwd: str | None = None, **_: Any) -> "Kernel":
        """Start a kernel, as `jupyter_client.launcher.launch_kernel` does."""
        arguments = command[command.index("ipykernel_launcher") :]
        return Kernel(self, int(self.ask({"arguments": arguments, "env": dict(env), "cwd": cwd or os.getcwd()})))

    def ask(self, request: dict[str, Any]) -> Any:
        """Send a request, and return the answer."""
        if self._process is None:
            environment = os.environ | {"MPLBACKEND": INLINE}
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
            self._process = subprocess.Popen([sys.executable, __file__], env=environment, **pipes)
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        if not (answer := self._process.stdout.readline()):
            raise RuntimeError(f"the process that forks kernels died; run `python {__file__}` to see why")
        return json.loads(answer)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.communicate()


class Kernel:
    """A forked kernel, with what `jupyter_client` asks of a `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self.nursery, self.pid, self.returncode = nursery, pid, None

    def poll(self) -> int | None:
        """Return the exit status; None while it runs."""
        if self.returncode is None:
            self.returncode = self.nursery.ask({"look": self.pid})
        return self.returncode

    def wait(self) -> int:
        """Wait for its end."""
        if self.returncode is None:
            self.returncode = self.nursery.ask({"wait": self.pid})
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def main() -> None:
    """Import, then answer requests; a fork leaves the loop and becomes a kernel."""
    for name in IMPORTED:
        importlib.import_module(name)
    sys.modules["pandas"].set_option("display.max_columns", 20)  # which pandas takes in a notebook, if imported there
    for line in sys.stdin:
        request = json.loads(line)
        if "arguments" in request:
            answer = fork()
            if not answer:
                become_kernel(**request)
                return
        else:
            pid, status = os.waitpid(request.get("look") or request["wait"], os.WNOHANG if "look" in request else 0)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        print(json.dumps(answer), flush=True)


def fork() -> int:
    """Fork; return once the child has a session of its own, so that no signal for its group reaches others."""
    ready, begun = os.pipe()
    if pid := os.fork():
        os.close(begun)
        os.read(ready, 1)
        os.close(ready)
        return pid
    os.setsid()
    os.close(ready)
    os.close(begun)
    return 0


def become_kernel(arguments: list[str], env: dict[str, str], cwd: str) -> None:
    """Do as `python -m ipykernel_launcher` does."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    os.environ.clear()
    os.environ.update(env | {"JPY_PARENT_PID": str(os.getppid()), "MPLBACKEND": INLINE})
    os.chdir(cwd)
    sys.path.remove(os.path.dirname(os.path.abspath(__file__)))
    sys.argv = arguments

    from ipykernel import kernelapp

    kernelapp.launch_new_instance()


if __name__ == "__main__":
    main()
