"""The programs in README.md are those of examples/, which the tests run; and its links lead somewhere."""

import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parent.parent
readme = (root / "README.md").read_text()
languages = {".py": "python", ".c": "c"}
wrong = [
    f"README.md does not show {example.name} as it is in examples/"
    for example in sorted((root / "examples").iterdir())
    if f"```{languages[example.suffix]}\n{example.read_text()}```\n" not in readme
]
wrong += [
    f"README.md links {link}, which does not exist"
    for link in re.findall(r"\]\(([^)]*)\)", readme)
    if "://" not in link and not (root / link).exists()
]
print("\n".join(wrong), file=sys.stderr)
sys.exit(1 if wrong else 0)
