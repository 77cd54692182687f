/**
 * The window one looks at the graph through: drag to move, wheel or `+`/`-` to zoom, `0` to see all.
 *
 * It is one tab stop. Arrows go from node to node, with Shift they move the picture; Enter opens the
 * node, `f` shows only what is near it. In the output of a cell the wheel belongs to the notebook
 * until somebody clicks on the graph.
 */

import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent, ReactNode, RefObject } from 'react';
import { t } from '../../i18n';
import type { Graph, GraphNode } from '../../protocol';
import { Button } from '../../ui/Button';
import { centre, fit, pan, reveal, start, zoom } from './camera';
import type { Camera, Size } from './camera';
import { busiest, towards } from './finding';
import type { Way } from './finding';

export interface ViewportProps {
  graph: Graph;
  selected: string | null;
  onSelect: (id: string | null) => void;
  onOpen: (node: GraphNode) => void;
  onFocus: (node: GraphNode) => void;
  /** A new value shows everything again. */
  fitToken: unknown;
  /** A new value brings the chosen node to the middle. */
  centreToken: unknown;
  /** Id in the page of the chosen node. */
  activeId: string | undefined;
  children: ReactNode;
}

const STEP = 1.3;

export function Viewport(props: ViewportProps): JSX.Element {
  const { graph, selected, onSelect, onOpen, onFocus, fitToken, centreToken } = props;
  const box = useRef<HTMLDivElement>(null);
  const room = useRoom(box);
  const [camera, setCamera] = useState<Camera | null>(null);
  const first = useMemo(() => {
    const middle = graph.nodes.find(({ marks }) => marks.includes('focus')) ?? busiest(graph);
    return start(graph, room, middle);
  }, [graph, room]);
  const seen = camera ?? first;
  const chosen = graph.nodes.find(({ id }) => id === selected);
  // Null follows the size of the window until somebody moves.
  useLayoutEffect(() => setCamera(null), [fitToken]);
  useEffect(() => {
    if (chosen) {
      setCamera((old) => centre(old ?? first, chosen, room));
    }
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only a new token moves the camera
  }, [centreToken]);
  const change = useCallback(
    (how: (camera: Camera) => Camera) => setCamera((old) => how(old ?? first)),
    [first],
  );
  const middle = { x: room.width / 2, y: room.height / 2 };
  const drag = useDrag(change, (id) => onSelect(id));
  useWheel(box, change);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const { key } = event;
    if (key.startsWith('Arrow')) {
      const way = key as Way;
      if (event.shiftKey) {
        const [dx, dy] = SHIFT[way];
        change((old) => pan(old, dx, dy));
      } else {
        const next = chosen ? towards(graph.nodes, chosen, way) : graph.nodes[0];
        if (next) {
          onSelect(next.id);
          change((old) => reveal(old, next, room));
        }
      }
    } else if (key === '+' || key === '=') {
      change((old) => zoom(old, STEP, middle));
    } else if (key === '-') {
      change((old) => zoom(old, 1 / STEP, middle));
    } else if (key === '0') {
      setCamera(fit(graph, room));
    } else if (key === 'Enter' && chosen) {
      onOpen(chosen);
    } else if (key === 'f' && chosen) {
      onFocus(chosen);
    } else if (key === 'Escape' && selected !== null) {
      onSelect(null);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className="bnb-map">
      <div
        ref={box}
        className={`bnb-map-window${drag.dragging ? ' bnb-dragging' : ''}`}
        tabIndex={0}
        role="application"
        aria-label={t('Graph of functions. Arrows go from node to node, Enter opens one.')}
        aria-activedescendant={props.activeId}
        onKeyDown={onKeyDown}
        onDoubleClick={(event) => {
          const node = graph.nodes.find(({ id }) => id === nodeUnder(event.target));
          if (node) {
            onOpen(node);
          }
        }}
        {...drag.handlers}
      >
        <svg width="100%" height="100%" className={seen.scale < 0.35 ? 'bnb-far' : undefined}>
          <g transform={`translate(${seen.x} ${seen.y}) scale(${seen.scale})`}>{props.children}</g>
        </svg>
      </div>
      <div className="bnb-map-tools">
        <Button
          kind="quiet"
          label={t('Zoom in (+)')}
          onClick={() => change((old) => zoom(old, STEP, middle))}
        >
          +
        </Button>
        <Button
          kind="quiet"
          label={t('Zoom out (-)')}
          onClick={() => change((old) => zoom(old, 1 / STEP, middle))}
        >
          −
        </Button>
        <Button
          kind="quiet"
          label={t('Show everything (0)')}
          onClick={() => setCamera(fit(graph, room))}
        >
          ⤢
        </Button>
      </div>
    </div>
  );
}

