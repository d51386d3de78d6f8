"""Whether work grows faster than what it is given, measured in processor time, and hostile texts made from a pattern.

A pattern is attacked by its own parse tree: every unlimited repeat in it is filled with what it takes, after what leads to it
or with that repeated too, and ended by what makes the match fail.
"""

import contextlib
import math
import re
import signal
import time
from collections.abc import Callable, Iterator
from re import _compiler as compiler
from re import _constants as codes
from re import _parser as parser

SIZE = 6_000
"""Letters of an attack. At this size a quadratic pattern needs a hundred times what a linear one does."""
QUICK = 0.003
"""Seconds of processor time below which nothing can be quadratic at ``SIZE``."""
ENOUGH = 0.5
"""Seconds of processor time after which nothing needs to be measured any more."""
RATIO = 9
"""By which the time of four times as much may grow: linear work takes 4 times as long, quadratic 16 times."""

POOL = "aZ0_ \t\n<>/\"'=&;:.-+!?%{}()[]|@#,\\é\0"
BAD_ENDS = ("", "\0", "\n")
REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)


class _Enough(Exception):
    pass


def _stop(*_arguments: object) -> None:
    raise _Enough


def seconds(work: Callable[[], object]) -> float:
    """Processor time of ``work``; infinity when it was ended after ``ENOUGH``."""
    before = signal.signal(signal.SIGVTALRM, _stop)
    started = time.thread_time()  # The clock of the process is coarse while a timer of it runs.
    signal.setitimer(signal.ITIMER_VIRTUAL, ENOUGH)
    try:
        work()
    except _Enough:
        return math.inf
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return time.thread_time() - started


def grows_faster(work: Callable[[int], Callable[[], object]], size: int = SIZE, quick: float = QUICK) -> bool:
    """Whether ``work(n)`` takes much more than four times as long for four times as much. ``work`` prepares, what it
    answers is measured."""
    first = seconds(work(size))
    if first < quick or first == math.inf:
        return first == math.inf
    for _attempt in range(3):
        large = min(seconds(work(size)) for _time in range(2))
        small = min(seconds(work(size // 4)) for _time in range(2))
        if large < max(RATIO * small, quick):
            return False
    return True


def superlinear(pattern: str | bytes, flags: int = 0, method: str = "finditer") -> str:
    """An attack (its first letters) under which ``pattern`` takes superlinear time; empty when none was found."""
    compiled = re.compile(pattern, flags)

    def work(attack: Callable[[int], str]) -> Callable[[int], Callable[[], object]]:
        def prepared(size: int) -> Callable[[], object]:
            text = attack(size)
            given = text.encode("latin-1", "replace") if isinstance(pattern, bytes) else text
            if method in ("match", "fullmatch"):
                return lambda: getattr(compiled, method)(given)
            return lambda: sum(1 for _match in compiled.finditer(given))

        return prepared

    return next((attack(60) for attack in attacks(pattern, flags) if grows_faster(work(attack))), "")


def attacks(pattern: str | bytes, flags: int = 0) -> Iterator[Callable[[int], str]]:
    """Functions that make a hostile text of about so many letters."""
    tree = parser.parse(pattern, flags)
    seen = set()
    for prefix, pump in {*_repeats(tree, ""), ("", _witness(tree))}:
        for unit, start in ((pump, prefix), (prefix + pump, ""), (prefix, "")):
            for end in BAD_ENDS:
                if unit and (start, unit, end) not in seen:
                    seen.add((start, unit, end))
                    yield lambda size, start=start, unit=unit, end=end: start + unit * (size // len(unit)) + end


def _repeats(tree: parser.SubPattern, prefix: str) -> Iterator[tuple[str, str]]:
    """For each repeat without a limit: what leads to it, and what it may take."""
    for op, value in tree.data:
        for inner in _inner(op, value):
            yield from _repeats(inner, prefix)
        if op in REPEATS and value[1] > 100:
            for pump in _pumps(value[2]):
                yield prefix, pump
                yield prefix + pump * max(value[0], 1), pump
        prefix += _witness_of(tree, op, value)


def _pumps(body: parser.SubPattern) -> set[str]:
    takes = _compiled(body)
    letters = [letter for letter in _pool(body) if takes(letter)]
    return {_witness(body), *letters[:5]}


def _pool(body: parser.SubPattern) -> str:
    return "".join(dict.fromkeys(_literals(body))) + POOL


def _literals(tree: parser.SubPattern) -> Iterator[str]:
    for op, value in tree.data:
        if op in (codes.LITERAL, codes.NOT_LITERAL):
            yield chr(value)
        for inner in _inner(op, value):
            yield from _literals(inner)


def _compiled(tree: parser.SubPattern) -> Callable[[str], bool]:
    """Whether a text is what ``tree`` takes, however it was written."""
    is_bytes = not tree.state.flags & re.UNICODE and not isinstance(tree.state.str, str)
    with contextlib.suppress(Exception):
        compiled = compiler.compile(tree, tree.state.flags & ~re.DEBUG)
        return lambda text: bool(compiled.fullmatch(text.encode("latin-1", "replace") if is_bytes else text))
    return lambda text: False


def _inner(op: object, value: object) -> list[parser.SubPattern]:
    if op in REPEATS:
        return [value[2]]
    if op is codes.SUBPATTERN:
        return [value[3]]
    if op is codes.BRANCH:
        return list(value[1])
    if op in (codes.ASSERT, codes.ASSERT_NOT):
        return [value[1]]
    if op is codes.ATOMIC_GROUP:
        return [value]
    if op is codes.GROUPREF_EXISTS:
        return [each for each in value[1:] if each is not None]
    return []


def _witness(tree: parser.SubPattern) -> str:
    """Some text that ``tree`` takes."""
    return "".join(_witness_of(tree, op, value) for op, value in tree.data)


def _witness_of(tree: parser.SubPattern, op: object, value: object) -> str:
    if op is codes.LITERAL:
        return chr(value)
    if op in REPEATS:
        return _witness(value[2]) * max(value[0], 1 if value[1] == 1 else value[0])
    if op in (codes.SUBPATTERN, codes.BRANCH, codes.ATOMIC_GROUP):
        return _witness(_inner(op, value)[0])
    if op in (codes.IN, codes.ANY, codes.NOT_LITERAL, codes.CATEGORY, codes.RANGE):
        takes = _compiled(parser.SubPattern(tree.state, [(op, value)]))
        members = [chr(each) for kind, each in value if kind is codes.LITERAL] if op is codes.IN else []
        members += [chr(each[0]) for kind, each in value if kind is codes.RANGE] if op is codes.IN else []
        return next((letter for letter in [*members, *POOL] if takes(letter)), "a")
    return ""
