import { useMemo, useState } from 'react';
import type { ReactElement } from 'react';
import type { Model, ModelVersion } from '../../src-preload/contract/models/index.ts';
import { DetailPane, Facts, Section } from '../app/parts/DetailPane.tsx';
import { Moment } from '../app/parts/Moment.tsx';
import { BytesText, NumberText } from '../app/parts/NumberText.tsx';
import { Failure, Loading } from '../app/parts/states.tsx';
import { useResource } from '../app/resource.ts';
import { useStores } from '../app/stores.ts';
import { plural } from '../app/words.ts';
import type { TableColumn } from '../tables/columns.ts';
import { DataTable } from '../tables/DataTable.tsx';
import { metricLabel } from '../tracking/index.ts';
import { Aliases } from './Aliases.tsx';
import { VersionSignature } from './VersionSignature.tsx';

function toColumns(model: Model): readonly TableColumn<ModelVersion>[] {
  return [
    {
      id: 'number',
      header: 'Version',
      value: ({ number }) => number,
      cell: ({ number }) => `v${number}`,
      align: 'right',
      minWidth: 76,
    },
    {
      id: 'aliases',
      header: 'Aliases',
      value: ({ number }) => aliasesOf(model, number).length,
      cell: ({ number }) => <Aliases aliases={aliasesOf(model, number)} withVersion={false} />,
      minWidth: 130,
      grow: 1,
    },
    { id: 'source', header: 'From', value: ({ source }) => source, minWidth: 60, priority: 2 },
    { id: 'by', header: 'By', value: ({ actor }) => actor.name, minWidth: 90, priority: 3 },
    {
      id: 'registered',
      header: 'Registered',
      value: ({ createdAt }) => createdAt,
      cell: ({ createdAt }) => <Moment at={createdAt} />,
      minWidth: 100,
      priority: 1,
    },
  ];
}

function aliasesOf(model: Model, version: number): Model['aliases'] {
  return model.aliases.filter((alias) => alias.version === version);
}

/** One model: its versions, and of one version metrics, signature, lineage and files. */
export function ModelDetail({ model, onClose }: { readonly model: Model; readonly onClose: () => void }): ReactElement {
  const { versions } = useStores().models;
  const query = useResource(versions, model.name);
  const [chosen, setChosen] = useState<number | null>(null);
  const number = chosen ?? model.latest?.number ?? null;
  const version = query.value?.find((each) => each.number === number) ?? model.latest;
  const columns = useMemo(() => toColumns(model), [model]);
  return (
    <DetailPane
      title={model.name}
      onClose={onClose}
      subtitle={
        <>
          {plural(model.versionCount, 'version')} · since <Moment at={model.createdAt} />
        </>
      }
    >
      <Section title="Versions">
        <div className="detail-table detail-table-short">
          <DataTable
            label={`Versions of ${model.name}`}
            columns={columns}
            query={query}
            rowId={({ number: each }) => String(each)}
            selectedId={String(number)}
            onSelect={({ number: each }) => setChosen(each)}
            onRetry={() => versions.refresh(model.name)}
            empty={<p className="hint">No version was registered yet.</p>}
          />
        </div>
      </Section>
      {version === null ? null : <VersionSections key={version.id} version={version} />}
    </DetailPane>
  );
}

function VersionSections({ version }: { readonly version: ModelVersion }): ReactElement {
  const metrics = Object.entries(version.metrics);
  return (
    <>
      <Section title={`Metrics of v${version.number}`}>
        {metrics.length === 0 ? (
          <p className="hint">This version was registered without metrics.</p>
        ) : (
          <Facts facts={metrics.map(([key, value]) => [metricLabel(key), <NumberText key={key} value={value} />])} />
        )}
      </Section>
      <Section title={`Signature of v${version.number}`}>
        <VersionSignature signature={version.signature} />
      </Section>
      <Section title={`Lineage of v${version.number}`}>
        <LineageList model={version.modelName} version={version.number} />
      </Section>
      <Section title="Package">
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col" data-align="right">
                Size
              </th>
            </tr>
          </thead>
          <tbody>
            {version.files.map(({ path, sizeBytes }) => (
              <tr key={path}>
                <td>
                  <code>{path}</code>
                </td>
                <td data-align="right">
                  <BytesText value={sizeBytes} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Section>
    </>
  );
}

function LineageList({ model, version }: { readonly model: string; readonly version: number }): ReactElement {
  const { lineage } = useStores().models;
  const key = useMemo(() => ({ model, version }), [model, version]);
  const query = useResource(lineage, key);
  if (query.value === null) {
    if (query.error !== null) return <Failure error={query.error} onRetry={() => lineage.refresh(key)} />;
    return <Loading lines={3} label="Loading lineage" />;
  }
  return (
    <ol className="lineage">
      {query.value.map((step) => (
        <li key={`${step.kind} ${step.id}`}>
          <span className="lineage-kind">{step.kind}</span>
          <span title={step.id}>{step.label}</span>
        </li>
      ))}
    </ol>
  );
}
