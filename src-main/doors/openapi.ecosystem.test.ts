import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runPython } from '../../scripts/test/python.ts';
import { openApi } from './openapi.ts';

it('is valid OpenAPI 3.1, as openapi-spec-validator reads it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-openapi-'));
  try {
    const path = join(folder, 'openapi.json');
    await writeFile(path, JSON.stringify(openApi('1.2.3', 'http://127.0.0.1:5100')));
    const script = fileURLToPath(new URL('fixtures/validate_openapi.py', import.meta.url));
    expect(await runPython(script, [path])).toEqual({ validator: 'OpenAPIV31SpecValidator', errors: [] });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
