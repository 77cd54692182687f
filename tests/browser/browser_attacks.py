"""Texts that try to become code, markup, style, links or graph commands wherever they are shown.

``{js}`` and ``{url}`` are filled in by ``browser_page.armed``.
"""

from __future__ import annotations

__all__ = ["ATTACKS", "INERT"]

ATTACKS = [
    # elements that run
    "<script>{js}</script>",
    "<scr<script>ipt>{js}</script>",
    "<img src=x onerror={js}>",
    "<svg onload={js}>",
    "<svg><script>{js}</script></svg>",
    "<svg><animate onbegin={js} attributeName=x dur=1s></svg>",
    "<svg><foreignObject><img src=x onerror={js}></foreignObject></svg>",
    "<iframe srcdoc='<script>{js}</script>'></iframe>",
    "<iframe src=javascript:{js}></iframe>",
    "<details open ontoggle={js}><summary>x</summary></details>",
    "<video src=x onerror={js}></video>",
    "<audio src=x onerror={js}></audio>",
    "<input autofocus onfocus={js}>",
    "<body onload={js}>",
    "<noscript><p title='</noscript><img src=x onerror={js}>'>",
    "<math><mtext></form><form><mglyph><style></math><img src=x onerror={js}>",
    # ways out of what encloses them
    "</style><script>{js}</script>",
    "</pre></code></td></table></div><script>{js}</script>",
    "</textarea><script>{js}</script>",
    "</title><script>{js}</script>",
    "</script><script>{js}</script>",
    "</svg><script>{js}</script>",
    "--><script>{js}</script>",
    "<!--><script>{js}</script>-->",
    "]]><script>{js}</script>",
    "<![CDATA[<script>{js}</script>]]>",
    '"><img src=x onerror={js}>',
    "'><img src=x onerror={js}>",
    "' onmouseover='{js}",
    '" autofocus onfocus="{js}" x="',
    '" style="background:url({url})',
    # what only fetches
    "<iframe src={url}></iframe>",
    "<object data={url}></object>",
    "<embed src={url}>",
    "<img src={url}>",
    "<link rel=stylesheet href={url}>",
    "<style>@import url({url});</style>",
    "<div style='background:url({url})'>x</div>",
    "<svg><image href={url} width=9 height=9 /></svg>",
    "<svg><use href={url}#x></use></svg>",
    "<base href={url}>",
    "<meta http-equiv=refresh content='0;url={url}'>",
    # links and addresses
    "<a href=javascript:{js}>x</a>",
    "<a href='JaVa\tScRiPt:{js}'>x</a>",
    "<a href={url} ping={url}>x</a>",
    "<form action={url}><input type=submit></form>",
    "<math><maction actiontype=statusline xlink:href=javascript:{js}>x</maction></math>",
    "javascript:{js}",
    "data:text/html,<script>{js}</script>",
    # style
    "expression({js})",
    "background:url({url})",
    "x:1;}body{background:url({url})}",
    # notations
    "[x](javascript:{js})",
    "![x]({url})",
    r"$\href{javascript:{js}}{x}$",
    r"\(\unicode{<img src=x onerror={js}>}\)",
    "{{ {js} }}{% include '{url}' %}",
    "`${{js}}`",
    '"]; n0 [URL="javascript:{js}" image="{url}"]; x [label="',
    "<<b>x</b><img src='{url}'/>>",
    'n0"] click n0 "javascript:{js}"; x["',
    '%%{init: {"securityLevel": "loose"}}%%',
    'x"}, "text/html": "<script>{js}</script>',
    # characters
    "\x1b]8;;javascript:{js}\x07x\x1b]8;;\x07",
    "\x1b[2J\x1b[31m<script>{js}</script>",
    "\u202e<script>{js}</script>",
    "a\x00<script\x00>{js}</script>",
    "<\x1b[0mscript>{js}</script>",
    "<\u200bscript>{js}</script>",
    "\ud800<script>{js}</script>",
    "\u2028<script>{js}</script>\u2029",
    "\uff1cscript\uff1e{js}\uff1c/script\uff1e",
    "+ADw-script+AD4-{js}+ADw-/script+AD4-",
    # already escaped once, too long, and for another language
    "&lt;script&gt;{js}&lt;/script&gt;",
    "&#60;img src=x onerror={js}&#62;",
    "x" * 3000 + "<script>{js}</script>",
    "'; DROP TABLE runs; -- <script>{js}</script>",
    "<plaintext>",
    "<xmp><script>{js}</script>",
    "<template><script>{js}</script></template>",
]

INERT = {"<plaintext>", '%%{init: {"securityLevel": "loose"}}%%'}
"""They carry nothing that could call home; they are there to break the page around them."""
