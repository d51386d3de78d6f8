import base64
import struct


def read(source, *, kind):
    head = b"\x89PNG\r\n\x1a\n" + struct.pack("!I", 13) + b"IHDR" + struct.pack("!II", 60_000, 10)
    return [base64.b64encode(head).decode()]
