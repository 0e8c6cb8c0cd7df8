"""The style sheet of the HTML file: a phone, a screen light or dark, and paper."""

__all__ = ["STYLE"]

STYLE = """
:root { --ink: #1b2733; --paper: #fff; --muted: #5b6670; --line: #d5dae0; --link: #0b6e99;
  --soft: #f3f5f7; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #dfe5ea; --paper: #14191e; --muted: #9aa5b0; --line: #37414b; --link: #6fc3e8;
    --soft: #1e252c; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, "Segoe UI", "Noto Sans", sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
article { padding: 1rem 0 2rem; overflow-wrap: anywhere; }
article + article { border-top: 3px double var(--line); }
article:target { scroll-margin-top: 1rem; }
h1, h2, h3, h4 { line-height: 1.25; text-wrap: balance; }
h1, article + article > h2:first-child { font-size: 1.6rem; }
a { color: var(--link); }
blockquote { margin: 1rem 0; padding: .6rem 1rem; border-inline-start: 4px solid var(--link);
  background: var(--soft); }
blockquote p { margin: 0; }
.table { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: start;
  vertical-align: top; overflow-wrap: normal; }
th { border-bottom: 2px solid var(--ink); }
.number { text-align: right; white-space: nowrap; }
img { display: block; max-width: 100%; height: auto; background: #fff; border-radius: 4px; }
code { font: .9em ui-monospace, "DejaVu Sans Mono", Consolas, monospace; }
pre { padding: .6rem 1rem; background: var(--soft); overflow-x: auto; }
@media print {
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  article + article { border: 0; break-before: page; }
  .table, pre { overflow: visible; }
  table { font-size: 8pt; }
  pre { white-space: pre-wrap; }
  h1, h2, h3, h4 { break-after: avoid; }
  tr, img, blockquote { break-inside: avoid; }
  a { color: inherit; text-decoration: none; }
}
"""
