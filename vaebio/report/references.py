"""Bibliography: entries of references.bib, numbered in the order in which they are cited."""

import re
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

ENTRY = re.compile(r"@(?P<type>\w+)\{(?P<key>\w+),\n(?P<body>.*?)\n\}", re.DOTALL)
FIELD = re.compile(r"^\s*(\w+)\s*=\s*\{(.*)\},?$", re.MULTILINE)
MOST_AUTHORS = 6


@dataclass
class Citations:
    """The keys cited so far; a key keeps the number of its first citation."""

    keys: list[str] = field(default_factory=list)

    def cite(self, *keys: str) -> str:
        """Bracketed numbers of the keys, as they stand in a sentence."""
        for key in keys:
            if key not in entries():
                raise KeyError(f"{key} is not in references.bib")
            if key not in self.keys:
                self.keys.append(key)
        return "[" + ", ".join(str(n) for n in sorted(self.keys.index(k) + 1 for k in keys)) + "]"


@cache
def entries() -> dict[str, dict[str, str]]:
    """Fields of every entry by key; `bibtex` is the entry as it stands in the file."""
    text = files("vaebio.report").joinpath("references.bib").read_text(encoding="utf-8")
    return {
        match["key"]: dict(FIELD.findall(match["body"])) | {"bibtex": match[0]}
        for match in ENTRY.finditer(text)
    }


def formatted(key: str) -> dict[str, str]:
    """An entry in three pieces for the page: what stands before the link, its text, its address."""
    entry = entries()[key]
    where = entry.get("journal") or entry.get("booktitle", "")
    volume = entry.get("volume", "") + (f"({entry['number']})" if "number" in entry else "")
    pages = entry.get("pages", "").replace("-", "\N{EN DASH}")
    place = ", ".join(filter(None, [f"{where} {volume}".strip(), pages]))
    parts = [_authors(entry["author"]).rstrip("."), entry["title"], place]
    text = ". ".join(filter(None, parts))
    link, address = "", ""
    if "doi" in entry:
        link, address = f"doi:{entry['doi']}", f"https://doi.org/{entry['doi']}"
    elif "eprint" in entry:
        link, address = f"arXiv:{entry['eprint']}", f"https://arxiv.org/abs/{entry['eprint']}"
    return {"text": f"{text} ({entry['year']}).", "link": link, "address": address}


def _authors(field: str) -> str:
    names = [" ".join(reversed(name.split(", "))) for name in field.split(" and ")]
    others = names[-1] == "others" or len(names) > MOST_AUTHORS
    names = [name for name in names if name != "others"]
    return ", ".join(names[: 3 if others else None]) + (" et al." if others else "")