const SHIFT: Record<Way, [number, number]> = {
  ArrowUp: [0, 60],
  ArrowDown: [0, -60],
  ArrowLeft: [60, 0],
  ArrowRight: [-60, 0],
};

/** Id of the node that an event happened on. */
function nodeUnder(target: EventTarget | null): string | null {
  const group = target instanceof Element ? target.closest('[data-id]') : null;
  return group?.getAttribute('data-id') ?? null;
}

interface Drag {
  dragging: boolean;
  handlers: {
    onPointerDown: (event: PointerEvent) => void;
    onPointerMove: (event: PointerEvent) => void;
    onPointerUp: (event: PointerEvent) => void;
    onPointerCancel: () => void;
  };
}

/** Moves the picture with the pointer; a press that moves nothing is a click. */
function useDrag(
  change: (how: (camera: Camera) => Camera) => void,
  onClick: (id: string | null) => void,
): Drag {
  const [dragging, setDragging] = useState(false);
  const last = useRef<{ x: number; y: number; far: number; node: string | null } | null>(null);
  const end = (): void => {
    last.current = null;
    setDragging(false);
  };
  return {
    dragging,
    handlers: {
      onPointerDown: (event) => {
        if (event.button === 0) {
          last.current = {
            x: event.clientX,
            y: event.clientY,
            far: 0,
            node: nodeUnder(event.target),
          };
        }
      },
      onPointerMove: (event) => {
        const from = last.current;
        if (from === null) {
          return;
        }
        const [dx, dy] = [event.clientX - from.x, event.clientY - from.y];
        from.far += Math.abs(dx) + Math.abs(dy);
        if (from.far > 4) {
          if (!dragging) {
            setDragging(true);
            event.currentTarget.setPointerCapture?.(event.pointerId);
          }
          change((old) => pan(old, dx, dy));
          from.x = event.clientX;
          from.y = event.clientY;
        }
      },
      onPointerUp: () => {
        if (last.current !== null && last.current.far <= 4) {
          onClick(last.current.node);
        }
        end();
      },
      onPointerCancel: end,
    },
  };
}

function useWheel(
  box: RefObject<HTMLDivElement>,
  change: (how: (camera: Camera) => Camera) => void,
): void {
  useEffect(() => {
    const element = box.current;
    if (element === null) {
      return;
    }
    const turn = (event: WheelEvent): void => {
      const ours =
        event.ctrlKey || element.contains(document.activeElement) || !element.closest('.bnb-cell');
      if (!ours) {
        return;
      }
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      const at = { x: event.clientX - left, y: event.clientY - top };
      change((old) => zoom(old, Math.exp(-Math.max(-80, Math.min(80, event.deltaY)) / 300), at));
    };
    element.addEventListener('wheel', turn, { passive: false });
    return () => element.removeEventListener('wheel', turn);
  }, [box, change]);
}

function useRoom(box: RefObject<HTMLDivElement>): Size {
  const [room, setRoom] = useState<Size>({ width: 600, height: 400 });
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) {
      return;
    }
    const measure = (): void => {
      const { clientWidth: width, clientHeight: height } = element;
      if (width > 0 && height > 0) {
        setRoom({ width, height });
      }
    };
    measure();
    if (typeof ResizeObserver === 'undefined') {
      return;
    }
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return room;
}
