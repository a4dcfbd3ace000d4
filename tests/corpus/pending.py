"""Cases that do not end yet as they must, each with what is missing.

They have to fail: one that ends as it must is taken out of here.
"""

PENDING: dict[str, str] = {
    "web_page_after_blank_lines": "only the first line is looked at",
    "underscore_inside_a_number": "Python's own way to write numbers is taken for a number",
    "labels_with_leading_zeros": "columns of numbers lose how they were written",
    "labels_that_look_like_exponents": "columns of numbers lose how they were written",
    "matrix_that_may_not_be_read": "taken for a damaged file",
    "h5ad_that_may_not_be_read": "taken for a damaged file",
    "stack_beyond_the_last": "other members are trained instead",
}
