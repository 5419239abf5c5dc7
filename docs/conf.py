"""How `make site` builds the pages: nothing is executed, nothing is loaded from elsewhere, a warning is an error."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from gather import gather  # noqa: E402

gather(HERE / "built")

project = "Recurrent networks"
author = "the authors of the course"
copyright = f"2026, {author}"
extensions = ["myst_nb", "mathml"]
exclude_patterns = ["built/about.md"]
html_theme = "furo"
html_title = project
html_math_renderer = "mathml"
html_copy_source = False
html_show_sphinx = False
html_css_files = ["course.css"]
html_static_path = ["static"]
nitpicky = True
nb_execution_mode = "off"
myst_enable_extensions = ["dollarmath", "html_image"]
myst_heading_anchors = 3
