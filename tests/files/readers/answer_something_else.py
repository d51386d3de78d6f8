def read(source, *, kind):
    return [{"a": 1}, 7]
