import type { DatasetVersion, Profile } from '../../src-preload/contract/datasets/index.ts';

/** Texts that people write where a value is missing, in lower case. */
const missingLooks = new Set(['?', '-', '.', 'na', 'n/a', '#n/a', 'nan', 'null', 'none', 'missing', 'unknown']);

/** Values of text columns that look as if they meant "missing", with the columns they are frequent in. */
function findMissingLooks(profile: Profile): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { name, type, topValues } of profile.columns) {
    if (type !== 'text') continue;
    for (const { value } of topValues)
      if (missingLooks.has(value.toLowerCase())) found.set(value, [...(found.get(value) ?? []), name]);
  }
  return found;
}

/** What to look at after an import: columns without names, values that look missing; else the usual next step. */
export function hintsAfterImport(version: DatasetVersion, profile: Profile): string {
  const lines: string[] = [];
  if (version.schema.every(({ name }) => /^column_\d+$/.test(name)))
    lines.push('The file names no columns. Import it again with --column-names A,B,… to name them.');
  for (const [value, columns] of findMissingLooks(profile))
    lines.push(
      `“${value}” in ${columns.join(', ')} looks like a missing value. If it is one, import again with --missing '${value}'.`,
    );
  lines.push(`Look at it: slipway dataset profile ${version.datasetName}`);
  return lines.join('\n');
}
