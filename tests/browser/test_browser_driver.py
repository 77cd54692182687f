"""The driver of the dashboard's scenarios: one that fails is on its own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from browser_lab import find_node
from browser_page import find_browser

RUN = Path(__file__).parent / "dashboard" / "run.mjs"
SCENARIOS = """
export async function begin(lab) {
  await lab.page.setContent('<p>as at the beginning</p>');
}
async function it_breaks_its_page(lab) {
  await lab.page.setContent('<p>broken</p>');
  // The page never comes back from this.
  void lab.page.evaluate(() => { for (;;); }).catch(() => undefined);
  throw new Error('on purpose');
}
async function the_next_one_finds_everything_as_at_the_beginning(lab) {
  await lab.page.getByText('as at the beginning').waitFor({ timeout: 5000 });
  await lab.page.setContent('<p>left behind</p>');
}
async function what_a_good_one_leaves_is_there_for_the_next(lab) {
  await lab.page.getByText('left behind').waitFor({ timeout: 5000 });
}
export default [
  it_breaks_its_page,
  the_next_one_finds_everything_as_at_the_beginning,
  what_a_good_one_leaves_is_there_for_the_next,
];
"""


@pytest.mark.timeout(180)
def test_a_scenario_that_fails_drags_no_other_down(tmp_path: Path) -> None:
    node = find_node()
    if node is None or not (RUN.parents[3] / "labextension" / "node_modules").exists():
        pytest.skip("there is no Node.js to drive the browser with; run `make front`")
    folder, report = tmp_path / "scenarios", tmp_path / "report.json"
    folder.mkdir()
    (folder / "some.mjs").write_text(SCENARIOS, encoding="utf-8")
    options = {
        "url": "", "token": "", "browser": find_browser(), "report": str(report),
        "shots": str(tmp_path), "scenarios": str(folder),
    }  # fmt: skip
    subprocess.run([node, str(RUN), json.dumps(options)], check=True, timeout=150)
    came = [each["ok"] for each in json.loads(report.read_text(encoding="utf-8")).values()]
    assert came == [False, True, True]
