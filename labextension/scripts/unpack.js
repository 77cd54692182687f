/**
 * What the panel's file is: itself, compressed, and the lines that unpack it.
 *
 * A notebook keeps this text once it was run without a browser, so it is a third of what it unpacks
 * to. It is imported from a blob, which is how anywidget imports this very text. Nothing is unpacked
 * before the panel is shown.
 */
const PACKED = '@PACKED@';

let app;

async function unpack() {
  const bytes = Uint8Array.from(atob(PACKED), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const text = await new Response(stream).text();
  const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
  try {
    return await import(/* webpackIgnore: true */ url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

export default () => {
  let model;
  let widget;
  return {
    initialize(context) {
      model = context.model;
    },
    async render(context) {
      app ??= unpack();
      const { default: make } = await app;
      widget ??= make(model ?? context.model);
      return widget.render(context);
    },
  };
};
