/** Graph: what depends on what, what runs after what, and what is running now. */

export { GraphSection as Section } from './GraphSection';
