"""The rules of the house that no linter knows: sizes, names, and which kind of thing may stand where.

An exception is named in the lists at the top; these lists may only get shorter.
"""

import ast
import re
from collections.abc import Iterable, Iterator

from tests.tidy.sources import Source, project_files, sources, sources_in, text_of

FUNCTION_LINES_MAX = 50
FILE_LINES_MAX = 400
TEMPLATE_LINES_MAX = 80
LONG_FUNCTIONS: frozenset[str] = frozenset()
LONG_FILES: frozenset[str] = frozenset()

FORBIDDEN_NAMES = frozenset({"utils", "helpers", "common", "manager", "service", "base", "data", "info"})
MIGRATIONS = "fullhouse/store/migrations"
# The embedded database is there because it hands the environment on to the server that it starts.
READS_ENVIRONMENT = (
    "fullhouse/settings.py",
    "fullhouse/main.py",
    "fullhouse/cli",
    "fullhouse/store/embedded.py",
)

# The empty groups keep these patterns from finding themselves.
UNFINISHED = re.compile(r"\b(?:TO(?:)DO|FIX(?:)ME|XX(?:)X)\b")
SILENCED = re.compile(r"#\s*(?:type:\s*ignore|no(?:)qa|pragma:\s*no\s*cover|fmt:\s*(?:off|skip)|mypy:)")
SILENCED_WHY = re.compile(
    r"#\s*(?:type:\s*ignore\[[\w\-, ]+\]|no(?:)qa:\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|pragma:\s*no\s*cover|"
    r"fmt:\s*(?:off|skip))[\s:;,#-]*(?P<why>.*)"
)
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:(?:work|root)\b|(?:home|Users)/\w+|tmp/\w+/\w)")
REGISTRY_HOST = re.compile(
    r"py(?:)pi\.org|python(?:)hosted\.org|npm(?:)js\.(?:org|com)|yarn(?:)pkg\.com|deb\.(?:)debian\.org"
)
SQL = re.compile(
    r"^\s*(?:SELECT\s+1\s*$|SELECT\s[\s\S]+\sFROM\s|INSERT\s+INTO\s|DELETE\s+FROM\s|"
    r"UPDATE\s+[\w.\"]+\s+(?:AS\s+\w+\s+)?SET\s|"
    r"WITH\s+\w+\s*(?:\([^)]*\)\s*)?AS\s*\(|TRUNCATE\s|LOCK\s+TABLE\s|(?:CREATE|ALTER|DROP)\s+(?:TABLE|INDEX)\s)",
    re.IGNORECASE,
)
HIDDEN_IN_SQL = re.compile(
    r"\b(?:NOTIFY|LISTEN)\s+\w|(?i:\bpg_notify\b|\bpg_(?:try_)?advisory\w*)|"
    r"(?i:\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:CONSTRAINT\s+)?(?:TRIGGER|RULE)\b)"
)
CREATE_TABLE = re.compile(r"CREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([\w.\"]+)\s*\(", re.IGNORECASE)
SQL_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


def _none(found: Iterable[str], rule: str) -> None:
    listed = sorted(found)
    assert not listed, f"{rule}:\n  " + "\n  ".join(listed)


# -------------------------------------------------------------------------------------------- sizes and names


def test_there_is_something_to_look_at() -> None:
    assert any(source.path.startswith("fullhouse/") for source in sources())
    assert "pyproject.toml" in project_files()


def test_every_function_fits_on_a_screen() -> None:
    def too_long() -> Iterator[str]:
        for source in sources():
            for node in source.functions():
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES_MAX and f"{source.path}:{node.name}" not in LONG_FUNCTIONS:
                    yield f"{source.at(node)} {node.name} has {lines} lines"

    _none(too_long(), f"A function has at most {FUNCTION_LINES_MAX} lines")


