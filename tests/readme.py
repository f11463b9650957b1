"""The documents show the programs of examples/ as they are, their links lead somewhere, and copies of the
licence are copies."""

import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parent.parent
shown = {"README.md": "examples/container.*", "docs/tour.md": "examples/tour/*"}
languages = {".py": "python", ".c": "c", ".go": "go", ".rb": "ruby", ".sh": "sh"}

wrong = []
for document, pattern in shown.items():
    text = (root / document).read_text()
    wrong += [
        f"{document} does not show {example.relative_to(root)} as it is there"
        for example in sorted(root.glob(pattern))
        if f"```{languages[example.suffix]}\n{example.read_text()}```\n" not in text
    ]
for document in [*root.glob("*.md"), *root.glob("docs/*.md"), *root.glob("bindings/*/README.md")]:
    wrong += [
        f"{document.relative_to(root)} links {link}, which does not exist"
        for link in re.findall(r"\]\(([^)]*)\)", document.read_text())
        if "://" not in link and not (document.parent / link.split("#")[0]).exists()
    ]
# A package for a language has to bring the licence along.
wrong += [
    f"{copy.relative_to(root)} is not as LICENSE"
    for copy in root.glob("bindings/*/LICENSE")
    if copy.read_text() != (root / "LICENSE").read_text()
]
print("\n".join(wrong), file=sys.stderr)
sys.exit(1 if wrong else 0)
