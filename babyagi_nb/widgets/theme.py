"""How every view looks: one style sheet, and one glyph per status.

The rules an output needs are written into it, because it may stand alone in an exported page. All
of them begin with ``.bnb``. Text and lines take their colour from the page (JupyterLab's and
VS Code's variables, else what is inherited) and are mixed from it, so light, dark and print need
no second set. Narrow places are recognised by the container's width, not the window's.
"""

from __future__ import annotations

import re

from babyagi_nb.core.runs import RunStatus
from babyagi_nb.widgets.markup import Html, tag

__all__ = ["GLYPHS", "STYLE", "frame", "glyph"]

GLYPHS: dict[RunStatus, str] = {
    "started": "▶",
    "success": "✓",
    "error": "✗",
    "interrupted": "■",
    "timeout": "◷",
    "cancelled": "⊘",
    "lost": "?",
    "refused": "⊘",
}

_SHEETS: dict[str, str] = {
    "": """
.bnb{container-type:inline-size;width:100%;max-width:1100px;box-sizing:border-box;margin:2px 0;
color:var(--jp-content-font-color1,var(--vscode-editor-foreground,inherit));
font:13px/1.5 var(--jp-content-font-family,system-ui,-apple-system,'Segoe UI',sans-serif);
--line:@14;--soft:@66;--wash:@5;--good:#2fa35a;--bad:#e0483f;--warn:#c98a10;--live:#2f81f7;
--mono:var(--jp-code-font-family,ui-monospace,SFMono-Regular,Menlo,Consolas,monospace)}
.bnb *{box-sizing:border-box}
.bnb div p{margin:2px 0}
.bnb .m,.bnb pre,.bnb code{font-family:var(--mono);font-size:12px}
.bnb .soft,.bnb time,.bnb data{color:var(--soft)}
.bnb time{font-variant-numeric:tabular-nums;white-space:nowrap}
.bnb b{font-weight:600}
.bnb .success{color:color-mix(in srgb,var(--good) 85%,currentColor)}
.bnb .error{color:color-mix(in srgb,var(--bad) 88%,currentColor)}
.bnb .started{color:color-mix(in srgb,var(--live) 88%,currentColor)}
.bnb .timeout,.bnb .interrupted,.bnb .cancelled,.bnb .refused,.bnb .lost,
.bnb .warn{color:color-mix(in srgb,var(--warn) 88%,currentColor)}
.bnb .g{display:inline-block;width:1.3em;font-weight:700;text-align:center;flex:none}
.bnb .odd{color:color-mix(in srgb,var(--bad) 88%,currentColor);border-radius:3px;font-weight:600;
background:color-mix(in srgb,var(--bad) 14%,transparent);padding:0 2px;white-space:nowrap}
.bnb .via{font-size:11px;color:#8b63d6;white-space:nowrap}
""",
    'class="box': """
.bnb .box{border:1px solid var(--line);border-radius:8px;overflow:hidden}
.bnb .head{display:flex;flex-wrap:wrap;gap:2px 10px;align-items:baseline;padding:8px 12px}
.bnb .head .m{font-size:14px}
.bnb .grow{flex:1 1 auto}
.bnb .part{border-top:1px solid var(--line);padding:7px 12px}
.bnb .part>.box{border:0;border-radius:0}
.bnb .foot{padding:5px 12px;font-size:11.5px;color:var(--soft)}
.bnb .scroll{overflow-x:auto}
.bnb .chip{display:inline-block;padding:0 7px;margin:0 4px 2px 0;border:1px solid var(--line);
border-radius:10px;font-size:11px;line-height:17px;white-space:nowrap;max-width:100%;
overflow:hidden;text-overflow:ellipsis;vertical-align:middle}
""",
    'class="facts': """
.bnb .facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:2px 14px}
.bnb .facts>*{overflow-wrap:anywhere}.bnb .facts>.soft{white-space:nowrap}
@container (max-width:360px){.bnb .facts{grid-template-columns:minmax(0,1fr)}
.bnb .facts>.soft:nth-child(odd){font-size:11px;margin-top:3px}}
""",
    "<details": """
.bnb details>summary{cursor:pointer}.bnb .part>summary{list-style-position:inside}
""",
    "<pre": """
.bnb div pre{margin:0;padding:8px 12px;background:var(--wash);color:inherit;border-radius:5px;
white-space:pre-wrap;overflow-wrap:anywhere;line-height:1.45;max-height:420px;overflow:auto}
.bnb .part>pre{margin-top:5px}.bnb pre code{background:none;padding:0;color:inherit}
.bnb pre.call{user-select:all}
.bnb .k{color:var(--jp-mirror-editor-keyword-color,#8250df)}
.bnb .s{color:var(--jp-mirror-editor-string-color,#b5533c)}
.bnb .c{color:var(--jp-mirror-editor-comment-color,var(--soft));font-style:italic}
.bnb .n{color:var(--jp-mirror-editor-number-color,#2f8f5b)}
.bnb .d{color:var(--jp-mirror-editor-def-color,#2f6fd0)}
""",
    'class="t': """
.bnb table.t{border-collapse:collapse;width:100%;margin:0;font-size:13px;color:inherit;border:0;
table-layout:auto}
.bnb table.t thead th{text-align:left;font-weight:600;color:var(--soft);font-size:11px;border:0;
border-bottom:1px solid var(--line);padding:4px 9px;white-space:nowrap;background:none}
.bnb table.t tbody tr,.bnb table.t tbody tr:nth-child(n){background:none}
.bnb table.t tbody tr:hover{background:var(--wash)}
.bnb table.t tbody td{text-align:left;vertical-align:top;border:0;
border-bottom:1px solid @9;padding:4px 9px;max-width:420px;overflow-wrap:anywhere}
.bnb table.t tbody tr:last-child td{border-bottom:0}
.bnb table.t tbody td.num,.bnb table.t thead th.num{text-align:right;white-space:nowrap;
font-variant-numeric:tabular-nums}
.bnb table.t tbody td.name{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.bnb table.t tbody td.nil{color:var(--soft);font-style:italic}
@container (max-width:600px){.bnb table.flow thead{display:none}
.bnb table.flow tbody tr{display:block;text-align:left;padding:5px 9px;border-bottom:1px solid @9}
.bnb table.t.flow tbody td{display:inline;border:0;padding:0 5px 0 0}
.bnb table.flow td.out::before{content:'→ ';color:var(--soft)}
.bnb table.flow td.deps::before{content:'depends on ';color:var(--soft)}
.bnb table.flow td.after::before{content:'runs after ';color:var(--soft)}}
""",
    'class="row': """
.bnb .row{display:flex;gap:4px 8px;align-items:baseline;padding:1px 0;min-width:0}
.bnb .row>.cut{flex:0 1 auto;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.bnb .row>.said{flex-shrink:3}
.bnb .tree{padding-left:16px}
.bnb .tree details{margin-left:15px}.bnb .tree .leaf{margin-left:32px}
.bnb .tree>details{margin-left:0}.bnb .tree>.leaf{margin-left:17px}
.bnb .tree summary>.row{display:inline-flex;vertical-align:top;max-width:calc(100% - 18px)}
@container (max-width:520px){.bnb .tree .cut.said{display:none}
.bnb .tree details{margin-left:9px}.bnb .tree .leaf{margin-left:26px}}
""",
    'class="wf': """
.bnb .wf{display:grid;grid-template-columns:minmax(110px,30%) minmax(0,1fr) max-content;
gap:3px 10px;align-items:center}
.bnb .wf .name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.bnb .lane{position:relative;height:16px;background:var(--wash);border-radius:3px}
.bnb .bar{position:absolute;top:2px;bottom:2px;min-width:3px;border-radius:3px;
background:currentColor;opacity:.8}
.bnb .bar.started{background:repeating-linear-gradient(45deg,currentColor 0 5px,@30 5px 9px)}
.bnb .axis{position:relative;height:16px;font-size:10.5px}
.bnb .axis time{position:absolute;padding-left:3px;border-left:1px solid var(--line)}
@container (max-width:520px){.bnb .wf{grid-template-columns:minmax(0,1fr) max-content;gap:0 8px;
grid-auto-flow:dense}
.bnb .lane,.bnb .axis{grid-column:1/-1;grid-row:auto}.bnb .lane{margin-bottom:5px;height:10px}
.bnb .wf .blank{display:none}}
""",
    'class="diff': """
.bnb table.diff{border-collapse:collapse;width:100%;margin:0;border:0;color:inherit;
table-layout:auto;font:12px/1.45 var(--mono)}
.bnb table.diff tbody tr,.bnb table.diff tbody tr:nth-child(n){background:none}
.bnb table.diff tbody td{border:0;padding:0 8px;text-align:left;vertical-align:top;
white-space:pre-wrap;overflow-wrap:anywhere;max-width:none}
.bnb table.diff tbody td.no{color:var(--soft);text-align:right;width:1%;white-space:nowrap;
user-select:none;padding:0 4px}
.bnb table.diff tbody td.add{background:color-mix(in srgb,var(--good) 17%,transparent)}
.bnb table.diff tbody td.del{background:color-mix(in srgb,var(--bad) 15%,transparent)}
.bnb table.diff tbody td.gap{color:var(--soft);background:var(--wash);text-align:center}
""",
    'class="ask': """
.bnb .ask{background:color-mix(in srgb,var(--warn) 9%,transparent)}
.bnb .ask b{font-size:13px}.bnb .ask .facts{margin-top:3px}
.bnb .ask.none{background:color-mix(in srgb,var(--good) 8%,transparent)}
.bnb .quote{white-space:pre-wrap;overflow-wrap:anywhere;margin-top:3px;padding-left:9px;
border-left:3px solid var(--line)}
.bnb .tall{overflow:auto;max-height:640px;padding:7px 0}
""",
    'class="draw': """
.bnb .draw{overflow:auto;max-height:820px}
.bnb .draw svg{display:block;height:auto;max-width:100%}
""",
    'class="bnb-x': """
.bnb-x select{font-family:var(--jp-code-font-family,monospace);font-size:12px}
""",
}
"""Rules by the mark that shows they are needed; an output carries no others."""


def _mixed(sheet: str) -> str:
    mix = r"color-mix(in srgb,currentColor \1%,transparent)"
    return re.sub(r"@(\d+)", mix, sheet.strip())


STYLE = "\n".join(map(_mixed, _SHEETS.values()))
"""All rules, for a page that holds several views."""


def frame(*children: object, styled: bool = True) -> Html:
    """A whole output: the rules it needs, unless the page has them already, and what they style."""
    inner = tag("div", *children)
    needed = "\n".join(_mixed(rules) for mark, rules in _SHEETS.items() if mark in inner)
    sheet = f"<style>{needed}</style>" if styled else ""
    # Dollar signs in data are no formulas.
    return Html(f'<div class="bnb mathjax_ignore tex2jax_ignore">{sheet}{inner}</div>')


def glyph(status: str) -> Html:
    """The sign of a status, coloured, and spoken by screen readers as its word."""
    known = status in GLYPHS
    sign = GLYPHS[status] if known else "·"  # type: ignore[index]
    cls = f"g {status}" if known else "g"
    return tag("span", sign, cls=cls, title=status, role="img", aria_label=status)
