from vaebio.cli.main import main


def words(folder):
    given = {"cases": "cases.yaml", "results": "results", "page": "cases.html"}
    return ["cases", *(w for key, name in given.items() for w in (f"--{key}", str(folder / name)))]


LIST = """
cases:
- {name: one, title: A title, planted: a fault, text: Words.,
   expected: {one-a: {causes: [none], because: So.}}}
"""


def test_cases_writes_a_whole_page_also_before_anything_ran(tmp_path):
    (tmp_path / "cases.yaml").write_text(LIST)
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases/one.tsv").write_text("name\tmatrix\none-a\tbuiltin:noise784\n")
    (tmp_path / "cases/one.yaml").write_text("")
    assert main(words(tmp_path)) == 0
    html = (tmp_path / "cases.html").read_text(encoding="utf-8")
    assert html.startswith("<!doctype html>") and html.rstrip().endswith("</html>")
    assert "has not run yet" in html


def test_a_list_that_is_missing_is_three_lines(tmp_path, capsys):
    assert main(words(tmp_path)) == 2
    found = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0] for line in found] == ["Found", "Expected", "Hint"]
    assert not (tmp_path / "cases.html").exists()
