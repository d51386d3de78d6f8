"""Whatever reads a stranger's text in parser or loop takes time in proportion to it; a module that parses is known here."""

import ast
import io
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from apps.blueprints.catalogues import clauses
from apps.core import minutes
from apps.core.exports import calendar
from apps.core.refusals import Refusal
from apps.core.untrusted import archives, confined, markup
from apps.files import archive_reader, inspection, pages, xml_reader
from apps.prerequisites import comparison
from apps.prerequisites.evidence import api_docs, document_reader, environments, links
from apps.rollouts.importing import reader as spreadsheet
from apps.stages.homologation.execution import reported_tests
from tests.core.linear import grows_faster

HOUSE = Path(__file__).parents[2]

# The libraries that take apart what a stranger may have made, and the modules that use them: how each is held.
PARSERS = {
    "zipfile", "xml", "lxml", "html", "yaml", "tomllib", "pypdfium2", "PIL", "difflib", "csv", "email", "tarfile",
    "gzip", "zlib", "pyhanko", "asn1crypto", "subprocess", "pickle", "marshal",
}  # fmt: skip
CONFINED = {
    "apps.blueprints.catalogues.toml_reader", "apps.core.untrusted.archives", "apps.core.untrusted.markup",
    "apps.core.untrusted.confined_program", "apps.files.archive_reader", "apps.files.drawing",
    "apps.files.xml_reader", "apps.prerequisites.evidence.api_docs", "apps.prerequisites.evidence.document_reader",
    "apps.rollouts.importing.reader",
}  # fmt: skip
LINEAR = {
    "apps.blueprints.editor.changes": "words of clauses and cases, which are short",
    "apps.files.inspection": "asks zipfile only whether an archive ends the file",
    "apps.prerequisites.comparison": "lines and words up to a number",
    "apps.stages.homologation.execution.reported_tests": "expat without DOCTYPE, in a request: bytes, depth, tests limited",
}
OURS = {
    "apps.accounts", "apps.api", "apps.backups", "apps.blueprints.loading.loader", "apps.blueprints.catalogues.toml",
    "apps.core.exports.calendar", "apps.core.exports.tables", "apps.core.canonical", "apps.core.untrusted.confined",
    "apps.core.network.outbound", "apps.core.refusals", "apps.core.web.template_values", "apps.core.web.rest",
    "apps.core.background.work",
    "apps.demo", "apps.files.forms", "apps.hours", "apps.notices", "apps.portal", "apps.rollouts.anchors.saved_heads",
    "apps.rollouts.tasks", "apps.seals", "apps.stages.golive", "apps.stages.homologation.execution.junit",
    "apps.stages.homologation.execution.report",
    "apps.stages.kickoff", "apps.vault",
}  # fmt: skip
"""What reads only what the application wrote itself, what an operator hands to a command, or writes."""
ACCEPTANCE = "apps.stages.acceptance"
"""Its examiner is a process of its own for what was signed elsewhere."""


def importers():
    for path in sorted((HOUSE / "apps").rglob("*.py")):
        if "migrations" in path.parts:
            continue
        names = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(str(node.module).split(".")[0])
        if names & PARSERS:
            yield ".".join(path.relative_to(HOUSE).with_suffix("").parts), names & PARSERS


def test_each_module_that_parses_is_known_and_held():
    unknown = {
        module: sorted(names)
        for module, names in importers()
        if module not in CONFINED | set(LINEAR)
        and not any(module == place or module.startswith(f"{place}.") for place in {*OURS, ACCEPTANCE})
    }
    assert unknown == {}, "say how it is held: read by core.confined, linear and limited, or ours alone"


def test_what_is_confined_is_loaded_by_nothing_but_readers_and_constants():
    parents = {"apps.files.inspection", "apps.files.previews", "apps.prerequisites.evidence.documents"}
    loading = set()
    for path in sorted((HOUSE / "apps").rglob("*.py")):
        text = path.read_text()
        if "markup.page(" in text or "characters_of_xml(" in text or "api_docs.coverage(" in text:
            loading.add(".".join(path.relative_to(HOUSE).with_suffix("").parts))
    assert loading
    assert loading <= CONFINED | parents | {"apps.prerequisites.evidence.page_reader"}