def test_every_file_stays_small() -> None:
    def too_long() -> Iterator[str]:
        for path in project_files():
            limit = TEMPLATE_LINES_MAX if path.endswith(".html") else FILE_LINES_MAX
            lines = len(text_of(path).splitlines()) if path.endswith((".py", ".sql", ".html")) else 0
            if lines > limit and path not in LONG_FILES:
                yield f"{path} has {lines} lines, at most {limit}"

    _none(too_long(), "A file has a limit")


def test_an_exception_that_is_no_longer_needed_is_struck_off() -> None:
    gone = {path for path in LONG_FILES if path not in project_files()}
    gone |= {name for name in LONG_FUNCTIONS if name.partition(":")[0] not in project_files()}
    _none(gone, "The lists of exceptions may only get shorter")


def test_every_python_file_opens_with_a_docstring() -> None:
    bare = (source.path for source in sources() if not ast.get_docstring(source.tree))
    _none(bare, "A file opens with a sentence or two that say what is here")


def test_a_file_is_named_by_its_noun() -> None:
    named = (
        path
        for path in project_files()
        if path.endswith((".py", ".sql", ".html"))
        and any(part.partition(".")[0].lower().strip("_") in FORBIDDEN_NAMES for part in path.split("/"))
    )
    _none(named, f"No file and no folder of code is called one of {', '.join(sorted(FORBIDDEN_NAMES))}")


# ------------------------------------------------------------------------------------------ nothing is hidden


def test_nothing_is_left_unfinished() -> None:
    _none(_lines_matching(UNFINISHED), "What is missing is an issue, not a comment")


def test_a_silenced_check_gives_its_reason() -> None:
    def without_reason() -> Iterator[str]:
        for source in sources():
            for number, line in enumerate(source.lines, start=1):
                reason = SILENCED_WHY.search(line)
                if SILENCED.search(line) and not (reason and re.search(r"\w+\W+\w+", reason["why"])):
                    yield f"{source.path}:{number} {line.strip()}"

    _none(without_reason(), "Whoever silences a check names its code and, behind it, the reason")


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = (*_lines_matching(MACHINE_PATH), *_lines_matching(REGISTRY_HOST))
    _none(found, "The project installs and runs anywhere")


def _lines_matching(pattern: re.Pattern[str]) -> Iterator[str]:
    for path in project_files():
        for number, line in enumerate(text_of(path).splitlines(), start=1):
            if pattern.search(line):
                yield f"{path}:{number} {line.strip()[:100]}"


# ------------------------------------------------------------------------------------------ what stands where


def test_sql_stands_in_the_store_alone() -> None:
    def strays() -> Iterator[str]:
        for source in sources_in("fullhouse"):
            if source.path.startswith("fullhouse/store/"):
                continue
            prose = _docstrings(source)
            for node in source.nodes(ast.Constant):
                if node not in prose and isinstance(node.value, str) and SQL.search(node.value):
                    yield f"{source.at(node)} {' '.join(node.value.split())[:80]}"

    _none(strays(), "SQL stands in the function of the store that runs it")


def test_only_the_wiring_reads_the_environment() -> None:
    allowed = sources_in(*READS_ENVIRONMENT)
    found = (
        place
        for source in sources_in("fullhouse")
        if source not in allowed
        for place in _names_used(source, {"os.environ", "os.getenv", "os.environb", "os.putenv"})
    )
    _none(found, "A setting is read once and passed on as an argument")


def test_rules_know_no_clock_no_chance_and_no_waiting() -> None:
    def impure() -> Iterator[str]:
        for source in sources_in("fullhouse/rules"):
            yield from _names_used(
                source,
                {
                    *(f"datetime.{call}" for call in ("now", "utcnow", "today")),
                    *(f"datetime.datetime.{call}" for call in ("now", "utcnow", "today")),
                    *("date.today", "datetime.date.today", "uuid.uuid1", "uuid.uuid4", "uuid.uuid7"),
                    *("open", "print", "input"),
                },
            )
            yield from (f"{source.at(node)} is async" for node in source.nodes(ast.AsyncFunctionDef))
            yield from _imports(source, {"random", "secrets", "time", "asyncio", "os", "socket", "threading"})

    _none(impure(), "A rule decides by its arguments alone")


