import { t } from '../../i18n';
import { Chip } from '../../ui/Chip';
import { Revealed } from '../../ui/Revealed';
import { ago } from '../../ui/ago';
import { duration, moment } from '../../ui/moment';
import { StatusMark } from '../../ui/status';
import type { Column } from '../../ui/VirtualTable';
import { OriginChip, StateChip, TrustChips } from './Badges';
import type { Item } from './library';

/** The columns of the list; in a narrow place name and last run, below them description and p50. */
export function columns(): Column<Item>[] {
  return [
    {
      id: 'name',
      title: t('Function'),
      width: 'minmax(16ch, 2fr)',
      sortable: true,
      grow: true,
      line: 1,
      cell: ({ row }) => (
        <span className="bnb-fn-name">
          <span className="bnb-mono bnb-clip" title={row.name}>
            <Revealed text={row.name} name />
          </span>
          <StateChip state={row.state} />
          {row.missing && <TrustChips trust="kernel" missing />}
          <span className="bnb-fn-more bnb-fn-name">
            <OriginChip origin={row.origin} />
            <TrustChips trust={row.trust} missing={false} />
          </span>
        </span>
      ),
    },
    {
      id: 'description',
      title: t('Description'),
      width: 'minmax(12ch, 3fr)',
      grow: true,
      line: 2,
      cell: ({ row }) => (
        <span className="bnb-soft bnb-fn-name">
          <span className="bnb-clip" title={row.description}>
            {row.description ? <Revealed text={row.description} /> : t('no description')}
          </span>
          <span className="bnb-fn-more bnb-fn-name">
            {row.tags.slice(0, 3).map((tag) => (
              <Chip key={tag}>
                <Revealed text={tag} />
              </Chip>
            ))}
          </span>
        </span>
      ),
    },
    {
      id: 'last',
      title: t('Last run'),
      width: '11ch',
      sortable: true,
      line: 1,
      cell: ({ stats }) =>
        stats && stats.last_status ? (
          <span title={moment(stats.last)}>
            <StatusMark status={stats.last_status} />{' '}
            <span className="bnb-soft">{ago(stats.last)}</span>
          </span>
        ) : (
          <span className="bnb-soft">{t('never')}</span>
        ),
    },
    {
      id: 'p50',
      title: t('p50'),
      width: '9ch',
      align: 'end',
      sortable: true,
      line: 2,
      cell: ({ stats }) => (
        <span className="bnb-soft">{stats && stats.runs > 0 ? duration(stats.p50) : ''}</span>
      ),
    },
    {
      id: 'runs',
      title: t('Runs'),
      width: '8ch',
      align: 'end',
      sortable: true,
      line: 0,
      cell: ({ stats }) => stats?.runs.toLocaleString() ?? '',
    },
    {
      id: 'errors',
      title: t('Errors'),
      width: '8ch',
      align: 'end',
      sortable: true,
      line: 0,
      cell: ({ stats }) =>
        stats && stats.errors > 0 ? (
          <span className="bnb-bad">{stats.errors.toLocaleString()}</span>
        ) : (
          ''
        ),
    },
  ];
}
