/**
 * What the panel's file is: itself, compressed, and the lines that unpack it.
 *
 * A notebook keeps this text once it was run without a browser, so it is a third of what it unpacks
 * to. Five characters stand for four bytes; none of them has to be escaped in JSON, JavaScript or
 * HTML. It is imported from a blob, which is how anywidget imports this very text. Nothing is unpacked
 * before the panel is shown.
 */
const PACKED = '@PACKED@';
const DIGITS = '@DIGITS@';
const LENGTH = Number('@LENGTH@');

let app;

function bytes() {
  const values = Object.fromEntries([...DIGITS].map((digit, value) => [digit, value]));
  const view = new DataView(new ArrayBuffer((PACKED.length / 5) * 4));
  let word = 0;
  for (let at = 0; at < PACKED.length; at += 1) {
    word = word * DIGITS.length + values[PACKED[at]];
    if (at % 5 === 4) {
      view.setUint32(((at - 4) / 5) * 4, word);
      word = 0;
    }
  }
  return view.buffer.slice(0, LENGTH);
}

async function unpack() {
  const stream = new Blob([bytes()]).stream().pipeThrough(new DecompressionStream('gzip'));
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
