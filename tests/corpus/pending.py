"""Cases that do not end yet as they must, each with what is missing.

They have to fail: one that ends as it must is taken out of here.
"""

KINDS = "intensities, fractions and binary values are not handled"
CLASSES_AS_NUMBERS = "an annotation's columns of numbers lose how they were written"
SPARSE = "nothing looks at the column numbers and row ends of a sparse h5ad"
FULL = "HDF5 tells its own failures to write, and crashes at the end"

PENDING: dict[str, str] = {
    "h5ad_with_counts_beside_x": "no warning that a layer holds counts",
    "h5ad_with_counts_in_raw": "no warning that raw holds counts",
    "h5ad_of_half_precision": "a warning of numpy while looking for counts in half precision",
    "h5ad_with_a_column_beyond_the_last": SPARSE,
    "h5ad_with_a_negative_column": SPARSE,
    "h5ad_with_rows_that_end_too_late": SPARSE,
    "web_page_after_blank_lines": "only the first line is looked at",
    "genes_that_excel_took_for_dates": "no warning of features that are dates",
    "prepared_data_given_again": "columns that are set aside may meet their like",
    "underscore_inside_a_number": "Python's own way to write numbers is taken for a number",
    "almost_counts": "no warning when nearly every value is a count",
    "differences_too_small_for_single_precision": "a deviation can be 0 in single precision",
    "fractions": KINDS,
    "fraction_above_one": KINDS,
    "fraction_below_zero": KINDS,
    "percentages_called_fractions": KINDS,
    "binary": KINDS,
    "two_among_binary_values": KINDS,
    "intensities_with_zeros": KINDS,
    "negative_intensity": KINDS,
    "labels_with_leading_zeros": CLASSES_AS_NUMBERS,
    "labels_that_look_like_exponents": CLASSES_AS_NUMBERS,
    "batch_that_is_the_label": "no warning of a batch that is confounded with the label",
    "annotation_with_a_slash_in_a_column": "a warning of anndata about the slash",
    "annotation_with_reserved_columns": "anndata does not write a column called _index",
    "label_with_a_slash_in_its_name": "a warning of anndata about the slash",
    "matrix_that_may_not_be_read": "taken for a damaged file",
    "h5ad_that_may_not_be_read": "taken for a damaged file",
    "disk_that_is_full": FULL,
    "file_that_may_not_grow": FULL,
    "stack_beyond_the_last": "other members are trained instead",
}
