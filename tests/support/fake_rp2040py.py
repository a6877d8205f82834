"""Stands for `python -m rp2040py`: the Unix port on a TCP port, or one of its failures.

FAKE_RP2040PY says which: "run", "late" (listens long before it answers), "mute", "dies" (before it
answers), "bad" (an image that it does not like).
"""

import os
import select
import socket
import sys
import tempfile
import time
from pathlib import Path

from support.pty_board import PtyBoard


def main(arguments: list[str]) -> None:
    kind = os.environ["FAKE_RP2040PY"]
    assert arguments[:2] == ["micropython", "--image"]  # without one, rp2040py downloads unchecked
    assert Path(arguments[2]).is_file()
    assert arguments[3:] == ["--tcp-port", "0"]
    if kind == "mute":
        time.sleep(60)
    if kind == "bad":
        sys.exit(f"cannot load {arguments[2]}")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        text = f"TCP socket REPL listening on 127.0.0.1:{port} - e.g. `mpremote connect ...`"
        print(text, file=sys.stderr)
        if kind == "late":
            server.accept()[0].close()
        if kind == "dies":
            server.accept()
            sys.exit("Unhandled fault at 0x10000100")
        with tempfile.TemporaryDirectory() as folder:
            board = PtyBoard(Path(folder))
            try:
                while True:
                    serve(server.accept()[0], board)
            finally:
                board.close()


def serve(client: socket.socket, board: PtyBoard) -> None:
    port = os.open(board.port, os.O_RDWR | os.O_NOCTTY)
    try:
        while True:
            ready, _, _ = select.select([client, port], [], [], 0.1)
            if port in ready:
                client.sendall(os.read(port, 4096))
            if client in ready:
                data = client.recv(4096)
                if not data:
                    return
                if b"'please die'" in data:
                    sys.exit("Unhandled fault at 0x10000100")
                os.write(port, data)
    finally:
        os.close(port)
        client.close()


main(sys.argv[1:])
