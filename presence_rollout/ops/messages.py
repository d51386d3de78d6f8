"""The English catalogue, without GNU gettext: extract, check and compile.

Source strings are Portuguese. ``update`` brings locale/en up to date and keeps what is translated, ``check`` fails on a
missing, fuzzy or stale message, on one within an f-string, which nothing extracts, or on placeholders that differ,
``compile`` writes the binary catalogue, and beside it one in which every source string stands for itself: what a catalogue
lacks is looked for in those of all libraries, one after the other, and a page in Portuguese has hundreds of messages.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
SOURCE_MESSAGES = ROOT / "locale" / "pt_BR" / "LC_MESSAGES" / "django.mo"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w+\}")


def extract() -> dict[tuple[str | None, str], str | None]:
    """Every message of the source: ``{(context, singular): plural or None}``."""
    messages: dict[tuple[str | None, str], str | None] = {}
    for _path, message, context in _messages():
        singular, plural = (message[0], message[1]) if isinstance(message, tuple) else (message, None)
        if singular:
            messages[context, singular] = plural or messages.get((context, singular))
    return messages


def _messages() -> Iterator[tuple[Path, str | tuple, str | None]]:
    from babel.messages.extract import extract as babel_extract
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
    python = [*(ROOT / "apps").rglob("*.py"), *(ROOT / "presence_rollout").glob("*.py")]
    for path in sorted(python):
        with path.open("rb") as file:
            for _line, message, _comments, context in babel_extract("python", file, KEYWORDS):
                yield path, message, context
    for path in sorted((ROOT / "templates").rglob("*.*")):
        # Django turns a template into Python-like calls; its output names gettext and friends.
        source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
        source = "\n".join(line.lstrip() for line in source.splitlines())
        for _line, message, _comments, context in babel_extract("python", io.BytesIO(source.encode()), KEYWORDS):
            yield path, message, context


def update() -> None:
    """Write the catalogue anew: same translations, new messages empty, gone messages dropped."""
    import polib

    old = {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(CATALOGUE))} if CATALOGUE.exists() else {}
    catalogue = polib.POFile(wrapwidth=120)
    catalogue.metadata = {
        "Language": "en",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    for (context, singular), plural in sorted(extract().items(), key=lambda item: (item[0][1], item[0][0] or "")):
        translated = old.get((context, singular))
        entry = polib.POEntry(msgctxt=context, msgid=singular)
        if plural:
            entry.msgid_plural = plural
            entry.msgstr_plural = (
                translated.msgstr_plural if translated and translated.msgstr_plural else {0: "", 1: ""}
            )
        else:
            entry.msgstr = translated.msgstr if translated else ""
        if "%(" in singular or "%s" in singular:
            entry.flags = ["python-format"]
        catalogue.append(entry)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(CATALOGUE))
    print(f"{len(catalogue)} messages, {sum(not _done(entry) for entry in catalogue)} to translate.")


def _done(entry) -> bool:
    return all(entry.msgstr_plural.values()) if entry.msgid_plural else bool(entry.msgstr)


def out_of_sight() -> Iterator[str]:
    """The messages that stand within an f-string, where nothing extracts them, with their file."""
    for path in sorted([*(ROOT / "apps").rglob("*.py"), *(ROOT / "presence_rollout").rglob("*.py")]):
        for outer in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(outer, ast.JoinedStr):
                continue
            for call in ast.walk(outer):
                if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in KEYWORDS:
                    yield f"{path.relative_to(ROOT)}:{call.lineno}"


def problems() -> list[str]:
    """What keeps the English catalogue from being complete."""
    import polib

    catalogue = {(entry.msgctxt, entry.msgid): entry for entry in polib.pofile(str(CATALOGUE))}
    messages = extract()
    faults = [f"missing: {singular}" for context, singular in messages if (context, singular) not in catalogue]
    faults += [f"stale: {singular}" for context, singular in catalogue if (context, singular) not in messages]
    faults += [f"a message within an f-string is not extracted: {place}" for place in out_of_sight()]
    for entry in catalogue.values():
        if entry.fuzzy or not _done(entry):
            faults.append(f"untranslated: {entry.msgid}")
            continue
        expected = set(PLACEHOLDER.findall(entry.msgid))
        for text in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            if set(PLACEHOLDER.findall(text)) - expected or (
                not entry.msgid_plural and set(PLACEHOLDER.findall(text)) != expected
            ):
                faults.append(f"placeholders differ: {entry.msgid}")
    return faults


def compile_catalogue() -> None:
    """Write the .mo beside the .po, and the one of the source strings, if they are out of date."""
    import polib

    targets = (CATALOGUE.with_suffix(".mo"), SOURCE_MESSAGES)
    if all(target.exists() and target.stat().st_mtime >= CATALOGUE.stat().st_mtime for target in targets):
        return
    catalogue = polib.pofile(str(CATALOGUE))
    catalogue.save_as_mofile(str(targets[0]))
    for entry in catalogue:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: entry.msgid, 1: entry.msgid_plural}
        else:
            entry.msgstr = entry.msgid
    SOURCE_MESSAGES.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save_as_mofile(str(SOURCE_MESSAGES))


if __name__ == "__main__":
    if sys.argv[1:] == ["update"]:
        update()
    elif sys.argv[1:] == ["compile"]:
        compile_catalogue()
    elif faults := problems():
        sys.exit("\n".join(faults))
