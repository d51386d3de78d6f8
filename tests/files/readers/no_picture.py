import base64


def read(source, *, kind):
    return [base64.b64encode(b"<html>").decode()]
