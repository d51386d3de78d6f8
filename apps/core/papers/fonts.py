"""Which characters the fonts of this machine can draw, asked of fontconfig, through which WeasyPrint finds them."""

import ctypes
import ctypes.util
from functools import lru_cache
from typing import Any

from django.core import checks

SAMPLES = {
    "á §ºª–—…“”•×→✓": "fonts-dejavu-core",
    "\u0634\u05d0\u0416\u03a9": "fonts-dejavu-core",
    "店舗の库가": "fonts-droid-fallback",
    "🛒🎉👩✅": "fonts-symbola",
}
"""What people write and paste, and the package of Debian whose font draws it."""


class _FontSet(ctypes.Structure):
    _fields_ = (("count", ctypes.c_int), ("room", ctypes.c_int), ("fonts", ctypes.POINTER(ctypes.c_void_p)))


def has_glyph(char: str) -> bool:
    """Whether any font of this machine draws ``char``. Everything counts as drawn where fontconfig cannot be asked."""
    library, characters = _characters()
    return characters is None or bool(library.FcCharSetHasChar(characters, ord(char)))


def missing_packages() -> list[str]:
    """The packages of Debian without which some of ``SAMPLES`` has no glyph here."""
    packages = (package for text, package in SAMPLES.items() for char in text if char != " " and not has_glyph(char))
    return list(dict.fromkeys(packages))


def there_are_fonts(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """The fonts of this machine draw what people paste into a note."""
    if not (missing := missing_packages()):
        return []
    return [
        checks.Info(
            "The fonts of this machine lack characters that people write; a PDF shows their numbers instead, as [U+1F6D2].",
            hint=f"apt-get install {' '.join(missing)}",
            id="rollout.I010",
        )
    ]


@lru_cache(maxsize=1)
def _characters() -> tuple[Any, Any]:
    """fontconfig, and the set of all characters that a font has; None for it where there is no fontconfig."""
    try:
        library = ctypes.CDLL(ctypes.util.find_library("fontconfig") or "libfontconfig.so.1")
    except OSError:
        return None, None
    pointer = ctypes.c_void_p
    library.FcConfigGetFonts.restype = ctypes.POINTER(_FontSet)
    library.FcConfigGetFonts.argtypes = [pointer, ctypes.c_int]
    library.FcPatternGetCharSet.argtypes = [pointer, ctypes.c_char_p, ctypes.c_int, ctypes.POINTER(pointer)]
    library.FcCharSetCreate.restype = pointer
    library.FcCharSetMerge.argtypes = [pointer, pointer, pointer]
    library.FcCharSetHasChar.argtypes = [pointer, ctypes.c_uint32]
    library.FcInit()
    characters = pointer(library.FcCharSetCreate())
    for kind in (0, 1):  # Of the system, of the application.
        fonts = library.FcConfigGetFonts(None, kind)
        for number in range(fonts.contents.count if fonts else 0):
            of_font = pointer()
            if library.FcPatternGetCharSet(fonts.contents.fonts[number], b"charset", 0, ctypes.byref(of_font)) == 0:
                library.FcCharSetMerge(characters, of_font, None)
    return library, characters
