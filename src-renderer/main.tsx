/* oxlint-disable import/no-unassigned-import -- style sheets and settings have no value */
// First of all, since it holds for schemas made after it.
import './app/zod-without-eval.ts';
import '@mantine/core/styles.css';
import './app/base.css';
import './app/frame.css';
import './app/pages.css';
import './app/parts.css';
import './tables/tables.css';
import './charts/charts.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { connectEngine } from './app/client.ts';
import { takeTokenFromAddress } from './app/session.ts';
import { createStores } from './app/stores.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('the page has no #root');

// The session must stand before the socket asks for it.
const signInProblem = await takeTokenFromAddress();
const engine = connectEngine();
createRoot(root).render(<App engine={engine} stores={createStores(engine.client)} signInProblem={signInProblem} />);
