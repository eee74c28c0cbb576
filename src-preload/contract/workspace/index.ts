import { z } from 'zod';
import { actor, epochMs, id, name } from '../common.ts';
import { defineCalls } from '../define.ts';

export const workspaceInfo = z.object({
  id,
  name,
  isReadOnly: z.boolean(),
  schemaVersion: z.int(),
  engineVersion: z.string(),
  startedAt: epochMs,
  /** The part of the folder's path a person recognises it by; never needed to open it. */
  path: z.string(),
});
export type WorkspaceInfo = z.infer<typeof workspaceInfo>;

export const auditEvent = z.object({
  id,
  at: epochMs,
  actor,
  action: z.string(),
  subjectKind: z.string(),
  subjectId: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type AuditEvent = z.infer<typeof auditEvent>;

export const doctorCheck = z.object({
  name: z.string(),
  status: z.enum(['pass', 'warn', 'fail']),
  message: z.string(),
});

export const workspaceCalls = defineCalls({
  'workspace.info': { summary: 'What is open', access: 'read', input: z.object({}), output: workspaceInfo },
  'workspace.events': {
    summary: 'Who did what, newest first',
    access: 'read',
    input: z.object({ limit: z.int().positive().max(1000).default(100), subjectId: z.string().optional() }),
    output: z.array(auditEvent),
  },
  'workspace.backup': {
    summary: 'Copy the open workspace to a new folder',
    access: 'write',
    input: z.object({ path: z.string().min(1) }),
    output: z.object({ path: z.string(), files: z.int(), sizeBytes: z.int() }),
  },
  'workspace.doctor': {
    summary: 'Check the workspace',
    access: 'read',
    input: z.object({}),
    output: z.array(doctorCheck),
  },
});
