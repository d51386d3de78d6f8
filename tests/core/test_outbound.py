"""The only way out reaches nothing of ours, whatever the address is dressed as."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from apps.core.network import outbound
from apps.core.network.outbound import Unreachable, fetch


class Handler(BaseHTTPRequestHandler):
    """A server that behaves as its path says, and remembers what it was sent."""

    seen: list[tuple[str, dict[str, str]]]

    def do_GET(self) -> None:
        self.server.seen.append((self.path, dict(self.headers)))
        what, _sep, argument = self.path[1:].partition("/")
        if what == "to":
            self.send_response(302)
            self.send_header("Location", argument)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self.send_response(int(argument) if what == "status" else 200)
        if what == "drip":
            self.end_headers()
            try:
                for _time in range(200):
                    self.wfile.write(b"x")
                    self.wfile.flush()
                    self.server.stop.wait(0.05)
            except OSError:
                pass
            return
        body = b"x" * int(argument) if what == "big" else b'{"ok": true}'
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *args) -> None:
        pass


@pytest.fixture
def serve():
    """``serve()``: a running server on a free port of this machine."""
    servers = []

    def start():
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.seen, server.stop = [], threading.Event()
        server.address = f"127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def server(serve, settings):
    found = serve()
    settings.OUTBOUND_ALLOW = [found.address]
    return found


def why(url, **kwargs):
    with pytest.raises(Unreachable) as refused:
        fetch("GET", url, **kwargs)
    return refused.value.why


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "0.0.0.0", "10.0.0.8", "172.16.3.4", "192.168.1.1", "100.64.0.1", "169.254.169.254",
        "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[::ffff:127.0.0.1]", "[::ffff:a00:1]", "[2002:7f00:1::]",
        "[64:ff9b::7f00:1]", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "224.0.0.1", "255.255.255.255",
        "[fd00:ec2::254]",
    ],
)  # fmt: skip
def test_no_address_of_ours_is_reached_in_any_writing(host):
    assert why(f"http://{host}/") in ("address", "name")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://exemplo.com.br/", "file:///etc/passwd", "gopher://exemplo.com.br/", "http:///x", "//exemplo.com.br",
        "http://ana:senha@93.184.216.34/", "http://93.184.216.34:22/", "http://93.184.216.34:6379/", "http://[::1",
        "http://93.184.216.34:99999/",
    ],
)  # fmt: skip
def test_only_plain_web_addresses_on_web_ports(url):
    assert why(url) == "address"


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "8.8.8.8"])
def test_public_addresses_are_fine(address, monkeypatch):
    answer = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: answer)
    assert outbound.public_addresses("exemplo.com.br", 443) == [address]


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch):
    rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: rows)
    assert why("https://exemplo.com.br/") == "address"


def test_a_name_is_resolved_once_and_the_judged_address_is_connected_to(monkeypatch):
    """Rebinding: the second answer of the name would be private; there is no second question."""
    asked, reached = [], []

    def resolve(host, port, *args, **kwargs):
        asked.append(host)
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34" if len(asked) == 1 else "127.0.0.1", port))
        ]

    def connect(address, *args, **kwargs):
        reached.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    assert why("http://exemplo.com.br/") == "connection"
    assert (asked, reached) == (["exemplo.com.br"], ["93.184.216.34"])


def test_an_answer_is_an_answer_whatever_its_status(server):
    answer = fetch("GET", f"http://{server.address}/status/403")
    assert (answer.status, answer.json(), answer.certificate_until) == (403, {"ok": True}, None)


def test_json_is_sent(server):
    assert fetch("POST", f"http://{server.address}/x", json={"a": 1}).status == 200
    assert server.seen[0][1]["Content-Type"] == "application/json"


def test_a_redirect_into_private_space_is_refused(server):
    assert why(f"http://{server.address}/to/http://169.254.169.254/latest/meta-data/") == "address"
    assert why(f"http://{server.address}/to/file:///etc/passwd") == "address"


def test_a_redirect_to_another_host_carries_no_credentials(serve, server, settings):
    other = serve()
    settings.OUTBOUND_ALLOW = [server.address, other.address]
    fetch("GET", f"http://{server.address}/to/http://{other.address}/x", headers={"X-VTEX-API-AppToken": "canario"})
    assert "canario" in str(server.seen)
    assert "canario" not in str(other.seen)
    fetch("GET", f"http://{server.address}/to//y", headers={"Authorization": "canario"})
    assert "canario" in str(server.seen[-1])  # The same host keeps them.


def test_redirects_end(server):
    assert why(f"http://{server.address}/to//to//to//to//to//to/x") == "redirects"


def test_an_endless_answer_is_cut_by_size(server):
    assert fetch("GET", f"http://{server.address}/big/1000", max_bytes=1000).status == 200
    assert why(f"http://{server.address}/big/1001", max_bytes=1000) == "size"


def test_a_dripping_answer_is_cut_by_time(server):
    """Each byte comes well within any timeout of its own; the whole does not."""
    assert why(f"http://{server.address}/drip", seconds=0.3) == "timeout"


def test_a_server_that_says_nothing_is_left(settings):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.OUTBOUND_ALLOW = [address := f"127.0.0.1:{silent.getsockname()[1]}"]
        assert why(f"http://{address}/", seconds=0.3) == "timeout"


def test_a_server_without_tls_where_tls_is_asked(server):
    assert why(f"https://{server.address}/") in ("tls", "connection")


def test_nothing_else_in_the_code_opens_a_way_out(settings):
    """One outbound client: no other module imports a library that makes requests."""
    import ast
    from pathlib import Path

    ways = {"httpx", "httpcore", "requests", "urllib3", "http.client", "urllib.request", "smtplib", "ftplib", "aiohttp"}
    for path in (Path(settings.BASE_DIR) / "apps").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not ways & set(names) or path.name == "outbound.py", path


def test_a_form_is_sent_and_goes_no_further_than_its_host(serve, server, settings):
    other = serve()
    settings.OUTBOUND_ALLOW = [server.address, other.address]
    fetch("POST", f"http://{server.address}/to/http://{other.address}/x", form={"code": "a b&c"})
    assert server.seen[0][1]["Content-Type"] == "application/x-www-form-urlencoded"
    assert server.seen[0][1]["Content-Length"] == str(len("code=a+b%26c"))
    assert other.seen[0][1].get("Content-Length", "0") == "0"


def test_an_international_name_is_asked_by_its_ascii_form(monkeypatch):
    asked = []

    def resolve(host, port, *args, **kwargs):
        asked.append(host)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    assert why("https://lojaaçaí.com.br/catálogo?q=açaí") == "name"
    assert asked == ["xn--lojaaa-0ua3c.com.br"]


@pytest.mark.parametrize("host", ["i❤.ws", "-loja.com.br", "loja..com.br", "x" * 64, "ç" * 63, "\u202eloja.com.br"])
def test_a_name_that_cannot_be_encoded_is_an_ordinary_refusal(host):
    assert why(f"https://{host}/") == "address"


def test_a_path_with_accents_is_written_in_ascii(server):
    assert fetch("GET", f"http://{server.address}/catálogo/açaí?q=ç").status == 200
    assert server.seen[0][0] == "/cat%C3%A1logo/a%C3%A7a%C3%AD?q=%C3%A7"


@pytest.fixture
def says(settings):
    """``says(bytes)`` is the address of a server that answers exactly so, whatever it is asked, and hangs up."""
    listening = []

    def start(*answers: bytes) -> str:
        listener = socket.create_server(("127.0.0.1", 0))
        listening.append(listener)
        settings.OUTBOUND_ALLOW = [address := f"127.0.0.1:{listener.getsockname()[1]}"]

        def serve() -> None:
            for answer in answers:
                try:
                    connection, _peer = listener.accept()
                    with connection:
                        connection.recv(65_536)
                        connection.sendall(answer)
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        return f"http://{address}/"

    yield start
    for listener in listening:
        listener.close()


END = b"\r\nConnection: close\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: abc" + END, b"HTTP/1.1 200 OK\r\nContent-Length: -1" + END,
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6" + END + b"123456",
        b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5_000 + END, b"HTTP/1.1 200 OK\r\nContent-Length: 99" + END,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked" + END + b"zz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked" + END + b"f" * 400 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 300_000 + END, b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 60_000 + END,
        b"HTTP/1.1 20x OK" + END, b"HTTP/1.1 99999 OK" + END, b"\x00\xff\xfe" * 50, b"",
        b"HTTP/1.1 200 OK\r\nna me: x" + END, b"HTTP/1.1 200 OK\r\n\xff: x" + END, b"HTTP/1.1 200 OK\r\nX: a\x00b" + END,
        b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 100 Continue\r\n\r\n" * 500,
    ],
)  # fmt: skip
def test_an_answer_that_is_no_http_is_an_ordinary_failure(answer, says):
    assert why(says(answer), seconds=5) == "connection"


@pytest.mark.parametrize(
    "location",
    [
        b"http://[", b"//[x", b"http://ana:senha@loja.com.br/", b"http://127.0.0.1:99999999/", b"http://\xe2\x9d\xa4.ws/",
        b"http://" + b"a" * 70 + b".com/", b"javascript:alert(1)",
        b"http://127.0.0.1\\@loja.com.br/", b"/" + b"x" * 9_000,
    ],
)  # fmt: skip
def test_a_redirect_to_nonsense_is_an_ordinary_failure(location, says):
    assert why(says(b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0" + END)) == "address"


@pytest.mark.parametrize("location", ["/catálogo".encode(), "/catálogo".encode("latin-1")])
def test_a_redirect_with_accents_is_followed(location, says):
    redirect = b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0" + END
    answer = fetch("GET", says(redirect, b"HTTP/1.1 200 OK\r\nContent-Length: 2" + END + b"ok"))
    assert (answer.status, answer.url.rpartition("/")[2]) == (200, "cat%C3%A1logo")


@pytest.mark.parametrize(
    "header", [b"Content-Type: text/html; charset=\xff\xfe", "X-Loja: açaí".encode(), b"Set-Cookie: a=\xc3\x28"]
)
def test_headers_of_any_bytes_are_text(header, says):
    answer = fetch("GET", says(b"HTTP/1.1 200 OK\r\n" + header + b"\r\nContent-Length: 2" + END + b"\xff\xfe"))
    assert answer.status == 200
    assert all(isinstance(text, str) for text in answer.headers.values())
    with pytest.raises(ValueError, match="Expecting value|decode"):
        answer.json()
