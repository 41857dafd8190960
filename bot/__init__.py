"""Rejection Watch: reads where crowd workers talk and warns them of mass rejections."""

__version__ = "0.1.0"
