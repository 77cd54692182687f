/**
 * The smallest host of anywidgets: it loads a module from its text, makes a widget of it for each
 * model, and shows widgets in places. Each place sees the model through an object of its own, and
 * what was registered through that goes with the place, as in anywidget.
 */
window.host = (() => {
  const widgets = new Map();
  const places = [];
  let make;

  class Model {
    constructor(peer, state) {
      this.peer = peer;
      this.state = state;
      this.hearing = new Set();
      this.sent = [];
    }

    /** What one place, or the widget itself, is given. */
    seenBy(owner) {
      return {
        get: (name) => this.state[name],
        set: (name, value) => void (this.state[name] = value),
        save_changes: () => undefined,
        on: (event, callback) => void this.hearing.add({ event, callback, owner }),
        off: (event, callback) => this.forget((each) => each.owner === owner && each.callback === callback),
        send: (content) => {
          this.sent.push(content);
          void window.tellKernel(this.peer, content);
        },
      };
    }

    forget(which) {
      for (const each of [...this.hearing].filter(which)) {
        this.hearing.delete(each);
      }
    }
  }

  async function widgetOf(peer, section) {
    if (!widgets.has(peer)) {
      const model = new Model(peer, { section, name: null });
      const widget = await make();
      await widget.initialize?.({ model: model.seenBy('widget') });
      widgets.set(peer, { model, widget });
    }
    return widgets.get(peer);
  }

  return {
    async load(source) {
      const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
      const { default: found } = await import(url);
      make = typeof found === 'function' ? found : () => found;
    },
    async show(peer, section) {
      const { model, widget } = await widgetOf(peer, section);
      const el = document.createElement('div');
      el.id = `place-${places.length + 1}`;
      el.className = 'place';
      document.body.append(el);
      const remove = await widget.render({ model: model.seenBy(el.id), el });
      places.push({ el, remove, model });
      return el.id;
    },
    async removeAll() {
      for (const { el, remove, model } of places) {
        model.forget((each) => each.owner === el.id);
        await remove?.();
        el.remove();
      }
    },
    hear(peer, message) {
      for (const { event, callback } of [...(widgets.get(peer)?.model.hearing ?? [])]) {
        if (event === 'msg:custom') {
          callback(message, []);
        }
      }
    },
    sent: (peer, op) =>
      widgets.get(peer).model.sent.filter((each) => op === undefined || each.op === op).length,
    listeners: () => [...widgets.values()].reduce((sum, { model }) => sum + model.hearing.size, 0),
  };
})();
