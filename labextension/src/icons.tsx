/** Line drawings of 16 × 16, one a section; they take the colour of the text around them. */

const PATHS: Record<string, string> = {
  functions: 'M10.5 2.5c-2 0-2.4 1-2.7 2.7L6 13.2c-.2.9-.8 1.3-2 1.3M4.8 7h5.4',
  logs: 'M5 4h8.5M5 8h8.5M5 12h6M2.3 4h.4M2.3 8h.4M2.3 12h.4',
  graph: 'M3 3h3v3H3zM10.5 6.5h3v3h-3zM3 10h3v3H3zM6 4.5l4.5 3M6 11.5l4.5-3',
  drafts: 'M8 1.8l5 2v4c0 3-2 5.2-5 6.4-3-1.2-5-3.4-5-6.4v-4zM5.8 8l1.6 1.6L10.4 6.4',
  triggers: 'M8.8 1.8L3.5 9h3.8l-.8 5.2L12 7H8.2z',
  keys: 'M7.2 8a2.4 2.4 0 1 1-4.8 0 2.4 2.4 0 0 1 4.8 0zM7.2 8h6.6v2.6M11.2 8v2',
  packs: 'M8 1.8l5.5 3v6.4l-5.5 3-5.5-3V4.8zM2.8 5L8 8l5.2-3M8 8v6',
  selfbuild:
    'M9.5 3.2a3.4 3.4 0 0 0-4 4.3l-3.3 3.3 2 2 3.4-3.3a3.4 3.4 0 0 0 4.2-4l-2 2-2-.6-.5-1.9z',
  chat: 'M2.5 3.5h11v7.5H7l-3 2.7V11H2.5zM5 6.2h6M5 8.4h4',
};

export function SectionIcon({ name }: { name: string }): JSX.Element {
  return (
    <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name] ?? 'M3 3h10v10H3z'}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.3"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}
