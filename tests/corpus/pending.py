"""Cases that do not end yet as they must, each with what is missing.

They have to fail: one that ends as it must is taken out of here.
"""

FORMS = dict.fromkeys(
    (
        "h5ad_with_layers_alone",
        "h5ad_with_raw_alone",
        "h5ad_with_counts_beside_x",
        "h5ad_with_counts_in_raw",
        "h5ad_with_a_column_beyond_the_last",
        "h5ad_with_a_negative_column",
        "h5ad_with_rows_that_end_too_late",
        "tenx_folder",
        "tenx_folder_without_barcodes",
        "tenx_folder_with_other_barcodes",
        "tenx_folder_with_a_matrix_cut_short",
        "tenx_folder_with_too_few_entries",
        "tenx_folder_with_a_row_beyond_the_last",
        "tenx_h5_whole",
        "parquet",
        "parquet_with_a_column_of_text",
        "zarr_store",
        "zarr_with_a_part_missing",
    ),
    "h5ad and text alone are read, X alone, and nothing looks at the places of sparse values",
)

KINDS = dict.fromkeys(
    (
        "h5ad_of_half_precision",
        "missing_continuous_value",
        "differences_among_the_smallest_numbers",
        "fractions",
        "fraction_above_one",
        "fraction_below_zero",
        "percentages_called_fractions",
        "binary",
        "binary_values_of_no_declared_kind",
        "two_among_binary_values",
        "intensities_with_zeros",
        "negative_intensity",
    ),
    "counts and continuous values are the only kinds, and missing values are not filled in",
)

SPLITS = dict.fromkeys(
    (
        "split_by_donors",
        "split_by_two_donors",
        "split_by_a_group_misspelt",
        "split_by_a_group_with_a_gap",
        "split_by_no_group",
        "split_with_a_group_that_is_not_used",
        "split_by_a_batch_that_is_not_there",
        "split_by_a_column",
        "split_by_a_column_with_another_word",
        "split_by_a_column_without_test",
        "split_by_a_column_that_divides_groups",
    ),
    "the only split is at random, stratified by the label",
)

ELSE = {
    "web_page_after_blank_lines": "only the first line is looked at",
    "genes_that_excel_took_for_dates": "no warning of features that are dates",
    "prepared_data_given_again": "columns that are set aside may meet their like",
    "underscore_inside_a_number": "Python's own way to write numbers is taken for a number",
    "almost_counts": "no warning when nearly every value is a count",
    "labels_with_leading_zeros": "columns of numbers lose how they were written",
    "labels_that_look_like_exponents": "columns of numbers lose how they were written",
    "batch_that_is_the_label": "no warning of a batch that is confounded with the label",
    "annotation_with_a_slash_in_a_column": "a warning of anndata about the slash",
    "annotation_with_reserved_columns": "anndata does not write a column called _index",
    "label_with_a_slash_in_its_name": "a warning of anndata about the slash",
    "matrix_that_may_not_be_read": "taken for a damaged file",
    "h5ad_that_may_not_be_read": "taken for a damaged file",
    "disk_that_is_full": "HDF5 tells its failures to write itself, and may crash at the end",
    "file_that_may_not_grow": "HDF5 tells its failures to write itself, and may crash at the end",
    "stack_beyond_the_last": "other members are trained instead",
}

PENDING: dict[str, str] = FORMS | KINDS | SPLITS | ELSE
