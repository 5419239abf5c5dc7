"""The one style sheet of a feedback page, and the policy that allows it and inline pictures and nothing else."""

from __future__ import annotations

import base64
import hashlib

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin-top: 2.5rem; border-top: 1px solid; padding-top: 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 0.25rem 0.6rem 0.25rem 0; vertical-align: top; }
th, td + td { overflow-wrap: break-word; } /* a long name may break anywhere, a short word nowhere */
th { border-bottom: 1px solid; } tr + tr td { border-top: 1px dotted; }
td.number, th.number { text-align: right; white-space: nowrap; }
pre { font: 0.85rem/1.4 ui-monospace, monospace; border: 1px solid; padding: 0.6rem; overflow-x: auto; white-space: pre-wrap; }
aside { border-left: 6px double; padding: 0.2rem 0.9rem; margin: 0.8rem 0; }
img { max-width: 100%; height: auto; background: white; }
details { margin: 0.8rem 0; } summary { cursor: pointer; }
@media print { details > * { display: block; } body { font-size: 11pt; } }
"""

_DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; img-src data:; style-src 'sha256-{_DIGEST}'; base-uri 'none'; form-action 'none'"
