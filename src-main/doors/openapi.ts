import { z } from 'zod';
import type { CallSpec } from '../../src-preload/contract/define.ts';
import { errorBody } from '../../src-preload/contract/errors.ts';
import { contract } from '../../src-preload/contract/index.ts';

type Json = Record<string, unknown>;

function schemaOf(type: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, '~standard': __, ...schema } = z.toJSONSchema(type, { io, unrepresentable: 'any' }) as Json;
  return schema;
}

const jsonContent = (schema: Json): Json => ({ 'application/json': { schema } });
const errorAnswer = (description: string): Json => ({
  description,
  content: jsonContent({ $ref: '#/components/schemas/Error' }),
});

function operation(name: string, spec: CallSpec): Json {
  return {
    operationId: name,
    summary: spec.summary,
    tags: [name.split('.')[0]],
    'x-access': spec.access,
    requestBody: { required: false, content: jsonContent(schemaOf(spec.input, 'input')) },
    responses: {
      200: { description: 'What the call answers', content: jsonContent(schemaOf(spec.output, 'output')) },
      400: errorAnswer('The input or the state of the workspace does not allow it'),
      401: errorAnswer('No valid token or session'),
      403: errorAnswer('The workspace is open for reading only, or the request comes from another site'),
      404: errorAnswer('What the input names does not exist'),
      500: errorAnswer('A fault; the log has the details'),
    },
  };
}

/** The contract as an OpenAPI 3.1 document: one POST per call. */
export function openApi(version: string, url: string): Json {
  const paths = Object.fromEntries(
    Object.entries<CallSpec>(contract).map(([name, spec]) => [`/api/call/${name}`, { post: operation(name, spec) }]),
  );
  return {
    openapi: '3.1.1',
    info: {
      title: 'Slipway',
      version,
      description: 'Every call of the engine. Errors carry a stable code, a message and a hint.',
    },
    servers: [{ url }],
    security: [{ bearer: [] }, { basic: [] }],
    paths: {
      '/api/health': {
        get: {
          operationId: 'health',
          summary: 'Whether the engine answers',
          security: [],
          responses: { 200: { description: 'It does', content: jsonContent({ type: 'object' }) } },
        },
      },
      ...paths,
    },
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        basic: { type: 'http', scheme: 'basic', description: 'Any user name, the token as the password.' },
      },
      schemas: { Error: schemaOf(z.object({ error: errorBody }), 'output') },
    },
  };
}
