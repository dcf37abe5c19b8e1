"""The sandbox: what is allowed works, everything else ends soon, in bounded memory, with a reason."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

from academy.config import PROJECT_ROOT
from courses.information_technology import sandbox
from courses.information_technology.sandbox import DataRefused, SandboxFailed, read_contents, run_queries

TABLES = "CREATE TABLE dossier (id TEXT PRIMARY KEY, ward TEXT, field TEXT, n INTEGER);"
ROWS = "INSERT INTO dossier VALUES " + ", ".join(
    f"('H{number:02}', 'P{number % 3}', 'LAND', {number})" for number in range(18)
)
LONG = "replace(replace('{}', 'a', '{}'), 'q', '')".format("a" * 60, "b" * 60)
ENDLESS = f"WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c), s(t) AS (SELECT {LONG})"


def run(query: str):
    return run_queries(TABLES, [ROWS], [query])[0][0]


def with_bomb(levels: int, copies: int) -> str:
    """Each WITH name refers to the one before several times: compiling it grows without end."""
    parts = ["a0 AS (SELECT 1 AS x)"]
    for level in range(1, levels):
        sources = ", ".join(f"a{level - 1} t{copy}" for copy in range(copies))
        parts.append(f"a{level} AS (SELECT 1 AS x FROM {sources})")
    return f"WITH {', '.join(parts)} SELECT count(*) FROM a{levels - 1}"


def expression_bomb(levels: int, copies: int) -> str:
    """Each level repeats the column of the one below: flattening the subqueries multiplies it out."""
    query = "SELECT id AS x FROM dossier"
    for _level in range(levels):
        query = f"SELECT {'||'.join(['x'] * copies)} AS x FROM ({query})"
    return query


@pytest.mark.parametrize(
    "query, rows",
    [
        ("SELECT count(*) FROM dossier", ((18,),)),
        ("WITH a AS (SELECT * FROM dossier) SELECT count(*) FROM a", ((18,),)),
        ("SELECT ward, COUNT(*) AS number FROM dossier GROUP BY ward HAVING number > 5 ORDER BY 1 LIMIT 1", (("P0", 6),)),
        ("SELECT group_concat(id, '+') FROM (SELECT id FROM dossier LIMIT 2)", (("H00+H01",),)),
        ("SELECT d.id FROM dossier d JOIN dossier e ON e.n = d.n + 17;", (("H00",),)),
        ("SELECT row_number() OVER (ORDER BY n DESC), id FROM dossier LIMIT 1", ((1, "H17"),)),
        ("SELECT round(avg(n), 1), substr('2025-08-01', 1, 7) FROM dossier", ((8.5, "2025-08"),)),
        ("SELECT strftime('%Y', '2025-08-01'), julianday('2025-08-02') - julianday('2025-08-01')", (("2025", 1.0),)),
        ("SELECT 'now', datetime('2025-08-01', '+1 day'), date(NULL), time('nonsense')", (("now", "2025-08-02 00:00:00", None, None),)),
        ("SELECT date(2460000.5), unixepoch('1970-01-02', 'utc'), date('2025-08-31', 'start of month')", (("2023-02-25", 86400, "2025-08-01"),)),
        ("SELECT NULL, x'00ff', 9e999, -9e999", ((None, "x'00ff'", "Inf", "-Inf"),)),
        ("WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 900) SELECT max(x) FROM c", ((900,),)),
        ("SELECT 'ổn định; không phải hai câu' -- ; ", (("ổn định; không phải hai câu",),)),
    ],
)  # fmt: skip
def test_reading_works(query, rows):
    result = run(query)
    assert result.error is None
    assert result.rows == rows


@pytest.mark.parametrize(
    "query, kind",
    [
        ("INSERT INTO dossier VALUES ('x', 'y', 'z', 1)", "write"),
        ("DELETE FROM dossier", "write"),
        ("UPDATE dossier SET n = 0", "write"),
        ("DROP TABLE dossier", "write"),
        ("CREATE TABLE x AS SELECT 1", "write"),
        ("CREATE TEMP TABLE x (a)", "write"),
        ("CREATE VIEW v AS SELECT 1", "write"),
        ("ATTACH '/tmp/stolen.db' AS y", "attach"),
        ("VACUUM INTO '/tmp/stolen.db'", "attach"),
        ("DETACH main", "attach"),
        ("PRAGMA table_info(dossier)", "pragma"),
        ("PRAGMA query_only = OFF", "pragma"),
        ("SELECT * FROM pragma_table_info('dossier')", "table"),
        ("SELECT sql FROM sqlite_master", "table"),
        ("SELECT count(*) FROM sqlite_schema", "table"),
        ("BEGIN", "transaction"),
        ("SAVEPOINT a", "transaction"),
        ("EXPLAIN SELECT 1", "explain"),
        ("/* x */ -- y\n EXPLAIN QUERY PLAN SELECT 1", "explain"),
        ("SELECT 1; DROP TABLE dossier", "many"),
        ("-- nothing", "empty"),
        ("SELECT load_extension('/tmp/x.so')", "function"),
        ("SELECT zeroblob(1000000000)", "function"),
        ("SELECT hex(randomblob(100000000))", "function"),
        ("SELECT printf('%.*c', 100000000, 'x')", "function"),
        ("SELECT format('%100000000d', 1)", "function"),
        ("SELECT random()", "function"),
        ("SELECT fts3_tokenizer('simple')", "function"),
        ("SELECT CURRENT_DATE", "function"),
        ("SELECT readfile('/etc/passwd')", "sqlite"),
        ("SELECT date('NOW')", "now"),
        ("SELECT julianday( )", "now"),
        ('SELECT date("now")', "now"),
        ("SELECT date('n' || 'ow', '-1 day')", "now"),
        ("SELECT strftime('%s')", "now"),
        ("SELECT unixepoch(x'6e6f77')", "now"),
        ("SELECT id FROM dossier WHERE date(replace(id, id, 'now')) > '2000-01-01'", "now"),
    ],
)
def test_what_is_not_reading_is_refused_by_name(query, kind):
    assert run(query).error.kind == kind


@pytest.mark.parametrize("source", ["json_each('[1]')", "pragma_function_list", "dbstat", "sqlite_dbpage"])
def test_tables_that_sqlite_brings_along_cannot_be_read(source):
    assert run(f"SELECT count(*) FROM {source}").error is not None


HOSTILE = {
    "cross join": ("SELECT * FROM " + ", ".join(f"dossier d{n}" for n in range(8)), {"rows"}),
    "counted cross join": ("SELECT count(*) FROM " + ", ".join(f"dossier d{n}" for n in range(12)), {"steps"}),
    "sorted cross join": (
        "SELECT a.id FROM " + ", ".join(f"dossier {name}" for name in "abcdef") + " ORDER BY a.id || b.id || c.id || f.id",
        {"steps"},
    ),
    "endless recursion": (f"{ENDLESS} SELECT x FROM c", {"rows"}),
    "endless counting": (f"{ENDLESS} SELECT count(*) FROM c", {"steps"}),
    "growing text": (
        "WITH RECURSIVE c(x) AS (SELECT 'a' UNION SELECT x || x FROM c) SELECT max(x) FROM c",
        {"value"},
    ),
    "group_concat": (f"{ENDLESS} SELECT group_concat(t) FROM c, s", {"value", "steps"}),
    "long rows sorted": (f"{ENDLESS} SELECT t || x AS y FROM c, s ORDER BY y", {"steps", "memory"}),
    "long rows kept apart": (f"{ENDLESS} SELECT count(DISTINCT t || x) FROM c, s", {"steps", "memory"}),
    "long rows united": (
        f"{ENDLESS}, d(y) AS (SELECT t || x FROM c, s UNION SELECT 'q') SELECT count(*) FROM d",
        {"steps", "memory"},
    ),
    "long rows in a window": (
        f"{ENDLESS} SELECT max(t || x) OVER (ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM c, s",
        {"steps", "memory"},
    ),
    "large result": (f"{ENDLESS} SELECT t || a.id, t || b.id FROM s, dossier a, dossier b", {"size"}),
    "one huge text": (f"SELECT {'||'.join([LONG] * 3)}", {"value"}),
    "backtracking LIKE": (
        f"{ENDLESS} SELECT count(*) FROM c, s WHERE t || x LIKE '{'%b' * 45}%a_b'",
        {"steps", "time"},
    ),
    "nested brackets": ("SELECT " + "(" * 900 + "1" + ")" * 900, {"sqlite"}),
    "nested subqueries": ("SELECT " + "(SELECT " * 150 + "1" + ")" * 150, {"sqlite"}),
    "deep conditions": ("SELECT 1 WHERE " + " OR ".join(["1 = 2"] * 600), {"sqlite"}),
    "many joins": ("SELECT count(*) FROM " + " NATURAL JOIN ".join(f"dossier d{n}" for n in range(62)), {"sqlite"}),
    "wide result": ("SELECT " + ", ".join(["*"] * 100) + " FROM dossier", {"sqlite"}),
    "WITH bomb, deep": (with_bomb(40, 2), {"memory", "time", "sqlite"}),
    "WITH bomb, wide": (with_bomb(10, 20), {"memory", "time", "sqlite"}),
    "WITH bomb, four levels": (with_bomb(4, 60), {"memory", "time", "sqlite"}),
    "expression bomb": (expression_bomb(12, 8), {"memory", "time", "sqlite"}),
    "expression bomb, wide": (expression_bomb(10, 30), {"memory", "time", "sqlite"}),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_queries_end_soon_and_say_why(name):
    query, kinds = HOSTILE[name]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    first, second = run_queries(TABLES, [ROWS, ROWS], ["SELECT 1", query])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert first[0].rows == ((1,),), "a trusted query before it keeps its result"
    assert first[1].error.kind in kinds
    assert second[1].error.kind in kinds
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert spent < 2.0


def test_memory_is_bounded_by_the_system():
    """A hostile query stays below its limit (in KB on Linux), seen from a process with no other children."""
    script = (
        "import resource\n"
        "from tests.courses.information_technology.test_sandbox import expression_bomb, run\n"
        "run(expression_bomb(12, 8))\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=PROJECT_ROOT, check=True)
    assert 0 < int(done.stdout) < 400 * 1024


def test_nothing_can_be_written_and_no_file_of_ours_is_open(tmp_path):
    target = tmp_path / "stolen.db"
    assert run(f"ATTACH '{target}' AS stolen").error is not None
    assert not target.exists()


def test_each_query_meets_the_data_as_it_was():
    shown, hidden = run_queries(TABLES, [ROWS, "INSERT INTO dossier VALUES ('K1', 'P9', 'CERT', 1)"], ["SELECT count(*) FROM dossier"] * 2)  # fmt: skip
    assert [result.rows for result in shown] == [((18,),)] * 2
    assert [result.rows for result in hidden] == [((1,),)] * 2
    assert all(result.read == ("dossier",) for result in shown)


def test_what_a_query_reads_is_told_also_through_subqueries_and_counting():
    assert run("SELECT count(*) FROM (SELECT 1 FROM dossier)").read == ("dossier",)
    assert run("SELECT 1, 'H01'").read == ()


@pytest.mark.parametrize(
    "query, token, at",
    [
        ("SELECT id, FROM dossier", "FROM", 11),
        ("SELEC id FROM dossier", "SELEC", 0),
        ("SELECT id FROM dossier WHERE FROM = 3 AND FROM", "FROM", 29),
        ("SELECT id FROM dossier WHERE n > 3 AND\nGROUP BY ward", "GROUP", 39),
        ("SELECT 'AND' FROM dossier WHERE AND n", "AND", 32),
    ],
)
def test_the_place_of_a_syntax_error_is_found(query, token, at):
    error = run(query).error
    assert (error.kind, error.what, error.at) == ("syntax", token, at)


@pytest.mark.parametrize(
    "tables, rows, loading",
    [
        ("CREATE TABLE a (x", "", "tables"),
        ("ATTACH 'x' AS y", "", "tables"),
        ("CREATE TABLE a (x)", "INSERT INTO b VALUES (1)", "rows"),
        ("CREATE TABLE a (x)", "CREATE TABLE b (x)", "rows"),
        ("CREATE TABLE a (x)", "INSERT INTO a SELECT zeroblob(100000000)", "rows"),
        (
            "CREATE TABLE a (x)",
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c) INSERT INTO a SELECT x FROM c",
            "rows",
        ),
    ],
)
def test_an_authors_scripts_may_only_create_and_fill_tables(tables, rows, loading):
    with pytest.raises(DataRefused) as refused:
        read_contents(tables, rows)
    assert refused.value.loading == loading


def test_a_sandbox_that_cannot_start_is_not_the_learners_fault(monkeypatch, tmp_path):
    monkeypatch.setattr(sandbox.sys, "executable", str(tmp_path / "missing"))
    with pytest.raises(SandboxFailed):
        run("SELECT 1")


def test_a_sandbox_that_breaks_is_not_the_learners_fault(monkeypatch, tmp_path):
    broken = tmp_path / "broken.py"
    broken.write_text("raise SystemExit('out of order')")
    monkeypatch.setattr(sandbox, "_PROCESS", broken)
    with pytest.raises(SandboxFailed):
        run("SELECT 1")
