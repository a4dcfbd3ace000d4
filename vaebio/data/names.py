"""What names of rows and columns tell: observations or features, and of what sort."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

LOOKED_AT = 2000
"""Names, spread over all, that are compared with the patterns."""

Axis = Literal["observations", "features"]


@dataclass(frozen=True)
class Sort:
    """One sort of names.

    Parameters
    ----------
    word
        Plural, for sentences.
    axis
        What carries such names.
    counted
        What one thing of this name is, plural: the report's word for it; empty when the names do
        not tell.
    pattern
        A whole name, in any case.
    share
        Of the names looked at, that must fit.
    alone
        Whether such names on one side tell which way a matrix lies, whatever the other side says.
    """

    word: str
    axis: Axis
    counted: str
    pattern: re.Pattern
    share: float = 0.5
    alone: bool = True


def _sort(word: str, axis: Axis, counted: str, pattern: str, share: float = 0.5) -> Sort:
    return Sort(word, axis, counted, re.compile(pattern, re.IGNORECASE), share)


_UNIPROT = r"(?:[OPQ]\d[A-Z\d]{3}\d|[A-NR-Z]\d(?:[A-Z][A-Z\d]{2}\d){1,2})"  # uniprot.org/help
_FAMILIES = (
    r"RP[LS]\d+\w*|MT-\w+|HLA-\w+|CD\d+\w?|Z(NF|FP)\d+\w?|SLC\d+A\d+\w?|TMEM\d+\w?|CCDC\d+\w?"
    r"|KRT\d+\w?|COL\d+A\d+|FAM\d+\w+|KIAA\d+|LINC\d+|IL\d+\w*|S100A\d+|CXCL\d+|CCL\d+|MAPK\d+"
    r"|RP\d+-\d+\w+\.\d+|A[CLP]\d{6}\.\d+|MARCHF?\d+|SEPT(IN)?\d+|NDUF\w\d+|PSM[A-D]\d+|EIF\d\w+"
    r"|ATP\d\w+|TUB[AB]\d*\w*|ACTB|GAPDH|B2M|TP53|EGFR|MALAT1|VIM|LYZ|FTL|FTH1|UB[AB]\d+|USP\d+"
)
SORTS = (
    _sort("Ensembl identifiers", "features", "genes", r"ENS[A-Z]*[GTEP]\d{6,}(\.\d+)?([_|:].*)?"),
    _sort("FlyBase or WormBase identifiers", "features", "genes", r"(FBGN|WBGENE)\d+"),
    _sort("RefSeq identifiers", "features", "genes", r"[NX][MR]_\d+(\.\d+)?"),
    _sort("UniProt accessions", "features", "proteins", rf"{_UNIPROT}(-\d+)?(;{_UNIPROT}(-\d+)?)*"),
    _sort("CpG probes", "features", "CpG sites", r"(cg\d{8}(_\w+)?|.+_[EP]\d+_[FR])"),
    _sort("Affymetrix probes", "features", "probes", r"(AFFX\S*|\d+(_[a-z]{1,2})?_at)"),
    _sort("Illumina probes", "features", "probes", r"ILMN_\d+"),
    _sort("genomic regions", "features", "regions", r"(chr)?[\dXYM]+[:_-]\d+[_-]\d+", 0.8),
    _sort("gene names", "features", "genes", r"(gene|transcript)[ _.-]?\d+"),
    _sort("protein names", "features", "proteins", r"(protein|peptide)s?[ _.-]?\d+"),
    _sort("feature names", "features", "", r"(feature|probe|metabolite|peak|otu|asv)s?[ _.-]?\d+"),
    _sort("phosphosites", "features", "proteins", r".+_p[STY]\d+.*", 0.1),
    _sort("gene symbols", "features", "genes", rf"({_FAMILIES})(-\d)?", 0.04),
    _sort("cell barcodes", "observations", "cells", r"(.*[^A-Z])?[ACGT]{10,}([^A-Z].*)?"),
    _sort("cell names", "observations", "cells", r"(.*[^A-Z])?cells?[ _.-]?[A-Z]?\d+.*"),
    _sort("TCGA barcodes", "observations", "samples", r"TCGA[-.][A-Z\d]{2}[-.][A-Z\d]{4}.*"),
    _sort("archive accessions", "observations", "samples", r"(GSM|[SED]R[RSX]|SAM[NED]A?)\d{5,}.*"),
    # Acylcarnitines (C2 to C18) and factors of coagulation (F2, C9) are written like wells.
    replace(
        _sort("wells", "observations", "", r"(.*[_.-])?[A-P](0?[1-9]|1\d|2[0-4])", 0.8),
        alone=False,
    ),
    _sort(
        "sample names", "observations", "samples", r"(.*[^A-Z])?(sample|library|run)[ _.-]?\d+.*"
    ),
    _sort(
        "names of people or animals",
        "observations",
        "samples",
        r"(.*[^A-Z])?(patient|donor|subject|participant|individual|mouse|case|control)[ _.-]?\d+.*",
    ),
)
"""Sorts of names from the most to the least telling; the first that fits is taken."""

_MONTHS = (
    "jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec"
    "|march|april|june|july|mrz|mai|okt|dez|mars|avr|juin|juil|aout|ene|ago|dic"
)
_DATE = re.compile(
    rf"\d{{1,2}}[-. ]+({_MONTHS})\.?([-. ]\d{{2,4}})?|({_MONTHS})[-. ]\d{{1,4}}"
    r"|\d{4}-\d{2}-\d{2}( \d{2}:\d{2}(:\d{2})?)?|\d{1,2}/\d{1,2}/\d{2,4}",
    re.IGNORECASE,
)
"""Dates as spreadsheets write them over symbols such as SEPT2 or MARCH1 (Zeeberg 2004)."""


def sort_of(names: Sequence[str]) -> Sort | None:
    """The first sort that enough of the names fit; None when they tell nothing."""
    looked_at = _spread(names)
    for sort in SORTS:
        fitting = sum(bool(sort.pattern.fullmatch(name)) for name in looked_at)
        if fitting >= max(2, sort.share * len(looked_at)):
            return sort
    return None


def dates(names: Sequence[str]) -> list[str]:
    """Names that are dates, unless they are most of the names: then they are meant."""
    found = [name for name in names if _DATE.fullmatch(name.strip())]
    return found if len(found) <= len(names) / 2 else []


def _spread(names: Sequence[str]) -> list[str]:
    places = np.unique(np.linspace(0, len(names) - 1, LOOKED_AT).astype(int)) if len(names) else ()
    return [str(names[i]) for i in places]
