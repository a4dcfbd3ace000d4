import pytest

from vaebio.data.names import dates, sort_of


@pytest.mark.parametrize(
    ("names", "word", "axis"),
    [
        (["ENSG00000281131", "ENSMUSG00000000001.4"], "Ensembl identifiers", "features"),
        (["NM_000014.6", "NR_046018"], "RefSeq identifiers", "features"),
        (["P02655", "A0A024R0T9;K7ER74;P02655-2"], "UniProt accessions", "features"),
        (["cg00000029", "cg00000165"], "CpG probes", "features"),
        (["AATK_E63_R", "AATK_P519_R"], "CpG probes", "features"),
        (["1007_s_at", "AFFX-BioB-5_at"], "Affymetrix probes", "features"),
        (["chr1:100-200", "chrX:5-9"], "genomic regions", "features"),
        (["AKT_pS473", "4E-BP1_pT37"], "phosphosites", "features"),
        (["ACTB", "Rpl13", "foo", "bar", "SLC2A1"], "gene symbols", "features"),
        (["AAACCTGAGATAGGAG-1", "s1_GATCGTACAAAGGTGC"], "cell barcodes", "observations"),
        (["CELL_000001", "CELL_000002"], "cell names", "observations"),
        (["TCGA-A2-A0T2-01A", "TCGA.A2.A04P"], "TCGA barcodes", "observations"),
        (["GSM1234567", "SRR1234567"], "archive accessions", "observations"),
        (["A1", "P24", "plate2_C03"], "wells", "observations"),
        (["sample_1", "tumour_sample2"], "sample names", "observations"),
        (["patient-12", "donor 3"], "names of people or animals", "observations"),
    ],
)
def test_sorts_of_names(names, word, axis):
    found = sort_of(names)
    assert (found.word, found.axis) == (word, axis)


@pytest.mark.parametrize("names", [[], ["x", "y", "z"], ["A0FJ", "A13E"], ["0", "1", "2"]])
def test_names_that_tell_nothing(names):
    assert sort_of(names) is None


def test_few_of_many_are_no_sort():
    assert sort_of(["cg00000029", "cg00000165", *map(str, range(10))]) is None


def test_the_sort_of_very_many_names_is_that_of_a_sample_from_all_over():
    assert sort_of([f"x{i}" for i in range(50_000)]) is None
    assert sort_of([f"x{i}" for i in range(20_000)] + [f"gene_{i}" for i in range(80_000)])


@pytest.mark.parametrize(
    "name", ["1-Mar", "Sep-02", "2-Sept", "12-Dec", "2001-03-01", "1/3/2001", "01. Mrz", "Dez-01"]
)
def test_names_that_a_spreadsheet_made_dates(name):
    assert dates(["ACTB", name, "TP53"]) == [name]


@pytest.mark.parametrize("name", ["SEPT2", "MARCH1", "DEC1", "OCT4", "HLA-DRA", "RP1-1", "MT-1"])
def test_symbols_that_only_resemble_dates(name):
    assert dates(["ACTB", name, "TP53"]) == []


def test_dates_that_are_meant():
    assert dates(["2001-03-01", "2001-03-02", "weight"]) == []
