import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { contract } from '../../src-preload/contract/index.ts';
import { openApi } from './openapi.ts';

/** The parts of OpenAPI 3.1's own schema (spec.openapis.org/oas/3.1/schema) that this document uses. */
const reference = z.strictObject({ $ref: z.string() });
const schema = z.union([reference, z.looseObject({})]);
const content = z.record(z.string(), z.strictObject({ schema }));
const responses = z.record(
  z.string().regex(/^[1-5]\d\d$/),
  z.strictObject({ description: z.string().min(1), content: content.optional() }),
);
const operation = z.strictObject({
  operationId: z.string().min(1),
  summary: z.string().min(1),
  tags: z.array(z.string()).optional(),
  'x-access': z.enum(['read', 'write']).optional(),
  security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
  requestBody: z.strictObject({ required: z.boolean(), content }).optional(),
  responses,
});
const document = z.strictObject({
  openapi: z.string().regex(/^3\.1\.\d+$/),
  info: z.strictObject({ title: z.string(), version: z.string(), description: z.string() }),
  servers: z.array(z.strictObject({ url: z.url() })),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  paths: z.record(
    z.string().startsWith('/'),
    z.strictObject({ get: operation.optional(), post: operation.optional() }),
  ),
  components: z.strictObject({
    securitySchemes: z.record(
      z.string(),
      z.strictObject({ type: z.literal('http'), scheme: z.string(), description: z.string().optional() }),
    ),
    schemas: z.record(z.string(), schema),
  }),
});

function findRefs(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : findRefs(inner),
  );
}

describe('the OpenAPI document', () => {
  const made = JSON.parse(JSON.stringify(openApi('1.2.3', 'http://127.0.0.1:5100'))) as unknown;
  const parsed = document.parse(made);

  it('holds every call of the contract, with its access and summary', () => {
    for (const [name, spec] of Object.entries(contract)) {
      const found = parsed.paths[`/api/call/${name}`]?.post;
      expect(found).toMatchObject({ operationId: name, summary: spec.summary, 'x-access': spec.access });
    }
    const ids = Object.values(parsed.paths)
      .flatMap((path) => [path.get?.operationId, path.post?.operationId])
      .filter((id) => id !== undefined);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has no reference that leads nowhere, and names its security schemes', () => {
    for (const ref of findRefs(made)) {
      const found = ref
        .split('/')
        .slice(1)
        .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], made);
      expect(found, ref).toBeDefined();
    }
    for (const requirement of parsed.security)
      for (const scheme of Object.keys(requirement)) expect(parsed.components.securitySchemes).toHaveProperty(scheme);
  });

  it('describes inputs as callers write them: fields with defaults may be left out', () => {
    const body = parsed.paths['/api/call/training.start']?.post?.requestBody?.content['application/json']?.schema as {
      required: string[];
      properties: Record<string, unknown>;
    };
    expect(body.required.toSorted()).toEqual(['dataset', 'target']);
    expect(body.properties['trainer']).toMatchObject({ default: 'neural', enum: ['linear', 'neural'] });
  });
});
