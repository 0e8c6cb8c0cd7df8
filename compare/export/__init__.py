"""The report in other shapes: one HTML file, LaTeX tables, CSV."""
