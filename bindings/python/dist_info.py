"""dist_info.py PYPROJECT DIRECTORY: write NAME-VERSION.dist-info below DIRECTORY, and print where.

For distributions that install the package without pip. The files are those of PyPA's specification "Recording
installed projects", but for RECORD, which is for what pip may remove.
"""

import pathlib
import sys

import tomllib


def metadata(project, readme):
    fields = [
        ("Metadata-Version", "2.1"),
        ("Name", project["name"]),
        ("Version", project["version"]),
        ("Summary", project["description"]),
        ("License", project["license"]),
        ("Keywords", ",".join(project["keywords"])),
        *(("Classifier", classifier) for classifier in project["classifiers"]),
        *(("Project-URL", f"{name}, {url}") for name, url in project["urls"].items()),
        ("Requires-Python", project["requires-python"]),
        *(("Requires-Dist", requirement) for requirement in project.get("dependencies", [])),
        ("Description-Content-Type", "text/markdown"),
    ]
    return "".join(f"{name}: {value}\n" for name, value in fields) + "\n" + readme


def main(pyproject, directory):
    project = tomllib.loads(pyproject.read_text())["project"]
    readme = (pyproject.parent / project["readme"]).read_text()
    target = directory / f"{project['name']}-{project['version']}.dist-info"
    target.mkdir(exist_ok=True)
    (target / "METADATA").write_text(metadata(project, readme))
    (target / "INSTALLER").write_text("cmake\n")
    print(target)


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
