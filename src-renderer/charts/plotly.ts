import Plotly from 'plotly.js/lib/core';
import bar from 'plotly.js/lib/bar';

// Lines are part of the core. A trace that is not registered is silently drawn as something else, so the test of
// this file names them all. WebGL traces, where they come, are registered in their `strict` variant: the others
// need `unsafe-eval`.
Plotly.register([bar]);

// Plotly 4 offers to upload a figure to its cloud unless told otherwise.
Plotly.setPlotConfig({ showSendToCloud: false, displaylogo: false });

export { Plotly };
