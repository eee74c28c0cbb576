import { useSyncExternalStore } from 'react';

export const pages = ['datasets', 'runs', 'models', 'deployments', 'jobs'] as const;
export type Page = (typeof pages)[number];

/** Where the user is: a page and what is selected on it. Lives in the address, so that it can be bookmarked. */
export interface Route {
  readonly page: Page;
  readonly selected: string | null;
}

function isPage(text: string): text is Page {
  return pages.some((page) => page === text);
}

/** Reads `#/runs/<id>`; anything else is the datasets page. */
export function parseRoute(hash: string): Route {
  const [page = '', selected = ''] = hash.replace(/^#\/?/, '').split('/');
  if (!isPage(page)) return { page: 'datasets', selected: null };
  try {
    return { page, selected: selected === '' ? null : decodeURIComponent(selected) };
  } catch {
    return { page, selected: null };
  }
}

/** The address of a page, with something selected on it or nothing. */
export function formatRoute(page: Page, selected: string | null = null): string {
  return selected === null ? `#/${page}` : `#/${page}/${encodeURIComponent(selected)}`;
}

/** Goes to a page. Selecting on the page one is on replaces the entry in the history, changing page adds one. */
export function navigate(page: Page, selected: string | null = null): void {
  const target = formatRoute(page, selected);
  if (target === window.location.hash) return;
  if (parseRoute(window.location.hash).page === page) {
    window.history.replaceState(null, '', target);
    window.dispatchEvent(new HashChangeEvent('hashchange'));
  } else {
    window.location.hash = target;
  }
}

function onHashChange(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

/** The current route; renders again when it changes. */
export function useRoute(): Route {
  const hash = useSyncExternalStore(onHashChange, () => window.location.hash);
  return parseRoute(hash);
}
