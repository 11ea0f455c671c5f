"""Downloads from servers on this machine that misbehave in every way."""

import contextlib
import hashlib
import threading
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mlp_core.datasets.downloads import Patience, download
from mlp_core.storage.files import DatasetError, check_digest, read_bytes

CONTENT = b"the right content " * 40
SHORT = Patience(connect=0.5, stall=0.3, total=0.6)


class Server(BaseHTTPRequestHandler):
    """Answers each path in its own wrong way."""

    def do_GET(self):
        self.server.requests.append(self.path)
        getattr(self, f"answer_{self.path.strip('/')}")()

    def send(self, content=CONTENT, *, length=None, status=200):
        self.send_response(status)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        self.end_headers()
        self.wfile.write(content)

    def answer_good(self):
        self.send()

    def answer_redirect(self):
        self.send_response(302)
        self.send_header("Location", "/good")
        self.end_headers()

    def answer_loop(self):
        self.send_response(302)
        self.send_header("Location", "/loop")
        self.end_headers()

    def answer_scheme(self):
        self.send_response(302)
        self.send_header("Location", "file:///etc/hostname")
        self.end_headers()

    def answer_bracket(self):
        self.send_response(302)
        self.send_header("Location", "http://[")
        self.end_headers()

    def answer_bytes(self):
        self.wfile.write(b"HTTP/1.1 302 \xff\xfe\r\nLocation: http://127.0.0.1:1\xff\xc3/\xff\r\n\r\n")

    def answer_port(self):
        self.send_response(302)
        self.send_header("Location", "http://127.0.0.1:99999999/x")
        self.end_headers()

    def answer_digits(self):
        self.send_response(200)
        self.send_header("Content-Length", "9" * 5_000)
        self.end_headers()

    def answer_coding(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\xffzz\r\n")

    def answer_other(self):
        self.send(b"<html>please log in</html>")

    def answer_missing(self):
        self.send(b"", status=404)

    def answer_half(self):
        self.send(CONTENT[:100], length=len(CONTENT))

    def answer_stall(self):
        self.send(CONTENT[:100], length=len(CONTENT))
        self.server.stop.wait(5)

    def answer_silent(self):
        self.server.stop.wait(5)

    def answer_drip(self):
        self.send(b"", length=10_000)
        while not self.server.stop.wait(0.05):
            self.wfile.write(b".")

    def answer_headers(self):
        self.send_response(200)
        self.flush_headers()
        while not self.server.stop.wait(0.05):
            self.wfile.write(b"x")

    def answer_endless(self):
        self.send(b"", length=10**12)
        while not self.server.stop.is_set():
            self.wfile.write(bytes(1 << 16))

    def answer_lie(self):
        self.send(CONTENT + b"and more", length=len(CONTENT) - 5)

    def answer_nonsense(self):
        self.wfile.write(b"this is not HTTP\r\n\r\n")

    def answer_length(self):
        self.send_response(200)
        self.send_header("Content-Length", "-7")
        self.end_headers()
        self.wfile.write(CONTENT)

    def handle(self):
        with contextlib.suppress(OSError):  # the client went away, as it should
            super().handle()

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.daemon_threads = True
    server.requests, server.stop = [], threading.Event()
    thread = threading.Thread(target=partial(server.serve_forever, poll_interval=0.02))
    thread.start()
    yield server
    server.stop.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def direct(monkeypatch):
    """Reach this machine's own servers without a proxy."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def get(server, tmp_path):
    """Download from the paths of the server, in order, into a folder of the test's own."""
    def check(path):
        check_digest(read_bytes(path, 10_000), hashlib.sha256(CONTENT).hexdigest(), path)

    def get(*paths, patience=SHORT):
        server.requests.clear()
        urls = [f"http://127.0.0.1:{server.server_port}/{path}" for path in paths]
        return download(urls, tmp_path / "data.gz", check=check, limit=10_000, patience=patience)
    return get


def test_the_first_mirror_that_works_is_the_only_one_asked(get, server, tmp_path):
    assert get("good", "missing").endswith("/good")
    assert server.requests == ["/good"]
    assert (tmp_path / "data.gz").read_bytes() == CONTENT


def test_a_redirect_is_followed(get, tmp_path):
    get("redirect")
    assert (tmp_path / "data.gz").read_bytes() == CONTENT


FAULTS = {"other": "not the file it should be", "missing": "HTTP status 404", "half": "IncompleteRead",
          "stall": "nothing came for 0.3 s", "silent": "nothing came for 0.3 s", "drip": "not complete after 0.6 s",
          "headers": "not complete after 0.6 s",
          "endless": "more than the 10,000 bytes", "lie": "not the file it should be", "loop": "TooManyRedirects",
          "scheme": "InvalidSchema", "bracket": "", "bytes": "", "port": "", "digits": "", "coding": "",
          "nonsense": "no connection"}


@pytest.mark.parametrize("path", FAULTS)
def test_whatever_goes_wrong_the_next_mirror_is_asked(path, get, server, tmp_path):
    start = time.perf_counter()
    assert get(path, "good").endswith("/good")
    assert time.perf_counter() - start < 4
    assert server.requests[0] == f"/{path}"
    assert (tmp_path / "data.gz").read_bytes() == CONTENT


@pytest.mark.long
def test_when_all_fail_each_is_named_with_its_fault_and_nothing_is_left(get, tmp_path):
    with pytest.raises(DatasetError) as caught:
        get(*FAULTS)
    lines = str(caught.value).splitlines()
    assert len(lines) == len(FAULTS)
    for path, line in zip(FAULTS, lines, strict=True):
        assert f"/{path}: " in line
        assert FAULTS[path] in line
        assert ".part" not in line
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_last_good_file_untouched(get, tmp_path):
    (tmp_path / "data.gz").write_bytes(b"what was there")
    with pytest.raises(DatasetError):
        get("half")
    assert (tmp_path / "data.gz").read_bytes() == b"what was there"


def test_a_closed_port_is_no_connection(tmp_path):
    with pytest.raises(DatasetError, match="http://127.0.0.1:9/x: no connection"):
        download(["http://127.0.0.1:9/x"], tmp_path / "x", check=print, limit=1, patience=SHORT)


def test_a_folder_that_cannot_be_written_to_is_reported(server, tmp_path):
    with pytest.raises(DatasetError, match="No such file or directory"):
        download([f"http://127.0.0.1:{server.server_port}/good"], tmp_path / "no" / "x", check=print, limit=10_000)


def test_a_senseless_length_is_ignored(get):
    get("length", "good")
