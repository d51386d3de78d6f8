import os
import signal


def read(source, *, kind):
    os.kill(os.getpid(), signal.SIGSEGV)
