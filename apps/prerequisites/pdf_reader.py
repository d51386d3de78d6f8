"""Run as a program of its own, with little memory and time: what a PDF on standard input is, as one line of JSON.

It imports nothing of the application: a document that breaks the reader breaks this process alone.
"""

import json
import resource
import sys

PAGES = 20
SECONDS = 15


def main() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
    import pypdfium2

    found: dict[str, object]
    try:
        document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    except pypdfium2.PdfiumError as error:
        found = {"found": "locked" if "password" in str(error).lower() else "broken"}
    else:
        words = any(
            document[number].get_textpage().get_text_bounded().strip() for number in range(min(len(document), PAGES))
        )
        found = {"found": ("document" if words else "pictures") if len(document) else "empty", "pages": len(document)}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
