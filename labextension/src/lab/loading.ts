/** Loading babyagi_nb into a kernel as people would do it: in a cell, where it can be seen. */

import { ConsolePanel } from '@jupyterlab/console';
import { NotebookActions, NotebookPanel } from '@jupyterlab/notebook';
import { Place } from './current';

export const LOAD = '%load_ext babyagi_nb';

/** Put the line that loads us on top of the notebook (or into the console) and run it. */
export async function load(place: Place): Promise<void> {
  await place.sessionContext.ready;
  if (place instanceof NotebookPanel) {
    const { content, sessionContext } = place;
    const first = content.widgets[0];
    if (first?.model.type !== 'code' || first.model.sharedModel.getSource().trim() !== LOAD) {
      content.activeCellIndex = 0;
      NotebookActions.insertAbove(content);
      content.activeCell?.model.sharedModel.setSource(LOAD);
    } else {
      content.activeCellIndex = 0;
    }
    await NotebookActions.run(content, sessionContext);
  } else if (place instanceof ConsolePanel) {
    await place.console.inject(LOAD);
  }
}