def test_the_selling_path_hides_nothing_in_the_database() -> None:
    def hidden() -> Iterator[str]:
        for source in sources_in("fullhouse/store"):
            runner = source.path == f"{MIGRATIONS}/__init__.py"
            prose = _docstrings(source)
            for node in source.nodes(ast.Constant):
                found = HIDDEN_IN_SQL.search(node.value) if isinstance(node.value, str) else None
                # Two processes that start at once must not both migrate: the runner may hold a lock for that.
                if found and node not in prose and not (runner and "advisory" in found[0].lower()):
                    yield f"{source.at(node)} {found[0]}"
        for path in _migrations():
            for found in HIDDEN_IN_SQL.finditer(SQL_COMMENT.sub("", text_of(path))):
                yield f"{path} {found[0]}"

    _none(hidden(), "No trigger, rule, advisory lock or NOTIFY: what happens is what the code says")


def test_event_id_leads_the_key_of_what_belongs_to_an_event() -> None:
    def misplaced() -> Iterator[str]:
        for path in _migrations():
            for table, body in _tables(SQL_COMMENT.sub("", text_of(path))):
                parts = _split_outside_brackets(body)
                if any(re.match(r"\s*\"?event_id\"?\s", part) for part in parts):
                    key = _primary_key(parts)
                    if key[:1] != ["event_id"]:
                        yield f"{path} {table}: PRIMARY KEY ({', '.join(key)})"

    _none(misplaced(), "event_id is the first column of the primary key")


# --------------------------------------------------------------------------------------------- reading Python


def _docstrings(source: Source) -> set[ast.Constant]:
    """Strings that stand alone as statements: docstrings, also those of attributes."""
    return {node.value for node in source.nodes(ast.Expr) if isinstance(node.value, ast.Constant)}


def _names_used(source: Source, names: set[str]) -> Iterator[str]:
    """Uses of dotted names, also of those imported with `from`."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if f"{node.module}.{alias.name}" in names:
                    yield f"{source.at(node)} {node.module}.{alias.name}"
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in names:
            yield f"{source.at(node)} {ast.unparse(node)}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            yield f"{source.at(node)} {node.func.id}"


def _imports(source: Source, modules: set[str]) -> Iterator[str]:
    for node in source.nodes(ast.Import):
        names = [name.name for name in node.names if name.name.split(".")[0] in modules]
        yield from (f"{source.at(node)} imports {name}" for name in names)
    for imported in source.nodes(ast.ImportFrom):
        if (imported.module or "").split(".")[0] in modules:
            yield f"{source.at(imported)} imports {imported.module}"


# ------------------------------------------------------------------------------------------------ reading SQL


def _migrations() -> list[str]:
    return [path for path in project_files() if path.startswith("fullhouse/") and path.endswith(".sql")]


def _tables(sql: str) -> Iterator[tuple[str, str]]:
    """Every CREATE TABLE: its name, and what stands between its brackets."""
    for found in CREATE_TABLE.finditer(sql):
        depth, end = 1, found.end()
        while depth and end < len(sql):
            depth += {"(": 1, ")": -1}.get(sql[end], 0)
            end += 1
        yield found[1], sql[found.end() : end - 1]


def _split_outside_brackets(body: str) -> list[str]:
    parts, depth = [""], 0
    for letter in body:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    return parts


def _primary_key(parts: list[str]) -> list[str]:
    """The columns of the primary key, declared on its own or behind a column; empty where there is none."""
    for part in parts:
        declared = re.search(r"\bPRIMARY\s+KEY\b\s*(?:\(([^)]*)\))?", part, re.IGNORECASE)
        if declared:
            columns = declared[1].split(",") if declared[1] else [part.split()[0]]
            return [column.strip().strip('"') for column in columns]
    return []