PIECES = [
    b"<", b"<a", b"<a ", b"<a b=", b"<a b='", b"<!--", b"<!-", b"<?", b"<![CDATA[", b"<script", b"<script>",
    b"</script", b"<p>", b"</p>", b"<div>", b"<input ", b"<input type=", b"<meta name=robots ", b"&", b"&amp", b"]]>",
    b"-->", b"stream", b"endstream", b"endstream stream", b"stream<", b"+", b"+A", b"+ADw-", b"{", b"[", b"[[",
    b'{"a":', b"a: ", b"- ", b"? ", b"a.", b"a=", b'"', b"'", b"\\", b" ", b"\n", b"\n ", b"\t", b"0", b"a", b"a ",
    b"a\n", b"openapi: 3\n", b"#", b"|", b"*a ", b"&a ", b"%PDF-", b"PK\x03\x04", b"PK\x01\x02", b"\x00", b"\xff",
    b"1h", b"MIME-Version:", b"<b onx", b"javascript:", b"=javascript", b"( ", b"/login", b"login.", b"homolog",
    b"-homolog",
]  # fmt: skip
STARTS = [b"", b"<a>", b"<testsuite>", b"openapi: 3.0.0\n", b"a = ", b"%PDF-1.7\n", b'{"openapi": ', b"<!--"]


def zipped(content: bytes) -> bytes:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w") as archive:
        archive.writestr("word/document.xml", content)
        archive.writestr("a.json", content)
    return box.getvalue()


def text(content: bytes) -> str:
    return content.decode("latin-1")


MOST = 50_000_000
READERS = {
    "page": markup.page,
    "xml of Office": markup.characters_of_xml,
    "xml of an upload": lambda content: xml_reader.read(io.BytesIO(content)),
    "archive of an upload": lambda content: archive_reader.read(io.BytesIO(zipped(content)), name="a.zip", most=MOST),
    "broken archive": lambda content: archive_reader.read(io.BytesIO(b"PK\x03\x04" + content), name="a.zip", most=MOST),
    "document": lambda content: document_reader.read(io.BytesIO(content), most=MOST, linked=True),
    "document in an archive": lambda content: document_reader.read(io.BytesIO(zipped(content)), most=MOST),
    "API documentation": api_docs.coverage,
    "whether a text is a page": lambda content: pages.is_page(io.BytesIO(content), "a.txt"),
    "whether data are a page": lambda content: pages.is_page(io.BytesIO(content), "a.json"),
    "whether a page hides": lambda content: pages.hides_in(io.BytesIO(content)),
    "whether a page hides in a PDF": lambda content: pages.hides_in_pdf(io.BytesIO(content)),
    "name of a file": lambda content: inspection.tidy(text(content)),
    "JUnit": reported_tests.parse,
    "projects to import": lambda content: spreadsheet.read(io.BytesIO(content), rows=201, columns=40),
    "name of a test": lambda content: list(reported_tests.named_parts(text(content))),
    "duration": lambda content: minutes.parse(text(content)),
    "braces of a clause": lambda content: clauses.unknown_braces(text(content)),
    "parties of a clause": lambda content: clauses.filled(text(content), dict.fromkeys(clauses.PARTIES, "x")),
    "calendar": lambda content: calendar._text(text(content)),
    "address of an environment": lambda content: environments.test_word(text(content)),
    "address of a sign-in page": lambda content: links._is_sign_in_path(text(content)),
}  # fmt: skip


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS.keys())
def test_reading_takes_time_in_proportion(reader):
    slow = []
    for start in STARTS:
        for piece in PIECES:

            def work(size, start=start, piece=piece):
                content = start + piece * (size // len(piece))

                def run():
                    with suppress(Refusal, ValueError, markup.Refused, archives.Problem):
                        reader(content)

                return run

            if grows_faster(work, size=40_000, quick=0.08):
                slow.append(start + piece)
    assert slow == []


def test_the_measure_sees_a_slow_reader():
    def work(size):
        content = "<" * size
        return lambda: [content.count("<", place) for place in range(0, size, 10)]

    assert grows_faster(work, size=40_000, quick=0.01)


@pytest.mark.parametrize(
    ("old", "new"),
    [("x " * 2_000, "x " * 1_999 + "y"), ("a b " * 1_000, "b a " * 1_000), ("x\n" * 4_000, "x\ny\n" * 2_000)],
)
def test_two_deliveries_are_compared_in_little_time(old, new):
    def work(size):
        share = len(old) * size // 8_000
        return lambda: comparison.pieces(old[:share], new[:share], lines="\n" in old)

    assert not grows_faster(work, size=8_000, quick=0.5)


def test_the_limits_of_a_reader_hold_where_a_library_is_slow_after_all():
    with pytest.raises(confined.TooMuch):
        confined.read("tests.core.reader", b"", limits=confined.Limits(cpu_seconds=1, seconds=20), do="run_without_end")
