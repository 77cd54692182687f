/**
 * What stands around the sections, in every host: switcher, the place they belong to, notices.
 *
 * Both hosts mount `App` with a client. Where the person is, is a `Place`; sections move by
 * `useNavigate`, and *Back* undoes that. A host that keeps layouts is told of every move.
 */

import {
  Component,
  ReactNode,
  Suspense,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
  KeyboardEvent,
} from 'react';
import { Frame } from './frames';
import {
  ClientContext,
  NavigateContext,
  Place,
  PlaceContext,
  WidenContext,
  useClient,
  usePhase,
  usePush,
  useQuery,
} from './hooks';
import { t } from './i18n';
import { SectionIcon } from './icons';
import { SECTIONS, sectionOf } from './sections';
import { Client } from './store';
import { Button } from './ui/Button';
import { ErrorLine } from './ui/ErrorLine';
import { Spinner } from './ui/Spinner';

export interface AppProps {
  client: Client;
  /** Where to begin, and where to go when the host says so: a new object moves. */
  place?: Place;
  onPlace?: (place: Place) => void;
  /** Opens a place in a view with more room; absent where the host has none. */
  widen?: (place: Place) => void;
  /** A host with a fixed section (a wide view) needs no switcher. */
  bare?: boolean;
}

const SILENT =
  'The kernel does not answer at the moment, so this may be old. A cell can keep it so busy that nothing else is heard.';
const START: Place = { section: 'functions' };
/** How many moves *Back* remembers. */
const REMEMBERED = 50;

export function App({ client, place: given, onPlace, widen, bare }: AppProps): JSX.Element {
  const [trail, setTrail] = useState<Place[]>([given ?? START]);
  const place = trail[trail.length - 1] ?? START;
  const { phase } = usePhase(client);
  const go = useCallback((to: Place) => setTrail((old) => [...old.slice(-REMEMBERED), to]), []);
  const back = () => setTrail((old) => (old.length > 1 ? old.slice(0, -1) : old));
  const seen = useRef(given);
  useEffect(() => {
    if (given !== undefined && given !== seen.current) {
      seen.current = given;
      go(given);
    }
  }, [given, go]);
  const told = useRef(onPlace);
  told.current = onPlace;
  useEffect(() => {
    told.current?.(place);
  }, [place]);
  const entry = sectionOf(place.section);
  const Section = entry.component;
  return (
    <ClientContext.Provider value={client}>
      <NavigateContext.Provider value={go}>
        <PlaceContext.Provider value={place}>
          <WidenContext.Provider value={widen ?? null}>
            <div className="bnb-app" data-phase={phase} data-section={entry.id}>
              {!bare && <Switcher active={entry.id} live={phase === 'live'} />}
              <Header
                label={t(entry.label)}
                back={trail.length > 1 ? back : undefined}
                widen={widen && phase === 'live' ? () => widen(place) : undefined}
              />
              <Notices key={client.situation.place} />
              <main className="bnb-main" aria-label={t(entry.label)}>
                {phase === 'live' ? (
                  <Guard key={entry.id}>
                    <Suspense fallback={<Spinner />}>
                      <Section client={client} />
                    </Suspense>
                  </Guard>
                ) : (
                  <Frame client={client} />
                )}
              </main>
            </div>
          </WidenContext.Provider>
        </PlaceContext.Provider>
      </NavigateContext.Provider>
    </ClientContext.Provider>
  );
}

/** One button a section; arrows move between them, and counts say what waits there. */
function Switcher({ active, live }: { active: string; live: boolean }): JSX.Element {
  const row = useRef<HTMLElement>(null);
  const waits = useWaiting(live);
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const buttons = [...(row.current?.querySelectorAll('button') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    if (step !== undefined && at >= 0) {
      event.preventDefault();
      buttons[(at + step + buttons.length) % buttons.length]?.focus();
    }
  };
  return (
    <div className="bnb-header">
      <nav ref={row} className="bnb-nav" aria-label={t('Sections')} onKeyDown={move}>
        {SECTIONS.map(({ id, label }) => (
          <SwitcherItem
            key={id}
            id={id}
            label={t(label)}
            active={id === active}
            waits={waits[id]}
          />
        ))}
      </nav>
    </div>
  );
}

interface ItemProps {
  id: string;
  label: string;
  active: boolean;
  waits: string | undefined;
}

function SwitcherItem({ id, label, active, waits }: ItemProps): JSX.Element {
  const title = waits === undefined ? label : `${label}: ${waits}`;
  return (
    <NavigateContext.Consumer>
      {(go) => (
        <button
          type="button"
          className="bnb-nav-item"
          title={title}
          aria-label={title}
          aria-current={active ? 'page' : undefined}
          tabIndex={active ? 0 : -1}
          onClick={() => go({ section: id })}
        >
          <SectionIcon name={id} />
          <span className="bnb-nav-label">{label}</span>
          {waits !== undefined && (
            <span className="bnb-nav-dot" aria-hidden="true">
              {/^\d+/.exec(waits)?.[0] ?? '!'}
            </span>
          )}
        </button>
      )}
    </NavigateContext.Consumer>
  );
}

/** What waits for the person in other sections. */
function useWaiting(live: boolean): Record<string, string | undefined> {
  const { data, reload } = useQuery('overview', live ? {} : null);
  usePush('definitions', reload);
  const drafts = data?.drafts ?? 0;
  const missing = data?.missing_keys ?? 0;
  return useMemo(
    () => ({
      drafts: drafts ? t('%1 to decide', drafts) : undefined,
      keys: missing ? t('%1 without a value', missing) : undefined,
    }),
    [drafts, missing],
  );
}

interface HeaderProps {
  label: string;
  back: (() => void) | undefined;
  widen: (() => void) | undefined;
}

function Header({ label, back, widen }: HeaderProps): JSX.Element {
  const client = useClient();
  const { phase } = usePhase(client);
  const { place } = client.situation;
  const store = client.hello?.store;
  return (
    <div className="bnb-place">
      {back && (
        <Button kind="quiet" label={t('Back')} onClick={back}>
          ‹
        </Button>
      )}
      <span className="bnb-place-title">{label}</span>
      <span
        className="bnb-light"
        data-phase={client.situation.silent ? 'connecting' : phase}
        aria-hidden="true"
      />
      <span className="bnb-clip bnb-grow" title={store ? t('%1, store %2', place, store) : place}>
        {place}
      </span>
      {phase === 'live' && client.situation.silent && (
        <span role="status" className="bnb-silent" title={t(SILENT)}>
          {t('no answer now')}
        </span>
      )}
      {client.hello !== null && !client.hello.concurrent && (
        <span title={t('This kernel answers only between cells.')}>{t('waits for cells')}</span>
      )}
      {widen && (
        <Button kind="quiet" label={t('Open in a wide view')} onClick={widen}>
          ⤢
        </Button>
      )}
    </div>
  );
}

/** The last line the kernel had to say. */
function Notices(): JSX.Element | null {
  const [message, setMessage] = useState('');
  usePush('notice', (push) => setMessage(push.message));
  if (message === '') {
    return null;
  }
  return (
    <div className="bnb-notice" role="status">
      <span className="bnb-grow">{message}</span>
      <Button kind="quiet" label={t('Dismiss')} onClick={() => setMessage('')}>
        ×
      </Button>
    </div>
  );
}

/** A section that fails takes nothing else with it. */
class Guard extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: undefined as unknown };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error !== undefined) {
      const again = () => this.setState({ error: undefined });
      return <ErrorLine error={this.state.error} onRetry={again} />;
    }
    return this.props.children;
  }
}
