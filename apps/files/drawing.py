"""Draws the first pages of a PDF, or an image, as PNG. A program of its own: it knows nothing of the application, is given
no environment, and limits itself before it reads the file, so that a hostile one ends this process and nothing else.

python drawing.py KIND SOURCE FOLDER    writes FOLDER/1.png, 2.png…; any other end than 0 means there is no picture
"""

import resource
import sys

PAGES = 3
SIDE = 1200
"""The longest side of a picture, in pixels."""
PIXELS = 60_000_000
"""The largest image that is opened."""
MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 10
WRITTEN = 16 * 1024 * 1024


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def draw_image(source: str, folder: str) -> None:
    from PIL import Image, ImageOps

    with Image.open(source, formats=["PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP"]) as image:
        if image.width * image.height > PIXELS:
            sys.exit(2)
        image.draft("RGB", (SIDE, SIDE))
        image.thumbnail((SIDE, SIDE))
        upright = ImageOps.exif_transpose(image).convert("RGBA")
    paper = Image.new("RGB", upright.size, "white")
    paper.paste(upright, mask=upright.getchannel("A"))
    paper.save(f"{folder}/1.png")


def draw_pdf(source: str, folder: str) -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(source)
    for number in range(min(len(document), PAGES)):
        page = document[number]
        scale = SIDE / max(*page.get_size(), 1)
        page.render(scale=min(scale, 4), may_draw_forms=False).to_pil().convert("RGB").save(
            f"{folder}/{number + 1}.png"
        )


if __name__ == "__main__":
    limit()
    kind, source, folder = sys.argv[1:]
    {"pdf": draw_pdf, "image": draw_image}[kind](source, folder)
