"""The RFC checklist is whole, and every test that it names is there."""

import re
from pathlib import Path

HERE = Path(__file__).parent
_ROW = re.compile(r"^\| (?P<id>[A-Z]\d) \|.*\| `(?P<file>[\w/.]+)` \| `(?P<test>\w+)` \|$", re.MULTILINE)
_IDS = (
    "N1 N2 N3 N4 N5 N6 N7 P1 P2 P3 S1 S2 S3 T1 T2 T3 T4 T5 T6 T7 V1 V2 I1 D1 M1 M2 M3 G1 G2 R1 R2 A1 A2"
    " B1 B2 B3 B4 L1 C1 C2 O1"
)


def test_every_line_of_the_checklist_has_a_test_that_exists() -> None:
    rows = list(_ROW.finditer((HERE / "README.md").read_text(encoding="utf-8")))

    assert {row["id"] for row in rows} == set(_IDS.split())
    for row in rows:
        source = (HERE.parent / row["file"]).read_text(encoding="utf-8")
        assert re.search(rf"^(async )?def {row['test']}\(", source, re.MULTILINE), row["test"]
